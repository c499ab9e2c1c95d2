"""From the journal to the hub: batches go out, receipts come back, and only a receipt retires a row.

The uplink has no thread and no clock of its own: `step` takes what the transport brought and what time it is, so that a
simulation can drive a whole fleet in one process. `run` drives it in real time.
"""

from __future__ import annotations

import contextlib
import logging
import random
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal, TypeVar

from contract import codec, ranges, topics
from contract.command import Command, CommandOutcome
from contract.errors import ContractError
from contract.heartbeat import MAX_PACKS, Health, Heartbeat, ReleaseProgress, Service
from contract.month import MonthPart
from contract.punch import make_batch, pack_batch
from contract.ranges import Ranges
from contract.receipt import Receipt
from contract.roster import RosterPart
from contract.signing import SigningKey, VerifyKey
from contract.transport import Connected, Delivery, Disconnected, Transport
from kiosk.clock import Clock
from kiosk.errors import JournalError
from kiosk.evidence_outbox import EvidenceOutbox
from kiosk.journal import Journal
from kiosk.operator.enrolment_outbox import EnrolmentOutbox

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class UplinkSettings:
    """How hard to press, in seconds.

    window: batches in flight at once. receipt_timeout: after so long without a receipt a batch is sent again, later and
    later (doubling up to retry_cap, with jitter). heartbeat_every: how often the kiosk says how it is.
    """

    window: int = 4
    receipt_timeout: float = 5.0
    retry_cap: float = 120.0
    heartbeat_every: float = 30.0


@dataclass(frozen=True, slots=True)
class Bearing:
    """What the heartbeat says beyond the journal's own state."""

    roster: int = 0
    command: int = 0
    pack: str = ""
    packs: tuple[str, ...] = ()
    software: str = ""
    health: Health = field(default_factory=Health)
    months: int = 0
    service: Service | None = None
    outcomes: tuple[CommandOutcome, ...] = ()
    locked: Literal["", "hub", "here"] = ""
    release: ReleaseProgress | None = None


@dataclass(slots=True)
class _InFlight:
    epoch: str
    first: int
    last: int
    deadline: float


_Message = TypeVar("_Message")


class Uplink:
    """Delivers one kiosk's journal, and hands what the hub says to whoever cares.

    on_roster, on_command, on_month, on_receipt: called with verified messages, in the uplink's thread (a receipt once
    it is applied, and only if it is newer than those before). bearing: asked at each heartbeat. evidence: the snapshots
    that are to be delivered beside the rows; None: there are none. enrolments: people who were enrolled
    here; None: nobody is.
    """

    def __init__(
        self,
        *,
        device: str,
        journal: Journal,
        transport: Transport,
        key: SigningKey,
        hub_key: VerifyKey,
        clock: Clock,
        settings: UplinkSettings | None = None,
        bearing: Callable[[], Bearing] = Bearing,
        evidence: EvidenceOutbox | None = None,
        enrolments: EnrolmentOutbox | None = None,
        on_roster: Callable[[RosterPart], None] = lambda _part: None,
        on_command: Callable[[Command], None] = lambda _command: None,
        on_month: Callable[[MonthPart], None] = lambda _part: None,
        on_receipt: Callable[[Receipt], None] = lambda _receipt: None,
        jitter: Callable[[], float] = random.random,
    ) -> None:
        self._device = device
        self._journal = journal
        self._transport = transport
        self._key = key
        self._hub_key = hub_key
        self._clock = clock
        self._settings = settings or UplinkSettings()
        self._bearing = bearing
        self._evidence = evidence
        self._enrolments = enrolments
        self._on_roster = on_roster
        self._on_command = on_command
        self._on_month = on_month
        self._on_receipt = on_receipt
        self._jitter = jitter
        self._evidence_topic = topics.up(device, "evidence")
        self._enrol_topic = topics.up(device, "enrol")
        self._in_flight: list[_InFlight] = []
        self._failures = 0
        self._pause_until = 0.0
        self._heartbeat_due = 0.0
        self._trouble = ""
        self.online = False
        self.refused_messages = 0
        self.receipt_at: datetime | None = None
        """When the newest receipt came; None: none since the start."""

    # Driving --------------------------------------------------------------------------------------------------------

    def run(self, stop: threading.Event) -> None:
        """Deliver until `stop` is set; then say where we stand once more."""
        self._transport.start()
        try:
            while not stop.is_set():
                self.step(timeout_seconds=0.2)
            with contextlib.suppress(JournalError):
                self._heartbeat()
        finally:
            self._transport.stop()

    def step(self, *, timeout_seconds: float = 0.0) -> None:
        """Take in what has arrived (waiting at most so long for the first), then send what is due."""
        arrival = self._transport.receive(timeout_seconds)
        while arrival is not None:
            match arrival:
                case Connected():
                    self._connect()
                case Disconnected(reason):
                    log.warning("no connection to the hub: %s", reason)
                    self.online = False
                    self._in_flight.clear()
                case Delivery(topic, payload):
                    self._take(topic, payload)
            arrival = self._transport.receive(0)
        if self.online:
            try:
                self._send_due()
            except JournalError as error:
                # A disk that refuses now may take rows again in a minute, and then they must go out.
                self._note_trouble(error)

    def heartbeat_soon(self) -> None:
        """Say at the next step how the kiosk is, because something has changed."""
        self._heartbeat_due = 0.0

    # Sending --------------------------------------------------------------------------------------------------------

    def _connect(self) -> None:
        self.online = True
        self._in_flight.clear()
        self._failures = 0
        self._heartbeat_due = 0.0
        if self._evidence is not None:
            self._evidence.reset()
        if self._enrolments is not None:
            self._enrolments.reset()

    def _send_due(self) -> None:
        now = self._clock.monotonic()
        if now >= self._heartbeat_due:
            # Set before it is sent: a wish for another one that comes meanwhile must not be lost.
            self._heartbeat_due = now + self._settings.heartbeat_every * (0.9 + 0.2 * self._jitter())
            self._heartbeat()
        self._expire(now)
        if now < self._pause_until:
            return
        window = self._settings.window if self._failures == 0 else 1
        while len(self._in_flight) < window and self._send_next(now):
            pass
        if self._evidence is not None:
            self._evidence.send_due(now, lambda sealed: self._transport.publish(self._evidence_topic, sealed))
        if self._enrolments is not None:
            self._enrolments.send_due(now, lambda sealed: self._transport.publish(self._enrol_topic, sealed))

    def _expire(self, now: float) -> None:
        """Batches for which no receipt came in time count as lost, and the next ones wait longer."""
        late = [batch for batch in self._in_flight if now >= batch.deadline]
        if late:
            self._failures += 1
            self._in_flight = [batch for batch in self._in_flight if batch not in late]

    def _send_next(self, now: float) -> bool:
        pending = self._journal.pending(sent=self._sent())
        if pending is None:
            return False
        batch = make_batch(
            device=self._device,
            epoch=pending.epoch,
            first_seq=pending.first_seq,
            previous=pending.previous,
            rows=pending.rows,
            last=pending.last,
            key=self._key,
        )
        if not self._transport.publish(topics.up(self._device, "punch"), pack_batch(batch)):
            return False
        # Doubling has reached any cap long before 2**30; a week without a hub counts to more than a float can hold.
        patience = min(self._settings.receipt_timeout * 2.0 ** min(self._failures, 30), self._settings.retry_cap)
        deadline = now + patience * (0.75 + 0.5 * self._jitter())
        self._in_flight.append(_InFlight(pending.epoch, pending.first_seq, pending.last_seq, deadline))
        return True

    def _sent(self) -> dict[str, Ranges]:
        by_epoch: dict[str, Ranges] = {}
        for batch in self._in_flight:
            by_epoch[batch.epoch] = ranges.union(by_epoch.get(batch.epoch, ()), [(batch.first, batch.last)])
        return by_epoch

    def _heartbeat(self) -> None:
        reading = self._clock.read()
        state = self._journal.state
        bearing = self._bearing()
        heartbeat = Heartbeat(
            epoch=state.epoch,
            first_kept=state.first_kept,
            last_seq=state.last_seq,
            queue=state.queue,
            sent_at=reading.wall,
            as_of=_as_of(state.oldest_pending_at, reading.wall),
            clock=reading.stamp,
            health=bearing.health,
            roster=bearing.roster,
            command=bearing.command,
            receipt=state.receipt_version,
            pack=bearing.pack,
            packs=bearing.packs[:MAX_PACKS],
            software=bearing.software,
            older=state.older,
            months=bearing.months,
            service=bearing.service,
            enrolments=self._enrolments.open if self._enrolments is not None else (),
            outcomes=bearing.outcomes,
            locked=bearing.locked,
            release=bearing.release,
        )
        sealed = codec.seal(heartbeat, key=self._key, purpose="state", device=self._device)
        self._transport.publish(topics.up(self._device, "state"), sealed, retain=True)

    # Receiving ------------------------------------------------------------------------------------------------------

    def _take(self, topic: str, payload: bytes) -> None:
        """Act on one message; whatever does not verify is counted and otherwise as if it had never come."""
        try:
            match topics.read_down(topic, self._device):
                case "receipt":
                    self._settle(self._open(payload, Receipt, "receipt"))
                case "roster":
                    self._on_roster(self._open(payload, RosterPart, "roster"))
                case "command":
                    self._on_command(self._open(payload, Command, "command"))
                case "month":
                    self._on_month(self._open(payload, MonthPart, "month"))
        except ContractError as error:
            self.refused_messages += 1
            log.warning("refused a message on %s: %s", topic, error)
        except JournalError as error:
            # As if the message had been lost: the hub says it again.
            self._note_trouble(error)

    def _note_trouble(self, error: JournalError) -> None:
        """Log it when it is new: it comes back with every step."""
        if str(error) != self._trouble:
            self._trouble = str(error)
            log.error("%s", error)

    def _open(self, payload: bytes, kind: type[_Message], purpose: codec.Purpose) -> _Message:
        return codec.unseal(payload, kind, key=self._hub_key, purpose=purpose, device=self._device)

    def _settle(self, receipt: Receipt) -> None:
        now = self._clock.monotonic()
        settlement = self._journal.settle(receipt)
        self._trouble = ""
        if not settlement.news:
            # Nor does its pause hold: a receipt that is played back must not silence the kiosk.
            return
        self.receipt_at = self._clock.read().wall
        if self._evidence is not None:
            self._evidence.retire(receipt.evidence)
        if self._enrolments is not None:
            self._enrolments.settle(receipt.enrolments)
        done = ranges.union([(1, receipt.upto)], receipt.also)
        self._in_flight = [
            batch
            for batch in self._in_flight
            if batch.epoch != receipt.epoch or ranges.subtract([(batch.first, batch.last)], done)
        ]
        if settlement.settled:
            self._failures = 0
        # Not for every receipt: the hub answers each heartbeat with one.
        delivered_all = settlement.settled and self._journal.state.queue == 0
        if settlement.rolled_back or settlement.reopened or delivered_all:
            self._heartbeat_due = 0.0
        self._pause_until = now + receipt.pause_ms / 1000
        self._on_receipt(receipt)


def _as_of(oldest_pending_at: datetime | None, now: datetime) -> datetime:
    return now if oldest_pending_at is None else min(now, oldest_pending_at - timedelta(milliseconds=1))
