"""A kiosk that listens, and what it was sent."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pytest

from contract.codec import unseal
from contract.roster import RosterPart, RosterPerson
from contract.signing import SigningKey
from hub.db import Database
from hub.ingest.heartbeats import HeartbeatRecorder, StateDelivery
from hub.roster.delivery import RosterDelivery
from tests.factories.journals import KioskJournal, SettableClock, stamp
from tests.factories.people import add_kiosk_row


@dataclass
class Listener:
    """Says through heartbeats which roster it holds, and takes in what is due."""

    database: Database
    hub_key: SigningKey
    clock: SettableClock
    journal: KioskJournal = field(default_factory=KioskJournal)
    version: int = 0
    known: dict[str, RosterPerson] = field(default_factory=dict)
    pack: str = "builtin"
    packs: tuple[str, ...] = ()
    _beats: int = 0

    def __post_init__(self) -> None:
        self._heartbeats = HeartbeatRecorder(database=self.database, hub_key=self.hub_key, now=self.clock)
        self._delivery = RosterDelivery(database=self.database, hub_key=self.hub_key, now=self.clock)

    @property
    def people(self) -> dict[str, int]:
        """Who is recognised, with how many templates."""
        return {person.person: person.count for person in self.known.values() if person.count}

    @property
    def named(self) -> set[str]:
        """Who is known by name alone."""
        return {person.person for person in self.known.values() if not person.count}

    def pretend(self, version: int, people: dict[str, int]) -> None:
        """Hold a roster that this hub never sent."""
        self.version = version
        self.known = {
            person: RosterPerson(person=person, name=person, count=count, embeddings=b"")
            for person, count in people.items()
        }

    def register(self, **changes: Any) -> None:
        add_kiosk_row(self.database, self.journal.device, self.journal.key.verify_key, **changes)

    def speak(self, *, pack: str | None = None) -> None:
        self._beats += 1
        self.pack = pack or self.pack
        payload = self.journal.heartbeat(
            roster=self.version, pack=self.pack, packs=self.packs, clock=stamp(self._beats)
        )
        self._heartbeats.record([StateDelivery(self.journal.device, payload)])

    def due(self) -> list[RosterPart]:
        """What is sent now, to this kiosk."""
        device = self.journal.device
        return [
            unseal(message.payload, RosterPart, key=self.hub_key.verify_key, purpose="roster", device=device)
            for message in self._delivery.due()
            if message.topic == f"presensi/v1/down/{device}/roster"
        ]

    def take(self, parts: list[RosterPart]) -> None:
        """Apply a roster as a kiosk does."""
        assert [part.part for part in parts] == list(range(1, parts[0].parts + 1))
        assert len({(part.version, part.base, part.parts, part.pack) for part in parts}) == 1
        assert parts[0].version > self.version
        assert parts[0].base in {None, self.version}
        assert parts[0].base is None or parts[0].pack == self.pack
        if parts[0].base is None:
            self.known = {}
        self.pack = parts[0].pack
        for part in parts:
            for person in part.removed:
                self.known.pop(person, None)
            self.known |= {person.person: person for person in part.people}
        self.version = parts[0].version

    def update(self) -> list[RosterPart]:
        """Speak, take in what is due, and speak again."""
        self.speak()
        parts = self.due()
        if parts:
            self.take(parts)
            self.speak()
        return parts


@pytest.fixture
def kiosk(database: Database, hub_key: SigningKey, clock: SettableClock) -> Listener:
    return Listener(database, hub_key, clock)
