"""True time, which the simulation keeps, and what a kiosk takes it for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from contract.punch import ClockSource, ClockStamp
from kiosk.clock import Reading

BEGIN: Final = datetime(2026, 11, 1, 17, 0, tzinfo=UTC)
"""Monday, 2 November, midnight in Jakarta."""


@dataclass(slots=True)
class TrueTime:
    """seconds: since BEGIN."""

    seconds: float = 0.0

    @property
    def now(self) -> datetime:
        return BEGIN + timedelta(seconds=self.seconds)


class KioskClock:
    """See kiosk.clock.Clock; the floor holds as in its SystemClock.

    off: how far the wall clock is from true time. source: how it was set.
    """

    def __init__(self, true: TrueTime, name: str) -> None:
        self._true = true
        self._name = name
        self._boots = 0
        self._booted_at = true.seconds
        self._floor: datetime | None = None
        self._floor_set_at = 0.0
        self.off = timedelta()
        self.source: ClockSource = "ntp"

    @property
    def boot(self) -> str:
        return f"{self._name}-{self._boots}"

    def reboot(self) -> None:
        """Power went and came back."""
        self._boots += 1
        self._booted_at = self._true.seconds

    def wake_without_battery(self) -> None:
        """The clock starts where it was made: before everything that the journal holds."""
        self.off, self.source = timedelta(days=-400), "free"

    def hold_floor(self, floor: datetime | None) -> None:
        """A program has started, and knows this row as the newest."""
        self._floor, self._floor_set_at = floor, self.monotonic()

    def set_by_network(self) -> None:
        self.off, self.source = timedelta(), "ntp"

    def read(self) -> Reading:
        wall, source = self._true.now + self.off, self.source
        if self._floor is not None and wall < self._floor and source != "ntp":
            wall = self._floor + timedelta(seconds=self.monotonic() - self._floor_set_at)
            source = "free"
        stamp = ClockStamp(boot=self.boot, monotonic_ms=int(self.monotonic() * 1000), source=source)
        return Reading(wall, stamp)

    def monotonic(self) -> float:
        # A machine is some seconds old when its programs start.
        return self._true.seconds - self._booted_at + 20.0


def names(bits: Callable[[int], int]) -> Callable[[], str]:
    """Makes names like a UUID from a source of random bits."""

    def make() -> str:
        text = f"{bits(128):032x}"
        return "-".join((text[:8], text[8:12], text[12:16], text[16:20], text[20:]))

    return make
