"""A whole unit's Lampiran I, taken by hand in an outage: read line by line, and entered as a whole or not at all."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Final

import msgspec
from sqlalchemy import select
from sqlalchemy.orm import Session

from contract.errors import BadInputError
from hub.attendance.dirty import mark_dirty
from hub.attendance.manual_desk import EntryDesk, ManualDay, read_clock
from hub.attendance.months import reason_text
from hub.attendance.outages import check_covers, find_outage
from hub.attendance.paper_files import PaperFile, PaperStore
from hub.db import Database
from hub.errors import PaperError
from hub.roster.finding import find_person
from hub.roster.models import Employee
from hub.roster.officers import officer_name
from hub.roster.units import Memberships
from hub.sheets import Line, parse_sheet

MAX_SHEET_BYTES: Final = 2 << 20
MAX_LINES: Final = 5_000

_COLUMNS: Final = {
    "nip": ("nip", "nipppk", "ni pppk"),
    "name": ("nama", "name"),
    "either": ("nama/nip",),
    "arrival": ("jam datang", "datang", "kedatangan", "jam kedatangan", "arrival"),
    "departure": ("jam pulang", "pulang", "kepulangan", "jam kepulangan", "departure"),
}
"""Headings as offices write them, in any capitals; columns with other headings are left aside."""


class SheetLine(msgspec.Struct, frozen=True, kw_only=True):
    """A line of the sheet. line: as a text editor counts. error None: it can be entered, or has no times to enter.

    employee_id, name: whom it speaks of; None where that is the error.
    """

    line: int
    text: str
    employee_id: str | None = None
    name: str | None = None
    arrival: str | None = None
    departure: str | None = None
    error: str | None = None

    @property
    def has_times(self) -> bool:
        return self.arrival is not None or self.departure is not None


class SheetReport(msgspec.Struct, frozen=True, kw_only=True):
    """What a sheet came to. stored: the entries' ids; empty after a dry run, and whenever a line has an error."""

    work_date: date
    lines: tuple[SheetLine, ...]
    stored: tuple[int, ...]

    @property
    def errors(self) -> tuple[SheetLine, ...]:
        return tuple(line for line in self.lines if line.error is not None)

    @property
    def ready(self) -> int:
        """How many lines are, or could be, entered."""
        return sum(line.error is None and line.has_times for line in self.lines)

    @property
    def without_times(self) -> int:
        """How many lines have no time: people who were away, and need a letter."""
        return sum(line.error is None and not line.has_times for line in self.lines)


def import_sheet(
    database: Database,
    content: bytes,
    *,
    outage_id: int,
    work_date: date,
    by: str,
    now: datetime,
    dry_run: bool = False,
    reason: str = "Lampiran I",
    store: PaperStore | None = None,
    scan: PaperFile | None = None,
    unit_id: int | None = None,
) -> SheetReport:
    """Enter every line of a sheet (CSV) for a date of an outage, or none when a line has an error or it is a dry run.

    The entries wait for another person, as all do. scan: the signed form, kept with each of them. unit_id: only people
    of this unit and those below it may stand on it; None: all whom the outage concerns. PaperError when the
    sheet cannot be read at all, or the outage was not on that date.
    """
    officer, why = officer_name(by), reason_text(reason)
    rows = list(_read_rows(content))
    if not rows:
        raise PaperError("The sheet has headings and no lines; write one line for each person.")
    with database.read() as session:
        report = _check(
            session, rows, outage_id=outage_id, work_date=work_date, now=now, scanned=scan is not None, unit_id=unit_id
        )
    if report.errors or dry_run or not report.ready:
        return report
    sha256 = store.keep(scan) if store is not None and scan is not None else None
    with database.write() as session:
        # Again, inside the transaction that stores: meanwhile somebody may have entered one of them.
        report = _check(
            session, rows, outage_id=outage_id, work_date=work_date, now=now, scanned=scan is not None, unit_id=unit_id
        )
        if report.errors:
            return report
        people = [line.employee_id for line in report.lines if line.employee_id is not None]
        desk = EntryDesk.load(session, people, now)
        entries = [
            desk.entry(_day(line, work_date), reason=why, officer=officer, sha256=sha256, outage_id=outage_id)
            for line in report.lines
            if line.has_times
        ]
        session.add_all(entries)
        session.flush()
        mark_dirty(session.connection(), [(entry.employee_id, work_date) for entry in entries], now=now)
        return msgspec.structs.replace(report, stored=tuple(entry.id for entry in entries))


def read_sheet(path: Path) -> bytes:
    """The bytes of a sheet; PaperError when it cannot be read or is too large to be one."""
    try:
        with path.open("rb") as file:
            content = file.read(MAX_SHEET_BYTES + 1)
    except OSError as error:
        raise PaperError(f"The sheet {path} cannot be read: {error.strerror}.") from error
    if len(content) > MAX_SHEET_BYTES:
        raise PaperError(f"{path.name} is larger than any unit's day; give the CSV of one unit and one date.")
    return content


@dataclass(frozen=True, slots=True)
class _Row:
    """A line as it stands: who, by number and by name, and the two times."""

    line: int
    nip: str
    name: str
    arrival: str
    departure: str

    @property
    def text(self) -> str:
        return ", ".join(part for part in (self.nip, self.name, self.arrival, self.departure) if part)[:200]


def _read_rows(content: bytes) -> Iterator[_Row]:
    sheet = parse_sheet(_utf8(content), "The sheet", _COLUMNS, needed=())
    if not sheet.fields & {"nip", "name", "either"} or not sheet.fields & {"arrival", "departure"}:
        raise PaperError(
            f"The sheet's first line names no people or no times ({', '.join(sheet.others)[:120]}); "
            "write NIP or Nama, Jam Datang, Jam Pulang."
        )
    if len(sheet.lines) > MAX_LINES:
        raise PaperError(f"The sheet has more than {MAX_LINES} lines; give one unit and one date.")
    return (_read_row(line) for line in sheet.lines)


def _utf8(content: bytes) -> bytes:
    """A text of older spreadsheet programs on Windows as UTF-8; everything else as it is."""
    if content.startswith(b"PK") or b"\0" in content:
        return content
    try:
        content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", errors="replace").encode()
    return content


def _read_row(line: Line) -> _Row:
    def cell(field: str) -> str:
        text = " ".join(line.cells.get(field, "").split())
        return "" if text == "-" else text

    either = cell("either")
    is_number = sum(character.isdigit() for character in either) >= 12
    return _Row(
        line=line.number,
        # A spreadsheet that holds a NIP as a text sometimes leaves its apostrophe.
        nip=(cell("nip") or (either if is_number else "")).lstrip("'"),
        name=cell("name") or ("" if is_number else either),
        arrival=cell("arrival"),
        departure=cell("departure"),
    )


def _check(
    session: Session,
    rows: list[_Row],
    *,
    outage_id: int,
    work_date: date,
    now: datetime,
    scanned: bool,
    unit_id: int | None,
) -> SheetReport:
    outage = find_outage(session, outage_id)
    members = Memberships.load(session.connection())
    names = {row.id: row.name for row in session.execute(select(Employee.id, Employee.name))}
    desk = EntryDesk.load(session, list(names), now)
    check_covers(outage, desk.tree, outage.unit_id, work_date)
    within = None if outage.unit_id is None else desk.tree.within(outage.unit_id)
    if unit_id is not None:
        own = desk.tree.within(unit_id)
        within = own if within is None else within & own
    among = {person for person in names if within is None or members.unit_on(person, work_date) in within}
    seen: dict[str, int] = {}
    lines = []
    for row in rows:
        try:
            line = _read_line(session, row, among, names)
            if line.employee_id in seen:
                raise PaperError(f"{line.name} stands on line {seen[line.employee_id]} already.")
            if line.employee_id is not None:
                seen[line.employee_id] = row.line
            if line.has_times:
                desk.check(_day(line, work_date), outage_id=outage_id)
                if not scanned:
                    desk.check_photo_needed(_day(line, work_date), "the form's scan or a photo with --scan FILE")
        except BadInputError as error:
            line = SheetLine(line=row.line, text=row.text, error=str(error))
        lines.append(line)
    return SheetReport(work_date=work_date, lines=tuple(lines), stored=())


def _read_line(session: Session, row: _Row, among: set[str], names: Mapping[str, str]) -> SheetLine:
    """Who and when; BadInputError says what is wrong with it."""
    if not row.nip and not row.name:
        raise PaperError("The line names nobody: write the NIP or the name.")
    if row.nip and "E+" in row.nip.upper():
        raise PaperError(f"'{row.nip}' was a NIP before the spreadsheet rounded it: format the column as text.")
    person = find_person(session, row.nip or row.name, among=among)
    if row.nip and row.name and row.name.casefold() != names[person].casefold():
        raise PaperError(f"The NIP is that of {names[person]}, and the name {row.name}: correct one of the two.")
    return SheetLine(
        line=row.line,
        text=row.text,
        employee_id=person,
        name=names[person],
        arrival=read_clock(row.arrival) if row.arrival else None,
        departure=read_clock(row.departure) if row.departure else None,
    )


def _day(line: SheetLine, work_date: date) -> ManualDay:
    assert line.employee_id is not None  # noqa: S101 - lines without a person have an error
    return ManualDay(employee_id=line.employee_id, work_date=work_date, arrival=line.arrival, departure=line.departure)
