"""Snapshots over a bad line: each arrives, none holds up a punch, and only the hub's own word deletes one here."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from contract import codec, topics
from contract.evidence import Evidence, snapshot_hash
from contract.heartbeat import Heartbeat
from contract.punch import PunchBatch, RefusedPresentation, decode_row, unpack_batch
from contract.receipt import Receipt
from contract.signing import SigningKey
from contract.transport import Delivery, Transport
from kiosk.evidence_folder import EvidenceFolder
from kiosk.evidence_outbox import RETRY_CAP_SECONDS, WINDOW, EvidenceOutbox
from kiosk.journal import Journal
from kiosk.refusals import RefusalBook
from kiosk.roster import Roster
from kiosk.uplink import Uplink
from tests.factories.simulation import SimulatedNetwork, Weather
from tests.factories.snapshots import BOX, frame
from tests.factories.terminal import HandClock, fill, write
from tests.factories.vaults import VAULT

DEVICE = "kiosk-1"


@dataclass
class Hub:
    """Holds rows and those snapshots that they announce, and says so; deaf and mute as far as a test wishes."""

    transport: Transport
    key: SigningKey
    kiosk_key: SigningKey
    rows: dict[tuple[str, int], bytes] = field(default_factory=dict)
    snapshots: dict[str, bytes] = field(default_factory=dict)
    evidence: list[str] = field(default_factory=list)
    early: int = 0
    deaf_to: set[str] = field(default_factory=set)
    version: int = 0

    def step(self) -> None:
        verify = self.kiosk_key.verify_key
        while (arrival := self.transport.receive(0)) is not None:
            if not isinstance(arrival, Delivery):
                continue
            match topics.read_up(arrival.topic).kind:
                case "punch":
                    self.store(unpack_batch(arrival.payload))
                case "evidence":
                    self.keep(codec.unseal(arrival.payload, Evidence, key=verify, purpose="evidence", device=DEVICE))
                case _:
                    codec.unseal(arrival.payload, Heartbeat, key=verify, purpose="state", device=DEVICE)

    def store(self, batch: PunchBatch) -> None:
        batch.verify(self.kiosk_key.verify_key)
        for offset, text in enumerate(batch.rows):
            self.rows[batch.epoch, batch.first_seq + offset] = text.encode()
        self.say(batch.epoch)

    def keep(self, evidence: Evidence) -> None:
        self.evidence.append(evidence.sha256)
        if evidence.sha256 in self.deaf_to:
            return
        if evidence.sha256 not in self.announced:
            self.early += 1
            return
        assert snapshot_hash(evidence.jpeg) == evidence.sha256
        self.snapshots[evidence.sha256] = evidence.jpeg
        self.say(evidence.epoch, evidence=(evidence.sha256,))

    @property
    def announced(self) -> set[str | None]:
        rows = [decode_row(row) for row in self.rows.values()]
        return {row.evidence for row in rows if isinstance(row, RefusedPresentation)}

    def say(self, epoch: str, *, key: SigningKey | None = None, device: str = DEVICE, **fields: Any) -> bytes:
        """Publish a receipt about an epoch; its sealed bytes."""
        self.version += 1
        upto = max((seq for each, seq in self.rows if each == epoch), default=0)
        own: dict[str, Any] = {"version": self.version, "epoch": epoch, "upto": upto}
        sealed = codec.seal(Receipt(**(own | fields)), key=key or self.key, purpose="receipt", device=device)
        self.transport.publish(topics.down(DEVICE, "receipt"), sealed)
        return sealed


class Scene:
    """A kiosk that refuses people, and its hub, on one simulated line."""

    def __init__(self, folder: Path, *, seed: int = 1, weather: Weather | None = None) -> None:
        self.path = folder
        self.clock = HandClock()
        self.network = SimulatedNetwork(self.clock.monotonic, seed, weather or Weather())
        self.line = self.network.end("presensi/v1/down/")
        self.hub_line = self.network.end("presensi/v1/up/")
        self.hub_line.connect()
        self.key = SigningKey.generate()
        self.hub = Hub(self.hub_line, SigningKey.generate(), self.key)
        self.taken: dict[str, bytes] = {}
        self.open()

    def open(self) -> None:
        self.journal = Journal(self.path / "journal.sqlite3", device=DEVICE, now=self.clock.now)
        self.folder = EvidenceFolder(self.path / "evidence", vault=VAULT)
        self.book = RefusalBook(journal=self.journal, folder=self.folder, clock=self.clock, roster=Roster)
        outbox = EvidenceOutbox(
            device=DEVICE, key=self.key, journal=self.journal, folder=self.folder, jitter=lambda: 0.5
        )
        self.uplink = Uplink(
            device=DEVICE,
            journal=self.journal,
            transport=self.line,
            key=self.key,
            hub_key=self.hub.key.verify_key,
            clock=self.clock,
            evidence=outbox,
            jitter=lambda: 0.5,
        )
        self.line.connect()

    def restart(self) -> None:
        self.line.disconnect()
        self.journal.close()
        self.open()

    def refuse(self, seed: int) -> str:
        row = self.book.record("person-1", (), frame(seed), BOX, 3)
        assert row is not None
        assert row.evidence is not None
        self.taken[row.evidence] = self.folder.read(row.evidence)
        return row.evidence

    def pass_seconds(self, seconds: float, *, tick: float = 0.25) -> None:
        for _ in range(round(seconds / tick)):
            self.clock.advance(tick)
            self.uplink.step()
            self.hub.step()

    def settle(self, *, within: float = 7200) -> None:
        end = self.clock.seconds + within
        while self.journal.state.queue or self.folder.waiting:
            assert self.clock.seconds < end, (
                f"{self.journal.state.queue} rows, {len(self.folder.waiting)} pictures left"
            )
            self.pass_seconds(5)


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    built = Scene(tmp_path)
    yield built
    built.journal.close()


def test_picture_follows_its_row_and_is_deleted_when_the_hub_holds_it(scene: Scene, tmp_path: Path) -> None:
    name = scene.refuse(1)
    scene.pass_seconds(2)
    assert scene.hub.snapshots == scene.taken
    assert scene.hub.evidence == [name]
    assert scene.folder.waiting == {}
    assert list(tmp_path.glob("evidence/*")) == []
    scene.pass_seconds(120)
    assert scene.hub.evidence == [name]


def test_picture_is_not_sent_before_its_row_is_settled(scene: Scene) -> None:
    scene.hub_line.stop()
    scene.refuse(1)
    scene.pass_seconds(60)
    assert [each for each in scene.network.published if each.topic.endswith("/evidence")] == []


def test_broker_that_acknowledges_is_no_hub_that_stores(scene: Scene) -> None:
    name = scene.refuse(1)
    scene.hub.deaf_to.add(name)
    scene.pass_seconds(600)
    assert list(scene.folder.waiting) == [name]
    assert 3 <= len(scene.hub.evidence) <= 8
    scene.hub.deaf_to.clear()
    scene.settle()
    assert scene.hub.snapshots == scene.taken


def test_pauses_grow_and_are_capped(scene: Scene) -> None:
    scene.hub.deaf_to.add(scene.refuse(1))
    times: list[float] = []
    for _ in range(round(4 * RETRY_CAP_SECONDS / 5)):
        seen = len(scene.hub.evidence)
        scene.pass_seconds(5, tick=2.5)
        times += [scene.clock.seconds] * (len(scene.hub.evidence) - seen)
    gaps = [round(later - earlier) for earlier, later in itertools.pairwise(times)]
    assert gaps == sorted(gaps)
    assert gaps[-1] <= RETRY_CAP_SECONDS + 5
    # A new connection is a new chance: the hub may have been away.
    scene.line.disconnect()
    scene.line.connect()
    seen = len(scene.hub.evidence)
    scene.pass_seconds(5)
    assert len(scene.hub.evidence) == seen + 1


def test_pictures_that_nobody_answers_for_hold_up_no_others(scene: Scene) -> None:
    stuck = {scene.refuse(seed) for seed in range(1, 8)}
    scene.hub.deaf_to |= stuck
    others = {scene.refuse(seed) for seed in range(11, 18)}
    scene.pass_seconds(120)
    assert scene.hub.snapshots.keys() == others
    assert scene.folder.waiting.keys() == stuck


def test_no_more_pictures_are_under_way_than_the_window(scene: Scene) -> None:
    names = {scene.refuse(seed) for seed in range(1, 8)}
    scene.hub.deaf_to |= names
    scene.pass_seconds(4)
    assert len(scene.hub.evidence) == WINDOW


def test_punches_are_not_held_up_by_pictures(scene: Scene) -> None:
    scene.hub.deaf_to |= {scene.refuse(seed) for seed in range(1, 8)}
    fill(scene.journal, 500)
    scene.pass_seconds(10)
    assert scene.journal.state.queue == 0
    assert len(scene.hub.rows) == 507


def test_pictures_wait_while_the_hub_asks_for_a_pause(scene: Scene) -> None:
    write(scene.journal)
    scene.pass_seconds(2)
    scene.hub.say(scene.journal.state.epoch, pause_ms=60_000)
    scene.pass_seconds(1)
    scene.refuse(1)
    scene.pass_seconds(50)
    assert scene.hub.evidence == []
    scene.settle(within=60)


def test_receipts_that_are_forged_foreign_or_old_delete_nothing(scene: Scene) -> None:
    name = scene.refuse(1)
    scene.hub.deaf_to.add(name)
    scene.pass_seconds(2)
    epoch = scene.journal.state.epoch
    old = scene.hub.version
    scene.hub.say(epoch, key=SigningKey.generate(), evidence=(name,))
    scene.hub.say(epoch, device="kiosk-2", evidence=(name,))
    scene.hub.say("00000000-0000-0000-0000-00000000000f", evidence=(name,))
    scene.hub.say(epoch, version=old, evidence=(name,))
    scene.hub.say(epoch, evidence=("0" * 64,))
    scene.pass_seconds(2)
    assert list(scene.folder.waiting) == [name]
    assert scene.folder.read(name) == scene.taken[name]
    assert scene.uplink.refused_messages == 2
    scene.hub.say(epoch, evidence=(name,))
    scene.pass_seconds(2)
    assert scene.folder.waiting == {}


def test_receipt_that_was_lost_is_given_again(scene: Scene) -> None:
    name = scene.refuse(1)
    scene.pass_seconds(0.75)
    scene.settle()
    # The kiosk's card forgets that it heard it: a backup of the folder, or a power cut before the file was deleted.
    (scene.path / "evidence" / f"{name}.sealed").write_bytes(VAULT.seal("snapshot", name, scene.taken[name]))
    scene.restart()
    assert list(scene.folder.waiting) == [name]
    scene.settle()
    assert scene.hub.evidence == [name, name]


def test_rows_that_the_hub_wants_again_go_before_their_picture(scene: Scene) -> None:
    """A hub restored from a backup has lost the row, and the kiosk has its picture still."""
    name = scene.refuse(1)
    scene.hub.deaf_to.add(name)
    scene.pass_seconds(2)
    scene.hub.rows.clear()
    scene.hub.deaf_to.clear()
    scene.hub.say(scene.journal.state.epoch, missing=((1, 1),))
    scene.settle()
    assert scene.hub.early == 0
    assert scene.hub.snapshots == scene.taken


def test_picture_damaged_on_the_card_is_given_up(scene: Scene) -> None:
    scene.line.disconnect()
    lost, whole = scene.refuse(1), scene.refuse(2)
    (scene.path / "evidence" / f"{lost}.sealed").write_bytes(b"noise")
    scene.line.connect()
    scene.settle()
    assert scene.hub.snapshots.keys() == {whole}
    assert len(scene.hub.rows) == 2


def test_picture_that_cannot_be_read_now_is_tried_again(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    name = scene.refuse(1)

    def refuse(_path: Path) -> bytes:
        raise OSError(5, "Input/output error")

    with monkeypatch.context() as patch:
        patch.setattr(Path, "read_bytes", refuse)
        scene.pass_seconds(30)
        assert list(scene.folder.waiting) == [name]
    scene.settle()
    assert scene.hub.snapshots == scene.taken


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    seed=st.integers(0, 2**32),
    loss=st.floats(0, 0.5),
    duplication=st.floats(0, 0.5),
    delay=st.floats(0, 8),
    steps=st.lists(st.sampled_from(["refuse", "punch", "wait", "restart", "break"]), min_size=1, max_size=15),
)
def test_whatever_is_lost_every_row_and_picture_arrives(
    tmp_path_factory: pytest.TempPathFactory, seed: int, loss: float, duplication: float, delay: float, steps: list[str]
) -> None:
    scene = Scene(tmp_path_factory.mktemp("kiosk"), seed=seed, weather=Weather(loss, duplication, delay))
    for number, what in enumerate(steps):
        match what:
            case "refuse":
                scene.refuse(number)
            case "punch":
                write(scene.journal)
            case "wait":
                scene.pass_seconds(7)
            case "restart":
                scene.restart()
            case "break":
                scene.line.disconnect()
                scene.pass_seconds(3)
                scene.line.connect()
    scene.network.weather = Weather()
    scene.settle()
    with scene.journal as journal:
        assert [row.evidence for row in journal.refusals()] == list(scene.taken)
        assert set(scene.taken) <= scene.hub.announced
        assert scene.hub.snapshots == scene.taken
        assert list(scene.path.glob("evidence/*")) == []
        assert scene.uplink.refused_messages == 0
