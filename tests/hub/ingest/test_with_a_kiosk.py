"""The kiosk's own journal and uplink against the hub's ingest, over a network that loses, doubles and reorders."""

from __future__ import annotations

import random
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from contract.codec import encode
from contract.punch import ClockStamp
from contract.signing import SigningKey
from contract.transport import Arrival, Connected, Delivery
from hub.db import open_database
from hub.fleet.alarms import AlarmBook
from hub.ingest.heartbeats import HeartbeatRecorder
from hub.ingest.models import QuarantinedRow, StoredRow
from hub.ingest.recorder import Recorder
from hub.ingest.subscriber import Subscriber
from hub.roster.delivery import RosterDelivery
from kiosk.clock import Reading
from kiosk.journal import Journal
from kiosk.uplink import Uplink
from tests.factories.journals import NOON, punch
from tests.factories.people import add_kiosk_row


@dataclass
class Network:
    """Messages wait here, and meet with misfortune on their way. faults: chance of each kind."""

    random: random.Random
    faults: float = 0.0
    up: list[Arrival] = field(default_factory=list)
    down: list[Arrival] = field(default_factory=list)
    sent: int = 0

    def put(self, queue: list[Arrival], message: Delivery) -> None:
        self.sent += 1
        if self.random.random() < self.faults:
            return
        for _ in range(2 if self.random.random() < self.faults else 1):
            place = self.random.randint(0, len(queue)) if self.random.random() < self.faults else len(queue)
            queue.insert(place, message)


@dataclass
class End:
    """One end of the network, as a Transport."""

    network: Network
    inbox: list[Arrival]
    outbox: list[Arrival]
    connected: bool = True

    def start(self) -> None:
        self.inbox.insert(0, Connected())

    def stop(self) -> None:
        self.connected = False

    def publish(self, topic: str, payload: bytes, *, retain: bool = False) -> bool:
        self.network.put(self.outbox, Delivery(topic, payload))
        return True

    def receive(self, timeout_seconds: float) -> Arrival | None:
        return self.inbox.pop(0) if self.inbox else None


@dataclass
class SimulatedClock:
    seconds: float = 0.0

    def __call__(self) -> object:
        return NOON + timedelta(seconds=self.seconds)

    def monotonic(self) -> float:
        return self.seconds

    def read(self) -> Reading:
        stamp = ClockStamp(boot="boot-1", monotonic_ms=int(self.seconds * 1000), source="ntp")
        return Reading(NOON + timedelta(seconds=self.seconds), stamp)


class World:
    """One kiosk, one hub, one network, one clock."""

    def __init__(self, folder: Path, url: str, *, seed: int, faults: float) -> None:
        self.clock = SimulatedClock()
        self.network = Network(random.Random(seed), faults)
        self.hub_key, self.key = SigningKey.generate(), SigningKey.generate()
        self.folder, self.url = folder, url
        self.database = open_database(url)
        add_kiosk_row(self.database, "kiosk-1", self.key.verify_key)
        self.start_kiosk()
        self.start_hub()

    def start_kiosk(self) -> None:
        self.journal = Journal(self.folder / "journal.db", device="kiosk-1", now=self.clock)  # type: ignore[arg-type]
        transport = End(self.network, self.network.down, self.network.up)
        transport.start()
        self.uplink = Uplink(
            device="kiosk-1",
            journal=self.journal,
            transport=transport,
            key=self.key,
            hub_key=self.hub_key.verify_key,
            clock=self.clock,
            jitter=self.network.random.random,
        )

    def start_hub(self) -> None:
        now: Callable[[], object] = self.clock
        alarms = AlarmBook(now=now)  # type: ignore[arg-type]
        keys = {"database": self.database, "hub_key": self.hub_key, "now": now}
        self.subscriber = Subscriber(
            transport=End(self.network, self.network.up, self.network.down),
            recorder=Recorder(alarms=alarms, **keys),  # type: ignore[arg-type]
            heartbeats=HeartbeatRecorder(alarms=alarms, **keys),  # type: ignore[arg-type]
            rosters=RosterDelivery(**keys),  # type: ignore[arg-type]
            monotonic=self.clock.monotonic,
        )

    def restart_kiosk(self) -> None:
        self.journal.close()
        self.network.down.clear()
        self.start_kiosk()

    def take_punches(self, count: int) -> None:
        for number in range(count):
            reading = self.clock.read()
            self.journal.append(
                lambda key, person=number, at=reading: punch(
                    device=key.device,
                    epoch=key.epoch,
                    seq=key.seq,
                    person=f"person-{person}",
                    taken_at=at.wall,
                    clock=at.stamp,
                )
            )

    def pass_time(self, seconds: float) -> None:
        end = self.clock.seconds + seconds
        while self.clock.seconds < end:
            self.uplink.step()
            while self.subscriber.step():
                pass
            self.uplink.step()
            self.clock.seconds += 0.5

    def settle(self) -> None:
        """Let the network be good again until the kiosk knows that all is delivered."""
        self.network.faults = 0.0
        for _ in range(100):
            self.pass_time(10)
            if self.journal.state.queue == 0:
                break
        assert self.journal.state.queue == 0

    def rows_at_hub(self) -> list[bytes]:
        with self.database.read() as session:
            assert session.scalars(select(QuarantinedRow)).all() == []
            rows = session.execute(
                select(StoredRow.row, StoredRow.placed_at).order_by(StoredRow.placed_at, StoredRow.seq)
            )
            return [row.row for row in rows]

    def rows_at_kiosk(self) -> list[bytes]:
        return [encode(row) for row in self.journal.rows()]


@pytest.fixture
def world(tmp_path: Path, database_url: str, request: pytest.FixtureRequest) -> Iterator[World]:
    seed, faults = getattr(request, "param", (1, 0.0))
    made = World(tmp_path, database_url, seed=seed, faults=faults)
    yield made
    made.journal.close()
    made.database.close()


@pytest.mark.parametrize("world", [(seed, 0.3) for seed in range(4)], indirect=True)
def test_hub_ends_with_exactly_the_journals_rows(world: World) -> None:
    for _ in range(6):
        world.take_punches(130)
        world.pass_time(7)
        if world.network.random.random() < 0.5:
            world.restart_kiosk()
        if world.network.random.random() < 0.5:
            world.start_hub()
    world.settle()
    assert world.rows_at_hub() == world.rows_at_kiosk()
    assert len(world.rows_at_hub()) == 780


def test_quiet_kiosk_and_hub_do_not_talk_without_end(world: World) -> None:
    world.take_punches(10)
    world.settle()
    before = world.network.sent
    world.pass_time(300)
    # A heartbeat every 30 s and nothing to answer.
    assert world.network.sent - before <= 15


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_hub_restored_from_a_backup_gets_back_what_it_had(world: World, tmp_path: Path) -> None:
    world.take_punches(50)
    world.settle()
    file = Path(world.database.engine.url.database or "")
    world.database.close()
    shutil.copy(file, tmp_path / "backup.db")
    world.database = open_database(world.url)
    world.start_hub()
    world.take_punches(250)
    world.settle()
    assert len(world.rows_at_hub()) == 300
    world.database.close()
    for suffix in ("", "-wal", "-shm"):
        Path(f"{file}{suffix}").unlink(missing_ok=True)
    shutil.copy(tmp_path / "backup.db", file)
    world.database = open_database(world.url)
    world.start_hub()
    assert len(world.rows_at_hub()) == 50
    world.pass_time(90)
    world.settle()
    assert world.rows_at_hub() == world.rows_at_kiosk()


def test_card_that_was_rolled_back_goes_on_in_a_new_epoch(world: World, tmp_path: Path) -> None:
    world.take_punches(20)
    world.settle()
    world.journal.close()
    shutil.copy(tmp_path / "journal.db", tmp_path / "old.db")
    world.start_kiosk()
    first = world.journal.state.epoch
    world.take_punches(20)
    world.settle()
    world.journal.close()
    for suffix in ("", "-wal", "-shm"):
        (tmp_path / f"journal.db{suffix}").unlink(missing_ok=True)
    shutil.copy(tmp_path / "old.db", tmp_path / "journal.db")
    world.start_kiosk()
    world.pass_time(60)
    world.take_punches(5)
    world.settle()
    assert world.journal.state.epoch != first
    with world.database.read() as session:
        assert len(session.scalars(select(StoredRow.seq)).all()) == 45
