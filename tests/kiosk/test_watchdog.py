"""The watchdog with a real socket: each organ hangs in turn, and the service manager is not told that all is well."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from kiosk.errors import JournalError, JournalFullError
from kiosk.journal import Journal
from kiosk.service_notice import ServiceNotice
from kiosk.watchdog import Limits, Organ, Signs, Vitals, Watchdog, missing
from tests.kiosk.test_position import until
from tests.kiosk.test_service_notice import Manager

LIMITS = Limits(attendant=15, frames=10, journal=20, screen=10)
ALIVE = Signs(attendant=100, frames=100, journal=100, screen=100, expects_screen=True)


@pytest.mark.parametrize(
    ("signs", "now", "lacking"),
    [
        (ALIVE, 105.0, ()),
        (ALIVE, 110.0, ()),
        (ALIVE, 110.1, ("frames", "screen")),
        (ALIVE, 121.0, ("attendant", "frames", "journal", "screen")),
        (Signs(), 0.0, ("attendant", "frames", "journal")),
        (Signs(attendant=100, journal=100, recovering=True), 105.0, ()),
        (Signs(attendant=100, frames=20, journal=100, recovering=True), 105.0, ()),
        (Signs(frames=100, journal=100, recovering=True), 105.0, ("attendant",)),
        (Signs(attendant=100, frames=100, journal=100, screen=None, expects_screen=True), 105.0, ("screen",)),
        (Signs(attendant=100, frames=100, journal=100, screen=None), 105.0, ()),
    ],
)
def test_missing_names_what_shows_no_life(signs: Signs, now: float, lacking: tuple[Organ, ...]) -> None:
    assert missing(signs, now, LIMITS) == lacking


class Kiosk:
    """Organs that live or hang as the test says, on a clock that it moves."""

    def __init__(self, address: str) -> None:
        self.seconds = 1000.0
        self.recovering = False
        self.journal: Callable[[], None] = lambda: None
        self.vitals = Vitals(now=lambda: self.seconds, recovering=lambda: self.recovering)
        self.vitals.expect_screen()
        self.watchdog = Watchdog(
            self.vitals,
            probe=self.probe,
            notice=ServiceNotice({"NOTIFY_SOCKET": address, "WATCHDOG_USEC": "30000"}),
            limits=LIMITS,
            now=lambda: self.seconds,
        )

    def probe(self) -> None:
        self.journal()

    def live(self, seconds: float, *, but: str = "") -> None:
        """All organs beat for a while, but one."""
        for _ in range(round(seconds)):
            self.seconds += 1
            for organ in ("attendant", "frames", "journal", "screen"):
                if organ != but:
                    self.vitals.beat(organ)  # type: ignore[arg-type]


@pytest.fixture
def manager(tmp_path: Path) -> Iterator[Manager]:
    manager = Manager(str(tmp_path / "notify"))
    yield manager
    manager.socket.close()


@pytest.fixture
def kiosk(manager: Manager) -> Kiosk:
    return Kiosk(manager.address)


def test_kiosk_is_ready_once_when_everything_lives(kiosk: Kiosk, manager: Manager) -> None:
    kiosk.watchdog.look()
    assert manager.heard() == ["STATUS=waiting for: attendant, frames, journal, screen"]
    kiosk.live(1, but="screen")
    kiosk.watchdog.look()
    assert manager.heard() == ["STATUS=waiting for: screen"]
    kiosk.live(1)
    kiosk.watchdog.look()
    kiosk.watchdog.look()
    assert manager.heard() == ["READY=1\nWATCHDOG=1\nSTATUS=serving", "WATCHDOG=1\nSTATUS=serving"]


@pytest.mark.parametrize("organ", ["attendant", "frames", "journal", "screen"])
def test_organ_that_hangs_silences_the_watchdog_and_its_return_ends_that(
    kiosk: Kiosk, manager: Manager, organ: Any
) -> None:
    kiosk.live(5)
    kiosk.watchdog.look()
    manager.heard()
    kiosk.live(21, but=organ)
    assert kiosk.watchdog.look() == (organ,)
    assert manager.heard() == [f"STATUS=no life in: {organ}"]
    kiosk.live(1)
    kiosk.watchdog.look()
    assert manager.heard() == ["WATCHDOG=1\nSTATUS=serving"]


def test_camera_that_is_being_brought_back_is_no_hang(kiosk: Kiosk, manager: Manager) -> None:
    kiosk.live(5)
    kiosk.watchdog.look()
    manager.heard()
    kiosk.recovering = True
    kiosk.live(60, but="frames")
    kiosk.watchdog.look()
    assert manager.heard() == ["WATCHDOG=1\nSTATUS=the camera is being brought back"]


def test_watchdog_runs_until_it_is_stopped_and_says_so(kiosk: Kiosk, manager: Manager) -> None:
    stop = threading.Event()
    thread = threading.Thread(target=kiosk.watchdog.run, args=(stop,))
    kiosk.live(1, but="journal")
    thread.start()
    heard: list[str] = []
    # The prober's own beat is what makes it ready.
    until(lambda: heard.extend(manager.heard()) or sum("WATCHDOG=1" in each for each in heard) >= 3)
    stop.set()
    thread.join(20)
    heard += manager.heard()
    assert not thread.is_alive()
    assert [each for each in heard if "READY=1" in each] == [next(each for each in heard if "WATCHDOG" in each)]
    assert heard[-1] == "STOPPING=1\nSTATUS=ending"


def test_journal_whose_disk_hangs_does_not_hang_the_watchdog(kiosk: Kiosk, manager: Manager) -> None:
    released, stop = threading.Event(), threading.Event()
    kiosk.journal = lambda: released.wait(60) and None
    kiosk.live(1, but="journal")
    thread = threading.Thread(target=kiosk.watchdog.run, args=(stop,))
    thread.start()
    heard: list[str] = []
    until(lambda: heard.extend(manager.heard()) or len(heard) >= 2)
    stop.set()
    thread.join(20)
    released.set()
    assert not thread.is_alive()
    assert set(heard) == {"STATUS=waiting for: journal"}


def test_watchdog_without_a_manager_does_nothing() -> None:
    Watchdog(Vitals(), probe=lambda: None, notice=ServiceNotice({})).run(threading.Event())


# What the journal is asked -------------------------------------------------------------------------------------------


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    with Journal(tmp_path / "journal.sqlite3", device="kiosk-1") as opened:
        yield opened


def test_journal_that_can_be_read_and_written_passes_and_is_not_written_to(journal: Journal, tmp_path: Path) -> None:
    before = [(each.name, each.stat().st_mtime_ns, each.stat().st_size) for each in sorted(tmp_path.iterdir())]
    journal.probe()
    assert [(each.name, each.stat().st_mtime_ns, each.stat().st_size) for each in sorted(tmp_path.iterdir())] == before


def test_journal_on_a_read_only_disk_does_not_pass(journal: Journal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kiosk.journal.os.access", lambda *_: False)
    with pytest.raises(JournalError, match="read-only"):
        journal.probe()
    monkeypatch.undo()
    journal.probe()


def test_journal_that_cannot_be_read_does_not_pass(journal: Journal, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise JournalFullError("the disk does not answer")

    monkeypatch.setattr(journal._file, "fetch", refuse)
    with pytest.raises(JournalError):
        journal.probe()


def test_journal_that_was_closed_does_not_pass(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "journal.sqlite3", device="kiosk-1")
    journal.close()
    with pytest.raises(JournalError):
        journal.probe()
