"""Refusals and their pictures at the hub: stored once, rung for once, and nothing kept that nobody announced."""

from __future__ import annotations

import errno
import os
import zlib
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from contract import codec
from contract.evidence import MAX_EVIDENCE_BYTES, snapshot_hash
from contract.receipt import Receipt
from contract.signing import SigningKey
from contract.topics import up
from hub.attendance.models import DirtyDay
from hub.fleet.alarms import AlarmBook
from hub.fleet.kiosks import revoke_kiosk
from hub.fleet.models import Alarm, Kiosk
from hub.ingest.models import StoredRow
from hub.ingest.snapshots import SnapshotRecorder
from hub.ingest.strangers import days_with_punches, punches_of_strangers
from hub.ingest.subscriber import Subscriber
from hub.recap.person import person_day
from hub.refusals.events import mark_seen, settle
from hub.refusals.models import AnnouncedSnapshot, RefusalEvent
from hub.refusals.overview import list_refusals
from hub.refusals.snapshots import SnapshotStore
from tests.factories.journals import NOON, KioskJournal, stamp
from tests.factories.people import add_employee
from tests.factories.snapshots import jpeg, sealed_evidence
from tests.factories.transports import ScriptedTransport

JPEG = jpeg(1)
NAME = snapshot_hash(JPEG)


class Gallery:
    """A snapshot recorder beside a desk, and what it answered."""

    def __init__(self, desk: Any, folder: Path) -> None:
        self.desk = desk
        self.store = SnapshotStore(folder)
        self.recorder = SnapshotRecorder(
            database=desk.database,
            hub_key=desk.hub_key,
            store=self.store,
            now=desk.clock,
            alarms=AlarmBook(now=desk.clock),
        )

    def send(self, journal: KioskJournal, content: bytes = JPEG, **changes: Any) -> list[Receipt]:
        own: dict[str, Any] = {"key": journal.key, "epoch": journal.epoch, "device": journal.device}
        return self.send_raw(journal.device, sealed_evidence(content, **(own | changes)))

    def send_raw(self, device: str, payload: bytes) -> list[Receipt]:
        return [self.desk._open(outgoing) for outgoing in self.recorder.record([(device, payload)])]

    def events(self) -> list[RefusalEvent]:
        with self.desk.database.read() as session:
            return list(session.scalars(select(RefusalEvent).order_by(RefusalEvent.device, RefusalEvent.seq)))

    def awaited(self) -> set[tuple[str, str]]:
        with self.desk.database.read() as session:
            found = session.scalars(select(AnnouncedSnapshot).where(AnnouncedSnapshot.stored_at.is_(None)))
            return {(each.device, each.sha256) for each in found}


@pytest.fixture
def gallery(desk: Any, tmp_path: Path) -> Gallery:
    folder = tmp_path / "hub"
    folder.mkdir()
    return Gallery(desk, folder)


# Rows ---------------------------------------------------------------------------------------------------------------


def test_refusal_is_stored_as_a_row_and_as_an_event(desk: Any, journal: KioskJournal, gallery: Gallery) -> None:
    journal.punch()
    journal.refusal(evidence=NAME)
    journal.anchor()
    [receipt] = desk.record(journal.delivery())
    assert (receipt.upto, receipt.rejected, receipt.evidence) == (3, (), ())
    assert desk.stored_bytes() == journal.rows
    with desk.database.read() as session:
        assert session.execute(
            select(StoredRow.kind, StoredRow.person_id, StoredRow.source).order_by(StoredRow.seq)
        ).all() == [("punch", "person-1", "webcam"), ("refusal", None, "webcam"), ("clock", None, None)]
    [event] = gallery.events()
    assert (event.seq, event.person_id, event.reason, event.attempts, event.policy) == (
        2, "person-1", "liveness", 3, "active",
    )  # fmt: skip
    assert event.layers == [
        {"name": "passive", "verdict": "undecided", "score": 0.41},
        {"name": "challenge", "verdict": "attack", "score": None},
    ]
    assert event.evidence == NAME
    assert gallery.awaited() == {("kiosk-1", NAME)}


def test_refusal_marks_no_day_and_is_nobodys_attendance(desk: Any, journal: KioskJournal) -> None:
    add_employee(desk.database, "person-1")
    journal.refusal(clock=stamp(60_000, source="free"), taken_at=NOON - timedelta(days=30))
    journal.refusal(person="stranger")
    # An anchor finds the first one another place in time, and with it another date.
    journal.anchor(clock=stamp(120_000), taken_at=NOON)
    desk.record(journal.delivery())
    with desk.database.read() as session:
        placed = session.scalars(select(StoredRow.placed_at).where(StoredRow.seq == 1)).one()
        assert placed == NOON - timedelta(seconds=60)
        assert session.scalars(select(DirtyDay.employee_id)).all() == []
        assert punches_of_strangers(session.connection()) == []
        assert days_with_punches(session.connection(), "person-1") == set()
    found = person_day(desk.database, "person-1", NOON.date())
    assert found is not None
    assert found.punches == ()
    [first, _] = sorted(list_refusals(desk.database, None), key=lambda line: line.seq)
    assert first.taken_at == NOON - timedelta(seconds=60)


def test_batch_delivered_twice_rings_once_and_keeps_what_people_said(
    desk: Any, journal: KioskJournal, gallery: Gallery
) -> None:
    journal.refusal(evidence=NAME)
    desk.record(journal.delivery())
    gallery.send(journal)
    settle(desk.database, ("kiosk-1", journal.epoch, 1), by="bkpp", now=NOON)
    for _ in range(2):
        desk.clock.advance(60)
        desk.record(journal.delivery())
    [event] = gallery.events()
    assert (event.settled_by, event.settled_at) == ("bkpp", NOON)
    assert gallery.awaited() == set()
    with desk.database.read() as session:
        [alarm] = session.scalars(select(Alarm))
        assert (alarm.kind, alarm.count, alarm.settled_by) == ("refusals", 1, "bkpp")


def test_every_event_rings_at_once_however_soon_it_follows(desk: Any, journal: KioskJournal) -> None:
    """Other alarms of the same kind wait for a quiet moment; at night that could be the next morning."""
    other = desk.register(KioskJournal(device="kiosk-2"))
    journal.refusal()
    desk.record(journal.delivery())
    assert desk.alarms() == {("kiosk-1", "refusals"): 1}
    journal.refusal()
    journal.refusal()
    other.refusal()
    desk.record(journal.delivery(), other.delivery())
    assert desk.alarms() == {("kiosk-1", "refusals"): 3, ("kiosk-2", "refusals"): 1}


def test_transaction_that_fails_leaves_no_event_and_rings_once_when_it_succeeds(
    desk: Any, journal: KioskJournal, gallery: Gallery, monkeypatch: pytest.MonkeyPatch
) -> None:
    journal.refusal(evidence=NAME)

    def fail(*_: object, **__: object) -> None:
        raise OperationalError("INSERT", {}, Exception("the server closed the connection"))

    with monkeypatch.context() as patch:
        patch.setattr("hub.ingest.storing.save_kiosks", fail)
        with pytest.raises(OperationalError):
            desk.record(journal.delivery())
    assert gallery.events() == []
    assert gallery.awaited() == set()
    assert desk.alarms() == {}
    desk.record(journal.delivery())
    assert len(gallery.events()) == 1
    assert desk.alarms() == {("kiosk-1", "refusals"): 1}


@pytest.mark.parametrize("source", ["clip", "photo"])
def test_refusal_before_no_camera_is_quarantined_and_its_picture_is_taken_off_the_kiosk(
    desk: Any, journal: KioskJournal, gallery: Gallery, source: str
) -> None:
    journal.refusal(source=source, evidence=NAME)
    [receipt] = desk.record(journal.delivery())
    assert [each.reason for each in receipt.rejected] == ["source"]
    assert gallery.events() == []
    assert desk.alarms() == {("kiosk-1", "source"): 1}
    [receipt] = gallery.send(journal)
    assert receipt.evidence == (NAME,)
    assert [each.reason for each in receipt.rejected] == ["source"]


def test_refusal_before_a_clip_counts_at_a_demo_kiosk(desk: Any, gallery: Gallery) -> None:
    journal = desk.register(KioskJournal(device="kiosk-demo"), demo=True)
    journal.refusal(source="clip")
    desk.record(journal.delivery())
    assert len(gallery.events()) == 1
    assert desk.quarantined() == []


def test_name_with_a_nul_is_set_aside(desk: Any, journal: KioskJournal, gallery: Gallery) -> None:
    journal.refusal(person="person\0")
    desk.record(journal.delivery())
    assert desk.quarantined() == [(1, "malformed")]
    assert gallery.events() == []


def test_two_histories_of_one_journal_give_one_event(desk: Any, journal: KioskJournal, gallery: Gallery) -> None:
    journal.punch()
    cloned = journal.copy(1)
    journal.refusal(person="person-1")
    cloned.refusal(person="person-2", evidence=NAME)
    desk.record(journal.delivery())
    desk.record(cloned.delivery())
    assert [event.person_id for event in gallery.events()] == ["person-1"]
    assert desk.quarantined() == [(2, "conflict")]
    # The other history's picture is for people to look at as well.
    assert gallery.awaited() == {("kiosk-1", NAME)}


# Pictures -----------------------------------------------------------------------------------------------------------


def test_picture_is_kept_and_receipted(desk: Any, journal: KioskJournal, gallery: Gallery) -> None:
    journal.punch()
    journal.refusal(evidence=NAME)
    [before] = desk.record(journal.delivery())
    [receipt] = gallery.send(journal)
    assert (receipt.epoch, receipt.upto, receipt.evidence) == (journal.epoch, 2, (NAME,))
    assert receipt.version == before.version + 1
    assert gallery.store.read(NAME) == JPEG
    assert [line.picture for line in list_refusals(desk.database, gallery.store)] == ["here"]
    [again] = gallery.send(journal)
    assert again.evidence == (NAME,)
    assert again.version == receipt.version + 1


def test_several_pictures_in_a_group_are_answered_by_epoch(desk: Any, journal: KioskJournal, gallery: Gallery) -> None:
    second = KioskJournal(key=journal.key)
    names = [snapshot_hash(jpeg(seed)) for seed in (1, 2, 3)]
    journal.refusal(evidence=names[0])
    journal.refusal(evidence=names[1])
    second.refusal(evidence=names[2])
    desk.record(journal.delivery(), second.delivery())
    deliveries = [
        ("kiosk-1", sealed_evidence(jpeg(seed), key=journal.key, epoch=epoch))
        for seed, epoch in ((1, journal.epoch), (2, journal.epoch), (3, second.epoch), (1, journal.epoch))
    ]
    answers = [desk._open(outgoing) for outgoing in gallery.recorder.record(deliveries)]
    assert {answer.epoch: answer.evidence for answer in answers} == {
        journal.epoch: tuple(sorted(names[:2])),
        second.epoch: (names[2],),
    }
    assert len({answer.version for answer in answers}) == 2


def test_picture_before_its_row_is_let_go_and_taken_when_it_comes_again(
    desk: Any, journal: KioskJournal, gallery: Gallery
) -> None:
    journal.refusal(evidence=NAME)
    assert gallery.send(journal) == []
    assert gallery.recorder.unannounced == 1
    assert not gallery.store.has(NAME)
    desk.record(journal.delivery())
    [receipt] = gallery.send(journal)
    assert receipt.evidence == (NAME,)
    assert desk.alarms() == {("kiosk-1", "refusals"): 1}


def test_picture_that_another_kiosk_announced_is_not_taken(desk: Any, journal: KioskJournal, gallery: Gallery) -> None:
    other = desk.register(KioskJournal(device="kiosk-2"))
    journal.refusal(evidence=NAME)
    desk.record(journal.delivery())
    assert gallery.send(other) == []
    assert gallery.recorder.unannounced == 1
    assert not gallery.store.has(NAME)


def test_picture_of_an_event_without_one_is_not_taken(desk: Any, journal: KioskJournal, gallery: Gallery) -> None:
    journal.refusal(evidence=None)
    desk.record(journal.delivery())
    assert gallery.send(journal) == []
    assert [line.picture for line in list_refusals(desk.database, gallery.store)] == ["none"]


HOSTILE: dict[str, Callable[[KioskJournal], tuple[str, bytes]]] = {
    "forged": lambda journal: (
        "bad_signature",
        sealed_evidence(JPEG, key=SigningKey.generate(), epoch=journal.epoch),
    ),
    "sealed for another device": lambda journal: (
        "bad_signature",
        sealed_evidence(JPEG, key=journal.key, epoch=journal.epoch, device="kiosk-2"),
    ),
    "sealed for another purpose": lambda journal: ("bad_signature", journal.heartbeat()),
    "not what its hash says": lambda journal: (
        "malformed",
        sealed_evidence(jpeg(2), key=journal.key, epoch=journal.epoch, sha256=NAME),
    ),
    "no message": lambda _: ("malformed", b"\x89PNG"),
    "empty": lambda _: ("malformed", b""),
    "a picture without an envelope": lambda _: ("malformed", JPEG),
    "huge": lambda _: ("malformed", bytes(MAX_EVIDENCE_BYTES + 1)),
    "zlib bomb": lambda _: ("malformed", zlib.compress(bytes(30 << 20), 9)),
    "another message": lambda journal: (
        "malformed",
        codec.seal({"v": 1, "jpeg": 7}, key=journal.key, purpose="evidence", device="kiosk-1"),
    ),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_payload_is_kept_out_with_an_alarm(
    desk: Any, journal: KioskJournal, gallery: Gallery, tmp_path: Path, name: str
) -> None:
    journal.refusal(evidence=NAME)
    desk.record(journal.delivery())
    kind, payload = HOSTILE[name](journal)
    assert gallery.send_raw("kiosk-1", payload) == []
    assert not list(tmp_path.rglob("*.jpg"))
    assert desk.alarms()["kiosk-1", kind] == 1
    # It costs nobody else anything.
    assert gallery.send(journal)[0].evidence == (NAME,)


@pytest.mark.parametrize("content", [b"<script>alert(1)</script>", b"\xff\xd8\xff\xd9", JPEG + b"more"])
def test_announced_bytes_that_are_no_picture_are_kept_out(
    desk: Any, journal: KioskJournal, gallery: Gallery, content: bytes
) -> None:
    """A kiosk that somebody has taken over signs what it likes."""
    journal.refusal(evidence=snapshot_hash(content))
    desk.record(journal.delivery())
    assert gallery.send(journal, content) == []
    assert not gallery.store.has(snapshot_hash(content))
    assert desk.alarms()["kiosk-1", "malformed"] == 1


def test_strangers_and_revoked_kiosks_send_no_pictures(desk: Any, journal: KioskJournal, gallery: Gallery) -> None:
    journal.refusal(evidence=NAME)
    desk.record(journal.delivery())
    assert gallery.send(KioskJournal(device="nobody")) == []
    revoke_kiosk(desk.database, "kiosk-1")
    assert gallery.send(journal) == []
    assert not gallery.store.has(NAME)
    assert desk.alarms() == {("", "unknown_device"): 1, ("kiosk-1", "revoked_device"): 1, ("kiosk-1", "refusals"): 1}


def test_kiosk_revoked_while_its_picture_is_kept_gets_no_receipt(
    desk: Any, journal: KioskJournal, gallery: Gallery, monkeypatch: pytest.MonkeyPatch
) -> None:
    journal.refusal(evidence=NAME)
    desk.record(journal.delivery())
    keep = gallery.store.keep

    def keep_and_revoke(content: bytes) -> str:
        revoke_kiosk(desk.database, "kiosk-1")
        return keep(content)

    monkeypatch.setattr(gallery.store, "keep", keep_and_revoke)
    assert gallery.send(journal) == []


def test_full_disk_receipts_nothing_and_rings(
    desk: Any, journal: KioskJournal, gallery: Gallery, monkeypatch: pytest.MonkeyPatch
) -> None:
    journal.refusal(evidence=NAME)
    desk.record(journal.delivery())

    def refuse(_content: bytes) -> str:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patch:
        patch.setattr(gallery.store, "keep", refuse)
        assert gallery.send(journal) == []
    assert desk.alarms()["kiosk-1", "unstorable"] == 1
    assert gallery.awaited() == {("kiosk-1", NAME)}
    assert gallery.send(journal)[0].evidence == (NAME,)


def test_hub_that_dies_between_disk_and_commit_keeps_the_picture_and_answers_the_next_time(
    desk: Any, journal: KioskJournal, gallery: Gallery, monkeypatch: pytest.MonkeyPatch
) -> None:
    journal.refusal(evidence=NAME)
    desk.record(journal.delivery())

    def fail(*_: object, **__: object) -> None:
        raise OperationalError("UPDATE", {}, Exception("the server closed the connection"))

    with monkeypatch.context() as patch:
        patch.setattr("hub.ingest.snapshots.save_kiosks", fail)
        with pytest.raises(OperationalError):
            gallery.send(journal)
    assert gallery.store.has(NAME)
    assert gallery.awaited() == {("kiosk-1", NAME)}
    assert gallery.send(journal)[0].evidence == (NAME,)
    assert gallery.awaited() == set()


def test_pause_travels_with_the_receipt(desk: Any, journal: KioskJournal, gallery: Gallery) -> None:
    journal.refusal(evidence=NAME)
    desk.record(journal.delivery())
    gallery.recorder.pause_ms = 700
    assert gallery.send(journal)[0].pause_ms == 700


# Words of people ----------------------------------------------------------------------------------------------------


def test_who_saw_and_who_settled_stays_on_record(desk: Any, journal: KioskJournal, gallery: Gallery) -> None:
    journal.refusal()
    journal.refusal()
    desk.record(journal.delivery())
    first, second = (("kiosk-1", journal.epoch, seq) for seq in (1, 2))
    mark_seen(desk.database, first, by="rina", now=NOON)
    mark_seen(desk.database, first, by="budi", now=NOON + timedelta(hours=1))
    settle(desk.database, first, by="budi", now=NOON + timedelta(hours=2))
    settle(desk.database, first, by="agus", now=NOON + timedelta(hours=3))
    event = gallery.events()[0]
    assert (event.seen_by, event.seen_at) == ("rina", NOON)
    assert (event.settled_by, event.settled_at) == ("budi", NOON + timedelta(hours=2))
    with desk.database.read() as session:
        assert session.scalars(select(Alarm.settled_by)).one() is None
    settle(desk.database, second, by="budi", now=NOON + timedelta(hours=4))
    assert (gallery.events()[1].seen_by, gallery.events()[1].settled_by) == ("budi", "budi")
    with desk.database.read() as session:
        assert session.scalars(select(Alarm.settled_by)).one() == "budi"
    journal.refusal()
    desk.record(journal.delivery())
    with desk.database.read() as session:
        alarm = session.scalars(select(Alarm)).one()
        assert (alarm.settled_by, alarm.count) == (None, 1)


# The loop -----------------------------------------------------------------------------------------------------------


def test_row_and_picture_in_one_group_are_joined(desk: Any, journal: KioskJournal, gallery: Gallery) -> None:
    transport = ScriptedTransport()
    subscriber = Subscriber(
        transport=transport,
        recorder=desk.recorder,
        heartbeats=desk.heartbeats,
        snapshots=gallery.recorder,
        monotonic=lambda: 0.0,
    )
    journal.refusal(evidence=NAME)
    transport.deliver(up("kiosk-1", "evidence"), sealed_evidence(JPEG, key=journal.key, epoch=journal.epoch))
    transport.deliver(up("kiosk-1", "punch"), journal.batch())
    assert subscriber.step() == 2
    sent = [
        codec.unseal(payload, Receipt, key=desk.hub_key.verify_key, purpose="receipt", device="kiosk-1")
        for _, payload in transport.published
    ]
    assert [each.evidence for each in sent] == [(), (NAME,)]
    assert [each.version for each in sent] == [1, 2]
    assert subscriber.counts.snapshots == 1


def test_worker_without_a_folder_lets_pictures_be(desk: Any, journal: KioskJournal) -> None:
    transport = ScriptedTransport()
    subscriber = Subscriber(
        transport=transport, recorder=desk.recorder, heartbeats=desk.heartbeats, monotonic=lambda: 0.0
    )
    transport.deliver(up("kiosk-1", "evidence"), b"whatever")
    assert subscriber.step() == 1
    assert transport.published == []
    with desk.database.read() as session:
        assert session.scalars(select(Kiosk.receipt_version)).one() == 0
