"""People who are known from a kiosk alone, until a second person has approved their pictures."""

from __future__ import annotations

import uuid
from datetime import date, datetime
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from hub.roster.models import Employee, Membership
from hub.roster.terms import change_of, employment_of
from hub.roster.timetable_book import expire_timetables
from hub.roster.units import Memberships, UnitTree

NOT_YET: Final = date(9999, 12, 31)
"""First day of employment of somebody whom no second person has approved yet: they are on no roster, in no recap, and
nobody's absence."""


def add_newcomer(session: Session, name: str, unit_id: int | None, *, author: str, now: datetime) -> Employee:
    """An employee under a new opaque id, in a unit (None: in none), NOT_YET employed."""
    employee = Employee(id=str(uuid.uuid4()), name=name, employed_from=NOT_YET, created_at=now, created_by=author)
    session.add(employee)
    session.flush()
    if unit_id is not None:
        session.add(Membership(employee_id=employee.id, unit_id=unit_id, set_by=author, set_at=now))
        session.flush()
    return employee


def confirm_newcomer(session: Session, employee_id: str, *, by: str, now: datetime) -> None:
    """Let somebody who was NOT_YET employed be so from today on, where they work; others are left alone.

    From the day of the approval and no earlier: before it they could not punch. The caller notes the change of the
    roster.
    """
    employee = session.get_one(Employee, employee_id)
    if employee.employed_from != NOT_YET:
        return
    connection = session.connection()
    unit_id = Memberships.load(connection, [employee_id]).unit_on(employee_id, now.date())
    before = employment_of(employee)
    employee.employed_from = now.astimezone(UnitTree.load(connection).zone_of(unit_id)).date()
    session.add(change_of(employee, before, officer=by, because="Pendaftaran di kiosk disetujui", now=now))
    session.flush()
    expire_timetables(connection)


def is_namesake(session: Session, employee: Employee) -> bool:
    """Whether somebody else who ever was in one of this person's units has the same name, in capitals or not."""
    units = select(Membership.unit_id).where(Membership.employee_id == employee.id)
    query = (
        select(Employee.name)
        .join(Membership, Membership.employee_id == Employee.id)
        .where(Membership.unit_id.in_(units), Employee.id != employee.id)
    )
    return any(name.casefold() == employee.name.casefold() for name in session.scalars(query))
