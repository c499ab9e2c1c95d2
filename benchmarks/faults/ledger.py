"""What really happened: every row that any journal ever held, and when its punch was truly taken."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from contract import ranges
from contract.punch import Punch
from kiosk.journal import Journal

Place = tuple[str, str, int]
"""Device, epoch and sequence number."""


@dataclass(frozen=True, slots=True)
class Written:
    """A row that was on a card. hash: 32 bytes. person None: no punch. true_at: of a punch."""

    card: str
    hash: bytes
    row: bytes
    person: str | None
    true_at: datetime | None


@dataclass
class Ledger:
    """rows: by place. excused: places of rows that went with a card before the hub had them (or has them again)."""

    rows: dict[Place, Written] = field(default_factory=dict)
    excused: set[Place] = field(default_factory=set)
    held: set[Place] = field(default_factory=set)
    retired_early: set[Place] = field(default_factory=set)
    _true: dict[Place, datetime] = field(default_factory=dict)
    _seen: dict[str, int] = field(default_factory=dict)

    def expect(self, place: Place, true_at: datetime) -> None:
        """A punch is about to be written here."""
        self._true[place] = true_at

    def observe(self, card: str, journal: Journal) -> None:
        """Note what is in a journal now."""
        stored = journal.stored_rows()
        for (own, content), row in zip(stored, journal.rows(), strict=True):
            place = row.device, row.epoch, row.seq
            if place not in self.rows:
                person = row.person if isinstance(row, Punch) else None
                self.rows[place] = Written(card, own, content, person, self._true.get(place))

    def of_card(self, card: str) -> set[Place]:
        return {place for place, each in self.rows.items() if each.card == card}

    def watch_retired(self, journal: Journal, device: str) -> None:
        """Note rows that a journal counts as delivered and that the hub never committed."""
        state = journal.state
        for epoch in (state.epoch, *(each.epoch for each in state.older)):
            settled = journal.settled(epoch)
            for first, last in ranges.union(settled, ()):
                for seq in range(first, last + 1):
                    place = device, epoch, seq
                    if place in self.rows and place not in self.held:
                        self.retired_early.add(place)
