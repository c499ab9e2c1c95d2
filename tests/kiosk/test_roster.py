"""The roster: swapped in one piece or not at all, whatever order its parts come in and whatever the disk does."""

from __future__ import annotations

import itertools
import random
import stat
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest

from contract.errors import MalformedMessageError
from contract.roster import KioskPolicy, RosterPart, RosterPerson
from kiosk.roster import Roster, RosterCache
from tests.factories.vaults import VAULT

DIMENSIONS = 4


def person(name: str, *, count: int = 1, embeddings: bytes | None = None) -> RosterPerson:
    seed = random.Random(name)
    rows = np.array([[seed.gauss(0, 1) for _ in range(DIMENSIONS)] for _ in range(count)], "<f4")
    own = rows.tobytes() if embeddings is None else embeddings
    return RosterPerson(person=name, name=name.title(), count=count, embeddings=own)


def part(version: int, number: int = 1, parts: int = 1, *, people: tuple[str, ...] = (), **changes: Any) -> RosterPart:
    own: dict[str, Any] = {"base": None, "pack": "builtin", "policy": KioskPolicy(unit=f"unit {version}")}
    own["people"] = tuple(person(each) for each in people)
    return RosterPart(version=version, part=number, parts=parts, **(own | changes))


def three_parts(version: int, mark: str = "") -> list[RosterPart]:
    return [part(version, number, 3, people=(f"p{number}{mark}",)) for number in (1, 2, 3)]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "roster.msgpack"


@pytest.fixture
def swaps() -> list[Roster]:
    return []


@pytest.fixture
def cache(path: Path, swaps: list[Roster]) -> RosterCache:
    return RosterCache(path, vault=VAULT, pack="builtin", dimensions=DIMENSIONS, on_change=swaps.append)


def reopen(path: Path, **changes: Any) -> RosterCache:
    return RosterCache(path, vault=VAULT, **({"pack": "builtin", "dimensions": DIMENSIONS} | changes))


def people(cache: RosterCache) -> set[str]:
    assert set(cache.current.gallery.people) == set(cache.current.people)
    return set(cache.current.people)


# Gathering ----------------------------------------------------------------------------------------------------------


def test_roster_before_anything_came_is_empty(cache: RosterCache) -> None:
    assert (cache.current.version, people(cache), len(cache.current.gallery)) == (0, set(), 0)
    assert cache.current.gallery.match(np.ones(DIMENSIONS, np.float32)).person is None
    assert cache.current.name_of("p1") is None


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
def test_parts_in_any_order_make_one_roster(cache: RosterCache, swaps: list[Roster], order: tuple[int, ...]) -> None:
    parts = three_parts(5)
    for number in order[:2]:
        cache.take(parts[number])
        assert cache.current.version == 0
    cache.take(parts[order[2]])
    assert (cache.current.version, people(cache)) == (5, {"p1", "p2", "p3"})
    assert cache.current.policy.unit == "unit 5"
    assert cache.current.name_of("p2") == "P2"
    assert [each.version for each in swaps] == [5]


def test_parts_that_come_twice_count_once(cache: RosterCache, swaps: list[Roster]) -> None:
    first, second, third = three_parts(5)
    for each in (first, first, second, second, first, third, third, first):
        cache.take(each)
    assert (cache.current.version, people(cache)) == (5, {"p1", "p2", "p3"})
    assert len(swaps) == 1


def test_part_that_is_missing_leaves_the_old_roster(cache: RosterCache) -> None:
    cache.take(part(1, people=("old",)))
    for each in three_parts(2)[:2]:
        cache.take(each)
    assert (cache.current.version, people(cache)) == (1, {"old"})


def test_two_versions_at_once_do_not_mix(cache: RosterCache) -> None:
    for older, newer in zip(three_parts(5, "a"), three_parts(6, "b"), strict=True):
        cache.take(newer)
        cache.take(older)
    assert (cache.current.version, people(cache)) == (6, {"p1b", "p2b", "p3b"})


def test_one_version_cut_into_other_parts_does_not_mix(cache: RosterCache) -> None:
    """The hub made the version again, with other parts, while the first were under way."""
    cache.take(part(5, 1, 3, people=("a",)))
    cache.take(part(5, 3, 3, people=("c",)))
    cache.take(part(5, 1, 2, people=("a", "b")))
    assert cache.current.version == 0
    cache.take(part(5, 2, 2, people=("c",)))
    assert people(cache) == {"a", "b", "c"}


@pytest.mark.parametrize("version", [4, 5])
def test_version_that_is_not_newer_is_ignored(cache: RosterCache, swaps: list[Roster], version: int) -> None:
    cache.take(part(5, people=("new",)))
    cache.take(part(version, people=("left long ago",)))
    assert (cache.current.version, people(cache), len(swaps)) == (5, {"new"}, 1)


def test_older_version_that_completes_late_is_ignored(cache: RosterCache) -> None:
    first, second, third = three_parts(5)
    cache.take(first)
    cache.take(second)
    cache.take(part(6, people=("new",)))
    cache.take(third)
    assert (cache.current.version, people(cache)) == (6, {"new"})


def test_many_versions_begun_do_not_fill_the_memory(cache: RosterCache) -> None:
    for version in range(1, 200):
        cache.take(part(version, 1, 2, people=("p1",)))
    assert len(cache._gathering) <= 5
    cache.take(part(199, 2, 2, people=("p2",)))
    assert (cache.current.version, people(cache)) == (199, {"p1", "p2"})
    assert not cache._gathering


# Steps --------------------------------------------------------------------------------------------------------------


def test_step_changes_what_it_names_and_nothing_else(cache: RosterCache) -> None:
    cache.take(part(5, people=("a", "b", "c")))
    changed = person("b", count=2)
    cache.take(part(7, base=5, removed=("a", "nobody"), policy=KioskPolicy(threshold=0.9), people=()))
    cache.take(RosterPart(version=8, base=7, part=1, parts=1, pack="builtin", policy=KioskPolicy(), people=(changed,)))
    assert (cache.current.version, people(cache)) == (8, {"b", "c"})
    assert cache.current.gallery.frames_of("b").shape == (2, DIMENSIONS)


@pytest.mark.parametrize("base", [0, 4, 6])
def test_step_from_another_base_is_ignored(cache: RosterCache, base: int) -> None:
    cache.take(part(5, people=("a",)))
    cache.take(part(7, base=base, people=("b",)))
    assert (cache.current.version, people(cache)) == (5, {"a"})


def test_step_whose_base_was_left_meanwhile_is_ignored(cache: RosterCache) -> None:
    cache.take(part(5, people=("a",)))
    cache.take(part(8, 1, 2, base=5, people=("b",)))
    cache.take(part(6, people=("c",)))
    cache.take(part(8, 2, 2, base=5, people=("d",)))
    assert (cache.current.version, people(cache)) == (6, {"c"})


def test_step_from_the_empty_roster_is_taken(cache: RosterCache) -> None:
    cache.take(part(1, base=0, people=("a",)))
    assert people(cache) == {"a"}


# What cannot be used ------------------------------------------------------------------------------------------------

NAN = np.array([1, 2, np.nan, 4], "<f4").tobytes()
INFINITE = np.array([1, 2, np.inf, 4], "<f4").tobytes()


@pytest.mark.parametrize(
    "embeddings",
    [b"", b"x", bytes(15), bytes(17), bytes(32), bytes(16), NAN, INFINITE],
    ids=["none", "one byte", "short", "long", "twice", "no direction", "nan", "infinite"],
)
def test_embeddings_that_cannot_be_used_leave_the_old_roster(
    cache: RosterCache, path: Path, swaps: list[Roster], embeddings: bytes
) -> None:
    cache.take(part(1, people=("a",)))
    before = path.read_bytes()
    bad = RosterPart(
        version=2,
        base=None,
        part=1,
        parts=1,
        pack="builtin",
        policy=KioskPolicy(),
        people=(person("b"), person("c", embeddings=embeddings)),
    )
    with pytest.raises(MalformedMessageError):
        cache.take(bad)
    assert (cache.current.version, people(cache), len(swaps)) == (1, {"a"}, 1)
    assert path.read_bytes() == before
    cache.take(part(2, people=("b",)))
    assert people(cache) == {"b"}


def test_frames_that_cancel_each_other_out_are_refused(cache: RosterCache) -> None:
    rows = np.array([[1, 0, 0, 0], [-1, 0, 0, 0]], "<f4").tobytes()
    with pytest.raises(MalformedMessageError):
        cache.take(RosterPart(**_fields(part(1), people=(person("a", count=2, embeddings=rows),))))


def _fields(of: RosterPart, **changes: Any) -> dict[str, Any]:
    return {name: getattr(of, name) for name in of.__struct_fields__} | changes


@pytest.mark.parametrize("changes", [{"pack": "standard"}, {"part": 3, "parts": 2}])
def test_part_that_cannot_belong_here_is_refused(cache: RosterCache, changes: dict[str, Any]) -> None:
    with pytest.raises(MalformedMessageError):
        cache.take(RosterPart(**_fields(part(1, people=("a",)), **changes)))
    assert cache.current.version == 0


# On disk ------------------------------------------------------------------------------------------------------------


def test_roster_is_there_after_a_restart(cache: RosterCache, path: Path) -> None:
    cache.take(part(3, people=("a", "b"), policy=KioskPolicy(liveness="off", threshold=0.91)))
    again = reopen(path)
    assert (again.current.version, people(again)) == (3, {"a", "b"})
    assert again.current.policy == cache.current.policy
    vector = cache.current.gallery.centroid_of("a")
    assert again.current.gallery.match(vector) == cache.current.gallery.match(vector)
    again.take(part(4, base=3, people=("c",)))
    assert people(reopen(path)) == {"a", "b", "c"}


def test_faces_are_readable_by_their_owner_only(cache: RosterCache, path: Path) -> None:
    cache.take(part(1, people=("a",)))
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


@pytest.mark.parametrize("keep", [0, 1, 50, -1])
def test_cache_that_was_cut_is_an_empty_roster(cache: RosterCache, path: Path, keep: int) -> None:
    cache.take(part(3, people=("a", "b")))
    path.write_bytes(path.read_bytes()[:keep])
    again = reopen(path)
    assert (again.current.version, people(again)) == (0, set())
    again.take(part(3, people=("a",)))
    assert people(reopen(path)) == {"a"}


def test_cache_with_any_byte_changed_is_an_empty_roster(cache: RosterCache, path: Path) -> None:
    cache.take(part(3, people=("a", "b")))
    whole = path.read_bytes()
    for place in range(len(whole)):
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 0x55]) + whole[place + 1 :])
        assert reopen(path).current.version == 0


def test_cache_of_another_time_is_an_empty_roster(cache: RosterCache, path: Path) -> None:
    cache.take(part(3, people=("a",)))
    tree = msgspec.msgpack.decode(VAULT.open("roster", "roster", path.read_bytes()))
    for changes in ({"v": 2}, {"colour": "blue"}, {"pack": "standard"}):
        content = msgspec.msgpack.encode(tree | changes)
        path.write_bytes(VAULT.seal("roster", "roster", content))
        assert reopen(path).current.version == 0
    assert reopen(path, dimensions=8).current.version == 0


def test_crash_between_writing_and_swapping_leaves_the_old_file(
    cache: RosterCache, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cache.take(part(1, people=("a",)))

    class PowerLostError(BaseException):
        """Not an error that anyone would handle."""

    def fail(*_: object) -> None:
        raise PowerLostError

    with monkeypatch.context() as patch:
        patch.setattr(Path, "replace", fail)
        with pytest.raises(PowerLostError):
            cache.take(part(2, people=("b",)))
    again = reopen(path)
    assert (again.current.version, people(again)) == (1, {"a"})
    again.take(part(2, people=("b",)))
    assert people(reopen(path)) == {"b"}


def test_full_disk_leaves_the_new_roster_in_memory_and_the_old_on_disk(
    cache: RosterCache, path: Path, monkeypatch: pytest.MonkeyPatch, swaps: list[Roster]
) -> None:
    cache.take(part(1, people=("a",)))

    def fail(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("kiosk.durable.os.fsync", fail)
        cache.take(part(2, people=("b",)))
    assert (cache.current.version, people(cache), len(swaps)) == (2, {"b"}, 2)
    assert people(reopen(path)) == {"a"}
    assert [each.name for each in path.parent.iterdir()] == [path.name], "half a file only takes up room"


def test_folder_that_is_missing_leaves_the_roster_in_memory(tmp_path: Path) -> None:
    cache = reopen(tmp_path / "missing" / "roster.msgpack")
    cache.take(part(1, people=("a",)))
    assert people(cache) == {"a"}


def test_roster_in_use_does_not_change_under_its_user(cache: RosterCache) -> None:
    cache.take(part(1, people=("a",)))
    in_use = cache.current
    cache.take(part(2, base=1, people=("b",), removed=("a",)))
    assert (set(in_use.people), in_use.gallery.people) == ({"a"}, ("a",))


# People who are not enrolled yet ------------------------------------------------------------------------------------


def test_person_who_is_not_enrolled_is_known_by_name_and_by_no_face(cache: RosterCache, path: Path) -> None:
    newcomer = RosterPerson(person="n", name="Newcomer", count=0, embeddings=b"")
    cache.take(RosterPart(**_fields(part(1), people=(person("a"), newcomer))))
    for roster in (cache.current, reopen(path).current):
        assert roster.name_of("n") == "Newcomer"
        assert len(roster.gallery) == 1
    cache.take(part(2, people=("a", "n")))
    assert len(cache.current.gallery) == 2


def test_embeddings_of_nobody_are_refused(cache: RosterCache) -> None:
    with pytest.raises(MalformedMessageError):
        cache.take(RosterPart(**_fields(part(1), people=(person("a", count=0, embeddings=bytes(16)),))))
