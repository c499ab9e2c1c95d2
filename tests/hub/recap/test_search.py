"""Search finds people, units, kiosks, rules and letters by parts of their names, never beyond what one may see."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from sqlalchemy import select, update

from benchmarks.invented_office import InventedOffice
from hub.attendance.models import DocumentRow
from hub.db import Database
from hub.recap import search as searching
from hub.recap.search import search
from hub.roster.models import Employee, Unit
from hub.roster.newcomers import NOT_YET
from hub.schedule.models import Holiday, PolicyVersion, ScheduleOverride
from hub.schedule.policy import PRESETS, read_policy_text

TODAY = date(2026, 3, 2)
NOW = datetime(2026, 3, 1, tzinfo=UTC)


@pytest.fixture
def unit(database: Database) -> int:
    office = InventedOffice(database, at=datetime(2026, 3, 1, tzinfo=UTC))
    dinas, arsip = office.unit("Dinas Kesehatan"), office.unit("Kantor Arsip")
    office.kiosk("dinkes-1", unit=dinas)
    office.kiosk("arsip-1", unit=arsip)
    office.employee("Rina Wulandari", unit=dinas, nip="198501012010011001")
    office.employee("Rina Arsip", unit=arsip, employed=(None, date(2026, 2, 1)))
    office.employee("Moved Rina", unit=dinas, member=(None, date(2026, 2, 1)))
    return dinas


def names(database: Database, text: str, unit: int | None = None) -> list[str]:
    return [each.person.name for each in search(database, text, TODAY, unit).people]


def test_people_are_found_by_name_and_number(database: Database, unit: int) -> None:
    assert names(database, "RINA") == ["Moved Rina", "Rina Arsip", "Rina Wulandari"]
    assert names(database, "wula rin") == ["Rina Wulandari"]
    assert names(database, "19850101 201001") == ["Rina Wulandari"]
    assert names(database, "%%") == []
    found = search(database, "rina", TODAY).people
    assert [each.left for each in found] == [None, date(2026, 2, 1), None]
    assert [each.unit.name for each in found] == ["", "Kantor Arsip", "Dinas Kesehatan"]


def test_whoever_was_enrolled_at_a_kiosk_and_awaits_approval_is_not_found(database: Database, unit: int) -> None:
    office = InventedOffice(database, at=datetime(2026, 3, 1, tzinfo=UTC))
    office.employee("Rina Baru", unit=unit, employed=(NOT_YET, None))
    office.employee("Rina Nanti", unit=unit, employed=(date(2026, 4, 1), None))
    assert names(database, "rina", unit) == ["Rina Nanti", "Rina Wulandari"]


def test_only_those_of_the_own_units_now_are_found(database: Database, unit: int) -> None:
    assert names(database, "rina", unit) == ["Rina Wulandari"]
    found = search(database, "arsip", TODAY, unit)
    assert found.is_empty


def test_units_and_kiosks_are_found_too(database: Database, unit: int) -> None:
    assert [each.name for each in search(database, "kesehatan", TODAY).units] == ["Dinas Kesehatan"]
    assert [each.device for each in search(database, "-1", TODAY).kiosks] == ["arsip-1", "dinkes-1"]
    assert search(database, "-1", TODAY, kiosks=False).kiosks == ()


@pytest.fixture
def records(database: Database, unit: int) -> dict[str, int]:
    """Letters of two offices, days off of one and of everybody, a circular, and a policy of the regency's own."""
    with database.write() as session:
        names = dict(session.execute(select(Unit.name, Unit.id)).all())
        staff = dict(session.execute(select(Employee.name, Employee.id)).all())
        stamp = {"set_by": "bkpp", "set_at": NOW}
        for day, name, of in ((3, "Hari Jadi Kabupaten", None), (4, "Hari Arsip", names["Kantor Arsip"])):
            row = Holiday(day=date(2026, 3, day), name=name, kind="libur", decree="SK 188/2026", unit_id=of, **stamp)
            session.add(row)
        session.add(
            ScheduleOverride(
                name="Ramadan 1447 H",
                first=date(2026, 2, 18),
                last=date(2026, 3, 19),
                hours={"in_due": "08:00"},
                decree="SE 100/2026",
                **stamp,
            )
        )
        text = read_policy_text(PRESETS / "jember-5.toml").replace('"jember-5"', '"dinkes-malam"')
        session.add(PolicyVersion(name="dinkes-malam", valid_from=date(2026, 1, 1), text=text, **stamp))
        for number, name in (("800/123/DINKES", "Rina Wulandari"), ("800/77/ARSIP", "Rina Arsip")):
            session.add(
                DocumentRow(
                    employee_id=staff[name],
                    type="sakit",
                    number=number,
                    covers=[],
                    first_day=date(2026, 3, 2),
                    last_day=date(2026, 3, 2),
                    created_at=NOW,
                )
            )
    return names


def test_schedules_days_off_and_letters_are_found(database: Database, records: dict[str, int]) -> None:
    assert [each.name for each in search(database, "MALAM dinkes", TODAY).schedules] == ["dinkes-malam"]
    assert [each.name for each in search(database, "jember-5", TODAY).schedules] == ["jember-5"]
    assert [(each.name, each.kind) for each in search(database, "ramadan", TODAY).days] == [
        ("Ramadan 1447 H", "edaran")
    ]
    assert [each.name for each in search(database, "188/2026 hari", TODAY).days] == [
        "Hari Arsip",
        "Hari Jadi Kabupaten",
    ]
    [letter] = search(database, "123 dinkes", TODAY).letters
    assert (letter.number, letter.name, letter.unit) == ("800/123/DINKES", "Rina Wulandari", "Dinas Kesehatan")
    assert [each.id for each in search(database, "800", TODAY).letters] == [2, 1]
    assert search(database, "800", TODAY, letters=False).letters == ()
    assert search(database, "8%0", TODAY).letters == ()
    assert search(database, "dinkes", TODAY).letters == (), "whoever looks for a letter knows a figure of it"


def test_letter_is_found_by_the_number_that_it_is_on_record_under(database: Database, records: dict[str, int]) -> None:
    with database.write() as session:
        session.execute(update(DocumentRow).where(DocumentRow.id == 1).values(id=4711))
    assert [each.id for each in search(database, "4711", TODAY).letters] == [4711]
    assert search(database, "4711 x", TODAY).letters == ()


def test_records_of_other_units_are_not_found(database: Database, records: dict[str, int]) -> None:
    own = records["Dinas Kesehatan"]
    assert [each.number for each in search(database, "800", TODAY, own).letters] == ["800/123/DINKES"]
    assert [each.name for each in search(database, "hari", TODAY, own).days] == ["Hari Jadi Kabupaten"]
    other = records["Kantor Arsip"]
    assert [each.name for each in search(database, "hari", TODAY, other).days] == ["Hari Arsip", "Hari Jadi Kabupaten"]
    with database.write() as session:
        session.execute(update(Holiday).values(withdrawn_at=NOW, withdrawn_by="bkpp"))
    assert search(database, "hari", TODAY, other).days == ()


def test_unit_says_what_it_stands_below_and_whether_it_is_closed(database: Database, unit: int) -> None:
    with database.write() as session:
        session.add(Unit(name="Bidang Gizi", parent_id=unit, created_at=NOW, valid_until=date(2026, 2, 28)))
    [found] = search(database, "gizi", TODAY).units
    assert (found.above, found.closed) == ("Dinas Kesehatan", True)


def test_one_letter_is_too_few_and_many_are_cut(database: Database, unit: int, monkeypatch: pytest.MonkeyPatch) -> None:
    assert search(database, " r ", TODAY).is_empty
    monkeypatch.setattr(searching, "SHOWN", 2)
    found = search(database, "rina", TODAY)
    assert (len(found.people), found.more) == (2, True)
