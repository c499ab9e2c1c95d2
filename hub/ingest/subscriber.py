"""Between the broker and the recorders: takes in what has arrived, in groups, and publishes what may be said.

It has no thread and no clock of its own: `step` does one round, so that a simulation can drive it; `run` drives it in
real time. Nothing that a stranger publishes may stop it, and nothing is acknowledged that was not committed.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Final

from sqlalchemy.exc import SQLAlchemyError

from contract import topics
from contract.errors import MalformedMessageError
from contract.heartbeat import OFFLINE_PAYLOAD, ONLINE_PAYLOAD
from contract.transport import Arrival, Connected, Delivery, Disconnected, Transport
from hub.fleet.command_delivery import CommandDelivery
from hub.ingest.enrolments import EnrolmentRecorder
from hub.ingest.heartbeats import HeartbeatRecorder, StateDelivery
from hub.ingest.recorder import Recorder
from hub.ingest.snapshots import SnapshotRecorder
from hub.outgoing import Outgoing
from hub.recap.month_delivery import MonthDelivery
from hub.roster.delivery import RosterDelivery

log = logging.getLogger(__name__)

GROUP_ARRIVALS: Final = 64
"""Messages taken in for one transaction: large enough for the commit to cost little, small enough to answer soon."""

ROSTER_EVERY_SECONDS: Final = 3.0
"""How often it is looked whether a kiosk's roster is behind, apart from after each heartbeat."""

COMMANDS_EVERY_SECONDS: Final = 1.0
"""Somebody waits at a page to see a command obeyed."""

PARTS_AT_ONCE: Final = 8
"""Parts of enrolments taken in between two groups of punches: to open one takes some milliseconds."""
PARTS_WAITING: Final = 64
"""Further ones are dropped: their kiosks send them again."""

BACKLOG_MESSAGES: Final = 4 * GROUP_ARRIVALS
"""When more than this waits, kiosks are asked to hold back: they would else send again what we have not read yet."""

LONGEST_PAUSE_MS: Final = 30_000

DATABASE_PAUSE_SECONDS: Final = 1.0
"""How long to let the database be after it failed; kiosks send again by themselves."""


@dataclass(slots=True)
class Counts:
    """What a subscriber has seen since it began, for the status page and for tests."""

    batches: int = 0
    snapshots: int = 0
    heartbeats: int = 0
    enrolment_parts: int = 0
    foreign: int = 0
    database_failures: int = 0
    published: int = 0
    unpublished: int = 0


def pause_for(waiting: int, seconds_per_message: float) -> int:
    """How many milliseconds kiosks shall send nothing, given how many messages wait and how fast they are worked off.

    0 unless the backlog is long; then half the time that it takes, so that the hub never falls idle over it.
    """
    if waiting <= BACKLOG_MESSAGES:
        return 0
    return min(LONGEST_PAUSE_MS, int(waiting * seconds_per_message * 1000 / 2))


@dataclass(slots=True)
class _Group:
    punches: list[tuple[str, bytes]] = field(default_factory=list)
    states: list[StateDelivery] = field(default_factory=list)
    evidence: list[tuple[str, bytes]] = field(default_factory=list)
    enrolments: list[tuple[str, bytes]] = field(default_factory=list)
    presence: dict[str, bool] = field(default_factory=dict)


def subscriptions(*, share: str | None = None) -> list[str]:
    """Topic filters of ingest. share: name of the group that divides what it can; None: every worker gets all.

    Punches and enrolments are shared: they go into the database, and there it makes no difference who took them in.

    `state` and `online` are never shared: a broker hands retained messages to plain subscriptions only. Nor is
    `evidence`: workers on several machines have a folder each, and a page shows what is in its own.
    """
    divided = (topics.every_device("punch"), topics.every_device("enrol"))
    return [
        *(topics.shared(share, each) if share else each for each in divided),
        topics.every_device("state"),
        topics.every_device("online"),
        topics.every_device("evidence"),
    ]


class Subscriber:
    """One ingest worker. What is None of rosters, months, commands, snapshots and enrolments another worker does.

    monotonic: seconds, for the roster's pace and for how long kiosks shall hold back when much waits. The transport is
    started and stopped by `run`; with `step` by the caller.
    """

    def __init__(
        self,
        *,
        transport: Transport,
        recorder: Recorder,
        heartbeats: HeartbeatRecorder,
        rosters: RosterDelivery | None = None,
        months: MonthDelivery | None = None,
        snapshots: SnapshotRecorder | None = None,
        enrolments: EnrolmentRecorder | None = None,
        commands: CommandDelivery | None = None,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._transport = transport
        self._recorder = recorder
        self._heartbeats = heartbeats
        self._rosters = rosters
        self._months = months
        self._snapshots = snapshots
        self._enrolments = enrolments
        self._commands = commands
        self._parts: deque[tuple[str, bytes]] = deque()
        self._monotonic = monotonic
        self._rosters_due = 0.0
        self._commands_due = 0.0
        self._seconds_per_message = 0.0
        self.counts = Counts()

    def run(self, stop: threading.Event) -> None:
        """Work until `stop` is set; what has arrived by then is finished."""
        self._transport.start()
        try:
            while not stop.is_set():
                failures = self.counts.database_failures
                self.step(timeout_seconds=0.2)
                if self.counts.database_failures > failures:
                    stop.wait(DATABASE_PAUSE_SECONDS)
        finally:
            self._transport.stop()

    def step(self, *, timeout_seconds: float = 0.0) -> int:
        """Take in one group (waiting at most so long for its first message) and answer it; how many came."""
        arrivals = self._take(0.0 if self._parts else timeout_seconds)
        begun = self._monotonic()
        pause_ms = pause_for(self._transport.waiting, self._seconds_per_message)
        self._recorder.pause_ms = self._heartbeats.pause_ms = pause_ms
        group = self._sort(arrivals)
        self._guard("heartbeats", lambda: self._heartbeats.record(group.states) if group.states else [])
        self._guard("punches", lambda: self._recorder.record(group.punches) if group.punches else [])
        # After the punches: a row in this group may announce a picture in it.
        self._guard("snapshots", lambda: self._record_snapshots(group.evidence, pause_ms))
        self._guard("enrolments", lambda: self._record_enrolments(group.enrolments, pause_ms))
        if group.presence:
            self._guard("presence", lambda: self._record_presence(group.presence))
        self._deliver_commands(heard=bool(group.states))
        self._deliver_months()
        self._deliver_rosters(heard=bool(group.states))
        if len(arrivals) == GROUP_ARRIVALS:
            # A smaller group says little: the commit costs the same.
            self._seconds_per_message = (self._monotonic() - begun) / GROUP_ARRIVALS
        return len(arrivals)

    def _take(self, timeout_seconds: float) -> list[Arrival]:
        arrivals = []
        arrival = self._transport.receive(timeout_seconds)
        while arrival is not None:
            arrivals.append(arrival)
            arrival = self._transport.receive(0) if len(arrivals) < GROUP_ARRIVALS else None
        return arrivals

    def _sort(self, arrivals: Iterable[Arrival]) -> _Group:
        group = _Group()
        for arrival in arrivals:
            match arrival:
                case Connected():
                    log.info("connected to the broker")
                case Disconnected(reason):
                    log.warning("the connection to the broker is gone: %s", reason)
                case Delivery(topic, payload, retained):
                    self._sort_delivery(group, topic, payload, retained=retained)
        return group

    def _sort_delivery(self, group: _Group, topic: str, payload: bytes, *, retained: bool) -> None:
        try:
            source = topics.read_up(topic)
        except MalformedMessageError:
            self.counts.foreign += 1
            return
        match source.kind:
            case "punch":
                self.counts.batches += 1
                group.punches.append((source.device, payload))
            case "state":
                self.counts.heartbeats += 1
                group.states.append(StateDelivery(source.device, payload, retained))
            case "evidence":
                self.counts.snapshots += 1
                group.evidence.append((source.device, payload))
            case "enrol":
                self.counts.enrolment_parts += 1
                group.enrolments.append((source.device, payload))
            case "online" if payload in {ONLINE_PAYLOAD, OFFLINE_PAYLOAD}:
                group.presence[source.device] = payload == ONLINE_PAYLOAD
            case _:
                self.counts.foreign += 1

    def _record_snapshots(self, evidence: list[tuple[str, bytes]], pause_ms: int) -> list[Outgoing]:
        if self._snapshots is None or not evidence:
            return []
        self._snapshots.pause_ms = pause_ms
        return self._snapshots.record(evidence)

    def _record_enrolments(self, parts: list[tuple[str, bytes]], pause_ms: int) -> list[Outgoing]:
        """A few at a time: punches wait for nobody's portrait."""
        if self._enrolments is None:
            return []
        self._parts.extend(parts[: PARTS_WAITING - len(self._parts)])
        some = [self._parts.popleft() for _ in range(min(PARTS_AT_ONCE, len(self._parts)))]
        if not some:
            return []
        self._enrolments.pause_ms = pause_ms
        return self._enrolments.record(some)

    def _record_presence(self, presence: dict[str, bool]) -> list[Outgoing]:
        self._heartbeats.record_presence(presence)
        return []

    def _deliver_rosters(self, *, heard: bool) -> None:
        rosters = self._rosters
        now = self._monotonic()
        # Asked only while somebody hears it: what is noted as sent is not sent again for a while.
        if rosters is None or not self._transport.connected or not (heard or now >= self._rosters_due):
            return
        self._rosters_due = now + ROSTER_EVERY_SECONDS
        self._guard("rosters", rosters.due)

    def _deliver_commands(self, *, heard: bool) -> None:
        """As rosters: only while somebody hears it. What a kiosk said lets the next one go."""
        now = self._monotonic()
        if self._commands is None or not self._transport.connected or not (heard or now >= self._commands_due):
            return
        self._commands_due = now + COMMANDS_EVERY_SECONDS
        self._guard("commands", self._commands.due)

    def _deliver_months(self) -> None:
        """At the rosters' pace, and just before them."""
        if self._months is not None and self._transport.connected and self._monotonic() >= self._rosters_due:
            self._guard("months", self._months.due)

    def _guard(self, what: str, work: Callable[[], list[Outgoing]]) -> None:
        """Do some of the work and publish what it gives; a database that fails costs this group and nothing else."""
        try:
            outgoing = work()
        except SQLAlchemyError:
            self.counts.database_failures += 1
            log.exception("the database failed on %s; nothing of it was acknowledged", what)
            return
        for message in outgoing:
            if self._transport.publish(message.topic, message.payload):
                self.counts.published += 1
            else:
                # Lost like any message on its way: the kiosk sends again, or its heartbeat shows what it missed.
                self.counts.unpublished += 1
