"""How far an archive of photos is, line by line."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

from sqlalchemy import select
from sqlalchemy.orm import Session

from hub.db import Database
from hub.roster.models import Employee
from hub.roster.page_enrolment_models import ArchivePerson, PhotoArchive

State = Literal["checking", "checked", "proposing", "done", "dropped"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchiveLine:
    """What came of the photos under one name. name None: nobody was found. faults: file and code."""

    id: int
    label: str
    employee_id: str | None
    name: str | None
    done: bool
    fault: str | None
    other: str | None
    taken: int
    known: int
    faults: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchiveReport:
    """An archive and how far it is. unit_id: whose people it may be about; None: everybody."""

    id: int
    name: str
    author: str
    unit_id: int | None
    state: State
    sent_at: datetime
    lines: tuple[ArchiveLine, ...]

    @property
    def done(self) -> int:
        return sum(line.done for line in self.lines)

    @property
    def taken(self) -> int:
        """Photos that can be used, or (when it is done) that wait for a second person."""
        return sum(line.taken for line in self.lines)

    @property
    def people(self) -> int:
        """People of whom a photo can be used."""
        return sum(line.taken > 0 for line in self.lines)


def archive_report(database: Database, number: int) -> ArchiveReport | None:
    """An archive and what came of it so far; None: there is none of this number."""
    with database.read() as session:
        row = session.get(PhotoArchive, number)
        return None if row is None else _report(session, row)


def list_archives(database: Database, units: frozenset[int] | None, *, most: int = 20) -> list[ArchiveReport]:
    """The newest archives that are about people of these units; None: all."""
    query = select(PhotoArchive).where(PhotoArchive.state != "dropped").order_by(PhotoArchive.id.desc()).limit(most)
    if units is not None:
        query = query.where(PhotoArchive.unit_id.in_(units))
    with database.read() as session:
        return [_report(session, row) for row in session.scalars(query)]


def _report(session: Session, row: PhotoArchive) -> ArchiveReport:
    query = (
        select(ArchivePerson, Employee.name)
        .outerjoin(Employee, Employee.id == ArchivePerson.employee_id)
        .where(ArchivePerson.archive_id == row.id)
        .order_by(ArchivePerson.id)
    )
    lines = tuple(
        ArchiveLine(
            id=person.id,
            label=person.label,
            employee_id=person.employee_id,
            name=name,
            done=person.done,
            fault=person.fault,
            other=person.other,
            taken=person.taken,
            known=person.known,
            faults=tuple((str(file), str(code)) for file, code in person.faults),
        )
        for person, name in session.execute(query)
    )
    return ArchiveReport(
        id=row.id,
        name=row.name,
        author=row.author,
        unit_id=row.unit_id,
        state=_STATES[row.state],
        sent_at=row.sent_at,
        lines=lines,
    )


_STATES: Final[dict[str, State]] = {
    "checking": "checking",
    "checked": "checked",
    "proposing": "proposing",
    "done": "done",
    "dropped": "dropped",
}
