"""Kiosks that speak to a real broker as the product does: signed batches, a window in flight, receipts verified.

Their journals are in memory and signed beforehand, so that the machine's time goes to the hub that is measured.
"""

from __future__ import annotations

import random
import time
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from contract import topics
from contract.codec import encode, unseal
from contract.errors import ContractError
from contract.mqtt import BrokerAddress, MqttTransport
from contract.punch import MAX_BATCH_ROWS, ClockStamp, Liveness, Punch, Recognition, make_batch, pack_batch
from contract.receipt import Receipt
from contract.signing import FIRST_PREVIOUS, SigningKey, VerifyKey, chain_hashes
from contract.transport import Connected, Delivery
from kiosk.uplink import UplinkSettings

PRESS: Final = UplinkSettings()
"""How hard the product presses: window, patience, and how both change when receipts are late."""


@dataclass(frozen=True, slots=True)
class Arrival:
    """Somebody stands before a kiosk."""

    person: str
    at: datetime


@dataclass(slots=True)
class _Batch:
    last_seq: int
    payload: bytes
    deadline: float | None = None


@dataclass
class SimulatedKiosk:
    """One kiosk. settled: every row up to here has been receipted; receipts: how many have come."""

    device: str
    arrivals: Sequence[Arrival]
    key: SigningKey = field(default_factory=SigningKey.generate)
    epoch: str = field(default_factory=lambda: str(uuid.uuid4()))
    settled: int = 0
    receipts: int = 0

    def prepare(self, broker: BrokerAddress, hub_key: VerifyKey) -> None:
        """Write and sign the whole journal, and begin to connect."""
        self._hub_key = hub_key
        self._paused_until, self._failures = 0.0, 0
        self._batches = self._sign()
        self._transport = MqttTransport(
            address=broker, client_id=self.device, subscriptions=[topics.everything_for(self.device)]
        )
        self._transport.start()

    def await_connection(self, timeout_seconds: float) -> bool:
        """Whether the broker answered in time."""
        deadline = time.monotonic() + timeout_seconds
        while time.monotonic() < deadline:
            if isinstance(self._transport.receive(0.5), Connected):
                return True
        return False

    def stop(self) -> None:
        self._transport.stop()

    @property
    def done(self) -> bool:
        return self.settled >= len(self.arrivals)

    def step(self, now: float) -> bool:
        """Take in receipts and fill the window; whether anything has happened. now: monotonic seconds."""
        active = False
        while (arrival := self._transport.receive(0)) is not None:
            if isinstance(arrival, Delivery):
                active = True
                self._take(arrival, now)
        if now < self._paused_until:
            return active
        waiting = [batch for batch in self._batches if batch.last_seq > self.settled]
        late = [batch for batch in waiting if batch.deadline is not None and now >= batch.deadline]
        for batch in late:
            batch.deadline = None
        self._failures += bool(late)
        in_flight = sum(batch.deadline is not None for batch in waiting)
        patience = min(PRESS.receipt_timeout * 2.0**self._failures, PRESS.retry_cap) * (0.75 + 0.5 * random.random())
        for batch in waiting:
            if in_flight >= (1 if self._failures else PRESS.window):
                break
            if batch.deadline is None and self._transport.publish(topics.up(self.device, "punch"), batch.payload):
                batch.deadline = now + patience
                in_flight += 1
                active = True
        return active

    def _take(self, delivery: Delivery, now: float) -> None:
        try:
            if topics.read_down(delivery.topic, self.device) != "receipt":
                return
            receipt = unseal(delivery.payload, Receipt, key=self._hub_key, purpose="receipt", device=self.device)
        except ContractError:
            return
        self.receipts += 1
        if receipt.epoch == self.epoch:
            if receipt.upto > self.settled:
                self._failures = 0
            self.settled = max(self.settled, receipt.upto)
            self._paused_until = now + receipt.pause_ms / 1000

    def _sign(self) -> list[_Batch]:
        rows = [encode(self._punch(seq, arrival)) for seq, arrival in enumerate(self.arrivals, start=1)]
        hashes = chain_hashes(FIRST_PREVIOUS, rows)
        batches = []
        for start in range(0, len(rows), MAX_BATCH_ROWS):
            part = rows[start : start + MAX_BATCH_ROWS]
            batch = make_batch(
                device=self.device,
                epoch=self.epoch,
                first_seq=start + 1,
                previous=hashes[start - 1] if start else FIRST_PREVIOUS,
                rows=part,
                last=hashes[start + len(part) - 1],
                key=self.key,
            )
            batches.append(_Batch(start + len(part), pack_batch(batch)))
        return batches

    def _punch(self, seq: int, arrival: Arrival) -> Punch:
        return Punch(
            device=self.device,
            epoch=self.epoch,
            seq=seq,
            person=arrival.person,
            taken_at=arrival.at,
            clock=ClockStamp(boot="benchmark", monotonic_ms=int(arrival.at.timestamp() * 1000), source="ntp"),
            source="picamera",
            recognition=Recognition(
                pack="builtin",
                similarity=0.9712 + seq % 97 / 5000,
                threshold=0.9619,
                runner_up=0.7,
                frames=3,
                gallery=50,
            ),
            liveness=Liveness(policy="active"),
            roster=1,
        )
