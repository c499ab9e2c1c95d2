"""The window's loop shows that it turns, and stops showing it when it stands still."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest
from PySide6.QtCore import QEventLoop, QObject, QTimer

from kiosk.ui import pulse
from kiosk.watchdog import Vitals


def turn(qt: Any, milliseconds: int) -> None:
    """Let Qt's loop turn for a while."""
    loop = QEventLoop()
    QTimer.singleShot(milliseconds, loop.quit)
    loop.exec()


def turn_until(qt: Any, done: Callable[[], object]) -> None:
    """Let Qt's loop turn until it is done; a busy machine may take its time."""
    for _ in range(1_000):
        if done():
            return
        turn(qt, 10)


def test_loop_that_turns_beats_and_one_that_stands_still_does_not(qt: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pulse, "BEAT_MS", 5)
    beats: list[str] = []
    vitals = Vitals()
    monkeypatch.setattr(vitals, "beat", beats.append)
    window = QObject()
    assert not vitals.signs.expects_screen
    pulse.keep_pulse(vitals, window)
    assert vitals.signs.expects_screen
    threading.Event().wait(0.05)
    assert beats == [], "nobody turned the loop"
    turn_until(qt, lambda: beats)
    assert set(beats) == {"screen"}
    window.deleteLater()
    turn(qt, 20)
    beats.clear()
    turn(qt, 40)
    assert beats == []
