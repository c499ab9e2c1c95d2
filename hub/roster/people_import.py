"""Employees from a CSV or XLSX file: first looked through line by line, and stored only when every line is right."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from contract.errors import BadInputError
from hub.attendance.day import Sentence
from hub.attendance.dirty import mark_span
from hub.db import Database
from hub.roster.changes import note_people
from hub.roster.employees import ensure_unit, transfer_employee
from hub.roster.models import Employee, EmploymentChange, EmploymentTerm, Membership, Unit
from hub.roster.people_lines import COLUMNS, NEEDED, Term, nip_of, term_of
from hub.roster.terms import change_of, employment_of
from hub.roster.units import Memberships
from hub.sheets import Action, CellError, ImportReport, Line, LineReport, Sheet, read_sheet, report_of

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Wanted:
    """What a line asks for. start None: the line has no TMT. term: None for what it leaves as it is."""

    line: Line
    nip: str
    name: str
    unit_id: int
    start: date | None
    term: Term


@dataclass(slots=True)
class _Known:
    """What is on record, read once."""

    units: dict[str, int]
    closed: dict[int, date]
    by_nip: dict[str, list[Employee]]
    without_nip: dict[str, list[Employee]]
    terms: dict[str, list[EmploymentTerm]]
    memberships: Memberships
    made_units: list[str] = field(default_factory=list)


def import_people(
    database: Database,
    source: Path | Sheet,
    *,
    by: str,
    now: datetime,
    today: date,
    dry_run: bool = False,
    make_units: bool = False,
    without_tmt: date | None = None,
    progress: Progress | None = None,
) -> ImportReport:
    """Add employees and what changed of those on record; nothing is stored when a line is wrong, or with `dry_run`.

    Somebody is found by the NIP, or without one on record by name and unit. What is new begins on the line's TMT and
    overwrites nothing: terms are new rows, another unit is a transfer. An empty cell keeps what is on record.
    without_tmt: from when changes hold on lines without TMT; None: such a line is an error when it changes something.
    source: the file, or its rows by COLUMNS. SheetError when the file cannot be read as a whole.
    """
    sheet = source if isinstance(source, Sheet) else read_sheet(source, COLUMNS, needed=NEEDED)
    reports: list[LineReport] = []
    made: list[str] = []
    with database.write() as session:
        known = _read_known(session)
        importer = _Importer(session, known, by=by, now=now, today=today, without_tmt=without_tmt)
        seen: dict[str, int] = {}
        for done, line in enumerate(sheet.lines, start=1):
            reports.append(_take_line(importer, line, seen, make_units=make_units))
            if progress is not None:
                progress(done, len(sheet.lines))
        made = known.made_units
        wrong = any(report.action == "error" for report in reports)
        if dry_run or wrong:
            session.rollback()
            made = [] if wrong else made
        else:
            importer.finish()
    return report_of(sheet.file, reports, dry_run=dry_run, stored=not (dry_run or wrong), made_units=made)


def _take_line(importer: _Importer, line: Line, seen: dict[str, int], *, make_units: bool) -> LineReport:
    who = ""
    try:
        who = line.needed("name")
        nip = nip_of(line)
        if nip in seen:
            raise line.error(
                "nip", f"{nip} sudah ada pada baris {seen[nip]}.", f"{nip} stands on line {seen[nip]} already."
            )
        seen[nip] = line.number
        return importer.take(line, nip, who, make_units=make_units)
    except CellError as error:
        return error.at(line.number, who)


class _Importer:
    """Writes lines into an open transaction."""

    def __init__(
        self,
        session: Session,
        known: _Known,
        *,
        by: str,
        now: datetime,
        today: date,
        without_tmt: date | None,
    ) -> None:
        self._session = session
        self._known = known
        self._by = by
        self._now = now
        self._today = today
        self._without_tmt = without_tmt
        self._changed: set[str] = set()
        self._after_people: list[Membership | EmploymentTerm | EmploymentChange] = []
        self._reassess: dict[str, date] = {}

    def take(self, line: Line, nip: str, name: str, *, make_units: bool) -> LineReport:
        wanted = _Wanted(
            line=line,
            nip=nip,
            name=name,
            unit_id=self._unit_of(line, make_units=make_units),
            start=line.day("valid_from") or self._without_tmt,
            term=term_of(line),
        )
        employee = self._find(wanted)
        return self._add(wanted) if employee is None else self._change(wanted, employee)

    def finish(self) -> None:
        """Tell the kiosks who changed, and let days be assessed again where a unit or a group changed."""
        self._session.flush()
        self._session.add_all(self._after_people)
        self._session.flush()
        note_people(self._session.connection(), sorted(self._changed), now=self._now)
        by_start: dict[date, list[str]] = defaultdict(list)
        for employee_id, start in self._reassess.items():
            by_start[start].append(employee_id)
        for start, people in by_start.items():
            mark_span(self._session.connection(), first=start, last=None, now=self._now, people=people)

    def _unit_of(self, line: Line, *, make_units: bool) -> int:
        name = line.needed("unit")
        unit_id = self._known.units.get(name.casefold())
        if unit_id is None and make_units:
            unit_id = ensure_unit(self._session, name, now=self._now, author=self._by).id
            self._known.units[name.casefold()] = unit_id
            self._known.made_units.append(name)
        if unit_id is None:
            raise line.error(
                "unit",
                f"unit '{name}' tidak ada; perbaiki namanya, atau jalankan dengan --make-units.",
                f"there is no unit '{name}'; correct its name, or run with --make-units.",
            )
        last = self._known.closed.get(unit_id)
        if last is not None and (line.day("valid_from") or self._without_tmt or self._today) > last:
            raise line.error(
                "unit",
                f"unit '{name}' ditutup setelah {last}; pilih unit lain.",
                f"the unit '{name}' is closed after {last}; choose another unit.",
            )
        return unit_id

    def _find(self, wanted: _Wanted) -> Employee | None:
        """The employee of this number; without one the one without a number who has this name in this unit."""
        found, column = self._known.by_nip.get(wanted.nip, []), "nip"
        if not found:
            column = "name"
            found = [
                employee
                for employee in self._known.without_nip.get(wanted.name.casefold(), [])
                if employee.nip is None and self._unit_on(employee, wanted) == wanted.unit_id
            ]
        if len(found) > 1:
            raise wanted.line.error(
                column,
                f"{len(found)} pegawai cocok; selesaikan dulu yang ganda.",
                f"{len(found)} employees match; settle the double record first.",
            )
        return found[0] if found else None

    def _unit_on(self, employee: Employee, wanted: _Wanted) -> int | None:
        return self._known.memberships.unit_on(employee.id, wanted.start or self._today)

    def _add(self, wanted: _Wanted) -> LineReport:
        employee = Employee(
            id=str(uuid.uuid4()),
            name=wanted.name,
            nip=wanted.nip,
            position=wanted.line.text("position"),
            employed_from=wanted.start,
            created_at=self._now,
            created_by=self._by,
        )
        self._session.add(employee)
        self._after_people.append(
            Membership(
                employee_id=employee.id,
                unit_id=wanted.unit_id,
                valid_from=wanted.start,
                set_by=self._by,
                set_at=self._now,
            )
        )
        if any(value is not None for value in wanted.term.values()):
            self._write_term(employee, wanted.start, None, wanted.term)
        self._changed.add(employee.id)
        return _report(wanted, "new", [("pegawai baru", "new employee")])

    def _change(self, wanted: _Wanted, employee: Employee) -> LineReport:
        said: list[tuple[str, str]] = []
        if employee.nip != wanted.nip:
            said.append((f"NIP {wanted.nip}", f"NIP {wanted.nip}"))
        if employee.name != wanted.name:
            said.append((f"nama dari '{employee.name}'", f"name from '{employee.name}'"))
        terms = self._known.terms.get(employee.id, [])
        current = next((term for term in reversed(terms) if _holds(term, wanted.start or self._today)), None)
        changes: Term = {
            key: value
            for key, value in wanted.term.items()
            if value is not None and value != (getattr(current, key) if current is not None else None)
        }
        said += [(f"{_WORDS[key][0]} {value}", f"{_WORDS[key][1]} {value}") for key, value in changes.items()]
        moves = self._unit_on(employee, wanted) != wanted.unit_id
        if moves:
            said.append((f"pindah ke {wanted.line.text('unit')}", f"moves to {wanted.line.text('unit')}"))
        if not said:
            return _report(wanted, "same", [("tidak ada perubahan", "nothing changes")])
        if (changes or moves) and wanted.start is None:
            raise wanted.line.error(
                "valid_from",
                "ada perubahan tanpa TMT; isi sejak kapan berlaku, atau jalankan dengan --from.",
                "something changes without a TMT; fill in from when, or run with --from.",
            )
        before = employment_of(employee)
        employee.nip, employee.name = wanted.nip, wanted.name
        if employment_of(employee) != before:
            self._after_people.append(
                change_of(employee, before, officer=self._by, because="impor (import)", now=self._now)
            )
        if changes and wanted.start is not None:
            self._add_term(employee, current, terms, wanted.start, changes)
        if moves:
            self._move(wanted, employee)
        self._changed.add(employee.id)
        if wanted.start is not None and (moves or "group" in changes):
            self._reassess[employee.id] = wanted.start
        return _report(wanted, "change", said)

    def _add_term(
        self,
        employee: Employee,
        current: EmploymentTerm | None,
        terms: list[EmploymentTerm],
        start: date,
        changes: Term,
    ) -> None:
        """A row that holds until the next later one begins, so that what was decided for later stays."""
        later = [term.valid_from for term in terms if term.valid_from is not None and term.valid_from > start]
        until = min(later) - timedelta(days=1) if later else current.valid_until if current is not None else None
        kept = {key: getattr(current, key) if current is not None else None for key in _WORDS}
        self._write_term(employee, start, until, kept | changes)
        if "position" in changes and not later and start <= self._today:
            employee.position = str(changes["position"])

    def _write_term(self, employee: Employee, start: date | None, until: date | None, term: Term) -> None:
        row = EmploymentTerm(
            employee_id=employee.id, valid_from=start, valid_until=until, set_by=self._by, set_at=self._now, **term
        )
        self._after_people.append(row)

    def _move(self, wanted: _Wanted, employee: Employee) -> None:
        assert wanted.start is not None  # noqa: S101 - a move without a date was refused
        try:
            transfer_employee(
                self._session, employee, wanted.unit_id, from_day=wanted.start, now=self._now, author=self._by
            )
        except BadInputError as error:
            raise wanted.line.error("valid_from", str(error), str(error)) from error


_WORDS: Final = {
    "group": ("kelompok", "group"),
    "rank": ("pangkat", "rank"),
    "position": ("jabatan", "position"),
    "tpp_base": ("TPP dasar", "base allowance"),
}


def _read_known(session: Session) -> _Known:
    by_nip: dict[str, list[Employee]] = defaultdict(list)
    without: dict[str, list[Employee]] = defaultdict(list)
    for employee in session.scalars(select(Employee)):
        if employee.nip:
            by_nip[employee.nip].append(employee)
        else:
            without[" ".join(employee.name.split()).casefold()].append(employee)
    terms: dict[str, list[EmploymentTerm]] = defaultdict(list)
    for term in session.scalars(select(EmploymentTerm).order_by(EmploymentTerm.id)):
        terms[term.employee_id].append(term)
    units = session.execute(select(Unit.id, Unit.name, Unit.valid_until)).all()
    return _Known(
        units={unit.name.casefold(): unit.id for unit in units},
        closed={unit.id: unit.valid_until for unit in units if unit.valid_until is not None},
        by_nip=by_nip,
        without_nip=without,
        terms=terms,
        memberships=Memberships.load(session.connection()),
    )


def _holds(term: EmploymentTerm, day: date) -> bool:
    return (term.valid_from is None or term.valid_from <= day) and (term.valid_until is None or day <= term.valid_until)


def _report(wanted: _Wanted, action: Action, said: Sequence[tuple[str, str]]) -> LineReport:
    since_id = since_en = ""
    if action != "same" and wanted.start is not None:
        since_id, since_en = f" (mulai {wanted.start:%d-%m-%Y})", f" (from {wanted.start})"
    number = wanted.line.number
    return LineReport(
        line=number,
        action=action,
        who=wanted.name,
        words=Sentence(
            f"Baris {number}: {'; '.join(words for words, _ in said)}{since_id}.",
            f"Line {number}: {'; '.join(words for _, words in said)}{since_en}.",
        ),
    )
