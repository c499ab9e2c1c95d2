"""A roster of another pack: gathered beside the current one, and in force together with its pack or not at all."""

from __future__ import annotations

import itertools
import random
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from contract.errors import MalformedMessageError
from contract.roster import KioskPolicy, RosterPart, RosterPerson
from kiosk.errors import PackError
from kiosk.roster import Roster, RosterCache
from tests.factories.vaults import VAULT

LENGTHS = {"builtin": 4, "strong": 6}


class Shelf:
    """Two packs with embeddings of different lengths; remembers which were opened."""

    def __init__(self, *names: str) -> None:
        self.names: tuple[str, ...] = names or tuple(LENGTHS)
        self.opened: list[str] = []
        self.broken: set[str] = set()

    def dimensions(self, name: str) -> int:
        if name in self.broken:
            raise PackError(f"Pack {name} is damaged")
        self.opened.append(name)
        return LENGTHS[name]


def person(name: str, pack: str) -> RosterPerson:
    seed = random.Random(name + pack)
    row = np.array([seed.gauss(0, 1) for _ in range(LENGTHS[pack])], "<f4")
    return RosterPerson(person=name, name=name.title(), count=1, embeddings=row.tobytes())


def part(
    version: int,
    number: int = 1,
    parts: int = 1,
    *,
    pack: str = "builtin",
    people: tuple[str, ...] = (),
    **changes: Any,
) -> RosterPart:
    own: dict[str, Any] = {"base": None, "policy": KioskPolicy()} | changes
    return RosterPart(
        version=version,
        part=number,
        parts=parts,
        pack=pack,
        people=tuple(person(each, pack) for each in people),
        **own,
    )


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "roster.msgpack"


@pytest.fixture
def shelf() -> Shelf:
    return Shelf()


@pytest.fixture
def swaps() -> list[Roster]:
    return []


@pytest.fixture
def cache(path: Path, shelf: Shelf, swaps: list[Roster]) -> RosterCache:
    """A kiosk with two people known to the pack that it started with."""
    made = RosterCache(path, vault=VAULT, pack="builtin", packs=shelf, on_change=swaps.append)
    made.take(part(3, people=("ayu", "budi")))
    shelf.opened.clear()
    swaps.clear()
    return made


def standing(cache: RosterCache) -> tuple[int, str, set[str]]:
    roster = cache.current
    assert set(roster.gallery.people) == set(roster.people)
    assert roster.gallery.dimensions == LENGTHS[roster.pack]
    return roster.version, roster.pack, set(roster.people)


def test_new_pack_comes_into_force_with_its_last_part(cache: RosterCache, shelf: Shelf, swaps: list[Roster]) -> None:
    cache.take(part(4, 1, 2, pack="strong", people=("ayu",)))
    assert standing(cache) == (3, "builtin", {"ayu", "budi"})
    assert shelf.opened == [], "not opened before everything is here"
    cache.take(part(4, 2, 2, pack="strong", people=("budi",)))
    assert standing(cache) == (4, "strong", {"ayu", "budi"})
    assert shelf.opened == ["strong"]
    assert [roster.version for roster in swaps] == [4]


@pytest.mark.parametrize("order", list(itertools.permutations(range(4))))
def test_parts_of_two_packs_do_not_mix(cache: RosterCache, order: tuple[int, ...]) -> None:
    parts = [
        part(4, 1, 2, people=("ayu",)),
        part(4, 2, 2, people=("old",)),
        part(5, 1, 2, pack="strong", people=("ayu",)),
        part(5, 2, 2, pack="strong", people=("new",)),
    ]
    for number in order:
        cache.take(parts[number])
    assert standing(cache) == (5, "strong", {"ayu", "new"})


def test_one_version_of_two_packs_does_not_mix(cache: RosterCache) -> None:
    cache.take(part(4, 1, 2, people=("ayu",)))
    cache.take(part(4, 2, 2, pack="strong", people=("new",)))
    assert cache.current.version == 3
    cache.take(part(4, 1, 2, pack="strong", people=("ayu",)))
    assert standing(cache) == (4, "strong", {"ayu", "new"})


def test_differences_of_the_old_pack_hold_until_the_new_one_is_whole(cache: RosterCache) -> None:
    cache.take(part(6, 1, 2, pack="strong", people=("ayu",)))
    cache.take(part(5, base=3, people=("citra",), removed=("budi",)))
    assert standing(cache) == (5, "builtin", {"ayu", "citra"})
    cache.take(part(6, 2, 2, pack="strong", people=("citra",)))
    assert standing(cache) == (6, "strong", {"ayu", "citra"})


def test_step_from_one_pack_to_another_is_none(cache: RosterCache) -> None:
    cache.take(part(4, base=3, pack="strong", people=("citra",)))
    assert standing(cache) == (3, "builtin", {"ayu", "budi"})


def test_way_back_is_a_switch_as_well(cache: RosterCache) -> None:
    cache.take(part(4, pack="strong", people=("ayu",)))
    cache.take(part(3, people=("ayu", "budi")))
    assert standing(cache) == (4, "strong", {"ayu"}), "what is older brings no pack back"
    cache.take(part(5, people=("ayu", "budi")))
    assert standing(cache) == (5, "builtin", {"ayu", "budi"})


def test_pack_that_is_not_here_is_refused_at_its_first_part(cache: RosterCache, shelf: Shelf) -> None:
    shelf.names = ("builtin",)
    with pytest.raises(MalformedMessageError, match="cannot open"):
        cache.take(part(4, 1, 2, pack="strong", people=("ayu",)))
    assert not cache._gathering
    cache.take(part(4, people=("ayu",)))
    assert standing(cache) == (4, "builtin", {"ayu"})


def test_pack_that_cannot_be_opened_leaves_the_old_one(
    cache: RosterCache, shelf: Shelf, path: Path, swaps: list[Roster]
) -> None:
    before = path.read_bytes()
    shelf.broken.add("strong")
    with pytest.raises(MalformedMessageError, match="damaged"):
        cache.take(part(4, pack="strong", people=("ayu",)))
    assert standing(cache) == (3, "builtin", {"ayu", "budi"})
    assert (path.read_bytes(), swaps) == (before, [])
    cache.take(part(5, base=3, people=("citra",)))
    assert standing(cache) == (5, "builtin", {"ayu", "budi", "citra"})


def test_templates_of_another_length_than_the_packs_are_refused(cache: RosterCache) -> None:
    wrong = RosterPart(
        version=4, base=None, part=1, parts=1, pack="strong", policy=KioskPolicy(), people=(person("ayu", "builtin"),)
    )
    with pytest.raises(MalformedMessageError):
        cache.take(wrong)
    assert standing(cache) == (3, "builtin", {"ayu", "budi"})


# Restarts -------------------------------------------------------------------------------------------------------------


def test_restart_opens_the_pack_of_the_cached_roster_alone(cache: RosterCache, path: Path) -> None:
    cache.take(part(4, pack="strong", people=("ayu",)))
    shelf = Shelf()
    again = RosterCache(path, vault=VAULT, pack="builtin", packs=shelf)
    assert standing(again) == (4, "strong", {"ayu"})
    assert shelf.opened == ["strong"]
    again.take(part(5, base=4, pack="strong", people=("budi",)))
    assert standing(again) == (5, "strong", {"ayu", "budi"})


def test_restart_between_parts_keeps_the_old_roster_until_all_come_again(cache: RosterCache, path: Path) -> None:
    cache.take(part(4, 1, 2, pack="strong", people=("ayu",)))
    again = RosterCache(path, vault=VAULT, pack="builtin", packs=Shelf())
    again.take(part(4, 2, 2, pack="strong", people=("budi",)))
    assert standing(again) == (3, "builtin", {"ayu", "budi"})
    again.take(part(4, 1, 2, pack="strong", people=("ayu",)))
    assert standing(again) == (4, "strong", {"ayu", "budi"})


@pytest.mark.parametrize("gone", ["missing", "damaged"])
def test_restart_without_the_pack_begins_anew_with_that_of_the_settings(
    cache: RosterCache, path: Path, gone: str
) -> None:
    cache.take(part(4, pack="strong", people=("ayu",)))
    shelf = Shelf("builtin") if gone == "missing" else Shelf()
    shelf.broken = {"strong"}
    again = RosterCache(path, vault=VAULT, pack="builtin", packs=shelf)
    assert standing(again) == (0, "builtin", set())
    again.take(part(5, people=("ayu",)))
    assert standing(again) == (5, "builtin", {"ayu"})


def test_restart_without_any_pack_says_so(path: Path) -> None:
    shelf = Shelf()
    shelf.broken = {"builtin"}
    with pytest.raises(PackError, match="builtin is damaged"):
        RosterCache(path, vault=VAULT, pack="builtin", packs=shelf)


def test_full_disk_at_the_switch_uses_the_new_pack_and_restarts_with_the_old(
    cache: RosterCache, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("kiosk.durable.os.fsync", fail)
        cache.take(part(4, pack="strong", people=("ayu",)))
    assert standing(cache) == (4, "strong", {"ayu"})
    again = RosterCache(path, vault=VAULT, pack="builtin", packs=Shelf())
    assert standing(again) == (3, "builtin", {"ayu", "budi"})
