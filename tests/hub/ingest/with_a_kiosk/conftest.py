"""The kiosk's own journal and uplink against the hub's ingest, over a network that loses, doubles and reorders."""

from __future__ import annotations

import random
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import create_engine, select, text

from contract.codec import encode
from contract.punch import ClockStamp, RefusedPresentation
from contract.signing import SigningKey
from contract.transport import Arrival, Connected, Delivery
from hub.db import open_database
from hub.fleet.alarms import AlarmBook
from hub.fleet.coverage import coverage_for
from hub.fleet.models import Alarm, LatestHeartbeat
from hub.ingest.heartbeats import HeartbeatRecorder
from hub.ingest.models import QuarantinedRow, StoredRow
from hub.ingest.recorder import Recorder
from hub.ingest.snapshots import SnapshotRecorder
from hub.ingest.subscriber import Subscriber
from hub.refusals.overview import list_refusals
from hub.refusals.snapshots import SnapshotStore
from hub.roster.delivery import RosterDelivery
from kiosk.clock import Reading
from kiosk.evidence_folder import EvidenceFolder
from kiosk.evidence_outbox import EvidenceOutbox
from kiosk.journal import Journal
from kiosk.refusals import RefusalBook
from kiosk.roster import Roster
from kiosk.uplink import Uplink
from tests.factories.journals import NOON, punch
from tests.factories.people import add_kiosk_row
from tests.factories.snapshots import BOX, frame
from tests.factories.vaults import VAULT


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

    @property
    def waiting(self) -> int:
        return len(self.inbox)

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
    boot: str = "boot-1"

    def __call__(self) -> object:
        return NOON + timedelta(seconds=self.seconds)

    def monotonic(self) -> float:
        return self.seconds

    def read(self) -> Reading:
        stamp = ClockStamp(boot=self.boot, monotonic_ms=int(self.seconds * 1000), source="ntp")
        return Reading(NOON + timedelta(seconds=self.seconds), stamp)


class World:
    """One kiosk, one hub, one network, one clock."""

    def __init__(self, folder: Path, url: str, *, seed: int, faults: float) -> None:
        self.clock = SimulatedClock()
        self.network = Network(random.Random(seed), faults)
        self.hub_key, self.key = SigningKey.generate(), SigningKey.generate()
        self.folder, self.url = folder, url
        (folder / "hub").mkdir()
        self.store = SnapshotStore(folder / "hub")
        self.pictures: dict[str, bytes] = {}
        self.database = open_database(url)
        add_kiosk_row(self.database, "kiosk-1", self.key.verify_key)
        self.start_kiosk()
        self.start_hub()

    def start_kiosk(self) -> None:
        self.journal = Journal(
            self.folder / "journal.db",
            device="kiosk-1",
            now=self.clock,  # type: ignore[arg-type]
            boot=self.clock.boot,
        )
        self.evidence = EvidenceFolder(self.folder / "evidence", vault=VAULT)
        self.refusals = RefusalBook(
            journal=self.journal,
            folder=self.evidence,
            clock=self.clock,
            roster=Roster,
        )
        transport = End(self.network, self.network.down, self.network.up)
        transport.start()
        self.uplink = Uplink(
            device="kiosk-1",
            journal=self.journal,
            transport=transport,
            key=self.key,
            hub_key=self.hub_key.verify_key,
            clock=self.clock,
            evidence=EvidenceOutbox(
                device="kiosk-1",
                key=self.key,
                journal=self.journal,
                folder=self.evidence,
                jitter=self.network.random.random,
            ),
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
            snapshots=SnapshotRecorder(store=self.store, alarms=alarms, **keys),  # type: ignore[arg-type]
            monotonic=self.clock.monotonic,
        )

    def restart_kiosk(self) -> None:
        self.journal.close()
        self.network.down.clear()
        self.start_kiosk()

    def reboot_kiosk(self) -> None:
        """Power went and came back: another boot, and so another epoch."""
        self.clock.boot = f"boot-{int(self.clock.boot.removeprefix('boot-')) + 1}"
        self.restart_kiosk()

    def back_up(self) -> None:
        """Keep the hub's database as it is now."""
        self.database.close()
        _copy_database(self.url, self.folder, restore=False)
        self.database = open_database(self.url)
        self.start_hub()

    def restore(self) -> None:
        """Go on with the hub's database as it was kept."""
        self.database.close()
        _copy_database(self.url, self.folder, restore=True)
        self.database = open_database(self.url)
        self.start_hub()

    def coverage(self) -> datetime | None:
        with self.database.read() as session:
            return coverage_for(session.connection())["kiosk-1"]

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

    def refuse(self) -> RefusedPresentation:
        """Somebody is refused too often; no two pictures are the same."""
        row = self.refusals.record("person-1", (), frame(len(self.pictures)), BOX, 3)
        assert row is not None
        assert row.evidence is not None
        self.pictures[row.evidence] = self.evidence.read(row.evidence)
        return row

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
            if self.journal.state.queue == 0 and not self.evidence.waiting:
                break
        assert self.journal.state.queue == 0
        assert self.evidence.waiting == {}

    def last_heartbeat_as_of(self) -> datetime:
        with self.database.read() as session:
            return session.scalars(select(LatestHeartbeat.as_of)).one()

    def alarms(self) -> set[str]:
        with self.database.read() as session:
            return set(session.scalars(select(Alarm.kind)))

    def rows_at_hub(self) -> list[bytes]:
        with self.database.read() as session:
            assert session.scalars(select(QuarantinedRow)).all() == []
            rows = session.execute(
                select(StoredRow.row, StoredRow.placed_at).order_by(StoredRow.placed_at, StoredRow.seq)
            )
            return [row.row for row in rows]

    def pictures_at_hub(self) -> dict[str, bytes]:
        found = {}
        for line in list_refusals(self.database, self.store):
            picture = self.store.read(line.evidence) if line.evidence is not None else None
            if line.evidence is not None and picture is not None:
                found[line.evidence] = picture
        return found

    def rows_at_kiosk(self) -> list[bytes]:
        return [encode(row) for row in self.journal.rows()]


def _copy_database(url: str, folder: Path, *, restore: bool) -> None:
    """Copy the hub's database to its backup, or back; nobody may be connected to it."""
    if url.startswith("sqlite"):
        file, backup = Path(url.removeprefix("sqlite:///")), folder / "backup.db"
        source, target = (backup, file) if restore else (file, backup)
        for suffix in ("", "-wal", "-shm"):
            Path(f"{target}{suffix}").unlink(missing_ok=True)
        shutil.copy(source, target)
        return
    server, name = url.rsplit("/", 1)
    source_name, target_name = (f"{name}_backup", name) if restore else (name, f"{name}_backup")
    engine = create_engine(
        f"{server}/postgres".replace("postgresql://", "postgresql+psycopg://"), isolation_level="AUTOCOMMIT"
    )
    with engine.connect() as connection:
        connection.execute(text(f"DROP DATABASE IF EXISTS {target_name} WITH (FORCE)"))
        connection.execute(text(f"CREATE DATABASE {target_name} TEMPLATE {source_name}"))
    engine.dispose()


@pytest.fixture
def world(tmp_path: Path, database_url: str, request: pytest.FixtureRequest) -> Iterator[World]:
    seed, faults = getattr(request, "param", (1, 0.0))
    made = World(tmp_path, database_url, seed=seed, faults=faults)
    yield made
    made.journal.close()
    made.database.close()
