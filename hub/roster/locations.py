"""Places of other units at which somebody may punch, by letter and for a time (Ps 10(2))."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import select

from contract.errors import BadInputError
from hub.attendance.dirty import mark_span
from hub.db import Database
from hub.roster.changes import note_person
from hub.roster.models import ApprovedLocation
from hub.roster.officers import officer_name
from hub.roster.terms import basis_text, employee_row
from hub.roster.units import check_open_unit


def approve_location(
    database: Database,
    employee_id: str,
    unit_id: int,
    *,
    first: date,
    last: date | None,
    basis: str,
    by: str,
    now: datetime,
) -> int:
    """Id of the approval that somebody may punch at another unit's terminals (Ps 10(2)); basis: the letter."""
    officer, letter = officer_name(by), basis_text(basis)
    if last is not None and last < first:
        raise BadInputError(f"The approval would end on {last}, before it begins on {first}.")
    with database.write() as session:
        employee_row(session, employee_id)
        check_open_unit(session, unit_id, first)
        row = ApprovedLocation(
            employee_id=employee_id,
            unit_id=unit_id,
            valid_from=first,
            valid_until=last,
            basis=letter,
            set_by=officer,
            set_at=now,
        )
        session.add(row)
        session.flush()
        note_person(session.connection(), employee_id, now=now)
        mark_span(session.connection(), first=first, last=last, now=now, people=[employee_id])
        return row.id


def withdraw_location(database: Database, location_id: int, *, by: str, now: datetime) -> None:
    """Take back the approval of a place; its days are assessed again. BadInputError when there is none in force."""
    officer = officer_name(by)
    with database.write() as session:
        row = session.scalar(select(ApprovedLocation).where(ApprovedLocation.id == location_id).with_for_update())
        if row is None or row.withdrawn_at is not None:
            raise BadInputError(
                f"There is no approved place {location_id} in force; `presensi hub employee show` lists them."
            )
        row.withdrawn_at, row.withdrawn_by = now, officer
        session.flush()
        note_person(session.connection(), row.employee_id, now=now)
        mark_span(session.connection(), first=row.valid_from, last=row.valid_until, now=now, people=[row.employee_id])
