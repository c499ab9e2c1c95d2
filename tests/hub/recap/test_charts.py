"""What the charts are drawn from, of whom, and added up by the units right below the one that is looked at."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

import msgspec
import pytest

from benchmarks.invented_office import InventedOffice
from hub.attendance.day import AttendanceDay, Status, encode_day
from hub.attendance.models import StoredDay
from hub.db import Database
from hub.recap import charts
from hub.recap.charts import arrivals, month_figures, part_timers, pay_effect
from hub.recap.monthly import Month
from hub.recap.part_time import performance

JAKARTA = ZoneInfo("Asia/Jakarta")
MONDAY = date(2026, 3, 2)
MARCH = Month(2026, 3)
NOW = datetime(2026, 3, 20, tzinfo=JAKARTA)


class Branch:
    """An agency with one unit below it, and another agency, under one regency."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.office = InventedOffice(database, at=NOW)
        top = self.office.unit("Kabupaten")
        self.dinas = self.office.unit("Dinas", parent=top)
        self.uptd = self.office.unit("UPTD", parent=self.dinas)
        self.badan = self.office.unit("Badan", parent=top)

    def day(self, unit: int, on: date, status: Status = Status.HADIR, arrived: str = "", late: int = 0) -> str:
        person = self.office.employee(f"Person of {unit}", unit=unit)
        arrival = datetime.fromisoformat(f"{on}T{arrived}").replace(tzinfo=JAKARTA) if arrived else None
        day = AttendanceDay(work_date=on, policy="jember-5", status=status, late_min=late, arrival=arrival)
        with self.database.write() as session:
            session.add(
                StoredDay(
                    employee_id=person, work_date=on, unit_id=unit, status=str(status), late_min=late, early_min=0,
                    absent_days=int(status is Status.TK), day=msgspec.json.decode(encode_day(day)), assessed_at=NOW,
                    version=1,
                )
            )  # fmt: skip
        return person


@pytest.fixture
def branch(database: Database) -> Branch:
    return Branch(database)


def test_arrivals_are_counted_by_the_minute_against_the_due_time(database: Database, branch: Branch) -> None:
    for clock, late in (("06:50:10", 0), ("06:50:59", 0), ("07:12:00", 12), ("07:40:00", 10)):
        branch.day(branch.uptd, MONDAY, arrived=clock, late=late)
    branch.day(branch.badan, MONDAY, arrived="06:30:00")
    branch.day(branch.dinas, MONDAY, Status.TK)
    found = arrivals(database, MONDAY, branch.dinas)
    assert (found.on_time, found.late, found.due) == ({410: 2}, {432: 1, 460: 1}, (420, 450))
    assert arrivals(database, MONDAY).on_time == {410: 2, 390: 1}
    assert arrivals(database, date(2026, 3, 3)).due == ()


def test_rare_due_times_are_left_out(database: Database, branch: Branch) -> None:
    for _ in range(11):
        branch.day(branch.badan, MONDAY, arrived="07:05:00", late=5)
    branch.day(branch.badan, MONDAY, arrived="09:05:00", late=5)
    assert arrivals(database, MONDAY).due == (420,)


def test_month_is_added_up_by_branch_and_weekday(database: Database, branch: Branch) -> None:
    branch.day(branch.uptd, MONDAY, late=12)
    branch.day(branch.dinas, MONDAY)
    branch.day(branch.dinas, date(2026, 3, 6), Status.TK)
    branch.day(branch.dinas, date(2026, 3, 6), Status.C)
    branch.day(branch.badan, MONDAY, Status.BERJALAN, late=3)
    branch.day(branch.badan, date(2026, 4, 1))
    badan, dinas = month_figures(database, MARCH)
    assert (dinas.unit.name, dinas.present, dinas.late, dinas.late_min) == ("Dinas", 2, 1, 12)
    assert dinas.by_weekday[0] == (2, 1)
    assert (dinas.worked, dinas.expected) == (2, 3)
    assert (badan.present, badan.late, badan.worked, badan.expected) == (1, 1, 0, 0)
    assert [line.unit.name for line in month_figures(database, MARCH, branch.dinas)] == ["Dinas", "UPTD"]


def test_part_timers_minutes_are_those_of_the_monthly_performance(database: Database, branch: Branch) -> None:
    person = branch.office.employee("Paruh Waktu", unit=branch.uptd)
    branch.office.contract(person, start="07:00", end="11:00", quota=240)
    with database.write() as session:
        for number, (status, paid, short) in enumerate(
            (
                (Status.HADIR, 200, 40),
                (Status.HADIR, 300, 0),
                (Status.TK, 0, 240),
                (Status.BERJALAN, 50, 190),
                (Status.LIBUR, 240, 0),
                (Status.HADIR, 100, None),
            ),
            start=2,
        ):
            on = date(2026, 3, number)
            day = AttendanceDay(work_date=on, policy="x", status=status, paid_min=paid, short_min=short)
            session.add(
                StoredDay(
                    employee_id=person, work_date=on, unit_id=branch.uptd, status=str(status), absent_days=0,
                    day=msgspec.json.decode(encode_day(day)), assessed_at=NOW, version=1,
                )
            )  # fmt: skip
    [row] = performance(database, MARCH).rows
    assert (row["paid_min"], row["short_min"]) == (440, 280), "the quota at most, no day off, no Saturday, nothing open"
    [figures] = month_figures(database, MARCH)
    assert (figures.unit.name, figures.paid_min, figures.quota_min) == ("Dinas", 440, 720)
    assert [line.paid_min for line in month_figures(database, MARCH, branch.uptd)] == [440]
    assert month_figures(database, MARCH, branch.badan) == ()


def test_part_timers_are_counted_where_they_work(database: Database, branch: Branch) -> None:
    for unit, start in ((branch.uptd, "07:00"), (branch.uptd, "10:00"), (branch.badan, "13:00")):
        person = branch.office.employee("Paruh Waktu", unit=unit)
        branch.office.contract(person, start=start, end="17:00", quota=240)
    found = part_timers(database, MONDAY)
    assert [(line.unit.name, line.morning, line.noon, line.afternoon) for line in found] == [
        ("Badan", 0, 0, 1), ("Dinas", 1, 1, 0),
    ]  # fmt: skip
    assert [line.unit.name for line in part_timers(database, MONDAY, branch.dinas)] == ["UPTD"]
    assert part_timers(database, date(2030, 1, 1)) == ()


def test_pay_is_added_up_where_it_is_known_and_few(
    database: Database, branch: Branch, monkeypatch: pytest.MonkeyPatch
) -> None:
    person = branch.office.employee("Paruh Waktu", unit=branch.uptd)
    branch.office.contract(person, start="07:00", end="11:00", quota=240)
    day = AttendanceDay(work_date=MONDAY, policy="jombang-part-time", status=Status.TK, paid_min=0, short_min=240)
    with database.write() as session:
        session.add(
            StoredDay(
                employee_id=person, work_date=MONDAY, unit_id=branch.uptd, status="TK", late_min=0, early_min=0,
                absent_days=1, day=msgspec.json.decode(encode_day(day)), assessed_at=NOW, version=1,
            )
        )  # fmt: skip
    branch.day(branch.badan, MONDAY)
    found = pay_effect(database, MARCH)
    assert found is not None
    assert [(line.unit.name, line.people, line.base) for line in found] == [("Dinas", 1, 1_200_000)]
    assert found[0].deduction > 0
    monkeypatch.setattr(charts, "MOST_PAID", 1)
    assert pay_effect(database, MARCH) is None
