"""Wall time, boot time, and how far to trust them.

A Raspberry Pi without a battery wakes up in the past. So every row says how the clock had been set, the clock is never
earlier than the journal's last row, and each synchronisation is noticed, so that the journal can anchor it.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final, Protocol

from contract.punch import ClockSource, ClockStamp
from contract.timekeeping import kernel_says_synchronised as _kernel_says_synchronised

STEP_SECONDS: Final = 2.0
"""A wall clock that moved by more than this against the monotonic one was stepped, and not merely slewed."""


@dataclass(frozen=True, slots=True)
class Reading:
    """One look at the clock: wall time (aware, UTC) and what is known about it."""

    wall: datetime
    stamp: ClockStamp


class Clock(Protocol):
    """Where a kiosk gets its time; a simulation brings its own."""

    def read(self) -> Reading:
        """Wall and boot time now, never earlier than the floor."""
        ...

    def monotonic(self) -> float:
        """Seconds since some moment of this boot; never stepped."""
        ...


class SystemClock:
    """The machine's clock.

    floor: wall time is never earlier than this (the journal's last row): while the machine's clock is, time goes on
    from the floor and counts as free-running. None: no floor. A time server knows better than the floor: one row from
    a clock that was years ahead must not hold the kiosk there.
    """

    def __init__(self, *, floor: datetime | None = None, state_root: Path = Path("/")) -> None:
        self._floor = floor
        self._floor_set_at = time.monotonic()
        self._root = state_root
        self._boot = boot_id(state_root)

    def read(self) -> Reading:
        monotonic_ms = time.clock_gettime_ns(time.CLOCK_BOOTTIME) // 1_000_000
        wall = datetime.now(UTC)
        source = self._source()
        if self._floor is not None and wall < self._floor and source != "ntp":
            wall = self._floor + timedelta(seconds=time.monotonic() - self._floor_set_at)
            source = "free"
        return Reading(wall, ClockStamp(boot=self._boot, monotonic_ms=monotonic_ms, source=source))

    def monotonic(self) -> float:
        return time.monotonic()

    def _source(self) -> ClockSource:
        if (self._root / "run/systemd/timesync/synchronized").exists() or _kernel_says_synchronised():
            return "ntp"
        # A Pi's fake-hwclock leaves no device; a real, set RTC has a year that makes sense.
        try:
            year = int((self._root / "sys/class/rtc/rtc0/date").read_text(encoding="ascii")[:4])
        except (OSError, ValueError):
            return "free"
        return "rtc" if year >= 2026 else "free"


class AnchorWatch:
    """Notices when the wall clock has been set, so that the journal gets an anchor row for it."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._offset_ms: int | None = None
        self._source: ClockSource = "free"

    def check(self) -> int | None:
        """By how many milliseconds the wall clock was stepped since the last look; None: nothing worth an anchor.

        The first look at a trusted clock counts (0 ms): rows of this boot may have been taken before.
        """
        reading = self._clock.read()
        offset_ms = int(reading.wall.timestamp() * 1000) - reading.stamp.monotonic_ms
        before, source_before = self._offset_ms, self._source
        self._offset_ms, self._source = offset_ms, reading.stamp.source
        stepped_ms = 0 if before is None else offset_ms - before
        became_trusted = reading.stamp.source not in ("free", source_before)
        if became_trusted or (reading.stamp.source != "free" and abs(stepped_ms) > STEP_SECONDS * 1000):
            return stepped_ms
        return None


def boot_id(root: Path = Path("/")) -> str:
    """Id of this boot of the machine, 1 to 64 characters; see contract.punch.ClockStamp."""
    try:
        boot = (root / "proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()[:64]
    except (OSError, UnicodeDecodeError):
        boot = ""
    # Without the kernel's id, the moment of boot serves: it differs from boot to boot by more than a second.
    return boot or f"boot-{int(time.time() - time.clock_gettime(time.CLOCK_BOOTTIME))}"
