"""The window's sign of life: a timer in its loop, which stands still when the loop does."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QObject, QTimer

from kiosk.watchdog import Vitals

BEAT_MS: Final = 1000


def keep_pulse(vitals: Vitals, window: QObject) -> None:
    """Beat once a second while the loop of this object's thread turns and the object lives; call it in that thread."""
    timer = QTimer(window)
    timer.timeout.connect(lambda: vitals.beat("screen"))
    timer.start(BEAT_MS)
    vitals.expect_screen()
