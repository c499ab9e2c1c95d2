"""Enrolments from kiosks on their way in: kept once, receipted after the commit, and never more than is true."""

from __future__ import annotations

import random
import threading
import uuid
from datetime import timedelta
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, func, select
from sqlalchemy.exc import OperationalError, SQLAlchemyError

from contract import codec
from contract.enrolment import EnrolmentStanding
from contract.receipt import Receipt
from contract.sealing import OpeningKey
from contract.signing import SigningKey
from contract.topics import up
from hub.db import Database, open_database
from hub.fleet.alarms import AlarmBook
from hub.fleet.kiosks import revoke_kiosk
from hub.ingest import enrolment_desk
from hub.ingest.enrolments import EnrolmentRecorder
from hub.ingest.subscriber import PARTS_AT_ONCE, Subscriber
from hub.roster.enrol_key import offer_enrol_key
from hub.roster.kiosk_enrolment_models import KioskEnrolment, SealedPart
from tests.factories.enrolments import SentEnrolment, frame_jpeg
from tests.factories.journals import KioskJournal
from tests.factories.transports import ScriptedTransport

FRAMES = [frame_jpeg(seed, width=64, height=48) for seed in range(12)]


class Hall:
    """An enrolment recorder beside a desk, and what it answered."""

    def __init__(self, desk: Any, database: Database | None = None, key: OpeningKey | None = None) -> None:
        self.desk = desk
        self.key = key or OpeningKey.generate()
        self.completed = 0
        self.database = database or desk.database
        offer_enrol_key(self.database, self.key.seal_key.text, by="hub", now=desk.clock())
        self.recorder = EnrolmentRecorder(
            database=self.database,
            hub_key=desk.hub_key,
            opening_key=self.key,
            now=desk.clock,
            alarms=AlarmBook(now=desk.clock),
            on_complete=self._note_complete,
        )

    def _note_complete(self) -> None:
        self.completed += 1

    def enrolment(self, journal: KioskJournal, frames: int = 3, **changes: Any) -> SentEnrolment:
        own: dict[str, Any] = {"device": journal.device, "key": journal.key, "epoch": journal.epoch}
        own |= {"seal_key": self.key.seal_key, "frames": FRAMES[:frames]}
        return SentEnrolment(**(own | changes))

    def send(self, *payloads: bytes, device: str = "kiosk-1") -> list[Receipt]:
        sent = self.recorder.record([(device, payload) for payload in payloads])
        return [self.desk._open(outgoing) for outgoing in sent]

    def standing(self, *payloads: bytes, device: str = "kiosk-1") -> EnrolmentStanding:
        """What is said of the one enrolment that these are of."""
        [receipt] = self.send(*payloads, device=device)
        [standing] = receipt.enrolments
        return standing

    def rows(self) -> list[KioskEnrolment]:
        with self.database.read() as session:
            return list(session.scalars(select(KioskEnrolment).order_by(KioskEnrolment.id)))

    def parts(self) -> int:
        with self.database.read() as session:
            return session.scalar(select(func.count()).select_from(SealedPart)) or 0


@pytest.fixture
def hall(desk: Any) -> Hall:
    return Hall(desk)


# What comes whole -----------------------------------------------------------------------------------------------------


def test_parts_are_kept_sealed_and_receipted_one_by_one(desk: Any, journal: KioskJournal, hall: Hall) -> None:
    journal.punch()
    [before] = desk.record(journal.delivery())
    sent = hall.enrolment(journal, person=None, name="  Rina   Wulandari ")
    [receipt] = hall.send(sent.payload(2))
    assert (receipt.epoch, receipt.upto, receipt.version) == (journal.epoch, 1, before.version + 1)
    assert receipt.enrolments == (EnrolmentStanding(id=sent.id, outcome="receiving", held=(2,)),)
    assert hall.standing(sent.payload(1)).held == (1, 2)
    assert hall.completed == 0
    assert hall.standing(sent.payload(3)) == EnrolmentStanding(id=sent.id, outcome="waiting", held=(1, 2, 3))
    assert hall.completed == 1
    [row] = hall.rows()
    assert (row.state, row.device, row.enrolment, row.parts) == ("complete", "kiosk-1", sent.id, 3)
    assert (row.person_id, row.name, row.operator_id) == (None, "Rina Wulandari", "siti")
    assert (row.consent_wording, row.consent_language, row.consented_at) == ("2026-11", "id", sent.taken_at)
    with desk.database.read() as session:
        kept = session.scalars(select(SealedPart.sealed)).all()
    assert all(frame not in sealed for sealed in kept for frame in FRAMES)


def test_two_enrolments_in_one_group_come_in_one_receipt(journal: KioskJournal, hall: Hall) -> None:
    first, second = hall.enrolment(journal), hall.enrolment(journal, frames=1, person="rina")
    [receipt] = hall.send(first.payload(1), second.payload(1), first.payload(1))
    assert [(each.id, each.outcome) for each in receipt.enrolments] == [
        (first.id, "receiving"),
        (second.id, "waiting"),
    ]
    assert hall.parts() == 2


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_order_repetition_and_loss_make_no_difference(data: st.DataObject, desk: Any, hall: Hall) -> None:
    """Whatever comes in whatever order, what is held is what came, and everything at once it is complete."""
    journal = desk.register(KioskJournal(device=f"kiosk-{uuid.uuid4()}"))
    frames = data.draw(st.integers(1, 6))
    sent = hall.enrolment(journal, frames)
    numbers = data.draw(st.lists(st.integers(1, frames), min_size=1, max_size=14))
    groups = data.draw(st.lists(st.integers(1, 4), min_size=1, max_size=14))
    came: set[int] = set()
    while numbers and groups:
        some, numbers = numbers[: groups[0]], numbers[groups.pop(0) :]
        if not some:
            break
        came |= set(some)
        standing = hall.standing(*(sent.payload(number) for number in some), device=journal.device)
        assert standing.held == tuple(sorted(came))
        assert standing.outcome == ("waiting" if len(came) == frames else "receiving")
    rest = set(range(1, frames + 1)) - came
    if rest:
        assert hall.standing(*map(sent.payload, sorted(rest)), device=journal.device).outcome == "waiting"
    with hall.database.read() as session:
        query = select(func.count()).select_from(SealedPart).join(KioskEnrolment)
        assert session.scalar(query.where(KioskEnrolment.device == journal.device)) == frames


def test_same_id_of_another_kiosk_is_another_enrolment(desk: Any, journal: KioskJournal, hall: Hall) -> None:
    other = desk.register(KioskJournal(device="kiosk-2"))
    mine = hall.enrolment(journal)
    theirs = hall.enrolment(other, id=mine.id, person="rina")
    hall.send(mine.payload(1))
    assert hall.standing(theirs.payload(2), device="kiosk-2").held == (2,)
    assert [row.person_id for row in hall.rows()] == ["tono", "rina"]


# What goes wrong on the way -------------------------------------------------------------------------------------------


def test_transaction_that_fails_keeps_nothing_and_says_nothing(
    journal: KioskJournal, hall: Hall, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent = hall.enrolment(journal)

    def fail(*_: object) -> None:
        raise OperationalError("UPDATE", {}, Exception("the server closed the connection"))

    hall.send(sent.payload(1))
    with monkeypatch.context() as patch:
        patch.setattr(enrolment_desk, "save_kiosks", fail)
        with pytest.raises(OperationalError):
            hall.send(sent.payload(2), sent.payload(3))
    assert (hall.parts(), hall.completed) == (1, 0)
    assert hall.standing(sent.payload(2), sent.payload(3)).outcome == "waiting"


def test_receipt_that_was_lost_is_said_again_for_the_same_part_and_for_a_heartbeat(
    desk: Any, journal: KioskJournal, hall: Hall
) -> None:
    sent = hall.enrolment(journal)
    hall.send(sent.payload(1))
    assert hall.standing(sent.payload(1)).held == (1,)
    unknown = str(uuid.uuid4())
    [receipt] = desk.hear(journal, enrolments=(sent.id, unknown))
    assert receipt.enrolments == (
        EnrolmentStanding(id=sent.id, outcome="receiving", held=(1,)),
        EnrolmentStanding(id=unknown, outcome="receiving", held=()),
    )
    desk.clock.advance(1)
    assert desk.hear(journal, enrolments=(sent.id,), receipt=receipt.version) == []
    desk.clock.advance(30)
    [receipt] = desk.hear(journal, enrolments=(sent.id,), receipt=receipt.version)
    assert receipt.enrolments[0].held == (1,)
    assert desk.hear(journal, receipt=receipt.version) == []


def test_hub_restored_from_a_backup_is_sent_everything_again(desk: Any, journal: KioskJournal, hall: Hall) -> None:
    sent = hall.enrolment(journal)
    hall.send(*sent.payloads())
    with desk.database.write() as session:
        session.execute(delete(SealedPart))
        session.execute(delete(KioskEnrolment))
    [receipt] = desk.hear(journal, enrolments=(sent.id,))
    assert receipt.enrolments == (EnrolmentStanding(id=sent.id, outcome="receiving"),)
    assert hall.standing(*sent.payloads()).outcome == "waiting"


def test_incomplete_one_is_ended_when_nothing_comes_for_a_season(desk: Any, journal: KioskJournal, hall: Hall) -> None:
    sent = hall.enrolment(journal)
    hall.send(sent.payload(1))
    desk.clock.advance(timedelta(days=89).total_seconds())
    assert hall.standing(sent.payload(2)).held == (1, 2)
    desk.clock.advance(timedelta(days=91).total_seconds())
    hall.send(hall.enrolment(journal, person="rina").payload(1))
    assert (hall.rows()[0].state, hall.parts()) == ("refused", 1)
    standing = hall.standing(sent.payload(3))
    assert (standing.outcome, standing.held) == ("refused", ())
    assert "never complete" in standing.reason


def test_workers_that_get_the_same_parts_keep_each_once(
    database_url: str, desk: Any, open_desk: Any, hall: Hall
) -> None:
    journals = [desk.register(KioskJournal(device=f"kiosk-{number}")) for number in range(3)]
    sent = [hall.enrolment(journal, 4, person=str(number)) for journal in journals for number in range(3)]
    deliveries = [(each.device, payload) for each in sent for payload in each.payloads()]
    failures: list[Exception] = []
    versions: list[tuple[str, int]] = []
    barrier = threading.Barrier(3)

    def work(seed: int) -> None:
        shuffled = random.Random(seed).sample(deliveries, len(deliveries))
        with open_database(database_url) as database:
            worker = Hall(open_desk(database), database, hall.key)
            barrier.wait()
            try:
                for start in range(0, len(shuffled), 3):
                    for outgoing in worker.recorder.record(shuffled[start : start + 3]):
                        receipt = worker.desk._open(outgoing)
                        versions.append((receipt.epoch, receipt.version))
            except SQLAlchemyError as error:
                failures.append(error)

    threads = [threading.Thread(target=work, args=(seed,)) for seed in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    assert failures == []
    assert len(versions) == len(set(versions))
    assert [row.state for row in hall.rows()] == ["complete"] * 9
    assert hall.parts() == 36


# What is not as it should be ------------------------------------------------------------------------------------------


def test_what_no_kiosk_of_ours_signed_is_dropped_with_an_alarm(desk: Any, journal: KioskJournal, hall: Hall) -> None:
    sent = hall.enrolment(journal)
    forged = hall.enrolment(journal, key=SigningKey.generate())
    assert hall.send(forged.payload(1)) == []
    assert hall.send(sent.payload(1), device="nobody") == []
    assert hall.send(b"no message") == []
    heartbeat = codec.seal(sent.message(1), key=journal.key, purpose="state", device="kiosk-1")
    assert hall.send(heartbeat) == []
    desk.clock.advance(11)
    assert hall.send(sent.payload(1) + b"x" * 600_000) == []
    assert hall.rows() == []
    assert set(desk.alarms()) == {("kiosk-1", "bad_signature"), ("", "unknown_device"), ("kiosk-1", "malformed")}


def test_revoked_kiosk_enrols_nobody(desk: Any, journal: KioskJournal, hall: Hall) -> None:
    revoke_kiosk(desk.database, "kiosk-1")
    assert hall.send(hall.enrolment(journal).payload(1)) == []
    assert hall.rows() == []
    assert desk.alarms() == {("kiosk-1", "revoked_device"): 1}


def test_part_sealed_for_somebody_else_is_refused_for_good_and_never_kept(
    desk: Any, journal: KioskJournal, hall: Hall
) -> None:
    lost = hall.enrolment(journal, seal_key=OpeningKey.generate().seal_key)
    standing = hall.standing(lost.payload(1))
    assert (standing.outcome, standing.held) == ("refused", ())
    assert "tidak dapat membaca" in standing.reason
    assert "cannot read" in standing.reason
    assert (hall.rows(), hall.parts()) == ([], 0)
    assert desk.alarms()["kiosk-1", "enrolments"] == 1


def test_hub_with_another_key_than_the_one_in_force_refuses_nothing(
    desk: Any, journal: KioskJournal, hall: Hall
) -> None:
    stray = Hall(desk, key=OpeningKey.generate())
    assert stray.send(hall.enrolment(journal).payload(1)) == []
    assert hall.rows() == []


def test_part_that_was_moved_to_another_place_or_person_opens_nowhere(
    desk: Any, journal: KioskJournal, hall: Hall
) -> None:
    other = desk.register(KioskJournal(device="kiosk-2"))
    sent = hall.enrolment(journal)
    message = sent.message(1)
    moved = (
        sent.sign(msgspec.structs.replace(message, part=2)),
        sent.sign(msgspec.structs.replace(message, parts=2)),
        sent.sign(msgspec.structs.replace(message, id=str(uuid.uuid4()))),
    )
    for payload in moved:
        assert hall.standing(payload).outcome == "refused"
    stolen = codec.seal(message, key=other.key, purpose="enrol", device="kiosk-2")
    assert hall.standing(stolen, device="kiosk-2").outcome == "refused"
    assert hall.rows() == []


@pytest.mark.parametrize(
    "changes",
    [
        {"person": None},
        {"name": "Rina"},
        {"operator": "budi"},
        {"software": "9.9.9"},
        {"parts": 4},
    ],
)
def test_part_with_another_header_ends_the_whole(
    desk: Any, journal: KioskJournal, hall: Hall, changes: dict[str, Any]
) -> None:
    sent = hall.enrolment(journal)
    hall.send(sent.payload(1))
    standing = hall.standing(sent.payload(2, **changes))
    assert (standing.outcome, standing.held) == ("refused", ())
    assert "do not belong together" in standing.reason
    assert hall.parts() == 0
    assert hall.standing(sent.payload(3)).outcome == "refused"
    assert desk.alarms()["kiosk-1", "enrolments"] == 1


@pytest.mark.parametrize(
    "changes",
    [
        {"jpeg": b"no picture"},
        {"jpeg": FRAMES[0][:-2]},
        {"jpeg": FRAMES[0] + FRAMES[1]},
        {"jpeg": frame_jpeg(1, width=2000, height=16)},
        {"name": "Tono\0"},
        {"name": " "},
        {"operator": "si\nti"},
        {"person": "to\0no"},
        {"software": "\0"},
    ],
)
def test_part_that_holds_what_no_kiosk_sends_is_refused(
    desk: Any, journal: KioskJournal, hall: Hall, changes: dict[str, Any]
) -> None:
    sent = hall.enrolment(journal)
    assert hall.standing(sent.payload(1, **changes)).outcome == "refused"
    assert hall.rows() == []
    assert desk.alarms() == {("kiosk-1", "enrolments"): 1}


def test_picture_that_says_it_is_huge_is_never_decoded(journal: KioskJournal, hall: Hall) -> None:
    bomb = bytearray(FRAMES[0])
    start = bomb.index(b"\xff\xc0") + 5
    bomb[start : start + 4] = (65_000).to_bytes(2, "big") * 2
    assert hall.standing(hall.enrolment(journal).payload(1, jpeg=bytes(bomb))).outcome == "refused"


def test_kiosk_with_too_many_open_ones_waits_and_keeps_the_rest(
    desk: Any, journal: KioskJournal, hall: Hall, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(enrolment_desk, "MOST_OPEN", 2)
    other = desk.register(KioskJournal(device="kiosk-2"))
    first, second, third = (hall.enrolment(journal, person=str(number)) for number in range(3))
    hall.send(first.payload(1), second.payload(1))
    assert hall.standing(third.payload(1)) == EnrolmentStanding(id=third.id, outcome="receiving")
    assert len(hall.rows()) == 2
    assert desk.alarms()["kiosk-1", "enrolments"] == 1
    assert hall.standing(first.payload(2)).held == (1, 2)
    assert hall.standing(hall.enrolment(other).payload(1), device="kiosk-2").held == (1,)
    with desk.database.write() as session:
        session.get_one(KioskEnrolment, hall.rows()[0].id).state = "waiting"
    assert hall.standing(third.payload(1)).held == (1,)
    monkeypatch.setattr(enrolment_desk, "MOST_WAITING", 1)
    monkeypatch.setattr(enrolment_desk, "MOST_OPEN", 9)
    assert hall.standing(hall.enrolment(journal, person="4").payload(1)).held == ()


def test_ended_one_is_answered_for_ever_and_takes_nothing_in(desk: Any, journal: KioskJournal, hall: Hall) -> None:
    sent = hall.enrolment(journal)
    hall.send(*sent.payloads())
    with desk.database.write() as session:
        row = session.get_one(KioskEnrolment, hall.rows()[0].id)
        row.state, row.reason = "refused", "Ditolak. (Refused.)"
        session.execute(delete(SealedPart))
    desk.clock.advance(timedelta(days=400).total_seconds())
    assert hall.standing(sent.payload(1)) == EnrolmentStanding(
        id=sent.id, outcome="refused", reason="Ditolak. (Refused.)"
    )
    assert hall.parts() == 0


# The loop -------------------------------------------------------------------------------------------------------------


def test_punches_wait_for_a_few_parts_only(desk: Any, journal: KioskJournal, hall: Hall) -> None:
    transport = ScriptedTransport()
    subscriber = Subscriber(
        transport=transport,
        recorder=desk.recorder,
        heartbeats=desk.heartbeats,
        enrolments=hall.recorder,
        monotonic=lambda: 0.0,
    )
    sent = [hall.enrolment(journal, 12, person=str(number)) for number in range(2)]
    for each in sent:
        for payload in each.payloads():
            transport.deliver(up("kiosk-1", "enrol"), payload)
    assert subscriber.step() == 24
    assert hall.parts() == PARTS_AT_ONCE
    journal.punch()
    transport.deliver(up("kiosk-1", "punch"), journal.batch())
    assert subscriber.step() == 1
    assert desk.stored() == [("kiosk-1", journal.epoch, 1)]
    while subscriber._parts:
        subscriber.step()
    assert [row.state for row in hall.rows()] == ["complete"] * 2
    assert subscriber.counts.enrolment_parts == 24


def test_flood_of_parts_is_dropped_and_sent_again(desk: Any, journal: KioskJournal, hall: Hall) -> None:
    subscriber = Subscriber(
        transport=ScriptedTransport(), recorder=desk.recorder, heartbeats=desk.heartbeats, enrolments=hall.recorder
    )
    subscriber._record_enrolments([("kiosk-1", b"x")] * 500, 0)
    assert len(subscriber._parts) == 64 - PARTS_AT_ONCE


def test_worker_without_the_key_lets_enrolments_be(desk: Any, journal: KioskJournal, hall: Hall) -> None:
    transport = ScriptedTransport()
    subscriber = Subscriber(transport=transport, recorder=desk.recorder, heartbeats=desk.heartbeats)
    transport.deliver(up("kiosk-1", "enrol"), hall.enrolment(journal).payload(1))
    assert subscriber.step() == 1
    assert hall.rows() == []
