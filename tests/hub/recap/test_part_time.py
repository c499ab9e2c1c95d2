"""Reports on part-timers: pay list, monthly performance, contract renewal."""

from __future__ import annotations

import csv
import io
from datetime import date
from typing import Any

import pytest

from benchmarks.invented_office import InventedOffice
from hub.attendance.day import Status
from hub.db import Database
from hub.recap.monthly import Month
from hub.recap.part_time import Report, pay_list, percent, performance, renewal, to_csv
from tests.factories.pay import NOVEMBER, month_of_days, slot_day, workdays_of, write_contract, write_days

OCTOBER = Month(2026, 10)
ABSENT: dict[str, Any] = slot_day(0) | {"status": Status.TK, "absent_days": 1}
LEAVE: dict[str, Any] = slot_day(240, recorded_min=None) | {"status": Status.S}


@pytest.fixture
def unit(office: InventedOffice) -> int:
    return office.unit("Dinas Pendidikan")


@pytest.fixture
def dewi(database: Database, office: InventedOffice, unit: int) -> str:
    """Two months: one day late, one too short, one absent, one ill; all of October in time."""
    dewi = office.employee("Dewi", unit=unit, nip="199002022023212001", position="Guru")
    days = workdays_of()
    late = slot_day(240) | {"late_min": 20}
    short = slot_day(210) | {"early_min": 30}
    changes = {days[0]: late, days[1]: short, days[2]: ABSENT, days[3]: LEAVE}
    write_days(database, dewi, unit, month_of_days("jombang-part-time", changes, **slot_day(240)))
    write_days(database, dewi, unit, month_of_days("jombang-part-time", {}, OCTOBER, **slot_day(240)))
    write_contract(database, dewi)
    return dewi


def only(report: Report) -> dict[str, Any]:
    (row,) = report.rows
    assert set(row) == {column.key for column in report.columns}
    return row


def test_the_pay_list_has_what_is_paid_and_why_less(database: Database, unit: int, dewi: str) -> None:
    row = only(pay_list(database, NOVEMBER, unit))
    assert (row["quota_min"], row["paid_min"]) == (21 * 240, 21 * 240 - 270)
    assert row["amount"] == 1_200_000 * (21 * 240 - 270) // (21 * 240)
    assert row["monthly_pay"] - row["deduction"] == row["amount"]
    assert (row["name"], row["contract"], row["provisional"], row["remark"]) == ("Dewi", "814/1/2026", False, "")


def test_performance_counts_days_minutes_and_punctuality(database: Database, unit: int, dewi: str) -> None:
    row = only(performance(database, NOVEMBER))
    assert (row["slot_days"], row["present_days"], row["excused_days"], row["absent_days"]) == (21, 19, 1, 1)
    assert (row["late_times"], row["late_min"], row["early_times"], row["early_min"]) == (1, 20, 1, 30)
    assert (row["paid_min"], row["short_min"], row["open_days"]) == (21 * 240 - 270, 270, 0)
    assert row["punctual_percent"] == "89.47"


def test_renewal_looks_at_the_whole_contract(database: Database, unit: int, dewi: str) -> None:
    row = only(renewal(database, NOVEMBER, NOVEMBER))
    slots = len(workdays_of()) + len(workdays_of(OCTOBER))
    assert (row["months"], row["slot_days"], row["quota_min"]) == (2, slots, slots * 240)
    assert row["paid_percent"] == percent(slots * 240 - 270, slots * 240)
    assert (row["absent_days"], row["late_min"], row["early_min"]) == (1, 20, 30)
    assert (row["valid_from"], row["valid_until"]) == ("2026-01-01", "2026-12-31")


def test_each_contract_has_a_row_of_its_own_days(database: Database, unit: int, dewi: str) -> None:
    write_contract(database, dewi, number="814/2/2026", valid_from=date(2026, 11, 16))
    old, new = performance(database, NOVEMBER).rows
    assert (old["contract"], new["contract"]) == ("814/1/2026", "814/2/2026")
    assert (old["slot_days"], new["slot_days"]) == (10, 11)
    assert (old["absent_days"], new["absent_days"]) == (1, 0)


def test_other_units_and_people_without_a_contract_are_left_out(
    database: Database, office: InventedOffice, unit: int, dewi: str
) -> None:
    other = office.unit("Dinas Sosial")
    budi = office.employee("Budi", unit=unit)
    write_days(database, budi, unit, month_of_days("kutim-4", {}, session_misses=0))
    for report in (pay_list, performance):
        assert only(report(database, NOVEMBER))["name"] == "Dewi"
        assert report(database, NOVEMBER, other).rows == ()
    assert renewal(database, OCTOBER, NOVEMBER, other).rows == ()


def test_csv_has_indonesian_headings_and_the_same_cells(database: Database, dewi: str) -> None:
    report = pay_list(database, NOVEMBER)
    rows = list(csv.DictReader(io.StringIO(to_csv(report.columns, report.rows))))
    assert rows[0]["Nama"] == "Dewi"
    assert rows[0]["Sementara"] == "tidak"
    assert rows[0]["Dibayarkan (Rp)"] == str(report.rows[0]["amount"])


def test_a_percentage_of_nothing_is_not_known() -> None:
    assert percent(0, 0) is None
    assert percent(1, 3) == "33.33"
    assert percent(2, 3) == "66.67"
