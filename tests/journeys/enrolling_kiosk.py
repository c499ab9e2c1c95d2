"""A kiosk that enrols people as its program would, but by a script: signs, seals, sends again, and takes rosters in."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import pytest

from contract import topics
from contract.codec import unseal
from contract.enrolment import EnrolmentStanding
from contract.mqtt import BrokerAddress, MqttTransport
from contract.receipt import Receipt
from contract.roster import RosterPart
from contract.sealing import SealKey
from contract.transport import Connected, Delivery
from kiosk.roster import Roster, RosterCache
from tests.factories.enrolments import SentEnrolment
from tests.factories.journals import KioskJournal, stamp
from tests.factories.vaults import VAULT
from tests.journeys.world import PATIENCE_SECONDS, HubAtWork

SAY_AGAIN_SECONDS = 6.0
"""A little more than the pause that a hub keeps between two answers."""


class EnrollingKiosk:
    """Connected while the with block lasts; the hub must know its key."""

    def __init__(self, hub: HubAtWork, device: str, folder: Path, *, dimensions: int) -> None:
        self.journal = KioskJournal(device)
        self._hub = hub
        self._cache = RosterCache(folder / "roster", vault=VAULT, pack="builtin", dimensions=dimensions)
        self._transport = MqttTransport(
            address=BrokerAddress.parse(hub.broker_url),
            client_id=device,
            subscriptions=[topics.everything_for(device)],
        )
        self._beats = 0
        self._receipt = 0
        self._standings: dict[str, EnrolmentStanding] = {}
        self.sent: dict[str, SentEnrolment] = {}

    def __enter__(self) -> Self:
        self._transport.start()
        self._until(lambda arrival: isinstance(arrival, Connected))
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._transport.stop()

    @property
    def roster(self) -> Roster:
        return self._cache.current

    def enrol(self, frames: list[bytes], **who: Any) -> SentEnrolment:
        """Seal an enrolment for the key of the roster; nothing is sent yet."""
        sent = SentEnrolment(
            seal_key=SealKey.from_text(self.roster.policy.enrol_key),
            key=self.journal.key,
            epoch=self.journal.epoch,
            frames=frames,
            device=self.journal.device,
            taken_at=datetime.now(UTC),
            **who,
        )
        self.sent[sent.id] = sent
        return sent

    def publish(self, sent: SentEnrolment, numbers: Iterable[int]) -> None:
        for number in numbers:
            self._transport.publish(topics.up(self.journal.device, "enrol"), sent.payload(number))

    def speak(self) -> None:
        """A heartbeat that names every enrolment whose end is not known."""
        self._beats += 1
        payload = self.journal.heartbeat(
            roster=self.roster.version,
            clock=stamp(self._beats),
            sent_at=datetime.now(UTC),
            receipt=self._receipt,
            enrolments=tuple(self.sent),
        )
        self._transport.publish(topics.up(self.journal.device, "state"), payload, retain=True)

    def await_roster(self, condition: Callable[[Roster], bool]) -> None:
        self._go_on(lambda: condition(self.roster), "a roster")

    def await_outcome(self, sent: SentEnrolment, outcome: str) -> EnrolmentStanding:
        """Speak, and send what the hub does not hold, until it says so."""

        def reached() -> bool:
            standing = self._standings.get(sent.id)
            return standing is not None and standing.outcome == outcome

        self._go_on(reached, outcome)
        return self._standings[sent.id]

    def _go_on(self, reached: Callable[[], bool], what: str) -> None:
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not reached():
            if time.monotonic() > deadline:
                pytest.fail(f"waited {PATIENCE_SECONDS:.0f} s in vain for {what}; last: {self._standings}")
            self.speak()
            self._until(lambda _arrival: reached(), seconds=SAY_AGAIN_SECONDS)
            for standing in list(self._standings.values()):
                if standing.outcome == "receiving" and not reached():
                    sent = self.sent[standing.id]
                    wanted = set(range(1, len(sent.frames) + 1)) - set(standing.held)
                    self.publish(sent, sorted(wanted))

    def _until(self, enough: Callable[[Any], bool], *, seconds: float = PATIENCE_SECONDS) -> None:
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            arrival = self._transport.receive(0.2)
            if isinstance(arrival, Delivery):
                self._take(arrival)
            if arrival is not None and enough(arrival):
                return

    def _take(self, delivery: Delivery) -> None:
        device, key = self.journal.device, self._hub.key.verify_key
        match topics.read_down(delivery.topic, device):
            case "receipt":
                receipt = unseal(delivery.payload, Receipt, key=key, purpose="receipt", device=device)
                self._receipt = max(self._receipt, receipt.version)
                self._standings |= {standing.id: standing for standing in receipt.enrolments}
            case "roster":
                self._cache.take(unseal(delivery.payload, RosterPart, key=key, purpose="roster", device=device))
            case _:
                pass
