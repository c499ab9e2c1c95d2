"""Delivery over a bad line: everything arrives once, in its chain, and nothing but a receipt retires a row."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from contract import codec, ranges, topics
from contract.codec import encode, seal
from contract.command import Command
from contract.heartbeat import Heartbeat
from contract.punch import decode_row, unpack_batch
from contract.ranges import Ranges
from contract.receipt import Receipt, Rejection
from contract.roster import KioskPolicy, RosterPart
from contract.signing import SigningKey
from contract.transport import Delivery, Transport
from kiosk.errors import JournalFullError
from kiosk.journal import Journal
from kiosk.uplink import Bearing, Uplink, UplinkSettings
from tests.factories.journals import NOON
from tests.factories.simulation import SimulatedNetwork, Weather
from tests.factories.terminal import HandClock, fill, write

DEVICE = "kiosk-1"


@dataclass
class Hub:
    """Stores what verifies, and says so with signed receipts; what it shall do besides is set by the tests."""

    transport: Transport
    key: SigningKey
    kiosk_key: SigningKey
    rows: dict[tuple[str, int], bytes] = field(default_factory=dict)
    order: list[tuple[str, int]] = field(default_factory=list)
    batches: list[tuple[str, int, int]] = field(default_factory=list)
    heartbeats: list[Heartbeat] = field(default_factory=list)
    rejecting: set[int] = field(default_factory=set)
    wanting: Ranges = ()
    pause_ms: int = 0
    silent: bool = False
    version: int = 0

    def step(self) -> None:
        while (arrival := self.transport.receive(0)) is not None:
            if not isinstance(arrival, Delivery):
                continue
            if topics.read_up(arrival.topic).kind == "punch":
                self.store(arrival.payload)
            else:
                verify = self.kiosk_key.verify_key
                heartbeat = codec.unseal(arrival.payload, Heartbeat, key=verify, purpose="state", device=DEVICE)
                self.heartbeats.append(heartbeat)
                self.answer(heartbeat.epoch)

    def store(self, payload: bytes) -> None:
        batch = unpack_batch(payload)
        batch.verify(self.kiosk_key.verify_key)
        self.batches.append((batch.epoch, batch.first_seq, batch.last_seq))
        for offset, text in enumerate(batch.rows):
            key = (batch.epoch, batch.first_seq + offset)
            assert decode_row(text.encode()).seq == key[1]
            assert self.rows.setdefault(key, text.encode()) == text.encode()
            self.order.append(key)
        self.answer(batch.epoch)

    def answer(self, epoch: str) -> None:
        if not self.silent:
            self.send(self.receipt(epoch))

    def receipt(self, epoch: str, **fields: Any) -> Receipt:
        self.version += 1
        held = ranges.union(((seq, seq) for each, seq in self.rows if each == epoch), ())
        upto = ranges.prefix(held)
        own = {
            "version": self.version,
            "epoch": epoch,
            "upto": upto,
            "also": tuple(each for each in held if each[0] > upto),
            "rejected": tuple(Rejection(seq=seq, reason="source") for seq in sorted(self.rejecting)),
            "missing": self.wanting,
            "pause_ms": self.pause_ms,
        }
        return Receipt(**(own | fields))

    def send(
        self, message: Receipt | RosterPart | Command, *, key: SigningKey | None = None, device: str = DEVICE
    ) -> None:
        kinds: dict[type, tuple[topics.DownKind, codec.Purpose]] = {
            Receipt: ("receipt", "receipt"),
            RosterPart: ("roster", "roster"),
            Command: ("command", "command"),
        }
        kind, purpose = kinds[type(message)]
        sealed = seal(message, key=key or self.key, purpose=purpose, device=device)
        self.transport.publish(topics.down(DEVICE, kind), sealed)


class Scene:
    """A kiosk's uplink and its hub on one simulated line."""

    def __init__(self, folder: Path, *, seed: int = 1, weather: Weather | None = None, **keywords: Any) -> None:
        self.clock = HandClock()
        self.network = SimulatedNetwork(self.clock.monotonic, seed, weather or Weather())
        self.line = self.network.end("presensi/v1/down/")
        hub_line = self.network.end("presensi/v1/up/")
        hub_line.connect()
        self.journal = Journal(folder / "journal.sqlite3", device=DEVICE, now=self.clock.now)
        key, hub_key = SigningKey.generate(), SigningKey.generate()
        self.hub = Hub(hub_line, hub_key, key)
        jitter = iter(range(10**9))
        self.uplink = Uplink(
            device=DEVICE,
            journal=self.journal,
            transport=self.line,
            key=key,
            hub_key=hub_key.verify_key,
            clock=self.clock,
            jitter=lambda: next(jitter) % 7 / 7,
            **keywords,
        )

    def pass_seconds(self, seconds: float, *, tick: float = 0.05) -> None:
        for _ in range(round(seconds / tick)):
            self.clock.advance(tick)
            self.uplink.step()
            self.hub.step()

    def deliver(self, *, within: float, tick: float = 0.05) -> None:
        """Let time pass until everything is delivered."""
        end = self.clock.seconds + within
        while self.journal.state.queue:
            assert self.clock.seconds < end, f"{self.journal.state.queue} rows left"
            self.pass_seconds(tick * 10, tick=tick)

    def sent(self, kind: str) -> list[Delivery]:
        return [each for each in self.network.published if each.topic == f"presensi/v1/up/{DEVICE}/{kind}"]


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    built = Scene(tmp_path)
    built.line.connect()
    with built.journal:
        yield built


# Delivering ---------------------------------------------------------------------------------------------------------


def test_rows_arrive_in_order_on_a_good_line(scene: Scene) -> None:
    written = fill(scene.journal, 950)
    scene.deliver(within=20)
    epoch = scene.journal.state.epoch
    assert scene.hub.order == [(epoch, seq) for seq in range(1, 951)]
    assert list(scene.hub.rows.values()) == [encode(each) for each in written]


def test_ten_thousand_rows_arrive_over_a_terrible_line(tmp_path: Path) -> None:
    scene = Scene(tmp_path, seed=1, weather=Weather(loss=0.2, duplication=0.2, delay_seconds=3.0))
    with scene.journal:
        written = fill(scene.journal, 10_000)
        scene.line.connect()
        for _ in range(10):
            scene.pass_seconds(15)
            scene.line.disconnect()
            scene.pass_seconds(5)
            scene.line.connect()
        scene.deliver(within=7200)
        epoch = scene.journal.state.epoch
        assert [scene.hub.rows[epoch, each.seq] for each in written] == [encode(each) for each in written]
        assert len(scene.hub.rows) == 10_000
        assert scene.uplink.refused_messages == 0


def test_rows_of_an_older_epoch_arrive_first(scene: Scene) -> None:
    fill(scene.journal, 3)
    old = scene.journal.state.epoch
    scene.journal.begin_epoch("booted")
    fill(scene.journal, 2)
    scene.deliver(within=20)
    new = scene.journal.state.epoch
    assert scene.hub.order == [(old, 1), (old, 2), (old, 3), (new, 1), (new, 2)]


def test_nothing_is_sent_before_the_line_stands(scene: Scene) -> None:
    scene.line.disconnect()
    fill(scene.journal, 3)
    scene.pass_seconds(60)
    assert not scene.network.published
    scene.line.connect()
    scene.deliver(within=5)


def test_no_more_batches_are_in_flight_than_the_window(scene: Scene) -> None:
    scene.hub.silent = True
    fill(scene.journal, 1_000)
    scene.pass_seconds(1)
    assert len(scene.sent("punch")) == UplinkSettings().window
    assert [each[1:] for each in scene.hub.batches] == [(1, 100), (101, 200), (201, 300), (301, 400)]


def test_row_is_retired_by_a_receipt_only(scene: Scene) -> None:
    scene.hub.silent = True
    fill(scene.journal, 1)
    scene.pass_seconds(600)
    assert scene.journal.state.queue == 1
    scene.hub.silent = False
    scene.deliver(within=300)


# Waiting ------------------------------------------------------------------------------------------------------------


def send_times(scene: Scene, seconds: float) -> list[float]:
    """When punch batches were published, while time passes."""
    times, seen = [], len(scene.sent("punch"))
    for _ in range(round(seconds / 0.25)):
        scene.pass_seconds(0.25, tick=0.25)
        times += [scene.clock.seconds] * (len(scene.sent("punch")) - seen)
        seen = len(scene.sent("punch"))
    return times


def test_pauses_grow_without_receipts_and_reset_with_one(scene: Scene) -> None:
    scene.hub.silent = True
    write(scene.journal)
    times = send_times(scene, 1_500)
    pauses = [after - before for before, after in itertools.pairwise(times)]
    assert pauses[0] < 8
    assert pauses[2] > pauses[0]
    cap = UplinkSettings().retry_cap
    assert all(0.7 * cap <= pause <= 1.3 * cap for pause in pauses[6:])
    assert len(times) < 25
    scene.hub.silent = False
    scene.deliver(within=2 * cap)
    scene.hub.silent = True
    write(scene.journal)
    assert len(send_times(scene, 10)) >= 2


def test_a_week_without_a_hub_does_not_end_the_uplink(scene: Scene) -> None:
    """The broker is there, nobody answers: more than a thousand tries."""
    scene.hub.silent = True
    write(scene.journal)
    for _ in range(7 * 24 * 60 // 5):
        scene.pass_seconds(300, tick=300)
    assert len(scene.sent("punch")) > 1_024
    scene.hub.silent = False
    scene.deliver(within=600)


def test_pause_of_the_hub_is_respected(scene: Scene) -> None:
    scene.hub.pause_ms = 60_000
    fill(scene.journal, 1_000)
    scene.pass_seconds(1)
    before = len(scene.sent("punch"))
    assert before <= UplinkSettings().window
    scene.hub.silent = True
    scene.pass_seconds(50)
    assert len(scene.sent("punch")) == before
    scene.hub.silent, scene.hub.pause_ms = False, 0
    scene.deliver(within=600)


def test_pause_played_back_does_not_silence_the_kiosk(scene: Scene) -> None:
    write(scene.journal)
    scene.hub.pause_ms = 3_600_000
    scene.pass_seconds(1)
    played_back = next(each for each in scene.network.published if each.topic.endswith("/receipt"))
    scene.hub.pause_ms = 0
    scene.hub.answer(scene.journal.state.epoch)
    scene.pass_seconds(1)
    scene.network.send(played_back)
    write(scene.journal)
    scene.pass_seconds(1)
    assert scene.journal.state.queue == 0


def test_idle_kiosk_says_no_more_than_its_heartbeats(scene: Scene) -> None:
    """The hub answers each heartbeat with a receipt; a receipt must not lead to a heartbeat."""
    fill(scene.journal, 3)
    scene.deliver(within=20)
    scene.pass_seconds(5)
    before = len(scene.network.published)
    scene.pass_seconds(3_600)
    heartbeats = 3_600 / UplinkSettings().heartbeat_every
    assert 0.85 * heartbeats * 2 <= len(scene.network.published) - before <= 1.2 * heartbeats * 2
    assert not [each for each in scene.network.published[before:] if each.topic.endswith("/punch")]


def test_hub_that_knows_more_of_an_older_epoch_does_not_start_a_conversation(scene: Scene) -> None:
    fill(scene.journal, 2)
    old = scene.journal.state.epoch
    scene.hub.rows[old, 3] = b"a row that the card has lost"
    scene.pass_seconds(5)
    assert scene.journal.state.epoch != old
    assert len(scene.journal.alarms) == 1
    before = len(scene.sent("state"))
    for _ in range(600):
        scene.hub.send(scene.hub.receipt(old))
        scene.pass_seconds(1, tick=1)
    assert len(scene.sent("state")) - before <= 600 / UplinkSettings().heartbeat_every * 1.2
    assert len(scene.journal.alarms) == 1


# Receipts -----------------------------------------------------------------------------------------------------------


def test_receipts_that_are_forged_or_foreign_are_refused(scene: Scene) -> None:
    scene.hub.silent = True
    fill(scene.journal, 2)
    scene.pass_seconds(1)
    epoch = scene.journal.state.epoch
    scene.hub.send(scene.hub.receipt(epoch), key=SigningKey.generate())
    scene.hub.send(scene.hub.receipt(epoch), key=scene.hub.kiosk_key)
    scene.hub.send(scene.hub.receipt(epoch), device="kiosk-2")
    receipt = seal(scene.hub.receipt(epoch), key=scene.hub.key, purpose="command", device=DEVICE)
    scene.hub.transport.publish(topics.down(DEVICE, "receipt"), receipt)
    scene.hub.transport.publish(topics.down(DEVICE, "receipt"), b"rubbish")
    scene.hub.transport.publish(topics.down(DEVICE, "receipt") + "/x", b"rubbish")
    scene.pass_seconds(1)
    assert scene.uplink.refused_messages == 6
    assert scene.journal.state.queue == 2
    scene.hub.send(scene.hub.receipt(epoch))
    scene.pass_seconds(1)
    assert scene.journal.state.queue == 0


def test_rejected_row_is_not_sent_again(scene: Scene) -> None:
    scene.hub.rejecting = {2}
    fill(scene.journal, 3)
    scene.deliver(within=5)
    before = len(scene.sent("punch"))
    scene.pass_seconds(300, tick=1)
    assert len(scene.sent("punch")) == before


def test_missing_rows_are_sent_again_though_they_were_settled(scene: Scene) -> None:
    fill(scene.journal, 10)
    scene.deliver(within=5)
    epoch = scene.journal.state.epoch
    for seq in (4, 5, 6):
        del scene.hub.rows[epoch, seq]
    scene.hub.send(scene.hub.receipt(epoch, missing=((4, 6),)))
    scene.pass_seconds(2)
    assert scene.hub.batches[-1] == (epoch, 4, 6)
    assert scene.journal.state.queue == 0
    assert len(scene.hub.rows) == 10


def test_full_disk_does_not_end_the_uplink(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    """The receipt cannot be kept, so the rows go out again later, and are retired when there is room."""
    fill(scene.journal, 3)

    def refuse(*_: object, **__: object) -> None:
        raise JournalFullError("no room")

    with monkeypatch.context() as patch:
        patch.setattr(scene.journal, "settle", refuse)
        scene.pass_seconds(60)
        assert scene.journal.state.queue == 3
    with monkeypatch.context() as patch:
        patch.setattr(scene.journal, "pending", refuse)
        patch.setattr(type(scene.journal), "state", property(refuse))
        scene.pass_seconds(60)
    scene.deliver(within=300)


# Heartbeats ---------------------------------------------------------------------------------------------------------


def test_heartbeat_says_up_to_when_everything_was_delivered(scene: Scene) -> None:
    scene.pass_seconds(1)
    first = scene.hub.heartbeats[-1]
    assert (first.queue, first.last_seq, first.first_kept) == (0, 0, 0)
    assert first.as_of == first.sent_at
    scene.hub.silent = True
    taken_at = scene.clock.wall + timedelta(seconds=7)
    scene.clock.advance(7)
    write(scene.journal, taken_at=taken_at)
    write(scene.journal, taken_at=taken_at + timedelta(seconds=20))
    scene.pass_seconds(120)
    waiting = scene.hub.heartbeats[-1]
    assert waiting.queue == 2
    assert taken_at - timedelta(seconds=1) < waiting.as_of < taken_at < waiting.sent_at
    scene.hub.silent = False
    scene.deliver(within=300)
    scene.pass_seconds(1)
    done = scene.hub.heartbeats[-1]
    assert (done.queue, done.last_seq, done.first_kept) == (0, 2, 1)
    assert done.as_of == done.sent_at > taken_at


def test_heartbeat_never_claims_more_than_the_present(scene: Scene) -> None:
    """A row of a clock that was ahead is pending; that covers nothing of the future."""
    scene.hub.silent = True
    write(scene.journal, taken_at=scene.clock.wall + timedelta(days=400))
    scene.pass_seconds(1)
    assert scene.hub.heartbeats[-1].as_of <= scene.hub.heartbeats[-1].sent_at


def test_heartbeat_follows_at_once_when_all_is_delivered(scene: Scene) -> None:
    scene.pass_seconds(2)
    before = len(scene.hub.heartbeats)
    write(scene.journal)
    scene.pass_seconds(1)
    assert len(scene.hub.heartbeats) == before + 1
    assert scene.hub.heartbeats[-1].queue == 0


def test_heartbeat_holds_the_versions_and_the_clock(tmp_path: Path) -> None:
    bearing = Bearing(roster=7, command=3, pack="builtin", software="0.1.0")
    scene = Scene(tmp_path, bearing=lambda: bearing)
    with scene.journal:
        scene.line.connect()
        write(scene.journal)
        scene.deliver(within=5)
        scene.pass_seconds(1)
        said = scene.hub.heartbeats[-1]
        assert (said.roster, said.command, said.pack, said.software) == (7, 3, "builtin", "0.1.0")
        # The answer to this heartbeat has come since.
        assert said.receipt == scene.journal.state.receipt_version - 1 > 0
        assert said.epoch == scene.journal.state.epoch
        assert said.clock.boot == "boot-1"
        assert all(each.retained for each in scene.sent("state"))
        assert not any(each.retained for each in scene.sent("punch"))


def test_heartbeat_asked_for_while_one_is_made_is_sent_too(tmp_path: Path) -> None:
    scene: Scene
    asked: list[datetime] = []

    def bearing() -> Bearing:
        if not asked:
            scene.uplink.heartbeat_soon()
        asked.append(NOON)
        return Bearing()

    scene = Scene(tmp_path, bearing=bearing)
    with scene.journal:
        scene.line.connect()
        scene.pass_seconds(1)
        assert len(asked) == 2


# The rest of what the hub says --------------------------------------------------------------------------------------


def test_roster_and_command_are_handed_on(tmp_path: Path) -> None:
    heard: list[Any] = []
    scene = Scene(tmp_path, on_roster=heard.append, on_command=heard.append, on_receipt=heard.append)
    part = RosterPart(version=1, base=None, part=1, parts=1, pack="builtin", policy=KioskPolicy())
    command = Command(version=1, action="lock")
    with scene.journal:
        scene.line.connect()
        scene.pass_seconds(1)
        heard.clear()
        scene.hub.send(part)
        scene.hub.send(command)
        scene.hub.send(command, key=SigningKey.generate())
        scene.pass_seconds(1)
    assert heard == [part, command]


def test_uplink_runs_until_it_is_stopped(tmp_path: Path) -> None:
    scene = Scene(tmp_path)
    delivered = threading.Event()
    stop = threading.Event()

    def serve() -> None:
        while not delivered.is_set():
            scene.hub.step()
            if scene.hub.rows:
                delivered.set()

    with scene.journal:
        write(scene.journal)
        threads = [threading.Thread(target=serve), threading.Thread(target=scene.uplink.run, args=(stop,))]
        for thread in threads:
            thread.start()
        assert delivered.wait(60)
        stop.set()
        for thread in threads:
            thread.join(60)
        assert not any(thread.is_alive() for thread in threads)
        assert not scene.line.connected
