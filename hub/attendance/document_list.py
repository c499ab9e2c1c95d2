"""Letters on record, with everything that was done to them, by whom and when."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

import msgspec
from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session

from hub.attendance.covers import describe, from_stored
from hub.attendance.document_rows import State, state_of
from hub.attendance.models import DocumentFile, DocumentRow
from hub.attendance.months import last_of
from hub.db import Database
from hub.roster.models import Employee, Membership, Unit
from hub.roster.units import Memberships, UnitTree


class FileLine(msgspec.Struct, frozen=True, kw_only=True):
    """An attached file, and who attached it."""

    sha256: str
    name: str
    media_type: str
    size: int
    added_by: str
    added_at: datetime


class DocumentLine(msgspec.Struct, frozen=True, kw_only=True):
    """A letter with everything that was done to it, by whom and when. covers: as people read them.

    replaces, replaced_by: ids of the letters that it corrects and that correct it.
    """

    id: int
    employee_id: str
    name: str
    unit: str | None
    type: str
    reason: str | None
    number: str | None
    covers: str
    first_day: date | None
    last_day: date | None
    state: State
    known_by: str | None
    handed_in: date | None
    submitted_by: str | None
    submitted_at: datetime
    verified_on: date | None
    verified_by: str | None
    entered_on: date | None
    entered_by: str | None
    refused_at: datetime | None
    refused_by: str | None
    refused_because: str | None
    withdrawn_at: datetime | None
    withdrawn_by: str | None
    withdrawn_because: str | None
    reopened_because: str | None
    signed_by: tuple[str, ...]
    witness_statements: int
    replaces: int | None
    replaced_by: int | None
    files: tuple[FileLine, ...]


class LetterPage(msgspec.Struct, frozen=True, kw_only=True):
    """A page of the letters that were found; count: of all of them, on so many pages."""

    lines: list[DocumentLine]
    count: int
    page: int
    pages: int


def list_documents(
    database: Database,
    *,
    employee_id: str | None = None,
    unit_id: int | None = None,
    state: State | None = None,
    month: date | None = None,
    document_id: int | None = None,
    before: int | None = None,
    on: date,
    limit: int | None = None,
) -> list[DocumentLine]:
    """Letters, the newest first.

    unit_id: of people who are in this unit or below it on the date `on`. month: letters that reach into it. before:
    only those with a smaller number. limit: at most so many.
    """
    conditions = _conditions(employee_id, state, month)
    if document_id is not None:
        conditions.append(DocumentRow.id == document_id)
    if before is not None:
        conditions.append(DocumentRow.id < before)
    with database.read() as session:
        rows, memberships = _rows(session, conditions, unit_id, on)
        return _to_lines(session, rows[:limit], memberships, on)


def find_letters(
    database: Database,
    *,
    employee_id: str | None = None,
    unit_id: int | None = None,
    state: State | None = None,
    month: date | None = None,
    words: Sequence[str] = (),
    due_first: bool = False,
    on: date,
    page: int,
    size: int,
) -> LetterPage:
    """A page of letters, the newest first, or those that are due first; the last one where there are not so many.

    words: case-folded, all of them in name or number of whom it is about. The rest as of `list_documents`.
    """
    with database.read() as session:
        rows, memberships = _rows(session, _conditions(employee_id, state, month), unit_id, on)
        if words:
            people = session.execute(select(Employee.id, Employee.name, Employee.nip))
            wanted = {
                each.id for each in people if all(word in f"{each.name} {each.nip or ''}".casefold() for word in words)
            }
            rows = [row for row in rows if row.employee_id in wanted]
        if due_first:
            rows.sort(key=lambda row: (row.first_day or date.max, row.id))
        pages = max(1, -(-len(rows) // size))
        at = min(page, pages)
        lines = _to_lines(session, rows[(at - 1) * size : at * size], memberships, on)
        return LetterPage(lines=lines, count=len(rows), page=at, pages=pages)


def _conditions(employee_id: str | None, state: State | None, month: date | None) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if employee_id is not None:
        conditions.append(DocumentRow.employee_id == employee_id)
    if month is not None:
        first, last = month.replace(day=1), last_of(month)
        conditions += [DocumentRow.first_day <= last, DocumentRow.last_day >= first]
    if state is not None:
        conditions.append(in_state(state))
    return conditions


def _rows(
    session: Session, conditions: Sequence[ColumnElement[bool]], unit_id: int | None, on: date
) -> tuple[list[DocumentRow], Memberships]:
    """Letters of a unit's people on a date (None: of everybody), the newest first."""
    query = select(DocumentRow).where(*conditions).order_by(DocumentRow.id.desc())
    within = None if unit_id is None else UnitTree.load(session.connection()).within(unit_id)
    if within is not None:
        # All who ever were there; who is there on the date is told below.
        ever = select(Membership.employee_id).where(Membership.unit_id.in_(within))
        query = query.where(DocumentRow.employee_id.in_(ever))
    rows = list(session.scalars(query))
    memberships = Memberships.load(session.connection(), {row.employee_id for row in rows})
    if within is not None:
        rows = [row for row in rows if memberships.unit_on(row.employee_id, on) in within]
    return rows, memberships


def document_line(session: Session, document_id: int, *, on: date) -> DocumentLine:
    """A letter as a transaction that is not committed yet has it; NoResultFound when there is none."""
    session.flush()
    # As it is stored, with moments in UTC, and not as it was written.
    row = session.get_one(DocumentRow, document_id, populate_existing=True)
    [line] = _to_lines(session, [row], Memberships.load(session.connection(), [row.employee_id]), on)
    return line


def person_of(database: Database, document_id: int) -> str | None:
    """Id of the employee whom a letter is about; None: there is no such letter."""
    with database.read() as session:
        return session.scalar(select(DocumentRow.employee_id).where(DocumentRow.id == document_id))


def count_waiting(database: Database, unit_id: int | None, *, on: date) -> dict[State, int]:
    """How many letters are submitted, and how many verified, and wait for the next step."""
    found: dict[State, int] = {"submitted": 0, "verified": 0}
    query = select(DocumentRow.employee_id, DocumentRow.verified_on)
    query = query.where(or_(in_state("submitted"), in_state("verified")))
    with database.read() as session:
        rows = session.execute(query).all()
        if unit_id is not None:
            within = UnitTree.load(session.connection()).within(unit_id)
            memberships = Memberships.load(session.connection(), {row.employee_id for row in rows})
            rows = [row for row in rows if memberships.unit_on(row.employee_id, on) in within]
    for row in rows:
        found["submitted" if row.verified_on is None else "verified"] += 1
    return found


def in_state(state: State) -> ColumnElement[bool]:
    """Of a DocumentRow: whether it stands so, as document_rows.state_of says it."""
    withdrawn, refused = DocumentRow.withdrawn_at.is_not(None), DocumentRow.refused_at.is_not(None)
    if state == "withdrawn":
        return withdrawn
    if state == "refused":
        return and_(~withdrawn, refused)
    in_force = and_(~withdrawn, ~refused)
    if state == "entered":
        return and_(in_force, DocumentRow.entered_on.is_not(None))
    verified = DocumentRow.verified_on.is_not(None)
    waiting = and_(in_force, DocumentRow.entered_on.is_(None))
    return and_(waiting, verified if state == "verified" else ~verified)


def _to_lines(session: Session, rows: Sequence[DocumentRow], memberships: Memberships, on: date) -> list[DocumentLine]:
    ids = [row.id for row in rows]
    names = {
        each.id: each.name
        for each in session.execute(
            select(Employee.id, Employee.name).where(Employee.id.in_({row.employee_id for row in rows}))
        )
    }
    units = {each.id: each.name for each in session.execute(select(Unit.id, Unit.name))}
    replaced = {
        each.replaces: each.id
        for each in session.execute(
            select(DocumentRow.id, DocumentRow.replaces).where(DocumentRow.replaces.in_(ids)).order_by(DocumentRow.id)
        )
    }
    files: dict[int, list[FileLine]] = {}
    for file in session.scalars(
        select(DocumentFile).where(DocumentFile.document_id.in_(ids)).order_by(DocumentFile.id)
    ):
        files.setdefault(file.document_id, []).append(
            FileLine(
                sha256=file.sha256,
                name=file.name,
                media_type=file.media_type,
                size=file.size,
                added_by=file.added_by,
                added_at=file.added_at,
            )
        )
    return [
        DocumentLine(
            id=row.id,
            employee_id=row.employee_id,
            name=names[row.employee_id],
            unit=units.get(memberships.unit_on(row.employee_id, on) or 0),
            type=row.type,
            reason=row.reason,
            number=row.number,
            covers=describe(from_stored(row.covers)) if row.covers else "",
            first_day=row.first_day,
            last_day=row.last_day,
            state=state_of(row),
            known_by=row.known_by,
            handed_in=row.handed_in,
            submitted_by=row.submitted_by,
            submitted_at=row.created_at,
            verified_on=row.verified_on,
            verified_by=row.verified_by,
            entered_on=row.entered_on,
            entered_by=row.entered_by,
            refused_at=row.refused_at,
            refused_by=row.refused_by,
            refused_because=row.refused_because,
            withdrawn_at=row.withdrawn_at,
            withdrawn_by=row.withdrawn_by,
            withdrawn_because=row.withdrawn_because,
            reopened_because=row.reopened_because,
            signed_by=tuple(row.signed_by or ()),
            witness_statements=row.witness_statements,
            replaces=row.replaces,
            replaced_by=replaced.get(row.id),
            files=tuple(files.get(row.id, ())),
        )
        for row in rows
    ]
