"""People's months on their way to the screen."""

from __future__ import annotations

from pathlib import Path

import pytest

from contract.errors import MalformedMessageError
from contract.month import MonthPart, PersonMonth
from kiosk.months import MonthCache
from tests.factories.journals import NOON
from tests.factories.vaults import VAULT


def part(version: int, number: int = 1, parts: int = 1, person: str = "ayu") -> MonthPart:
    people = (PersonMonth(person=person, present=version),)
    return MonthPart(version=version, part=number, parts=parts, month="2026-11", as_of=NOON, people=people)


def test_version_is_shown_when_all_its_parts_are_there(tmp_path: Path) -> None:
    told: list[int] = []
    cache = MonthCache(tmp_path / "months", vault=VAULT, on_change=lambda: told.append(1))
    cache.take(part(2, 2, 2, "budi"))
    assert cache.current.version == 0
    cache.take(part(2, 1, 2, "ayu"))
    assert set(cache.current.people) == {"ayu", "budi"}
    assert (cache.current.version, cache.current.month, cache.current.as_of) == (2, "2026-11", NOON)
    assert told == [1]


def test_older_version_is_left_aside_and_a_newer_one_replaces_all(tmp_path: Path) -> None:
    cache = MonthCache(tmp_path / "months", vault=VAULT)
    cache.take(part(5))
    cache.take(part(4, person="old"))
    cache.take(part(6, person="budi"))
    assert set(cache.current.people) == {"budi"}


def test_version_that_never_becomes_whole_gives_way(tmp_path: Path) -> None:
    cache = MonthCache(tmp_path / "months", vault=VAULT)
    cache.take(part(5, 1, 2, "ayu"))
    cache.take(part(7, 1, 2, "ayu"))
    cache.take(part(5, 2, 2, "late"))
    cache.take(part(7, 2, 2, "budi"))
    assert set(cache.current.people) == {"ayu", "budi"}


def test_months_are_there_after_a_restart(tmp_path: Path) -> None:
    MonthCache(tmp_path / "months", vault=VAULT).take(part(5))
    again = MonthCache(tmp_path / "months", vault=VAULT).current
    assert (again.version, set(again.people)) == (5, {"ayu"})
    assert (tmp_path / "months").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("content", [b"", b"garbage", b"\x81\xa7version\x01"])
def test_damaged_cache_is_as_none(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "months").write_bytes(content)
    assert MonthCache(tmp_path / "months", vault=VAULT).current.version == 0


def test_disk_that_takes_nothing_still_shows_them(tmp_path: Path) -> None:
    cache = MonthCache(tmp_path / "nowhere" / "months", vault=VAULT)
    cache.take(part(5))
    assert cache.current.version == 5


@pytest.mark.parametrize(("number", "parts"), [(3, 2), (1, 100_000)])
def test_part_that_cannot_be_is_refused(tmp_path: Path, number: int, parts: int) -> None:
    with pytest.raises(MalformedMessageError):
        MonthCache(tmp_path / "months", vault=VAULT).take(part(1, number, parts))
