"""Units from a CSV or XLSX file: first looked through line by line, and stored only when every line is right."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from sqlalchemy.orm import Session

from contract.errors import BadInputError
from hub.attendance.day import Sentence
from hub.attendance.dirty import mark_affected
from hub.db import Database
from hub.roster.unit_changes import NewUnit, UnitChanges, zone_key
from hub.roster.units import UnitNode, UnitTree
from hub.schedule.decisions import Author, assign_policy
from hub.sheets import Action, CellError, ImportReport, Line, LineReport, Sheet, report_of

COLUMNS: Final = {
    "name": ("unit kerja", "unit", "nama", "nama unit", "perangkat daerah", "opd", "name"),
    "parent": ("induk", "unit induk", "di bawah", "parent"),
    "timezone": ("zona", "zona waktu", "timezone"),
    "policy": ("jadwal", "kebijakan", "policy"),
}
NEEDED: Final = ("name",)


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportTerms:
    """since, basis: from which day and by which letter units move and schedules change; None, empty: nothing may.

    zone: of units at the top that name none.
    """

    by: str
    now: datetime
    today: date
    zone: str
    since: date | None = None
    basis: str = ""
    dry_run: bool = False


def import_units(database: Database, sheet: Sheet, terms: ImportTerms) -> ImportReport:
    """Make units and move those on record; nothing is stored when a line is wrong, or with `dry_run`.

    A unit is found by its name, capitals aside; an empty cell leaves what is on record. A unit may stand before the one
    above it. sheet: rows by COLUMNS.
    """
    reports: list[LineReport] = []
    with database.write() as session:
        importer = _Importer(session, terms)
        for line, earlier in _parents_first(sheet.lines):
            reports.append(importer.take(line, earlier))
        wrong = any(report.action == "error" for report in reports)
        if terms.dry_run or wrong:
            session.rollback()
    return report_of(sheet.file, reports, dry_run=terms.dry_run, stored=not (terms.dry_run or wrong))


def _parents_first(lines: Sequence[Line]) -> Iterator[tuple[Line, int | None]]:
    """Every line after that of the unit above it; with the number of an earlier line of the same name, if there is.

    Lines that stand above one another come at the end, as they are.
    """
    first: dict[str, int] = {}
    for line in lines:
        first.setdefault(_key(line, "name"), line.number)
    waiting = list(lines)
    while waiting:
        open_names = {_key(line, "name") for line in waiting}
        ready = [line for line in waiting if _key(line, "parent") not in open_names - {_key(line, "name")}]
        for line in ready or waiting:
            number = first[_key(line, "name")]
            yield line, number if number != line.number else None
        waiting = [line for line in waiting if line not in ready] if ready else []


def _key(line: Line, field: str) -> str:
    return " ".join(line.cells.get(field, "").split()).casefold()


class _Importer:
    def __init__(self, session: Session, terms: ImportTerms) -> None:
        self._session = session
        self._terms = terms
        self._changes = UnitChanges(session, by=terms.by, now=terms.now)
        self._read_units()

    def take(self, line: Line, earlier: int | None) -> LineReport:
        """Do what a line asks for. earlier: another line of the same name."""
        who = ""
        try:
            who = line.needed("name")
            if earlier is not None:
                raise line.error(
                    "name", f"{who} sudah ada pada baris {earlier}.", f"{who} stands on line {earlier} already."
                )
            unit = self._units.get(who.casefold())
            return self._add(line, who) if unit is None else self._change(line, unit)
        except CellError as error:
            return error.at(line.number, who)
        except BadInputError as error:
            return line.error("name", str(error), str(error)).at(line.number, who)

    def _read_units(self) -> None:
        self._units = {node.name.casefold(): node for node in UnitTree.load(self._session.connection()).nodes}

    def _add(self, line: Line, name: str) -> LineReport:
        above = self._above(line)
        zone = _zone(line) or (above.timezone if above is not None else self._terms.zone)
        policy = line.text("policy", most=64)
        parent_id = above.id if above is not None else None
        new = NewUnit(name=name, parent_id=parent_id, timezone=zone, policy=policy)
        made = self._changes.add(new, today=self._terms.today)
        self._units[name.casefold()] = UnitNode(made, name, parent_id, zone, ())
        return _report(line, name, "new", [("unit baru", "new unit")])

    def _change(self, line: Line, unit: UnitNode) -> LineReport:
        above, zone, policy = self._above(line), _zone(line), line.text("policy", most=64)
        if zone is not None and zone != unit.timezone:
            raise line.error(
                "timezone",
                f"zona waktu {unit.name} adalah {unit.timezone} dan tidak dapat diganti.",
                f"the time zone of {unit.name} is {unit.timezone} and cannot be changed.",
            )
        said: list[tuple[str, str]] = []
        if above is not None and above.id != unit.parent_id:
            self._changes.move(unit.id, above.id, from_day=self._since(line, "parent"), basis=self._basis(line))
            said.append((f"pindah ke bawah {above.name}", f"moves below {above.name}"))
            self._read_units()
        if policy is not None and policy != unit.own_policy_on(self._terms.since or self._terms.today, None):
            self._assign(line, unit, policy)
            said.append((f"jadwal {policy}", f"schedule {policy}"))
        if not said:
            return _report(line, unit.name, "same", [("tidak ada perubahan", "nothing changes")])
        return _report(line, unit.name, "change", said)

    def _assign(self, line: Line, unit: UnitNode, policy: str) -> None:
        author = Author(name=self._terms.by, at=self._terms.now)
        first = self._since(line, "policy")
        affected = assign_policy(self._session, unit.id, policy, group=None, first=first, last=None, author=author)
        mark_affected(self._session.connection(), affected, now=self._terms.now)

    def _above(self, line: Line) -> UnitNode | None:
        name = line.text("parent")
        if name is None:
            return None
        found = self._units.get(name.casefold())
        if found is None:
            raise line.error(
                "parent",
                f"unit '{name}' tidak ada, juga tidak pada baris lain.",
                f"there is no unit '{name}', nor on another line.",
            )
        return found

    def _since(self, line: Line, field: str) -> date:
        if self._terms.since is None:
            raise line.error(
                field, "ada perubahan; isi sejak kapan berlaku.", "something changes; fill in from when it holds."
            )
        return self._terms.since

    def _basis(self, line: Line) -> str:
        if not self._terms.basis.strip():
            raise line.error("parent", "unit pindah; isi surat dasarnya.", "the unit moves; fill in the letter.")
        return self._terms.basis


def _zone(line: Line) -> str | None:
    text = line.text("timezone", most=64)
    if text is None:
        return None
    try:
        return zone_key(text)
    except BadInputError as error:
        raise line.error("timezone", str(error), str(error)) from error


def _report(line: Line, name: str, action: Action, said: Sequence[tuple[str, str]]) -> LineReport:
    words = Sentence(
        f"Baris {line.number}: {'; '.join(words for words, _ in said)}.",
        f"Line {line.number}: {'; '.join(words for _, words in said)}.",
    )
    return LineReport(line=line.number, action=action, who=name, words=words)
