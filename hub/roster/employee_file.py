"""What is on record about somebody's employment: numbers, units, terms and approved places, with dates and letters."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import msgspec
from sqlalchemy import select

from hub.db import Database
from hub.roster.models import ApprovedLocation, EmploymentChange, EmploymentTerm, Membership, Unit
from hub.roster.terms import employee_row


class TermLine(msgspec.Struct, frozen=True, kw_only=True):
    """A term of employment as it is on record."""

    id: int
    valid_from: date | None
    valid_until: date | None
    group: str | None
    rank: str | None
    position: str | None
    tpp_base: int | None
    set_by: str
    set_at: datetime


class PlaceLine(msgspec.Struct, frozen=True, kw_only=True):
    """Where somebody belongs or may punch, from when to when; basis: the letter. withdrawn_at: it counts no more."""

    id: int
    unit: str
    valid_from: date | None
    valid_until: date | None
    basis: str | None
    set_by: str
    set_at: datetime
    withdrawn_at: datetime | None = None
    withdrawn_by: str | None = None


class ChangeLine(msgspec.Struct, frozen=True, kw_only=True):
    """A change of somebody's number or of the ends of the employment, and what they were before."""

    id: int
    nip: str | None
    employed_from: date | None
    employed_until: date | None
    before: dict[str, Any]
    because: str | None
    set_by: str
    set_at: datetime


class EmployeeFile(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that is on record about somebody's employment, the newest of each first."""

    id: str
    name: str
    nip: str | None
    employed_from: date | None
    employed_until: date | None
    units: tuple[PlaceLine, ...]
    terms: tuple[TermLine, ...]
    locations: tuple[PlaceLine, ...]
    changes: tuple[ChangeLine, ...] = ()


def employee_file(database: Database, employee_id: str) -> EmployeeFile:
    """What is on record about somebody's employment; BadInputError when there is no such employee."""
    with database.read() as session:
        employee = employee_row(session, employee_id)
        units = {row.id: row.name for row in session.execute(select(Unit.id, Unit.name))}
        members = session.scalars(
            select(Membership).where(Membership.employee_id == employee_id).order_by(Membership.id.desc())
        )
        terms = session.scalars(
            select(EmploymentTerm).where(EmploymentTerm.employee_id == employee_id).order_by(EmploymentTerm.id.desc())
        )
        places = session.scalars(
            select(ApprovedLocation)
            .where(ApprovedLocation.employee_id == employee_id)
            .order_by(ApprovedLocation.id.desc())
        )
        changes = session.scalars(
            select(EmploymentChange)
            .where(EmploymentChange.employee_id == employee_id)
            .order_by(EmploymentChange.id.desc())
        )
        return EmployeeFile(
            id=employee.id,
            name=employee.name,
            nip=employee.nip,
            employed_from=employee.employed_from,
            employed_until=employee.employed_until,
            units=tuple(_place(row, units[row.unit_id]) for row in members),
            terms=tuple(
                TermLine(
                    id=row.id,
                    valid_from=row.valid_from,
                    valid_until=row.valid_until,
                    group=row.group,
                    rank=row.rank,
                    position=row.position,
                    tpp_base=row.tpp_base,
                    set_by=row.set_by,
                    set_at=row.set_at,
                )
                for row in terms
            ),
            locations=tuple(
                msgspec.structs.replace(
                    _place(row, units[row.unit_id]), withdrawn_at=row.withdrawn_at, withdrawn_by=row.withdrawn_by
                )
                for row in places
            ),
            changes=tuple(
                ChangeLine(**{name: getattr(row, name) for name in ChangeLine.__struct_fields__}) for row in changes
            ),
        )


def _place(row: Membership | ApprovedLocation, unit: str) -> PlaceLine:
    return PlaceLine(
        id=row.id,
        unit=unit,
        valid_from=row.valid_from,
        valid_until=row.valid_until,
        basis=row.basis,
        set_by=row.set_by,
        set_at=row.set_at,
    )
