"""How long a month takes: every day assessed anew, and the stored month as JSON and as a workbook.

An invented regency of so many people works a month of 31 days in units of 40, with two to four punches a day. The days
are assessed into an empty table (everything is written), and once more (nothing is). `--sizes` makes a table and,
with `--plot`, a picture of how the cost grows.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

from sqlalchemy import insert

from benchmarks.servers import postgresql
from contract.errors import PresensiError
from hub.attendance.recompute import recompute
from hub.db import Database, open_database, upgrade
from hub.fleet.models import Kiosk
from hub.ingest.models import StoredRow
from hub.recap.exports import export
from hub.recap.monthly import Month, monthly
from hub.roster.models import Employee, Membership, Unit, UnitPolicy

JAKARTA: Final = ZoneInfo("Asia/Jakarta")
FIRST: Final = date(2026, 10, 1)
DAYS: Final = 31
NOW: Final = datetime(2026, 11, 5, 12, tzinfo=JAKARTA)
PEOPLE_OF_A_UNIT: Final = 40
EPOCH: Final = "11111111-2222-4333-8444-555555555555"


@dataclass(frozen=True, slots=True)
class RecomputeReport:
    """What was measured, in seconds. days: assessed; again_s: a second run, which changes nothing.

    The fields that end in `_cpu_s` are processor time of all processes together: what stays comparable between sizes
    when others use the machine meanwhile.
    """

    employees: int
    days: int
    punches: int
    recompute_s: float
    again_s: float
    again_changed: int
    recap_json_s: float
    recap_xlsx_s: float
    processes: int
    database: str
    recompute_cpu_s: float
    again_cpu_s: float
    recap_json_cpu_s: float


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print; see --help."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.recompute", description=__doc__)
    parser.add_argument("--employees", type=int, default=10_000)
    parser.add_argument("--sizes", help="several numbers of people, 1000,10000,100000: a table of how the cost grows")
    parser.add_argument("--plot", type=Path, metavar="FILE.png", help="draw that table")
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--db", default="sqlite", help="sqlite, or postgresql (a private server)")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args(arguments)
    sizes = [int(size) for size in options.sizes.split(",")] if options.sizes else [options.employees]
    reports = []
    try:
        for size in sizes:
            reports.append(measure(size, processes=options.processes, kind=options.db))
            if len(sizes) > 1 and not options.json:
                _print(reports[-1])
    except PresensiError as error:
        print(f"presensi: {error}", file=sys.stderr)
        return 2
    if options.plot:
        _plot(reports, options.plot)
    if options.json:
        found: Any = [asdict(report) for report in reports]
        print(json.dumps(found if len(sizes) > 1 else found[0]))
    elif len(sizes) == 1:
        _print(reports[0])
    return 0


def measure(employees: int, *, processes: int, kind: str) -> RecomputeReport:
    """Invent a regency, and time its month."""
    with _database(kind) as database:
        punches = _invent(database, employees)
        last = FIRST + timedelta(days=DAYS - 1)
        with _stopwatch() as first:
            found = recompute(database, first=FIRST, last=last, now=NOW, processes=processes)
        with _stopwatch() as second:
            again = recompute(database, first=FIRST, last=last, now=NOW, processes=processes)
        with _stopwatch() as as_json:
            export(database, monthly(database, Month.of(FIRST)), "json")
        with _stopwatch() as as_workbook:
            export(database, monthly(database, Month.of(FIRST)), "xlsx")
    return RecomputeReport(
        employees=employees,
        days=found.days,
        punches=punches,
        recompute_s=first.seconds,
        again_s=second.seconds,
        again_changed=again.changed,
        recap_json_s=as_json.seconds,
        recap_xlsx_s=as_workbook.seconds,
        processes=processes,
        database=kind,
        recompute_cpu_s=first.cpu_seconds,
        again_cpu_s=second.cpu_seconds,
        recap_json_cpu_s=as_json.cpu_seconds,
    )


@dataclass(slots=True)
class _Taken:
    """How long a block took; cpu_seconds: of this process and of the children that have ended."""

    seconds: float = 0.0
    cpu_seconds: float = 0.0


@contextmanager
def _stopwatch() -> Iterator[_Taken]:
    taken = _Taken()
    began, cpu_began = time.perf_counter(), _cpu_seconds()
    yield taken
    taken.seconds = round(time.perf_counter() - began, 2)
    taken.cpu_seconds = round(_cpu_seconds() - cpu_began, 2)


def _cpu_seconds() -> float:
    used = os.times()
    return used.user + used.system + used.children_user + used.children_system


@contextmanager
def _database(kind: str) -> Iterator[Database]:
    with tempfile.TemporaryDirectory(prefix="presensi-recompute-") as folder:
        if kind == "postgresql":
            with postgresql(Path(folder)) as url, open_database(url) as database:
                upgrade(database)
                yield database
            return
        with open_database(f"sqlite:///{folder}/hub.db") as database:
            upgrade(database)
            yield database


def _invent(database: Database, employees: int) -> int:
    """People, kiosks and a month of punches, written straight into the tables; returns the number of punches."""
    dice = random.Random(1)
    entered = datetime(2026, 1, 1, tzinfo=UTC)
    units = -(-employees // PEOPLE_OF_A_UNIT)
    with database.write() as session:
        session.execute(
            insert(Unit),
            [
                {"id": number, "name": f"Unit {number}", "timezone": "Asia/Jakarta", "created_at": entered}
                for number in range(1, units + 1)
            ],
        )
        session.execute(
            insert(UnitPolicy),
            [
                {
                    "unit_id": number,
                    "policy": "kutim-4" if number % 10 == 0 else "jember-6" if number % 3 == 0 else "jember-5",
                    "valid_from": date(2020, 1, 1),
                    "set_by": "bench",
                    "set_at": entered,
                }
                for number in range(1, units + 1)
            ],
        )
        session.execute(
            insert(Kiosk),
            [
                {
                    "device": f"kiosk-{number}",
                    "public_key": f"key-{number}",
                    "unit_id": number,
                    "delivered_up_to": NOW,
                    "added_at": entered,
                }
                for number in range(1, units + 1)
            ],
        )
        people = [f"person-{number:06d}" for number in range(employees)]
        session.execute(
            insert(Employee),
            [{"id": person, "name": person, "created_at": entered, "created_by": "bench"} for person in people],
        )
        session.execute(
            insert(Membership),
            [
                {"employee_id": person, "unit_id": 1 + number // PEOPLE_OF_A_UNIT, "set_by": "bench", "set_at": entered}
                for number, person in enumerate(people)
            ],
        )
    total = 0
    for start in range(0, employees, 1000):
        rows = [
            row
            for number in range(start, min(start + 1000, employees))
            for row in _punches_of(people[number], 1 + number // PEOPLE_OF_A_UNIT, number, dice)
        ]
        with database.write() as session:
            session.execute(insert(StoredRow), rows)
        total += len(rows)
    return total


def _punches_of(person: str, unit: int, number: int, dice: random.Random) -> Iterator[dict[str, Any]]:
    four = unit % 10 == 0
    seq = number * 1000
    for step in range(DAYS):
        day = FIRST + timedelta(days=step)
        if day.weekday() == 6 or dice.random() < 0.04:
            continue
        hours = [6.7 + dice.gauss(0, 0.2), 15.2 + dice.gauss(0, 0.2)]
        if four:
            hours = [7.5 + dice.gauss(0, 0.2), 12.2, 12.7, 16.3 + dice.gauss(0, 0.2)]
        elif dice.random() < 0.3:
            hours += [11.9, 12.8]
        midnight = datetime(day.year, day.month, day.day, tzinfo=JAKARTA)
        for hour in sorted(hours):
            seq += 1
            row = f"{person}/{seq}".encode()
            at = midnight + timedelta(hours=hour)
            yield {
                "device": f"kiosk-{unit}", "epoch": EPOCH, "seq": seq, "kind": "punch", "person_id": person,
                "taken_at": at, "corrected_at": None, "placed_at": at, "clock_source": "ntp", "boot": "boot",
                "monotonic_ms": seq * 1000, "source": "picamera", "similarity": 0.8, "threshold": 0.6,
                "session_hint": None, "row": row, "hash": sha256(row).digest(), "received_at": at,
            }  # fmt: skip


def _print(report: RecomputeReport) -> None:
    print(
        f"{report.employees} people, {report.days} days, {report.punches} punches on {report.database} with "
        f"{report.processes} processes: {report.recompute_s} s, again {report.again_s} s ({report.again_changed} "
        f"changed); recap as JSON {report.recap_json_s} s, as XLSX {report.recap_xlsx_s} s. Of the processors: "
        f"{report.recompute_cpu_s}, {report.again_cpu_s} and {report.recap_json_cpu_s} s"
    )


def _plot(reports: Sequence[RecomputeReport], path: Path) -> None:
    import matplotlib as mpl

    mpl.use("Agg")
    from matplotlib import pyplot

    figure, axes = pyplot.subplots(figsize=(7, 4.5))
    people = [report.employees for report in reports]
    axes.loglog(people, [report.recompute_cpu_s for report in reports], "o-", label="every day assessed and written")
    axes.loglog(people, [report.again_cpu_s for report in reports], "s-", label="assessed again, nothing changed")
    axes.loglog(people, [report.recap_json_cpu_s for report in reports], "^-", label="stored month as JSON")
    linear = [reports[0].recompute_cpu_s * each / people[0] for each in people]
    axes.loglog(people, linear, ":", color="grey", label="exactly linear")
    axes.set_xlabel("employees, a month of 31 days each")
    axes.set_ylabel("processor seconds")
    axes.grid(visible=True, which="both", alpha=0.3)
    axes.legend()
    figure.tight_layout()
    figure.savefig(path, dpi=150)


if __name__ == "__main__":
    sys.exit(main())
