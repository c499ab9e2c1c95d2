"""Who holds an office of a unit, and when: heads, supervisors, personnel officials, definitive or acting (rule 21)."""

from __future__ import annotations

from datetime import date, datetime
from typing import Final, Literal

import msgspec
from sqlalchemy import select
from sqlalchemy.orm import Session

from contract.errors import BadInputError
from hub.db import Database
from hub.roster.models import Employee, OfficeHolder, Unit
from hub.roster.officers import officer_name
from hub.roster.terms import basis_text, employee_row, within
from hub.roster.units import UnitTree, check_open_unit

OFFICES: Final = ("Kepala Perangkat Daerah", "Atasan Langsung", "Pejabat Kepegawaian")

Acting = Literal["Plt", "Plh"]

ACTINGS: Final[tuple[Acting, ...]] = ("Plt", "Plh")

_ALIASES: Final = {
    "kepala": OFFICES[0],
    "kepala opd": OFFICES[0],
    "kepala organisasi perangkat daerah": OFFICES[0],
    "pimpinan opd": OFFICES[0],
    "head": OFFICES[0],
    "atasan": OFFICES[1],
    "supervisor": OFFICES[1],
    "kepegawaian": OFFICES[2],
    "official": OFFICES[2],
}


class HolderLine(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody in an office. acting None: definitive. valid_until None: until further notice.

    until_before: the last day that was foreseen before ended_by (None: nobody) ended it.
    """

    id: int
    unit: str
    office: str
    employee_id: str
    name: str
    acting: str | None
    valid_from: date
    valid_until: date | None
    basis: str | None
    set_by: str
    set_at: datetime
    until_before: date | None = None
    ended_by: str | None = None
    ended_at: datetime | None = None


def set_holder(
    database: Database,
    unit_id: int,
    office: str,
    employee_id: str,
    *,
    first: date,
    last: date | None = None,
    acting: str | None = None,
    basis: str | None = None,
    by: str,
    now: datetime,
) -> int:
    """Id of the new row: somebody holds an office from one day to another; of several on a day the newest counts.

    BadInputError when the office is none, or somebody acts without an end in sight (Plh) or without a letter, and when
    the unit is closed by then.
    """
    officer, name = officer_name(by), office_name(office)
    if acting not in (None, *ACTINGS):
        raise BadInputError(f"'{acting}' is no way of acting: write Plt or Plh.")
    if last is not None and last < first:
        raise BadInputError(f"The office would end on {last}, before it begins on {first}.")
    if acting is not None and last is None:
        raise BadInputError("Somebody acts for a time: say until when.")
    if acting is not None and basis is None:
        raise BadInputError("Somebody acts by a letter: say which, with its number.")
    with database.write() as session:
        employee_row(session, employee_id)
        check_open_unit(session, unit_id, first)
        row = OfficeHolder(
            unit_id=unit_id,
            office=name,
            employee_id=employee_id,
            acting=acting,
            valid_from=first,
            valid_until=last,
            basis=basis_text(basis) if basis is not None else None,
            set_by=officer,
            set_at=now,
        )
        session.add(row)
        session.flush()
        return row.id


def end_holder(
    database: Database, holder_id: int, *, last: date, by: str, now: datetime, unit_id: int | None = None
) -> None:
    """Say what the last day of somebody in an office was; BadInputError when that is on record already.

    unit_id: only somebody in an office of this unit; None: of any.
    """
    officer = officer_name(by)
    with database.write() as session:
        row = session.scalar(select(OfficeHolder).where(OfficeHolder.id == holder_id).with_for_update())
        if row is None or unit_id not in (None, row.unit_id):
            raise BadInputError(f"There is no holder {holder_id}; `presensi hub office list` shows them.")
        if row.valid_until is not None and row.valid_until <= last:
            raise BadInputError(f"The holder {holder_id} ends on {row.valid_until} already.")
        if last < row.valid_from:
            raise BadInputError(f"The holder {holder_id} begins on {row.valid_from}; the office cannot end before.")
        row.until_before, row.valid_until = row.valid_until, last
        row.ended_by, row.ended_at = officer, now


def list_holders(database: Database, *, unit_id: int | None = None, on: date | None = None) -> list[HolderLine]:
    """Holders by unit and office, the newest first. unit_id: of this unit and those below; on: only those of a day."""
    query = (
        select(OfficeHolder, Unit.name, Employee.name)
        .join(Unit, Unit.id == OfficeHolder.unit_id)
        .join(Employee, Employee.id == OfficeHolder.employee_id)
        .order_by(Unit.name, OfficeHolder.office, OfficeHolder.id.desc())
    )
    with database.read() as session:
        among = None if unit_id is None else UnitTree.load(session.connection()).within(unit_id)
        return [
            to_line(row, unit, name)
            for row, unit, name in session.execute(query)
            if (among is None or row.unit_id in among) and (on is None or within(on, row.valid_from, row.valid_until))
        ]


def unit_holders(session: Session, unit_id: int) -> list[HolderLine]:
    """Everybody who held, holds or will hold an office of one unit: who began last comes first."""
    query = (
        select(OfficeHolder, Unit.name, Employee.name)
        .join(Unit, Unit.id == OfficeHolder.unit_id)
        .join(Employee, Employee.id == OfficeHolder.employee_id)
        .where(OfficeHolder.unit_id == unit_id)
        .order_by(OfficeHolder.valid_from.desc(), OfficeHolder.id.desc())
    )
    return [to_line(*row) for row in session.execute(query)]


def holder_on(session: Session, unit_id: int, office: str, day: date) -> HolderLine | None:
    """Who holds an office for a unit on a day: its own holder, else that of the nearest unit above; None: nobody.

    Of several rows of a unit for the day the newest counts, so that an acting holder stands before the definitive one.
    """
    name = office_name(office)
    tree = UnitTree.load(session.connection())
    query = (
        select(OfficeHolder, Unit.name, Employee.name)
        .join(Unit, Unit.id == OfficeHolder.unit_id)
        .join(Employee, Employee.id == OfficeHolder.employee_id)
        .where(OfficeHolder.office == name)
        .order_by(OfficeHolder.id.desc())
    )
    rows = [each for each in session.execute(query) if within(day, each[0].valid_from, each[0].valid_until)]
    seen: set[int] = set()
    at: int | None = unit_id
    while at is not None and at not in seen:
        seen.add(at)
        found = next((each for each in rows if each[0].unit_id == at), None)
        if found is not None:
            return to_line(*found)
        at = tree.node(at).parent_id
    return None


def office_name(text: str) -> str:
    """An office as it is kept; BadInputError for anything that is none of the three."""
    words = " ".join(text.split()).casefold()
    known = {each.casefold(): each for each in OFFICES} | _ALIASES
    if words not in known:
        raise BadInputError(f"'{text[:64]}' is no office: choose {', '.join(OFFICES)}.")
    return known[words]


def to_line(row: OfficeHolder, unit: str, name: str) -> HolderLine:
    """A row for people, with the names of the unit and of the person."""
    return HolderLine(
        id=row.id,
        unit=unit,
        office=row.office,
        employee_id=row.employee_id,
        name=name,
        acting=row.acting,
        valid_from=row.valid_from,
        valid_until=row.valid_until,
        basis=row.basis,
        set_by=row.set_by,
        set_at=row.set_at,
        until_before=row.until_before,
        ended_by=row.ended_by,
        ended_at=row.ended_at,
    )
