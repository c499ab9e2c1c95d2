"""The loop around the housing: opening it is an alarm, and stays one until somebody has looked."""

from __future__ import annotations

import errno
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from kiosk.errors import HardwareError
from kiosk.hardware.tamper import Opening, TamperLoop, TamperMemory
from kiosk.hardware.wiring import TamperWiring

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


@pytest.fixture
def memory(tmp_path: Path) -> TamperMemory:
    return TamperMemory(tmp_path / "data" / "tamper.json")


@pytest.fixture
def loop_pin(mock_pins: Any) -> Any:
    """A closed loop: the pin is held at ground."""
    pin = mock_pins.pin(23)
    pin.drive_low()
    return pin


def closed_loop(pin: Any, memory: TamperMemory, on_open: Callable[[], None] = lambda: None) -> TamperLoop:
    """A loop that is closed as it is claimed; the mock's pull-up alone would read as open."""
    pin._set_pull = lambda value: setattr(pin, "_pull", value)
    return TamperLoop(TamperWiring(pin=23), memory=memory, now=lambda: NOON, on_open=on_open)


def test_closed_loop_is_no_alarm(loop_pin: Any, memory: TamperMemory) -> None:
    loop = closed_loop(loop_pin, memory)
    assert loop.closed
    assert loop.alarms == ()
    assert loop_pin.pull == "up"
    loop.close()


def test_opening_is_an_alarm_at_once_and_after_it_is_closed_again(loop_pin: Any, memory: TamperMemory) -> None:
    rung: list[str] = []
    loop = closed_loop(loop_pin, memory, lambda: rung.append("alarm"))
    loop_pin.drive_high()
    assert rung == ["alarm"]
    assert loop.alarms[0].startswith("The housing is open, since 2026-11-23 12:00")
    loop_pin.drive_low()
    assert rung == ["alarm"]
    assert loop.alarms[0].startswith("The housing was opened at 2026-11-23 12:00 (1x) and is closed again")
    loop_pin.drive_high()
    loop_pin.drive_low()
    assert rung == ["alarm", "alarm"]
    assert "(2x)" in loop.alarms[0]
    loop.close()


def test_opening_is_remembered_over_a_restart_until_it_is_cleared(
    loop_pin: Any, memory: TamperMemory, tmp_path: Path
) -> None:
    loop = closed_loop(loop_pin, memory)
    loop_pin.drive_high()
    loop_pin.drive_low()
    loop.close()
    again = closed_loop(loop_pin, TamperMemory(tmp_path / "data" / "tamper.json"))
    assert "was opened" in again.alarms[0]
    assert TamperMemory(tmp_path / "data" / "tamper.json").clear() == Opening(first_at=NOON, times=1)
    assert again.alarms == (), "cleared beside the running kiosk"
    again.close()


def test_loop_that_is_open_at_the_start_is_an_alarm(mock_pins: Any, memory: TamperMemory) -> None:
    """Also a cut wire: the pin's pull-up is all that is left."""
    rung: list[str] = []
    loop = TamperLoop(TamperWiring(pin=23), memory=memory, now=lambda: NOON, on_open=lambda: rung.append("alarm"))
    assert rung == ["alarm"]
    assert not loop.closed
    assert "is open" in loop.alarms[0]
    memory.clear()
    assert "is open, since just now" in loop.alarms[0], "what is open cannot be cleared"
    loop.close()


def test_disk_that_refuses_leaves_the_alarm_in_memory(memory: TamperMemory, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("kiosk.hardware.tamper._write", refuse)
    memory.remember(NOON)
    memory.remember(NOON + timedelta(minutes=1))
    assert memory.opening == Opening(first_at=NOON, times=2)


@pytest.mark.parametrize("content", [b"", b"{", b'{"times":"x"}', b"\xff"])
def test_memory_that_was_tampered_with_is_an_opening_too(memory: TamperMemory, tmp_path: Path, content: bytes) -> None:
    memory.remember(NOON)
    (tmp_path / "data" / "tamper.json").write_bytes(content)
    assert memory.opening is not None
    memory.remember(NOON)
    assert memory.opening.times == 2


def test_nothing_to_clear_is_none(memory: TamperMemory) -> None:
    assert memory.clear() is None


def test_loop_on_a_busy_pin_is_named(mock_pins: Any, memory: TamperMemory) -> None:
    import gpiozero

    other = gpiozero.LED(23)
    with pytest.raises(HardwareError, match="tamper loop on GPIO23"):
        TamperLoop(TamperWiring(pin=23), memory=memory, now=lambda: NOON)
    other.close()
