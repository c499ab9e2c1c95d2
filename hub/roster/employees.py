"""Employees and units: finding, adding, moving."""

from __future__ import annotations

import uuid
from datetime import date, datetime, timedelta

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from contract.errors import BadInputError
from hub.roster.changes import note_person
from hub.roster.models import DEFAULT_POLICY, DEFAULT_TIMEZONE, Employee, Membership, Unit, UnitPolicy
from hub.roster.units import check_open_unit

EVER = date(1970, 1, 1)
"""A policy that is in force from the beginning."""


def ensure_unit(
    session: Session,
    name: str,
    *,
    now: datetime,
    author: str,
    parent: str | None = None,
    timezone: str = DEFAULT_TIMEZONE,
    policy: str = DEFAULT_POLICY,
) -> Unit:
    """The unit of this name, made if it is not there: then with this parent, time zone and policy."""
    unit = session.scalar(select(Unit).where(Unit.name == name))
    if unit is not None:
        return unit
    above = session.scalar(select(Unit.id).where(Unit.name == parent)) if parent is not None else None
    if parent is not None and above is None:
        raise BadInputError(f"There is no unit '{parent}'; create it first.")
    unit = Unit(name=name, parent_id=above, timezone=timezone, created_at=now)
    session.add(unit)
    session.flush()
    session.add(UnitPolicy(unit_id=unit.id, policy=policy, valid_from=EVER, set_by=author, set_at=now))
    session.flush()
    return unit


def find_employee(session: Session, name: str, unit_id: int, today: date) -> Employee | None:
    """The employee of this name who is in this unit today; None: nobody."""
    query = (
        select(Employee)
        .join(Membership, Membership.employee_id == Employee.id)
        .where(
            Employee.name == name,
            Membership.unit_id == unit_id,
            or_(Membership.valid_from.is_(None), Membership.valid_from <= today),
            or_(Membership.valid_until.is_(None), Membership.valid_until >= today),
        )
        .order_by(Employee.created_at, Employee.id)
    )
    return session.scalars(query).first()


def add_employee(session: Session, name: str, unit_id: int, *, now: datetime, author: str) -> Employee:
    """A new employee of a unit, under a new opaque id; membership begins now and reaches back without limit.

    BadInputError when the unit is closed.
    """
    check_open_unit(session, unit_id, now.date())
    employee = Employee(id=str(uuid.uuid4()), name=name, created_at=now, created_by=author)
    session.add(employee)
    session.flush()
    session.add(Membership(employee_id=employee.id, unit_id=unit_id, set_by=author, set_at=now))
    session.flush()
    note_person(session.connection(), employee.id, now=now)
    return employee


def transfer_employee(
    session: Session,
    employee: Employee,
    unit_id: int,
    *,
    from_day: date,
    now: datetime,
    author: str,
    basis: str | None = None,
) -> None:
    """Move an employee to another unit from a day on; the old membership ends on the day before.

    basis: the letter that moves the person (Ps 12); None: there is none. BadInputError when the unit is closed then, or
    the person is moved already from a later day.
    """
    check_open_unit(session, unit_id, from_day)
    affected = session.scalars(
        select(Membership).where(
            Membership.employee_id == employee.id,
            or_(Membership.valid_until.is_(None), Membership.valid_until >= from_day),
        )
    ).all()
    for membership in affected:
        if membership.valid_from is not None and membership.valid_from >= from_day:
            raise BadInputError(f"{employee.name} is moved already from {membership.valid_from}; choose a later day.")
    for membership in affected:
        membership.valid_until = from_day - timedelta(days=1)
    session.add(
        Membership(
            employee_id=employee.id, unit_id=unit_id, basis=basis, valid_from=from_day, set_by=author, set_at=now
        )
    )
    session.flush()
    note_person(session.connection(), employee.id, now=now)
