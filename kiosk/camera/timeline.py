"""When the frames of something played back are due: the clock of clips and rendered photos."""

from __future__ import annotations

import time

from kiosk.camera.source import Pace
from kiosk.errors import CameraStalledError


class Timeline:
    """Frame n is due at start + n / fps; the first call starts it.

    At pace "own" it waits for the frame that is due and says how many have gone by; at pace "fast" nothing is ever
    late, and time stamps follow the time line of the picture instead of the clock, so that the seconds between two
    frames are those of the scene.
    """

    def __init__(self, *, fps: float, pace: Pace) -> None:
        self._seconds_per_frame = 1.0 / fps
        self._pace = pace
        self._started_at: float | None = None

    def wait_for_due(self, index: int, timeout_seconds: float) -> int:
        """Wait until frame `index` is due and return the newest one that is due by now, `index` or later.

        Raises CameraStalledError when it will not be due within the timeout; the time was waited then.
        """
        now = time.monotonic()
        if self._started_at is None:
            self._started_at = now - index * self._seconds_per_frame
        if self._pace == "fast":
            return index
        wait_seconds = self.due_at(index) - now
        if wait_seconds > timeout_seconds:
            time.sleep(max(0.0, timeout_seconds))
            raise CameraStalledError(f"No frame was due within {timeout_seconds:g} s: allow more than 1 / fps.")
        if wait_seconds > 0.0:
            time.sleep(wait_seconds)
            return index
        return index + int(-wait_seconds / self._seconds_per_frame)

    def due_at(self, index: int) -> float:
        """Seconds on CLOCK_MONOTONIC at which frame `index` is due; only after the first wait."""
        if self._started_at is None:
            return time.monotonic()
        return self._started_at + index * self._seconds_per_frame

    def forgive_delay(self, index: int, tolerance_seconds: float) -> None:
        """Slow the picture down when frame `index` is ready too late, so that frames are never delivered stale."""
        late_seconds = time.monotonic() - self.due_at(index)
        if self._pace == "own" and self._started_at is not None and late_seconds > tolerance_seconds:
            self._started_at += late_seconds
