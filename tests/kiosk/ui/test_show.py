"""A station with its window: whatever ends the attendant ends the program, and is told."""

from __future__ import annotations

import threading
from types import SimpleNamespace
from typing import Any

import pytest

from kiosk.display import Display
from kiosk.errors import SourceUnusableError
from kiosk.settings import KioskSettings
from kiosk.ui.bridge import Bridge
from kiosk.ui.show import run_with_window


class ScriptedStation:
    """Serves until it is stopped, or until what it was given goes off."""

    def __init__(self, error: BaseException | None = None, *, ends: bool = False) -> None:
        policy = SimpleNamespace(unit="Kantor", message="", demo=True, liveness="off")
        self.settings = KioskSettings()
        self.roster = SimpleNamespace(current=SimpleNamespace(policy=policy))
        self.uplink = SimpleNamespace(online=True)
        self.journal = SimpleNamespace(state=SimpleNamespace(queue=0))
        self.message, self.clock_trusted, self.unplaced = "", True, False
        self.stopped = threading.Event()
        self.touches: list[tuple[str, str]] = []
        self._error = error
        self._ends = ends

    def run(self, display: Display) -> None:
        if self._error is not None:
            raise self._error
        if not self._ends:
            self.stopped.wait(20)

    def stop(self) -> None:
        self.stopped.set()

    def touch(self, kind: str, text: str) -> None:
        self.touches.append((kind, text))


@pytest.mark.parametrize(
    "error", [SourceUnusableError("There is no such clip."), RuntimeError("a bug"), MemoryError("no memory")]
)
def test_whatever_ends_the_attendant_is_raised(error: BaseException, qt: Any) -> None:
    station: Any = ScriptedStation(error)
    with pytest.raises(type(error)) as raised:
        run_with_window(station, windowed=True)
    assert raised.value is error
    assert station.stopped.is_set()


def test_end_of_the_input_closes_the_window(qt: Any) -> None:
    station: Any = ScriptedStation(ends=True)
    run_with_window(station, windowed=True)
    assert station.stopped.is_set()


def test_what_is_touched_reaches_the_station(qt: Any) -> None:
    station: Any = ScriptedStation()

    def touch_and_close(bridge: Bridge) -> None:
        bridge.touch("choose", "duty")
        bridge.quit()

    run_with_window(station, windowed=True, prepare=touch_and_close)
    assert station.touches == [("choose", "duty")]


def test_closing_the_window_ends_the_attendant(qt: Any) -> None:
    station: Any = ScriptedStation()

    def close_at_once(bridge: Bridge) -> None:
        bridge.quit()

    run_with_window(station, windowed=True, prepare=close_at_once)
    assert station.stopped.is_set()
    assert not [thread for thread in threading.enumerate() if thread.name in ("attendant", "screen")]
