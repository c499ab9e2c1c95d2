"""What pay needs from elsewhere: earned points of employees, and scores of units, from CSV or XLSX files."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from hub.attendance.day import Sentence
from hub.db import Database
from hub.recap.models import EarnedPoints, UnitScore
from hub.recap.monthly import Month
from hub.roster.models import Employee, Unit
from hub.sheets import Action, CellError, ImportReport, Line, LineReport, Sheet, read_sheet, report_of

POINT_COLUMNS: Final = {
    "nip": ("nip", "nippppk", "ni pppk"),
    "month": ("bulan", "month", "periode"),
    "points": ("poin", "points", "jumlah poin", "capaian poin"),
}
SCORE_COLUMNS: Final = {
    "unit": ("unit", "unit kerja", "opd", "perangkat daerah"),
    "month": ("bulan", "month", "periode"),
    "factor": ("faktor", "factor", "skor", "nilai"),
}
POINT_PLACES: Final = 4
FACTOR_PLACES: Final = 6

Progress = Callable[[int, int], None]
_Add = Callable[[Session, str, date, str], None]


def import_points(
    database: Database,
    path: Path,
    *,
    by: str,
    now: datetime,
    month: Month | None = None,
    dry_run: bool = False,
    progress: Progress | None = None,
) -> ImportReport:
    """Store the points that employees earned in a month; nothing when a line is wrong, or with `dry_run`.

    month: of lines without one; None: every line needs it. A newer row takes the place of an older one, which stays.
    SheetError when the file cannot be read as a whole.
    """
    sheet = read_sheet(path, POINT_COLUMNS, needed=("nip", "points") if month else ("nip", "month", "points"))

    def read(line: Line) -> tuple[str, str, Decimal]:
        nip = line.digits("nip")
        if nip is None:
            raise line.error("nip", "kosong; isi.", "it is empty; fill it in.")
        found = people.get(nip, [])
        if len(found) != 1:
            raise line.error(
                "nip",
                f"{nip}: {'tidak ada pegawai' if not found else f'{len(found)} pegawai'} dengan nomor ini.",
                f"{nip}: {'no employee has' if not found else f'{len(found)} employees have'} this number.",
            )
        return *found[0], line.decimal("points", places=POINT_PLACES)

    def add(session: Session, employee_id: str, of_month: date, points: str) -> None:
        session.add(
            EarnedPoints(
                employee_id=employee_id, month=of_month, points=points, source=sheet.file[:200], set_by=by, set_at=now
            )
        )

    with database.write() as session:
        people = _read_numbers(session)
        stored = {
            (row.employee_id, row.month): row.points
            for row in session.scalars(select(EarnedPoints).order_by(EarnedPoints.id))
        }
        return _store(
            session, sheet, stored, read=read, add=add, month=month, dry_run=dry_run, progress=progress,
            words=Sentence("poin", "points"),
        )  # fmt: skip


def import_scores(
    database: Database,
    path: Path,
    *,
    by: str,
    now: datetime,
    month: Month | None = None,
    dry_run: bool = False,
    progress: Progress | None = None,
) -> ImportReport:
    """Store what units' scores make of the share that is not individual, 0 to 1; otherwise as `import_points`."""
    sheet = read_sheet(path, SCORE_COLUMNS, needed=("unit", "factor") if month else ("unit", "month", "factor"))

    def read(line: Line) -> tuple[str, str, Decimal]:
        name = line.needed("unit")
        unit_id = units.get(name.casefold())
        if unit_id is None:
            raise line.error("unit", f"unit '{name}' tidak ada.", f"there is no unit '{name}'.")
        factor = line.decimal("factor", places=FACTOR_PLACES)
        if factor > 1:
            raise line.error(
                "factor",
                f"{factor:f} lebih dari 1; tulis bagiannya, 0,95 untuk 95 persen.",
                f"{factor:f} is more than 1; write the share, 0.95 for 95 percent.",
            )
        return str(unit_id), name, factor

    def add(session: Session, unit_id: str, of_month: date, factor: str) -> None:
        session.add(UnitScore(unit_id=int(unit_id), month=of_month, factor=factor, set_by=by, set_at=now))

    with database.write() as session:
        units = {name.casefold(): unit_id for unit_id, name in session.execute(select(Unit.id, Unit.name))}
        stored = {
            (str(row.unit_id), row.month): row.factor
            for row in session.scalars(select(UnitScore).order_by(UnitScore.id))
        }
        return _store(
            session, sheet, stored, read=read, add=add, month=month, dry_run=dry_run, progress=progress,
            words=Sentence("faktor", "factor"),
        )  # fmt: skip


def _store(
    session: Session,
    sheet: Sheet,
    stored: Mapping[tuple[str, date], str],
    *,
    read: Callable[[Line], tuple[str, str, Decimal]],
    add: _Add,
    month: Month | None,
    dry_run: bool,
    progress: Progress | None,
    words: Sentence,
) -> ImportReport:
    """Look through every line, and write them when none is wrong. read: owner, name and number of a line."""
    reports: list[LineReport] = []
    seen: dict[tuple[str, date], int] = {}
    to_write: list[tuple[str, date, str]] = []
    for done, line in enumerate(sheet.lines, start=1):
        try:
            owner, who, number = read(line)
            of_month = line.month("month") or (month.first if month is not None else None)
            if of_month is None:
                raise line.error("month", "kosong; tulis 2026-11.", "it is empty; write 2026-11.")
            key = owner, of_month
            if key in seen:
                raise line.error(
                    "month", f"sama dengan baris {seen[key]}.", f"it is the same month as on line {seen[key]}."
                )
            seen[key] = line.number
            reports.append(_report(line, who, number, stored.get(key), words))
            if reports[-1].action != "same":
                to_write.append((*key, f"{number:f}"))
        except CellError as error:
            reports.append(error.at(line.number))
        if progress is not None:
            progress(done, len(sheet.lines))
    wrong = any(report.action == "error" for report in reports)
    if not wrong and not dry_run:
        for owner, of_month, text in to_write:
            add(session, owner, of_month, text)
        session.flush()
    return report_of(sheet.file, reports, dry_run=dry_run, stored=not (wrong or dry_run))


def _report(line: Line, who: str, number: Decimal, before: str | None, words: Sentence) -> LineReport:
    action: Action = "new" if before is None else "same" if Decimal(before) == number else "change"
    was_id, was_en = ("", "") if action != "change" else (f", sebelumnya {before}", f", before {before}")
    return LineReport(
        line=line.number,
        action=action,
        who=who,
        words=Sentence(
            f"Baris {line.number}: {words.id} {number:f}{was_id}.",
            f"Line {line.number}: {words.en} {number:f}{was_en}.",
        ),
    )


def _read_numbers(session: Session) -> dict[str, list[tuple[str, str]]]:
    """Ids and names by NIP."""
    found: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for employee_id, name, nip in session.execute(select(Employee.id, Employee.name, Employee.nip)):
        if nip:
            found[nip].append((employee_id, name))
    return found
