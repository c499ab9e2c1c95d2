"""Search finds people, units and kiosks by parts of their names, and never beyond what somebody may see."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from benchmarks.invented_office import InventedOffice
from hub.db import Database
from hub.recap import search as searching
from hub.recap.search import search
from hub.roster.newcomers import NOT_YET

TODAY = date(2026, 3, 2)


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
    assert search(database, "-1", TODAY).kiosks == ("arsip-1", "dinkes-1")
    assert search(database, "-1", TODAY, kiosks=False).kiosks == ()


def test_one_letter_is_too_few_and_many_are_cut(database: Database, unit: int, monkeypatch: pytest.MonkeyPatch) -> None:
    assert search(database, " r ", TODAY).is_empty
    monkeypatch.setattr(searching, "SHOWN", 2)
    found = search(database, "rina", TODAY)
    assert (len(found.people), found.more) == (2, True)
