"""Who may enrol people at kiosks: entered, ended, and read for the rosters; every change is a row with its author."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime

import msgspec
from sqlalchemy import ColumnElement, Connection, or_, select
from sqlalchemy.orm import Session

from hub.db import Database
from hub.errors import EnrolmentError
from hub.roster.changes import note_person
from hub.roster.fallback_models import FallbackPin
from hub.roster.models import Employee, Unit
from hub.roster.officers import officer_name
from hub.roster.operator_models import KioskOperator
from hub.roster.units import UnitTree


class OperatorLine(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody who may enrol at the kiosks of a unit. valid_until None: without end. withdrawn_at None: it holds.

    has_pin: without a PIN nobody opens the operator mode.
    """

    employee_id: str
    name: str
    unit: str
    valid_from: date
    valid_until: date | None
    set_by: str
    set_at: datetime
    withdrawn_at: datetime | None
    withdrawn_by: str | None
    has_pin: bool


def add_operator(
    database: Database,
    employee_id: str,
    unit_id: int,
    *,
    first: date,
    last: date | None = None,
    by: str,
    now: datetime,
) -> bool:
    """Let somebody enrol at the kiosks of a unit and of those below it; whether they have the PIN that it takes.

    EnrolmentError when that holds already, or ends before it begins.
    """
    officer = officer_name(by)
    if last is not None and last < first:
        raise EnrolmentError(f"It would end on {last}, before it begins on {first}.")
    with database.write() as session:
        employee = session.get_one(Employee, employee_id)
        unit = session.get_one(Unit, unit_id)
        query = select(KioskOperator).where(
            KioskOperator.employee_id == employee_id,
            KioskOperator.unit_id == unit_id,
            _overlaps(first, last),
        )
        held = session.scalars(query).first()
        if held is not None:
            until = f" to {held.valid_until}" if held.valid_until else ""
            raise EnrolmentError(
                f"{employee.name} is an operator of {unit.name} already, from {held.valid_from}{until}."
            )
        session.add(
            KioskOperator(
                employee_id=employee_id, unit_id=unit_id, valid_from=first, valid_until=last, set_by=officer, set_at=now
            )
        )
        session.flush()
        note_person(session.connection(), employee_id, now=now)
        return _has_pin(session, employee_id)


def end_operator(database: Database, employee_id: str, unit_id: int, *, by: str, now: datetime) -> int:
    """Let somebody enrol there no more, from now on; how many entries that ended. EnrolmentError for none."""
    officer = officer_name(by)
    with database.write() as session:
        name = session.get_one(Employee, employee_id).name
        unit = session.get_one(Unit, unit_id).name
        query = select(KioskOperator).where(
            KioskOperator.employee_id == employee_id,
            KioskOperator.unit_id == unit_id,
            KioskOperator.withdrawn_at.is_(None),
        )
        entries = session.scalars(query).all()
        if not entries:
            raise EnrolmentError(f"{name} is no operator of {unit}; nothing was changed.")
        for entry in entries:
            entry.withdrawn_at, entry.withdrawn_by = now, officer
        session.flush()
        note_person(session.connection(), employee_id, now=now)
        return len(entries)


def list_operators(
    database: Database, units: Collection[int] | None = None, *, ended: bool = False
) -> list[OperatorLine]:
    """Operators by unit and name; units None: all of them. ended: also those who are none any more."""
    query = (
        select(KioskOperator, Employee.name, Unit.name, FallbackPin.id)
        .join(Employee, Employee.id == KioskOperator.employee_id)
        .join(Unit, Unit.id == KioskOperator.unit_id)
        .join(
            FallbackPin,
            (FallbackPin.employee_id == KioskOperator.employee_id) & FallbackPin.ended_at.is_(None),
            isouter=True,
        )
        .order_by(Unit.name, Employee.name, KioskOperator.id)
    )
    if not ended:
        query = query.where(KioskOperator.withdrawn_at.is_(None))
    with database.read() as session:
        return [
            OperatorLine(
                employee_id=row.employee_id,
                name=name,
                unit=unit,
                valid_from=row.valid_from,
                valid_until=row.valid_until,
                set_by=row.set_by,
                set_at=row.set_at,
                withdrawn_at=row.withdrawn_at,
                withdrawn_by=row.withdrawn_by,
                has_pin=pin is not None,
            )
            for row, name, unit, pin in session.execute(query)
            if units is None or row.unit_id in units
        ]


def operators_of(connection: Connection, unit_id: int | None, day: date, *, at: datetime | None = None) -> set[str]:
    """Who may enrol at a kiosk of this unit on a day; unit None: a kiosk of everybody, at which any operator may.

    at: the moment that is asked about, when it is past; None: now. Whether they are employed is not looked at.
    """
    holds: ColumnElement[bool] = KioskOperator.withdrawn_at.is_(None)
    if at is not None:
        holds = or_(holds, KioskOperator.withdrawn_at > at)
    query = select(KioskOperator.employee_id).where(holds, _covers(day))
    if unit_id is not None:
        query = query.where(KioskOperator.unit_id.in_(UnitTree.load(connection).above(unit_id)))
    return set(connection.scalars(query))


def _covers(day: date) -> ColumnElement[bool]:
    return (KioskOperator.valid_from <= day) & (
        KioskOperator.valid_until.is_(None) | (KioskOperator.valid_until >= day)
    )


def _overlaps(first: date, last: date | None) -> ColumnElement[bool]:
    holds = KioskOperator.withdrawn_at.is_(None) & (
        KioskOperator.valid_until.is_(None) | (KioskOperator.valid_until >= first)
    )
    return holds if last is None else holds & (KioskOperator.valid_from <= last)


def _has_pin(session: Session, employee_id: str) -> bool:
    query = select(FallbackPin.id).where(FallbackPin.employee_id == employee_id, FallbackPin.ended_at.is_(None))
    return session.scalar(query) is not None
