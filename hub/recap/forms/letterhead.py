"""The head of a form (KOP) and who signs it: from the unit itself, else from the nearest unit above."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Final

import msgspec
from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from contract.errors import BadInputError
from hub.recap.forms.sheet import Signature, clean
from hub.recap.models import Letterhead
from hub.recap.people import Person, read_people, read_unit_names
from hub.roster.models import EmploymentTerm, OfficeHolder
from hub.roster.units import UnitTree

HEAD_OF_OFFICE: Final = "Kepala Perangkat Daerah"
SUPERVISOR: Final = "Atasan Langsung"
EVERY_UNIT: Final = "SELURUH UNIT KERJA"

_MOST_LINES, _LONGEST_LINE, _LONGEST_PLACE = 8, 200, 100


class Kop(msgspec.Struct, frozen=True):
    """lines: from the top. place: where forms are signed; None: not on record. of_unit: the unit whose own it is.

    on_record False: nobody has set one, and the names of the units stand in for it.
    """

    lines: tuple[str, ...]
    place: str | None
    of_unit: int | None
    on_record: bool


class Term(msgspec.Struct, frozen=True):
    """As what somebody is employed on a day; None: not on record."""

    group: str | None = None
    rank: str | None = None
    position: str | None = None


class Signatory(msgspec.Struct, frozen=True):
    """A person as forms name them. acting: Plt or Plh; None: definitive."""

    person: Person
    term: Term
    acting: str | None = None

    @property
    def position(self) -> str | None:
        return self.term.position or self.person.position


def read_kop(session: Session, unit_id: int | None) -> Kop:
    """The letterhead of a unit; unit_id None: of the regency."""
    newest = {
        row.unit_id: row
        for row in session.execute(
            select(Letterhead.unit_id, Letterhead.lines, Letterhead.place).order_by(Letterhead.id)
        )
    }
    above = units_above(session, unit_id)
    for each in (*above, None):
        if each in newest:
            lines = tuple(clean(str(line)) for line in newest[each].lines)
            return Kop(lines, clean(newest[each].place) or None, each, on_record=True)
    names = read_unit_names(session)
    if not above:
        tree = UnitTree.load(session.connection())
        above = [each for each in names if each is not None and tree.node(each).parent_id is None]
        if len(above) != 1:
            return Kop((EVERY_UNIT,), None, None, on_record=False)
    return Kop(tuple(clean(names[each].name).upper() for each in reversed(above)), None, unit_id, on_record=False)


def set_kop(
    session: Session, unit_id: int | None, *, lines: Sequence[str], place: str, author: str, now: datetime
) -> None:
    """Put a letterhead on record; earlier ones stay. BadInputError when it could not be printed."""
    lines, place = [line.strip() for line in lines], place.strip()
    if not 1 <= len(lines) <= _MOST_LINES or not all(0 < len(line) <= _LONGEST_LINE for line in lines):
        raise BadInputError(f"A letterhead has 1 to {_MOST_LINES} lines of 1 to {_LONGEST_LINE} characters.")
    if not 0 < len(place) <= _LONGEST_PLACE:
        raise BadInputError(f"The place where forms are signed has 1 to {_LONGEST_PLACE} characters.")
    if not all(line.isprintable() for line in (*lines, place)):
        raise BadInputError("A letterhead has no control characters: give each line by itself.")
    session.add(Letterhead(unit_id=unit_id, lines=lines, place=place, set_by=author, set_at=now))


def read_holder(session: Session, unit_id: int | None, office: str, day: date) -> Signatory | None:
    """Who holds an office on a day; None: nobody on record, in the unit or above it."""
    query = (
        select(OfficeHolder.unit_id, OfficeHolder.employee_id, OfficeHolder.acting)
        .where(
            OfficeHolder.office == office,
            OfficeHolder.valid_from <= day,
            or_(OfficeHolder.valid_until.is_(None), OfficeHolder.valid_until >= day),
        )
        .order_by(OfficeHolder.id)
    )
    newest = {row.unit_id: row for row in session.execute(query)}
    for each in units_above(session, unit_id):
        if each in newest:
            found = read_signatory(session, newest[each].employee_id, day)
            return None if found is None else msgspec.structs.replace(found, acting=newest[each].acting)
    return None


def read_signatory(session: Session, employee_id: str, day: date) -> Signatory | None:
    """A person as a form of that day names them; None when there is no such employee."""
    person = read_people(session, [employee_id]).get(employee_id)
    return None if person is None else Signatory(person, read_terms(session, day, [employee_id]).get(person.id, Term()))


def read_terms(session: Session, day: date, employee_ids: Iterable[str] | None = None) -> dict[str, Term]:
    """Terms of employment on a day by employee, of those who have any; employee_ids None: of everybody."""
    query = select(
        EmploymentTerm.employee_id, EmploymentTerm.group, EmploymentTerm.rank, EmploymentTerm.position
    ).where(
        or_(EmploymentTerm.valid_from.is_(None), EmploymentTerm.valid_from <= day),
        or_(EmploymentTerm.valid_until.is_(None), EmploymentTerm.valid_until >= day),
    )
    if employee_ids is not None:
        query = query.where(EmploymentTerm.employee_id.in_(list(employee_ids)))
    rows = session.execute(query.order_by(EmploymentTerm.id))
    return {row.employee_id: Term(row.group, row.rank, row.position) for row in rows}


def units_above(session: Session, unit_id: int | None) -> list[int]:
    """The unit and those above it, from itself to the top; empty for None."""
    tree = UnitTree.load(session.connection())
    found: list[int] = []
    while unit_id is not None and unit_id not in found:
        found.append(unit_id)
        unit_id = tree.node(unit_id).parent_id
    return found


def signature_of(
    holder: Signatory | None, title: str, *, above: Sequence[str] = (), shows_rank: bool = True
) -> Signature:
    """The block that somebody signs; `title` with Plt. or Plh. before it for who is acting."""
    if holder is None:
        return Signature((*above, f"{title},"), None, None, None, shows_rank)
    acting = f"{holder.acting}. " if holder.acting else ""
    rank = None if holder.term.rank is None else clean(holder.term.rank)
    nip = clean(holder.person.shown_nip) or None
    return Signature((*above, f"{acting}{title},"), clean(holder.person.name), nip, rank, shows_rank)
