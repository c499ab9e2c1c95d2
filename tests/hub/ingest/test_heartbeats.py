"""Heartbeats: what they heal, what they reveal, and which are not believed."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from contract.codec import seal
from contract.heartbeat import MAX_OLDER, EpochStanding, Health
from contract.signing import SigningKey
from hub.fleet.coverage import coverage_for
from hub.fleet.models import Kiosk, LatestHeartbeat
from hub.ingest.heartbeats import StateDelivery
from tests.factories.journals import NOON, KioskJournal, stamp


def latest(desk: Any) -> LatestHeartbeat | None:
    with desk.database.read() as session:
        return session.scalars(select(LatestHeartbeat)).one_or_none()


def coverage(desk: Any) -> Any:
    with desk.database.read() as session:
        return coverage_for(session.connection())["kiosk-1"]


def set_kiosk(desk: Any, **changes: Any) -> None:
    with desk.database.write() as session:
        kiosk = session.get(Kiosk, "kiosk-1")
        for name, value in changes.items():
            setattr(kiosk, name, value)


def test_heartbeat_is_stored_field_by_field(desk: Any, journal: KioskJournal) -> None:
    health = Health(camera="trouble", journal="salvaged", temperature_c=51.5, disk_free_mb=900, alarms=("x\0y",))
    assert desk.hear(journal, queue=0, health=health, roster=0, software="1.2") == []
    row = latest(desk)
    assert row is not None
    assert (row.epoch, row.camera, row.journal, row.temperature_c) == (journal.epoch, "trouble", "salvaged", 51.5)
    assert (row.disk_free_mb, row.clock_source, row.software) == (900, "ntp", "1.2")
    assert row.alarms == ["x\N{REPLACEMENT CHARACTER}y"]


@pytest.mark.parametrize(
    ("told", "kept"),
    [(NOON + timedelta(days=80), NOON + timedelta(days=80)), (None, None), (NOON.replace(year=9999), None)],
)
def test_end_of_the_certificate_is_kept_and_forgotten_with_it(
    desk: Any, journal: KioskJournal, told: datetime | None, kept: datetime | None
) -> None:
    set_kiosk(desk, certificate_until=NOON)
    desk.hear(journal, health=Health(certificate_until=told))
    with desk.database.read() as session:
        assert session.get_one(Kiosk, "kiosk-1").certificate_until == kept


def test_heartbeat_of_a_kiosk_that_knows_everything_is_not_answered(desk: Any, journal: KioskJournal) -> None:
    journal.punches(5)
    [receipt] = desk.record(journal.delivery())
    assert desk.hear(journal, receipt=receipt.version) == []


def test_lost_receipt_is_given_again(desk: Any, journal: KioskJournal) -> None:
    journal.punches(5)
    [lost] = desk.record(journal.delivery())
    [again] = desk.hear(journal, queue=5, receipt=0)
    assert (again.upto, again.missing) == (5, ())
    assert again.version > lost.version


def test_heartbeats_in_a_flood_are_answered_once_in_a_while(desk: Any, journal: KioskJournal) -> None:
    journal.punches(5)
    desk.record(journal.delivery())
    assert len(desk.hear(journal, queue=5)) == 1
    assert desk.hear(journal, queue=5) == []
    desk.clock.advance(5)
    assert len(desk.hear(journal, queue=5)) == 1


def test_quarantined_rows_are_named_in_the_answer(desk: Any, journal: KioskJournal) -> None:
    journal.punch()
    journal.append(b"poison")
    desk.record(journal.delivery())
    [receipt] = desk.hear(journal, queue=2)
    assert [(each.seq, each.reason) for each in receipt.rejected] == [(2, "malformed")]


def test_restored_backup_asks_for_what_the_kiosk_has_delivered(desk: Any, journal: KioskJournal) -> None:
    journal.punches(40)
    desk.record(journal.delivery(1, 10))
    # The kiosk had receipts up to version 9 for all its rows: this database is an older copy.
    [receipt] = desk.hear(journal, queue=0, receipt=9, first_kept=4)
    assert receipt.missing == ((11, 40),)
    assert receipt.version == 10
    assert set(desk.alarms()) == {("kiosk-1", "rows_missing"), ("kiosk-1", "restored_backup")}
    desk.record(journal.delivery(11, 40))
    desk.clock.advance(60)
    assert desk.hear(journal, queue=0, receipt=11) == []


def test_rows_that_the_kiosk_keeps_no_longer_are_lost_and_said_so(desk: Any, journal: KioskJournal) -> None:
    journal.punches(40)
    [receipt] = desk.hear(journal, queue=0, first_kept=21)
    assert receipt.missing == ((21, 40),)
    assert ("kiosk-1", "rows_lost") in desk.alarms()
    [receipt] = desk.record(journal.delivery(21, 40))
    assert (receipt.upto, receipt.also) == (0, ((21, 40),))


def test_rows_that_still_queue_are_not_missing(desk: Any, journal: KioskJournal) -> None:
    journal.punches(10)
    [receipt] = desk.record(journal.delivery(1, 6))
    assert desk.hear(journal, queue=4, receipt=receipt.version) == []
    assert desk.alarms() == {}


def test_rolled_back_card_is_told_and_rings(desk: Any, journal: KioskJournal) -> None:
    journal.punches(10)
    [receipt] = desk.record(journal.delivery())
    [answer] = desk.hear(journal.copy(4), queue=0, receipt=receipt.version)
    assert answer.upto == 10
    assert ("kiosk-1", "rolled_back") in desk.alarms()


def test_card_that_does_not_know_its_journal_rings(desk: Any, journal: KioskJournal) -> None:
    """Another card, and with it went rows that the hub was told of; or a copy of the card runs somewhere."""
    desk.hear(journal.punches(5), queue=5)
    fresh = KioskJournal(key=journal.key)
    desk.hear(fresh)
    assert desk.alarms() == {("kiosk-1", "rolled_back"): 1}
    desk.clock.advance(60)
    desk.hear(fresh, sent_at=NOON + timedelta(hours=2), clock=stamp(3_700_000))
    assert desk.alarms() == {("kiosk-1", "rolled_back"): 1}


def test_journal_that_held_nothing_or_is_named_or_long_gone_does_not_ring(desk: Any, journal: KioskJournal) -> None:
    desk.hear(journal)
    booted = KioskJournal(key=journal.key).punches(3)
    desk.hear(booted)
    again = KioskJournal(key=journal.key).punches(1)
    named = EpochStanding(epoch=booted.epoch, first_kept=1, last_seq=3, queue=0)
    desk.hear(again, older=(named,))
    desk.clock.advance(40 * 86_400)
    desk.hear(KioskJournal(key=journal.key))
    assert ("kiosk-1", "rolled_back") not in desk.alarms()


def test_heartbeat_overtaken_by_its_own_rows_is_no_rolled_back_card(desk: Any, journal: KioskJournal) -> None:
    journal.punches(10)
    early = journal.copy(4)
    desk.record(journal.delivery())
    desk.hear(early, queue=0, sent_at=NOON + timedelta(minutes=4, seconds=1))
    assert desk.alarms() == {}


def test_kiosk_that_saw_a_newer_roster_than_ever_sent_rings(desk: Any, journal: KioskJournal) -> None:
    desk.hear(journal, roster=7)
    assert desk.alarms() == {("kiosk-1", "restored_backup"): 1}


def test_forged_heartbeat_changes_nothing(desk: Any, journal: KioskJournal) -> None:
    assert desk.hear(journal, key=SigningKey.generate()) == []
    assert latest(desk) is None
    assert desk.alarms() == {("kiosk-1", "bad_signature"): 1}


def test_heartbeat_of_another_kiosk_is_refused(desk: Any, journal: KioskJournal) -> None:
    desk.register(KioskJournal(device="kiosk-2"))
    assert desk.heartbeats.record([StateDelivery("kiosk-2", journal.heartbeat())]) == []
    assert latest(desk) is None
    assert desk.alarms() == {("kiosk-2", "bad_signature"): 1}


def test_heartbeats_of_unknown_and_revoked_devices_are_refused(desk: Any) -> None:
    revoked = desk.register(KioskJournal(device="kiosk-2"), state="revoked")
    assert desk.hear(KioskJournal(device="kiosk-9")) == []
    assert desk.hear(revoked) == []
    assert latest(desk) is None
    assert set(desk.alarms()) == {("", "unknown_device"), ("kiosk-2", "revoked_device")}


@pytest.mark.parametrize("payload", [b"", b"x", b"\0" * 99])
def test_state_that_is_no_heartbeat_is_refused(desk: Any, journal: KioskJournal, payload: bytes) -> None:
    assert desk.heartbeats.record([StateDelivery("kiosk-1", payload)]) == []
    assert desk.alarms() == {("kiosk-1", "malformed"): 1}


def test_retained_heartbeat_older_than_the_stored_one_is_ignored(desk: Any, journal: KioskJournal) -> None:
    desk.hear(journal, software="new")
    desk.hear(journal, software="old", clock=stamp(1_000), retained=True)
    desk.hear(journal, software="older", sent_at=NOON, clock=stamp(9, boot="boot-0"), retained=True)
    row = latest(desk)
    assert row is not None
    assert row.software == "new"


def test_kiosk_that_wakes_up_in_the_past_is_heard(desk: Any, journal: KioskJournal) -> None:
    desk.hear(journal)
    past = NOON - timedelta(days=300)
    desk.hear(journal, software="awake", sent_at=past, as_of=past, clock=stamp(5, boot="boot-2", source="free"))
    row = latest(desk)
    assert row is not None
    assert row.software == "awake"


def test_clock_that_was_far_ahead_makes_no_later_heartbeat_old(desk: Any, journal: KioskJournal) -> None:
    desk.hear(journal, sent_at=NOON + timedelta(days=900))
    desk.hear(journal, software="right", clock=stamp(1, boot="boot-2"))
    row = latest(desk)
    assert row is not None
    assert row.software == "right"


def test_coverage_follows_a_trusted_heartbeat(desk: Any, journal: KioskJournal) -> None:
    assert coverage(desk) is None
    journal.punches(3)
    desk.record(journal.delivery())
    desk.hear(journal, as_of=NOON + timedelta(minutes=30))
    assert coverage(desk) == NOON + timedelta(minutes=30)


def test_coverage_never_reaches_into_the_future(desk: Any, journal: KioskJournal) -> None:
    desk.hear(journal, as_of=NOON + timedelta(days=30))
    assert coverage(desk) == desk.clock.now


def test_coverage_stands_still_while_the_clock_runs_free(desk: Any, journal: KioskJournal) -> None:
    desk.hear(journal, clock=stamp(source="free"))
    assert coverage(desk) is None
    desk.hear(journal, clock=stamp(2_000, source="rtc"), as_of=NOON)
    assert coverage(desk) == NOON
    desk.hear(journal, clock=stamp(3_000, source="free"), as_of=NOON + timedelta(minutes=9))
    assert coverage(desk) == NOON


def test_coverage_of_a_demo_kiosk_needs_no_trusted_clock(desk: Any, journal: KioskJournal) -> None:
    set_kiosk(desk, demo=True)
    desk.hear(journal, clock=stamp(source="free"))
    assert coverage(desk) == NOON + timedelta(hours=1)


def test_coverage_stands_still_while_rows_are_missing(desk: Any, journal: KioskJournal) -> None:
    journal.punches(6)
    desk.record(journal.delivery(1, 2))
    desk.hear(journal, queue=2, as_of=NOON + timedelta(minutes=30))
    assert coverage(desk) is None
    desk.record(journal.delivery(3, 4))
    desk.hear(journal, queue=2, as_of=NOON + timedelta(minutes=30), clock=stamp(3_600_001))
    assert coverage(desk) == NOON + timedelta(minutes=30)


def standing(journal: KioskJournal, **changes: Any) -> EpochStanding:
    fields = {"epoch": journal.epoch, "first_kept": 1, "last_seq": len(journal.rows), "queue": 0}
    return EpochStanding(**(fields | changes))


@pytest.fixture
def boots(journal: KioskJournal) -> list[KioskJournal]:
    """The same card in three boots, the newest first; ten rows each."""
    return [
        journal.punches(10),
        *(KioskJournal(journal.device, journal.key).punches(10) for _ in range(2)),
    ]


def test_rows_of_older_epochs_are_asked_for_one_receipt_each(desk: Any, boots: list[KioskJournal]) -> None:
    newest, middle, oldest = boots
    desk.record(newest.delivery(), middle.delivery(1, 4), oldest.delivery(1, 2), oldest.delivery(6, 7))
    older = (standing(middle), standing(oldest, first_kept=2, queue=1))
    receipts = desk.hear(newest, queue=1, receipt=3, older=older)
    assert [(each.epoch, each.missing) for each in receipts] == [
        (middle.epoch, ((5, 10),)),
        (oldest.epoch, ((3, 5), (8, 9))),
        (newest.epoch, ()),
    ]
    assert sorted(each.version for each in receipts) == [each.version for each in receipts]
    assert ("kiosk-1", "rows_missing") in desk.alarms()
    [*_, last] = desk.record(middle.delivery(5, 10), oldest.delivery(3, 5), oldest.delivery(8, 9))
    desk.clock.advance(60)
    assert desk.hear(newest, queue=1, receipt=last.version, older=older, clock=stamp(3_700_000)) == []


def test_epochs_that_are_all_here_are_not_answered(desk: Any, boots: list[KioskJournal]) -> None:
    newest, middle, oldest = boots
    [*_, last] = desk.record(*(each.delivery() for each in boots))
    older = (standing(middle), standing(oldest, first_kept=8))
    assert desk.hear(newest, receipt=last.version, older=older) == []
    assert desk.alarms() == {}
    assert coverage(desk) == NOON + timedelta(hours=1)


def test_coverage_stands_still_while_rows_of_an_older_epoch_are_missing(desk: Any, boots: list[KioskJournal]) -> None:
    newest, middle, _ = boots
    desk.record(newest.delivery(), middle.delivery(1, 9))
    desk.hear(newest, older=(standing(middle),))
    assert coverage(desk) is None
    desk.record(middle.delivery(10, 10))
    desk.hear(newest, older=(standing(middle),), clock=stamp(3_600_001))
    assert coverage(desk) == NOON + timedelta(hours=1)


def test_rows_of_older_epochs_that_queue_are_not_missing(desk: Any, boots: list[KioskJournal]) -> None:
    """Nor do they make the current epoch's rows look as if they were not delivered yet."""
    newest, middle, _ = boots
    desk.record(newest.delivery(1, 9))
    [receipt] = desk.hear(newest, queue=10, older=(standing(middle, queue=10),))
    assert (receipt.epoch, receipt.missing) == (newest.epoch, ((10, 10),))


def test_gaps_of_a_damaged_card_are_lost_and_not_asked_for(desk: Any, boots: list[KioskJournal]) -> None:
    newest, middle, _ = boots
    [*_, last] = desk.record(newest.delivery(), middle.delivery(1, 3), middle.delivery(7, 10))
    assert desk.hear(newest, receipt=last.version, older=(standing(middle, gaps=((4, 6),)),)) == []
    assert desk.alarms() == {("kiosk-1", "rows_lost"): 1}
    assert coverage(desk) == NOON + timedelta(hours=1)


def test_older_epoch_that_lost_its_last_rows_rings_once_and_is_not_answered(
    desk: Any, boots: list[KioskJournal]
) -> None:
    newest, middle, _ = boots
    [*_, last] = desk.record(newest.delivery(), middle.delivery())
    older = (standing(middle.copy(7)),)
    for second in range(3):
        assert desk.hear(newest, receipt=last.version, older=older, clock=stamp(3_600_000 + second)) == []
        desk.clock.advance(60)
    assert desk.alarms() == {("kiosk-1", "rolled_back"): 1}


def test_heartbeat_that_names_an_epoch_twice_is_refused(desk: Any, journal: KioskJournal) -> None:
    journal.punch()
    twice = standing(KioskJournal())
    for older in ((standing(journal),), (twice, twice)):
        fields = {"epoch": journal.epoch, "first_kept": 1, "last_seq": 1, "queue": 0, "receipt": 0}
        body = {
            **fields,
            "sent_at": NOON,
            "as_of": NOON,
            "clock": stamp(),
            "health": Health(),
            "roster": 0,
            "command": 0,
            "pack": "",
            "software": "",
            "older": older,
        }
        sealed = seal(body, key=journal.key, purpose="state", device="kiosk-1")
        assert desk.heartbeats.record([StateDelivery("kiosk-1", sealed)]) == []
    assert latest(desk) is None
    assert desk.alarms() == {("kiosk-1", "malformed"): 1}


def test_largest_heartbeat_of_many_kiosks_is_compared_at_once(desk: Any) -> None:
    """SQLite takes only so many parameters in a statement."""
    deliveries = []
    for number in range(30):
        journal = desk.register(KioskJournal(device=f"kiosk-{number}"))
        older = tuple(standing(KioskJournal(), last_seq=3, queue=3) for _ in range(MAX_OLDER))
        deliveries.append(StateDelivery(journal.device, journal.heartbeat(queue=3 * MAX_OLDER, older=older)))
    assert desk.heartbeats.record(deliveries) == []
    assert desk.alarms() == {}


def test_coverage_is_never_taken_back(desk: Any, journal: KioskJournal) -> None:
    desk.hear(journal)
    desk.hear(journal, as_of=NOON, clock=stamp(3_700_000))
    assert coverage(desk) == NOON + timedelta(hours=1)


def test_presence_is_kept_for_known_kiosks(desk: Any, journal: KioskJournal) -> None:
    desk.heartbeats.record_presence({"kiosk-1": True, "stranger": True})
    with desk.database.read() as session:
        assert [(kiosk.device, kiosk.online) for kiosk in session.scalars(select(Kiosk))] == [("kiosk-1", True)]
