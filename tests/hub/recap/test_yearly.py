"""The year and the discipline list, read from stored days."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import update

from benchmarks.invented_office import InventedOffice
from contract.errors import BadInputError
from hub.attendance.day import Status
from hub.attendance.models import StoredDay
from hub.db import Database
from hub.recap.monthly import Month, monthly
from hub.recap.summary import LampiranII
from hub.recap.yearly import discipline_list, parse_year, yearly
from tests.factories.stored_days import absences, day, store


@pytest.fixture
def people(database: Database, office: InventedOffice) -> dict[str, str]:
    """Ani is late in two months and moves; Budi was away twelve days in a row; Cici is on leave; Dodi stands open."""
    above = office.unit("Kabupaten")
    old, new = office.unit("Dinas Lama", parent=above), office.unit("Dinas Baru", parent=above)
    ids = {name: office.employee(name, unit=new) for name in ("Ani", "Budi", "Cici", "Dodi")}
    store(database, ids["Ani"], old, day(date(2026, 1, 5), late_min=4), day(date(2026, 2, 2), late_min=6, early_min=1))
    store(database, ids["Ani"], new, day(date(2026, 12, 31), Status.I), day(date(2027, 1, 1), late_min=100))
    store(database, ids["Budi"], new, *absences(date(2026, 3, 2), 12))
    store(database, ids["Cici"], new, day(date(2026, 3, 2), Status.C), day(date(2026, 3, 3), Status.DL))
    store(
        database, ids["Dodi"], old, day(date(2026, 3, 2), Status.BELUM_ADA_KETERANGAN), *absences(date(2026, 3, 3), 3)
    )
    return ids


def test_year_has_the_months_of_everybody_by_unit(database: Database, people: dict[str, str]) -> None:
    recap = yearly(database, 2026)
    assert [(line.unit.name, line.person.name) for line in recap.lines] == [
        *(("Dinas Baru", name) for name in ("Ani", "Budi", "Cici")),
        *(("Dinas Lama", name) for name in ("Ani", "Dodi")),
    ]
    assert recap.lines[3].months == {
        "2026-01": LampiranII(terlambat_menit=4),
        "2026-02": LampiranII(terlambat_menit=6, pulang_awal_menit=1),
    }
    assert recap.lines[0].months == {"2026-12": LampiranII(ijin_hari=1)}
    assert recap.lines[1].working_days == 12 < recap.lines[1].days
    assert (recap.lines[4].pending, recap.pending) == (1, 1)


def test_year_equals_its_months(database: Database, people: dict[str, str]) -> None:
    recap = yearly(database, 2026)
    months = {Month(2026, number).text: monthly(database, Month(2026, number)) for number in range(1, 13)}
    assert recap.days == sum(month.days for month in months.values())
    assert recap.months == {text: month.totals for text, month in months.items() if month.days}
    assert {unit.unit.name: unit.people for unit in recap.units} == {"Dinas Baru": 3, "Dinas Lama": 2}


def test_month_has_sums_of_each_unit(database: Database, people: dict[str, str]) -> None:
    recap = monthly(database, Month(2026, 3))
    found = {unit.unit.name: (unit.people, unit.pending, unit.totals.tanpa_alasan_hari) for unit in recap.units}
    assert found == {"Dinas Baru": (2, 0, 12), "Dinas Lama": (1, 1, 3)}
    assert sum(unit.days for unit in recap.units) == recap.days


def test_year_of_one_person_and_of_a_unit(database: Database, people: dict[str, str]) -> None:
    recap = yearly(database, 2026, employee_id=people["Ani"])
    assert {line.person.name for line in recap.lines} == {"Ani"}
    assert recap.totals == LampiranII(terlambat_menit=10, pulang_awal_menit=1, ijin_hari=1)
    old = yearly(database, 2026, recap.lines[1].unit.id)
    assert (old.unit, {line.person.name for line in old.lines}) == (recap.lines[1].unit, {"Ani", "Dodi"})
    assert (yearly(database, 2024).lines, yearly(database, 2024).months) == ((), {})


def test_discipline_list_has_the_heaviest_first(database: Database, people: dict[str, str]) -> None:
    found = discipline_list(database, 2026)
    assert [(line.person.name, line.unexcused_days, line.sanction.level) for line in found.lines] == [
        ("Budi", 12, "berat"),
        ("Dodi", 3, "ringan"),
    ]
    assert found.lines[0].run is not None
    assert found.lines[0].run.days == 12
    assert found.lines[1].run is None
    assert found.pending == 1
    assert {line.person.name: line.discipline.unexcused_days for line in yearly(database, 2026).lines} == {
        **dict.fromkeys(("Ani", "Cici"), 0),
        "Budi": 12,
        "Dodi": 3,
    }


def test_discipline_list_of_a_unit_has_who_stands_there_last(database: Database, people: dict[str, str]) -> None:
    everybody = discipline_list(database, 2026)
    old = everybody.lines[1].unit.id
    assert [line.person.name for line in discipline_list(database, 2026, old).lines] == ["Dodi"]
    with database.write() as session:
        session.execute(
            update(StoredDay)
            .where(StoredDay.employee_id == people["Dodi"], StoredDay.work_date == date(2026, 3, 5))
            .values(unit_id=everybody.lines[0].unit.id)
        )
    assert discipline_list(database, 2026, old).lines == ()
    assert discipline_list(database, 2025).lines == ()


@pytest.mark.parametrize("text", ["26", "2026-01", "1899", "x", "", "٢٠٢٦"])
def test_year_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(BadInputError, match="is not a year"):
        parse_year(text)
