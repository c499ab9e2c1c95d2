"""Time, and how far it is trusted."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from kiosk import clock as clock_module
from kiosk.clock import AnchorWatch, SystemClock
from tests.factories.journals import NOON
from tests.factories.terminal import HandClock


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine of its own, whose kernel was never told the time."""
    monkeypatch.setattr(clock_module, "_kernel_says_synchronised", lambda: False)
    folder = tmp_path / "proc/sys/kernel/random"
    folder.mkdir(parents=True)
    (folder / "boot_id").write_text("1c2d3e4f-0000-4000-8000-000000000000\n")
    return tmp_path


def say_synchronised(root: Path) -> None:
    (root / "run/systemd/timesync").mkdir(parents=True)
    (root / "run/systemd/timesync/synchronized").touch()


def fit_rtc(root: Path, date: str) -> None:
    (root / "sys/class/rtc/rtc0").mkdir(parents=True, exist_ok=True)
    (root / "sys/class/rtc/rtc0/date").write_text(date)


def test_clock_without_anything_runs_free(root: Path) -> None:
    reading = SystemClock(state_root=root).read()
    assert reading.stamp.source == "free"
    assert reading.stamp.boot == "1c2d3e4f-0000-4000-8000-000000000000"
    assert reading.wall.tzinfo is not None
    assert reading.wall.utcoffset() == timedelta(0)


@pytest.mark.parametrize(
    ("date", "source"), [("2026-11-23\n", "rtc"), ("2000-01-01\n", "free"), ("", "free"), ("rubbish", "free")]
)
def test_clock_with_a_battery_is_trusted_once_it_was_set(root: Path, date: str, source: str) -> None:
    fit_rtc(root, date)
    assert SystemClock(state_root=root).read().stamp.source == source


def test_clock_set_by_a_time_server_is_trusted_most(root: Path) -> None:
    fit_rtc(root, "2026-11-23\n")
    clock = SystemClock(state_root=root)
    assert clock.read().stamp.source == "rtc"
    say_synchronised(root)
    assert clock.read().stamp.source == "ntp"


def test_clock_believes_a_kernel_that_is_synchronised(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock_module, "_kernel_says_synchronised", lambda: True)
    assert SystemClock(state_root=root).read().stamp.source == "ntp"


def test_kernel_is_asked_without_harm() -> None:
    assert clock_module._kernel_says_synchronised() in (True, False)


def test_clock_is_never_earlier_than_its_floor_and_goes_on_from_there(root: Path) -> None:
    floor = datetime.now(UTC) + timedelta(days=30)
    fit_rtc(root, "2026-11-23\n")
    clock = SystemClock(floor=floor, state_root=root)
    first, second = clock.read(), clock.read()
    assert floor <= first.wall <= second.wall < floor + timedelta(minutes=10)
    assert first.stamp.source == "free"


def test_clock_above_its_floor_is_the_machines(root: Path) -> None:
    reading = SystemClock(floor=datetime.now(UTC) - timedelta(days=1), state_root=root).read()
    assert abs(reading.wall - datetime.now(UTC)) < timedelta(minutes=10)


def test_time_server_overrules_a_floor_in_the_future(root: Path) -> None:
    """One row from a clock that was years ahead must not hold the kiosk there for years."""
    clock = SystemClock(floor=datetime.now(UTC) + timedelta(days=4_000), state_root=root)
    assert clock.read().wall > datetime.now(UTC) + timedelta(days=3_999)
    say_synchronised(root)
    reading = clock.read()
    assert abs(reading.wall - datetime.now(UTC)) < timedelta(minutes=10)
    assert reading.stamp.source == "ntp"


@pytest.mark.parametrize("content", [None, "", "\n", "é", "x" * 200])
def test_boot_id_is_usable_whatever_the_kernel_says(root: Path, content: str | None) -> None:
    path = root / "proc/sys/kernel/random/boot_id"
    path.unlink()
    if content is not None:
        path.write_text(content, encoding="utf-8")
    boot = SystemClock(state_root=root).read().stamp.boot
    assert 1 <= len(boot) <= 64
    assert boot.startswith("boot-") or content == "x" * 200


def test_monotonic_time_does_not_go_back(root: Path) -> None:
    clock = SystemClock(state_root=root)
    before = time.monotonic()
    readings = [clock.monotonic() for _ in range(100)]
    stamps = [clock.read().stamp.monotonic_ms for _ in range(10)]
    assert readings == sorted(readings)
    assert stamps == sorted(stamps)
    assert readings[0] >= before


# Anchors ------------------------------------------------------------------------------------------------------------


def test_watch_anchors_the_first_look_at_a_trusted_clock() -> None:
    watch = AnchorWatch(HandClock(source="ntp"))
    assert watch.check() == 0
    assert watch.check() is None


def test_watch_says_nothing_of_a_clock_that_runs_free() -> None:
    clock = HandClock(source="free")
    watch = AnchorWatch(clock)
    assert watch.check() is None
    clock.set_wall(clock.wall + timedelta(days=1), "free")
    assert watch.check() is None


@pytest.mark.parametrize("hours", [-30 * 24, 5, 0])
def test_watch_tells_by_how_much_the_clock_was_set(hours: int) -> None:
    clock = HandClock(source="free")
    watch = AnchorWatch(clock)
    watch.check()
    clock.advance(5)
    clock.set_wall(clock.wall + timedelta(hours=hours), "ntp")
    assert watch.check() == hours * 3_600_000
    clock.advance(5)
    assert watch.check() is None


@pytest.mark.parametrize(("seconds", "anchored"), [(1.9, False), (2.1, True), (-2.1, True), (-1.9, False)])
def test_watch_tells_a_step_from_a_slew(seconds: float, anchored: bool) -> None:
    clock = HandClock(source="ntp")
    watch = AnchorWatch(clock)
    watch.check()
    clock.advance(5)
    clock.set_wall(clock.wall + timedelta(seconds=seconds))
    assert watch.check() == (round(seconds * 1000) if anchored else None)


def test_watch_anchors_again_when_trust_comes_back() -> None:
    clock = HandClock(source="ntp")
    watch = AnchorWatch(clock)
    watch.check()
    clock.source = "free"
    assert watch.check() is None
    clock.source = "rtc"
    assert watch.check() == 0


def test_watch_lets_the_clock_run_for_a_day_without_an_anchor() -> None:
    clock = HandClock(wall=NOON)
    watch = AnchorWatch(clock)
    watch.check()
    for _ in range(17_280):
        clock.advance(5)
        assert watch.check() is None
