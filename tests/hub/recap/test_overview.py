"""A day in numbers is the same as the day's list added up, and open days are counted with what they wait for."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import msgspec
import pytest

from benchmarks.invented_office import InventedOffice
from hub.attendance.day import AttendanceDay, Status, encode_day
from hub.attendance.models import StoredDay
from hub.db import Database
from hub.recap.daily import daily
from hub.recap.overview import day_overview, pending_days

DAY = date(2026, 3, 2)
NOW = datetime(2026, 3, 2, 3, tzinfo=UTC)


@pytest.fixture
def store(database: Database) -> Callable[..., None]:
    def write(person: str, unit: int | None, work_date: date, status: Status, **said: Any) -> None:
        day = AttendanceDay(work_date=work_date, policy="jember-5", status=status, **said)
        with database.write() as session:
            session.add(
                StoredDay(
                    employee_id=person, work_date=work_date, unit_id=unit, status=str(status), late_min=day.late_min,
                    early_min=day.early_min, absent_days=day.absent_days, seen=day.first_seen is not None,
                    day=msgspec.json.decode(encode_day(day)), assessed_at=NOW, version=1,
                )
            )  # fmt: skip

    return write


@pytest.fixture
def units(database: Database, store: Callable[..., None]) -> tuple[int, int]:
    office = InventedOffice(database, at=NOW)
    dinas = office.unit("Dinas")
    uptd = office.unit("UPTD", parent=dinas)
    punched = {"first_seen": NOW, "last_seen": NOW}
    for number, (unit, status, said) in enumerate(
        [
            (dinas, Status.BERJALAN, punched),
            (dinas, Status.BERJALAN, punched | {"late_min": 4}),
            (dinas, Status.BERJALAN, {"late_min": None}),
            (dinas, Status.BELUM_ADA_KETERANGAN, punched),
            (uptd, Status.MENUNGGU_DATA, {"waiting_for": ("k-1", "k-2")}),
            (uptd, Status.MENUNGGU_DATA, {"waiting_for": ("k-2",)}),
            (uptd, Status.TK, {}),
            (uptd, Status.C, {}),
            (None, Status.LIBUR, {}),
        ]
    ):
        store(office.employee(f"Person {number}", unit=unit), unit, DAY, status, **said)
    store(office.employee("Yesterday", unit=dinas), dinas, date(2026, 2, 27), Status.BELUM_ADA_KETERANGAN)
    return dinas, uptd


def test_numbers_are_those_of_the_list(database: Database, units: tuple[int, int]) -> None:
    for unit in (None, *units):
        overview, listed = day_overview(database, DAY, unit), daily(database, DAY, unit)
        assert overview.counts == listed.counts
        assert overview.assessed_at == listed.assessed_at == NOW
    assert day_overview(database, DAY).counts.hadir == 2
    assert day_overview(database, DAY).unit is None
    assert day_overview(database, DAY).waiting_for == (("k-2", 2), ("k-1", 1))
    assert day_overview(database, date(2026, 3, 3)).assessed_at is None


def test_open_days_are_counted_with_what_they_wait_for(database: Database, units: tuple[int, int]) -> None:
    dinas, uptd = units
    found = pending_days(database, date(2026, 2, 1), DAY)
    assert (found.awaiting_kiosk, found.unexplained, found.days) == (2, 2, 4)
    assert found.waiting_for == (("k-2", 2), ("k-1", 1))
    assert pending_days(database, date(2026, 2, 1), date(2026, 3, 1), dinas).days == 1
    assert pending_days(database, DAY, DAY, uptd).unexplained == 0


def test_units_are_added_up_below_the_one_that_is_asked_for(database: Database, units: tuple[int, int]) -> None:
    office = InventedOffice(database, at=NOW)
    dinas, uptd = units

    def shown(unit: int | None) -> list[tuple[str, int, int]]:
        lines = day_overview(database, DAY, unit).units
        return [(line.unit.name, line.counts.pegawai, line.below) for line in lines]

    # One unit stands above all others: its own people, and what is right below it.
    assert shown(None) == [("", 1, 0), ("Dinas", 4, 0), ("UPTD", 4, 0)]
    assert shown(dinas) == [("Dinas", 4, 0), ("UPTD", 4, 0)]
    assert shown(uptd) == [("UPTD", 4, 0)]
    # Two stand at the top: each with all below it.
    office.unit("Badan")
    assert shown(None) == [("", 1, 0), ("Dinas", 8, 1)]
