"""The door's pin in a process of its own: whatever becomes of the kiosk, the door is shut."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from kiosk.errors import HardwareError
from kiosk.hardware.gpio_panel import GpioPanel
from kiosk.hardware.guarded_door import GuardedDoor
from kiosk.hardware.wiring import LampWiring, PanelWiring, RelayWiring

Until = Callable[[Callable[[], bool]], None]
GUARD = (sys.executable, str(Path(__file__).parent / "stand_ins" / "recording_guard.py"))

KIOSK = """
import os, signal, sys
from kiosk.hardware.guarded_door import GuardedDoor
from kiosk.hardware.wiring import RelayWiring
door = GuardedDoor(RelayWiring(pin=17, pulse_seconds=float(sys.argv[1])), guard=sys.argv[3:])
door.release()
print(door.guard_pid, flush=True)
os.kill(os.getpid(), getattr(signal, sys.argv[2]))
"""


@pytest.fixture
def pin_log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[], list[int]]:
    """What the guard's pin has been set to since the start, the first state being low."""
    path = tmp_path / "pin"
    monkeypatch.setenv("PRESENSI_TEST_PIN", str(path))
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(each for each in sys.path if each))
    return lambda: [int(line) for line in path.read_text().split()] if path.exists() else []


@pytest.fixture
def open_door(pin_log: Any) -> Iterator[Callable[..., GuardedDoor]]:
    opened: list[GuardedDoor] = []

    def open_(**wiring: Any) -> GuardedDoor:
        opened.append(GuardedDoor(RelayWiring(**{"pin": 17} | wiring), guard=GUARD))
        return opened[-1]

    yield open_
    for door in opened:
        door.close()


def test_guarded_door_opens_for_one_pulse_and_is_shut_at_the_end(
    open_door: Callable[..., GuardedDoor], pin_log: Callable[[], list[int]], until: Until
) -> None:
    door = open_door(pulse_seconds=0.05)
    assert pin_log() == []
    door.release()
    until(lambda: len(pin_log()) == 2)
    door.close()
    assert pin_log() == [1, 0]
    assert door.trouble is None


def test_guarded_door_of_an_active_low_board_is_high_at_rest(
    open_door: Callable[..., GuardedDoor], pin_log: Callable[[], list[int]], until: Until
) -> None:
    door = open_door(pulse_seconds=30.0, active_high=False)
    assert pin_log() == [1]
    door.release()
    until(lambda: pin_log() == [1, 0])
    door.close()
    assert pin_log() == [1, 0, 1]


def test_guarded_door_is_shut_at_once_when_told(
    open_door: Callable[..., GuardedDoor], pin_log: Callable[[], list[int]], until: Until
) -> None:
    door = open_door(pulse_seconds=30.0)
    door.release()
    until(lambda: pin_log() == [1])
    door.shut()
    until(lambda: pin_log() == [1, 0])


@pytest.mark.parametrize(("end", "pulse_seconds"), [("SIGSTOP", 0.3), ("SIGKILL", 30.0)])
def test_door_shuts_although_the_kiosk_hangs_or_was_killed(
    pin_log: Callable[[], list[int]], until: Until, end: str, pulse_seconds: float
) -> None:
    """Frozen, it cannot end the pulse; killed, it cannot even ask for it."""
    kiosk = subprocess.Popen(
        [sys.executable, "-c", KIOSK, str(pulse_seconds), end, *GUARD], stdout=subprocess.PIPE, text=True
    )
    assert kiosk.stdout is not None
    try:
        guard = psutil.Process(int(kiosk.stdout.readline()))
        until(lambda: pin_log() == [1, 0])
        if end == "SIGSTOP":
            assert psutil.Process(kiosk.pid).status() == psutil.STATUS_STOPPED
    finally:
        kiosk.kill()
        kiosk.wait()
        kiosk.stdout.close()
    until(lambda: not guard.is_running() or guard.status() == psutil.STATUS_ZOMBIE)
    assert pin_log() == [1, 0]


def test_door_shuts_when_a_service_manager_ends_everybody(
    open_door: Callable[..., GuardedDoor], pin_log: Callable[[], list[int]], until: Until
) -> None:
    door = open_door(pulse_seconds=30.0)
    door.release()
    until(lambda: pin_log() == [1])
    os.kill(door.guard_pid, signal.SIGTERM)
    until(lambda: pin_log() == [1, 0])


@pytest.mark.parametrize("tries", [1, 50])
def test_door_shuts_whatever_the_guard_was_doing_when_it_was_ended(
    open_door: Callable[..., GuardedDoor], pin_log: Callable[[], list[int]], tries: int
) -> None:
    """The signal may come while a pulse is being started, again and again."""
    door = open_door(pulse_seconds=30.0)
    for _ in range(tries):
        door.release()
    os.kill(door.guard_pid, signal.SIGTERM)
    ended = os.waitid(os.P_PID, door.guard_pid, os.WEXITED | os.WNOWAIT)
    assert ended is not None
    assert (ended.si_code, ended.si_status) == (os.CLD_EXITED, 0)
    assert pin_log()[-1:] in ([], [0])


def test_guard_that_was_killed_is_replaced_and_missed_meanwhile(
    open_door: Callable[..., GuardedDoor], pin_log: Callable[[], list[int]], until: Until
) -> None:
    door = open_door(pulse_seconds=0.05)
    first = door.guard_pid
    os.kill(first, signal.SIGKILL)
    os.waitid(os.P_PID, first, os.WEXITED | os.WNOWAIT)
    door.release()
    assert door.trouble is not None
    until(lambda: door.trouble is None and door.guard_pid != first)
    door.release()
    until(lambda: pin_log() == [1, 0])


def test_guard_that_cannot_be_replaced_is_tried_again(
    open_door: Callable[..., GuardedDoor], monkeypatch: pytest.MonkeyPatch, until: Until
) -> None:
    door = open_door()
    working = door._command
    monkeypatch.setattr(door, "_command", ["/nonexistent/python"])
    os.kill(door.guard_pid, signal.SIGKILL)
    os.waitid(os.P_PID, door.guard_pid, os.WEXITED | os.WNOWAIT)
    door.release()
    until(lambda: "nonexistent" in (door.trouble or ""))
    monkeypatch.setattr(door, "_command", working)
    door.release()
    until(lambda: door.trouble is None)


def test_guard_without_pins_says_so_in_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GPIOZERO_PIN_FACTORY", "absent")
    with pytest.raises(HardwareError, match=r"door relay on GPIO17 .* python3-lgpio"):
        GuardedDoor(RelayWiring(pin=17))


def test_guard_that_says_nothing_is_an_error(pin_log: Any) -> None:
    with pytest.raises(HardwareError, match="did not start"):
        GuardedDoor(RelayWiring(pin=17), guard=(sys.executable, "-c", "pass"))


def test_panel_passes_on_what_is_wrong_with_its_door(mock_pins: Any, pin_log: Any, until: Until) -> None:
    wiring = PanelWiring(relay=RelayWiring(pin=17), lamps=LampWiring(blue=22, orange=27))
    doors: list[GuardedDoor] = []

    def open_door(relay: RelayWiring) -> GuardedDoor:
        doors.append(GuardedDoor(relay, guard=GUARD))
        return doors[0]

    panel = GpioPanel(wiring, open_door=open_door)
    assert panel.alarms == ()
    os.kill(doors[0].guard_pid, signal.SIGKILL)
    os.waitid(os.P_PID, doors[0].guard_pid, os.WEXITED | os.WNOWAIT)
    panel.signal("accepted")
    assert "guard was killed" in panel.alarms[0]
    until(lambda: panel.alarms == ())
    panel.close()
