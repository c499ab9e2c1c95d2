"""The ladder of a camera that keeps failing: restart, reset, reboot; and never more than helps."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from kiosk.camera import recovery
from kiosk.camera.recovery import Ladder, parse_reset_command
from kiosk.camera.source import SourceSettings
from kiosk.camera.supervisor import CaptureSupervisor, Patience
from kiosk.equipment import REBOOTS, forget_reboots, supervise_camera
from kiosk.errors import SettingsError
from kiosk.journal import Journal
from kiosk.settings import CameraSection, KioskSettings

QUICK = Patience(stall=10.0, open=30.0, finish=1.0, first_pause=0.01, longest_pause=0.02)


def wait(condition: Callable[[], bool]) -> None:
    give_up, pause = time.monotonic() + 60, threading.Event()
    while not condition():
        assert time.monotonic() < give_up, "what the test waits for did not happen"
        pause.wait(0.005)


def test_ladder_climbs_from_restart_over_reset_to_reboot() -> None:
    ladder = Ladder(reset_after=3, reboot_after=8)
    assert [ladder.rung(number) for number in range(1, 10)] == [
        "restart", "restart", "reset", "restart", "restart", "reset", "restart", "reboot", "reboot",
    ]  # fmt: skip


def test_ladder_without_reboot_ends_with_resets() -> None:
    assert {Ladder(reset_after=2, reboot_after=0).rung(number) for number in range(1, 1000)} == {"restart", "reset"}


@pytest.mark.parametrize(("reboots", "failures"), [(0, 8), (1, 16), (3, 64), (6, 512), (60, 512)])
def test_reboot_that_did_not_help_takes_twice_as_many_failures_the_next_time(reboots: int, failures: int) -> None:
    ladder = Ladder(reset_after=1000, reboot_after=8, reboots=reboots)
    assert (ladder.rung(failures - 1), ladder.rung(failures)) == ("restart", "reboot")


def test_camera_that_never_comes_is_reset_and_asks_for_one_reboot(stand_ins: None) -> None:
    resets: list[float] = []
    reboots: list[float] = []
    source = CaptureSupervisor(
        SourceSettings(kind="webcam"),
        opener="broken_sources:Missing",
        patience=QUICK,
        ladder=Ladder(reset_after=2, reboot_after=5),
        reset=lambda: resets.append(time.monotonic()),
        on_reboot=lambda: reboots.append(time.monotonic()),
    )
    assert not source.recovering
    with source:
        wait(lambda: source.health.restarts >= 7)
        assert source.recovering
    assert len(resets) == 2, "after 2 and 4; from 5 on a reboot is what is asked for"
    assert len(reboots) == 1
    assert resets[-1] < reboots[0]
    assert not source.recovering


def test_camera_that_works_is_not_recovering(stand_ins: None) -> None:
    with CaptureSupervisor(SourceSettings(kind="webcam"), opener="broken_sources:UniformSource") as source:
        assert source.recovering, "it is being opened"
        assert source.read(30.0) is not None
        assert not source.recovering


def test_recovery_that_makes_no_step_is_a_hang(stand_ins: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kiosk.camera.supervisor.LONGEST_QUIET_SECONDS", 0.0)
    released = threading.Event()
    source = CaptureSupervisor(
        SourceSettings(kind="webcam"),
        opener="broken_sources:Missing",
        patience=QUICK,
        ladder=Ladder(reset_after=1, reboot_after=0),
        reset=lambda: released.wait(60) and None,
    )
    with source:
        wait(lambda: source.health.restarts == 1)
        assert not source.recovering
        released.set()


# The reset command ---------------------------------------------------------------------------------------------------


def test_reset_command_is_run_with_the_cameras_number(tmp_path: Path) -> None:
    out = tmp_path / "a file"
    script = "import os, sys; open(sys.argv[1], 'w').write(os.environ['PRESENSI_CAMERA'])"
    parse_reset_command(f"{sys.executable} -c \"{script}\" '{out}'", device=2)()
    assert out.read_text() == "2"


def test_reset_without_a_command_does_nothing() -> None:
    parse_reset_command(None, device=0)()


@pytest.mark.parametrize(
    ("command", "words"),
    [("/nonexistent/reset", "No such file"), ("false", "exit status 1"), ("sleep 60", "timed out")],
)
def test_reset_that_fails_is_logged_and_survived(
    command: str, words: str, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recovery, "RESET_SECONDS", 0.3)
    parse_reset_command(command, device=0)()
    assert words in caplog.text


@pytest.mark.parametrize("command", ["", "  ", "reset 'camera"])
def test_reset_command_that_is_none_is_refused(command: str) -> None:
    with pytest.raises(SettingsError, match=r"camera\.reset_command"):
        parse_reset_command(command, device=0)


# What is remembered over reboots -------------------------------------------------------------------------------------


def test_reboots_are_counted_until_the_camera_works_again(tmp_path: Path) -> None:
    settings = KioskSettings(camera=CameraSection(kind="webcam", reboot_after=5))
    asked: list[str] = []
    with Journal(tmp_path / "journal.sqlite3", device="kiosk-1") as journal:
        for count in (1, 2):
            supervise_camera(settings, journal, on_reboot=lambda: asked.append("reboot"))._on_reboot()
            assert journal.fact(REBOOTS) == str(count)
        forget_reboots(journal)
        assert journal.fact(REBOOTS) == "0"
        forget_reboots(journal)
    assert asked == ["reboot", "reboot"]


def test_reboot_that_cannot_be_remembered_is_not_asked_for(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "journal.sqlite3", device="kiosk-1")
    asked: list[str] = []
    source = supervise_camera(KioskSettings(), journal, on_reboot=lambda: asked.append("reboot"))
    journal.close()
    source._on_reboot()
    assert asked == []


@pytest.mark.parametrize(("kind", "climbs"), [("picamera", True), ("webcam", True), ("photo", False), ("clip", False)])
def test_only_cameras_climb_the_ladder(tmp_path: Path, kind: str, climbs: bool) -> None:
    settings = KioskSettings(camera=CameraSection(kind=kind, path="x"))  # type: ignore[arg-type]
    with Journal(tmp_path / "journal.sqlite3", device="kiosk-1") as journal:
        source = supervise_camera(settings, journal, on_reboot=lambda: None)
    assert (source._ladder is not None) is climbs
