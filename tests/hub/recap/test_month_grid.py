"""The month grid: who stands on it, with which days, and how people are picked."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import event, text

from benchmarks.invented_office import InventedOffice
from hub.attendance.day import Status
from hub.attendance.models import StoredDay
from hub.db import Database
from hub.recap.grid_people import KINDS
from hub.recap.month_grid import GridDay, month_grid
from hub.recap.monthly import Month

MARCH = Month(2026, 3)
NOW = datetime(2026, 3, 20, tzinfo=UTC)


@dataclass(frozen=True)
class Agency:
    dinas: int
    uptd: int
    elsewhere: int
    rina: str
    budi: str
    sari: str


@pytest.fixture
def store(database: Database) -> Callable[..., None]:
    def write(person: str, unit: int | None, day: int, status: Status, late: int | None = 0, early: int = 0) -> None:
        with database.write() as session:
            session.add(
                StoredDay(
                    employee_id=person, work_date=date(2026, 3, day), unit_id=unit, status=str(status), late_min=late,
                    early_min=early, absent_days=int(status is Status.TK), day={}, assessed_at=NOW, version=1,
                )
            )  # fmt: skip

    return write


@pytest.fixture
def agency(database: Database, store: Callable[..., None]) -> Agency:
    office = InventedOffice(database, at=NOW)
    dinas = office.unit("Dinas Kesehatan")
    uptd = office.unit("Puskesmas", parent=dinas)
    elsewhere = office.unit("Arsip")
    rina = office.employee("Rina Wulandari", unit=dinas, nip="198501012010011001")
    budi = office.employee("Budi 100%", unit=uptd, member=(None, date(2026, 3, 9)))
    sari = office.employee("Sari", unit=elsewhere)
    office.employee("Left Before", unit=dinas, employed=(None, date(2026, 2, 28)))
    store(rina, dinas, 2, Status.HADIR, 12)
    store(rina, dinas, 3, Status.C)
    store(rina, dinas, 4, Status.TIDAK_LENGKAP, None, 5)
    store(budi, uptd, 2, Status.TK)
    store(budi, elsewhere, 10, Status.HADIR, 90)
    store(sari, elsewhere, 2, Status.MENUNGGU_DATA, None)
    return Agency(dinas, uptd, elsewhere, rina, budi, sari)


def names(database: Database, unit: int | None = None, **picked: str) -> list[str]:
    return [line.person.name for line in month_grid(database, MARCH, unit, **picked).lines]  # type: ignore[arg-type]


def test_days_are_read_from_the_key_alone(database: Database, agency: Agency) -> None:
    """A person's days lie far apart on the disk: two hundred people would be four thousand reads of a cold one."""
    if database.dialect != "postgresql":
        pytest.skip("SQLite's key carries nothing beside")
    said: list[tuple[str, object]] = []
    event.listen(
        database.engine, "before_cursor_execute", lambda _1, _2, statement, values, *_: said.append((statement, values))
    )
    month_grid(database, MARCH, agency.dinas)
    statement, values = next(each for each in said if "stored_day.late_min" in each[0])
    with database.engine.connect() as connection:
        connection.execute(text("SET enable_seqscan = off"))
        connection.execute(text("SET enable_bitmapscan = off"))
        plan = connection.exec_driver_sql(f"EXPLAIN {statement}", values).scalars().all()
        connection.execute(text("RESET ALL"))
    assert "Index Only Scan using pk_stored_day" in "\n".join(plan)


def test_everybody_stands_by_unit_and_name_with_every_date(database: Database, agency: Agency) -> None:
    grid = month_grid(database, MARCH)
    assert [line.unit.name for line in grid.lines] == ["Arsip", "Dinas Kesehatan", "Puskesmas"]
    assert (grid.people, grid.page, grid.pages, len(grid.dates)) == (3, 1, 1, 31)
    rina = grid.lines[1]
    assert rina.days[1] == GridDay(Status.HADIR, 12, 0)
    assert rina.days[0] is None
    assert (rina.sums.terlambat_menit, rina.sums.pulang_awal_menit, rina.sums.cuti_sakit_dl_diklat_hari) == (12, 5, 1)


def test_unit_shows_those_below_it_and_only_days_spent_there(database: Database, agency: Agency) -> None:
    grid = month_grid(database, MARCH, agency.dinas)
    assert [line.person.id for line in grid.lines] == [agency.rina, agency.budi]
    budi = grid.lines[1]
    assert [day for day in budi.days if day is not None] == [GridDay(Status.TK, 0, 0)]
    assert (budi.sums.tanpa_alasan_hari, budi.sums.terlambat_menit) == (1, 0)
    assert names(database, agency.elsewhere) == ["Sari"]


def test_people_are_picked_by_words_of_the_name_and_digits_of_the_nip(database: Database, agency: Agency) -> None:
    assert names(database, name="wulan RINA") == ["Rina Wulandari"]
    assert names(database, name="19850101 2010") == ["Rina Wulandari"]
    assert names(database, name="0%") == ["Budi 100%"]
    assert names(database, name="_") == []


def test_people_are_picked_by_the_days_they_had_where_one_may_look(database: Database, agency: Agency) -> None:
    picked = {kind: names(database, kind=kind) for kind in KINDS}
    assert picked == {
        "terlambat": ["Rina Wulandari", "Budi 100%"],
        "pulang_awal": ["Rina Wulandari"],
        "tidak_lengkap": ["Rina Wulandari"],
        "tanpa_alasan": ["Budi 100%"],
        "belum_selesai": ["Sari"],
        "surat": ["Rina Wulandari"],
    }
    assert names(database, agency.dinas, kind="terlambat") == ["Rina Wulandari"]


def test_pages_part_the_people_and_one_beyond_the_last_is_the_last(database: Database, agency: Agency) -> None:
    pages = [month_grid(database, MARCH, page=page, people_of_a_page=2) for page in (1, 2, 9)]
    assert [[line.person.name for line in grid.lines] for grid in pages] == [
        ["Sari", "Rina Wulandari"], ["Budi 100%"], ["Budi 100%"],
    ]  # fmt: skip
    assert [(grid.page, grid.pages) for grid in pages] == [(1, 2), (2, 2), (2, 2)]
