"""A release from the hub: taken up where it was cut, held to its rate and hours, believed by its signature only."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from contract.signing import SigningKey
from provisioning.download import Patience
from provisioning.errors import ReleaseError, SourceError, WheelhouseError
from provisioning.releases.fetching import Brake, ReleaseFetcher
from provisioning.wheelhouse import check
from tests.factories.file_server import FileServer, cut_after
from tests.factories.releases import make_release_folder


class Clock:
    """Time that passes only while somebody sleeps."""

    def __init__(self) -> None:
        self.at = 0.0

    def now(self) -> float:
        return self.at

    def sleep(self, seconds: float) -> None:
        self.at += seconds


@pytest.fixture
def key() -> SigningKey:
    return SigningKey.generate()


@pytest.fixture
def served(server: FileServer, key: SigningKey, tmp_path: Path) -> Path:
    """Release 0.2.0, as a hub serves it."""
    folder = tmp_path / "made" / "0.2.0"
    make_release_folder(folder, "0.2.0", key=key)
    serve(server, folder)
    return folder


def serve(server: FileServer, folder: Path) -> None:
    for path in folder.rglob("*"):
        if path.is_file():
            server.contents[f"/rilis/{folder.name}/{path.relative_to(folder)}"] = path.read_bytes()


@pytest.fixture
def fetcher(server: FileServer, key: SigningKey, tmp_path: Path, patience: Patience) -> Callable[..., ReleaseFetcher]:
    def make(**others: object) -> ReleaseFetcher:
        given: dict[str, object] = {"ca": None, "brake": Brake(1e12), "patience": patience} | others
        return ReleaseFetcher(server.url, tmp_path / "arriving", key.verify_key, **given)  # type: ignore[arg-type]

    return make


def wheel_path(folder: Path) -> str:
    return f"/rilis/0.2.0/wheels/{next((folder / 'wheels').iterdir()).name}"


def test_release_arrives_whole_and_says_how_far_it_is(
    fetcher: Callable[..., ReleaseFetcher], served: Path, key: SigningKey
) -> None:
    told: list[int] = []
    folder = fetcher(told=told.append).fetch("0.2.0")
    assert check(folder, key.verify_key).release == "0.2.0"
    assert told == sorted(told)
    assert told[-1] == 100


def test_cut_line_is_taken_up(fetcher: Callable[..., ReleaseFetcher], server: FileServer, served: Path) -> None:
    path = wheel_path(served)
    server.faults[path] = [cut_after(300)]
    fetcher().fetch("0.2.0")
    assert server.ranges(path) == [None, "bytes=300-"]


def test_what_has_come_is_not_fetched_again(
    fetcher: Callable[..., ReleaseFetcher], server: FileServer, served: Path
) -> None:
    fetcher().fetch("0.2.0")
    asked = len(server.asked)
    fetcher().fetch("0.2.0")
    assert len(server.asked) == asked + 2  # signature and manifest


def test_hours_that_are_over_stop_it_and_what_has_come_stays(
    fetcher: Callable[..., ReleaseFetcher], server: FileServer, served: Path, tmp_path: Path
) -> None:
    pieces = iter([True, False])
    with pytest.raises(TimeoutError):
        fetcher(open_now=lambda: next(pieces, False)).fetch("0.2.0")
    fetcher().fetch("0.2.0")
    assert check(tmp_path / "arriving" / "0.2.0", fetcher()._key).release == "0.2.0"


def test_brake_holds_the_rate() -> None:
    clock = Clock()
    brake = Brake(1000, now=clock.now, sleep=clock.sleep)
    for _ in range(10):
        brake.passed(500)
    assert clock.at == pytest.approx(5.0)


def test_manifest_of_another_key_is_refused_before_anything_is_fetched(
    fetcher: Callable[..., ReleaseFetcher], server: FileServer, tmp_path: Path
) -> None:
    folder = tmp_path / "foreign" / "0.2.0"
    make_release_folder(folder, "0.2.0", key=SigningKey.generate())
    serve(server, folder)
    with pytest.raises(WheelhouseError, match="not signed with this release key"):
        fetcher().fetch("0.2.0")
    assert not any("wheels" in path for path, _ in server.asked)


def test_another_release_under_this_name_is_refused(
    fetcher: Callable[..., ReleaseFetcher], server: FileServer, key: SigningKey, tmp_path: Path
) -> None:
    folder = tmp_path / "older" / "0.1.0"
    make_release_folder(folder, "0.1.0", key=key)
    for path in folder.rglob("*"):
        if path.is_file():
            server.contents[f"/rilis/0.2.0/{path.relative_to(folder)}"] = path.read_bytes()
    with pytest.raises(ReleaseError, match=r"gives 0\.1\.0 where 0\.2\.0"):
        fetcher().fetch("0.2.0")


@pytest.mark.parametrize("name", ["../../etc", "", "0.2/../..", "x" * 100])
def test_name_that_would_be_a_path_is_refused(fetcher: Callable[..., ReleaseFetcher], name: str) -> None:
    with pytest.raises(ReleaseError, match="no name of a release"):
        fetcher().fetch(name)


def test_wheel_that_was_changed_on_the_way_is_not_kept(
    fetcher: Callable[..., ReleaseFetcher], server: FileServer, served: Path
) -> None:
    path = wheel_path(served)
    server.contents[path] = bytes(len(server.contents[path]))
    with pytest.raises(SourceError, match="SHA-256 differs"):
        fetcher().fetch("0.2.0")


def test_hub_without_the_release_says_so(fetcher: Callable[..., ReleaseFetcher]) -> None:
    with pytest.raises(SourceError, match="does the hub have the release"):
        fetcher().fetch("9.9.9")
