"""What a terminal lives on: rows for its journal, a clock that tests turn by hand."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from contract.punch import ClockSource, ClockStamp, JournalRow, Punch
from contract.receipt import Receipt
from kiosk.clock import Reading
from kiosk.journal import Journal, RowKey
from tests.factories.journals import NOON, punch


def write(journal: Journal, person: str = "person-1", **changes: Any) -> Punch:
    """Append one punch, a minute after the one before it unless `taken_at` says otherwise."""

    def build(key: RowKey) -> JournalRow:
        own = {"device": key.device, "epoch": key.epoch, "seq": key.seq, "person": person}
        return punch(**(own | {"taken_at": NOON + timedelta(minutes=key.seq)} | changes))

    row = journal.append(build)
    assert isinstance(row, Punch)
    return row


def fill(journal: Journal, rows: int) -> list[Punch]:
    return [write(journal, f"person-{number}") for number in range(1, rows + 1)]


def receipt(journal: Journal, version: int, upto: int, **fields: Any) -> Receipt:
    """What a hub that has everything up to here would say about the journal's present epoch."""
    return Receipt(**({"version": version, "epoch": journal.state.epoch, "upto": upto} | fields))


@dataclass
class HandClock:
    """A kiosk's clock that goes only when it is told to; wall and monotonic time are apart, as in life."""

    wall: datetime = NOON
    seconds: float = 100.0
    source: ClockSource = "ntp"
    boot: str = "boot-1"

    def read(self) -> Reading:
        stamp = ClockStamp(boot=self.boot, monotonic_ms=int(self.seconds * 1000), source=self.source)
        return Reading(self.wall, stamp)

    def monotonic(self) -> float:
        return self.seconds

    def now(self) -> datetime:
        return self.wall.astimezone(UTC)

    def advance(self, seconds: float) -> None:
        """Let time pass."""
        self.wall += timedelta(seconds=seconds)
        self.seconds += seconds

    def set_wall(self, wall: datetime, source: ClockSource = "ntp") -> None:
        """Step the wall clock, as a time server does."""
        self.wall, self.source = wall, source
