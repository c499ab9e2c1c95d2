"""What is stored once, what is set aside, and what is answered."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import OperationalError

from contract.codec import encode
from contract.receipt import Rejection
from contract.signing import SigningKey
from hub.attendance.models import DirtyDay
from hub.fleet.models import Kiosk
from hub.ingest.models import StoredRow
from tests.factories.journals import NOON, KioskJournal, punch, stamp
from tests.factories.people import add_employee, add_unit


def test_batch_is_stored_and_receipted(desk: Any, journal: KioskJournal) -> None:
    journal.punches(100)
    [receipt] = desk.record(journal.delivery())
    assert (receipt.epoch, receipt.upto, receipt.also, receipt.rejected) == (journal.epoch, 100, (), ())
    assert desk.stored_bytes() == journal.rows
    assert desk.alarms() == {}


def test_batch_delivered_twice_is_stored_once_and_receipted_twice(desk: Any, journal: KioskJournal) -> None:
    journal.punches(5)
    first, second = (desk.record(journal.delivery())[0] for _ in range(2))
    assert first.upto == second.upto == 5
    assert second.version == first.version + 1
    assert len(desk.stored()) == 5
    assert desk.quarantined() == []


def test_batch_doubled_within_a_group_is_stored_once(desk: Any, journal: KioskJournal) -> None:
    journal.punches(5)
    [receipt] = desk.record(journal.delivery(1, 3), journal.delivery(1, 5), journal.delivery(1, 3))
    assert receipt.upto == 5
    assert len(desk.stored()) == 5


def test_reordered_batches_leave_a_gap_that_later_closes(desk: Any, journal: KioskJournal) -> None:
    journal.punches(30)
    [receipt] = desk.record(journal.delivery(11, 20))
    assert (receipt.upto, receipt.also) == (0, ((11, 20),))
    [receipt] = desk.record(journal.delivery(25, 30))
    assert (receipt.upto, receipt.also) == (0, ((11, 20), (25, 30)))
    [receipt] = desk.record(journal.delivery(1, 10))
    assert (receipt.upto, receipt.also) == (20, ((25, 30),))
    [receipt] = desk.record(journal.delivery(21, 24))
    assert (receipt.upto, receipt.also) == (30, ())
    assert desk.stored_bytes() == journal.rows
    assert desk.quarantined() == []


def test_reordered_batches_within_a_group_are_no_fork(desk: Any, journal: KioskJournal) -> None:
    journal.punches(9)
    [receipt] = desk.record(journal.delivery(7, 9), journal.delivery(4, 6), journal.delivery(1, 3))
    assert receipt.upto == 9
    assert desk.quarantined() == []


def test_progress_survives_a_restart(desk: Any, journal: KioskJournal, open_desk: Any) -> None:
    journal.punches(20)
    [before] = desk.record(journal.delivery(1, 5), journal.delivery(11, 15))
    [after] = open_desk(desk.database).record(journal.delivery(6, 10))
    assert (after.upto, after.also) == (15, ())
    assert after.version > before.version


def test_two_journals_of_one_kiosk_get_a_receipt_each_with_rising_versions(desk: Any, journal: KioskJournal) -> None:
    second = KioskJournal(key=journal.key).punches(3)
    journal.punches(2)
    receipts = desk.record(journal.delivery(), second.delivery())
    assert {receipt.epoch: receipt.upto for receipt in receipts} == {journal.epoch: 2, second.epoch: 3}
    assert len({receipt.version for receipt in receipts}) == 2
    [later] = desk.record(second.delivery())
    assert later.version > max(receipt.version for receipt in receipts)


def test_group_of_many_kiosks_is_answered_each(desk: Any) -> None:
    journals = [desk.register(KioskJournal(device=f"kiosk-{number}")).punches(3) for number in range(20)]
    receipts = desk.record(*(journal.delivery() for journal in journals))
    assert {receipt.epoch for receipt in receipts} == {journal.epoch for journal in journals}
    assert len(desk.stored()) == 60


def test_batch_signed_by_somebody_else_is_refused(desk: Any, journal: KioskJournal) -> None:
    journal.punches(3)
    assert desk.record(journal.delivery(key=SigningKey.generate())) == []
    assert desk.stored() == []
    assert desk.alarms() == {("kiosk-1", "bad_signature"): 1}


def test_batch_signed_with_another_kiosks_key_is_refused(desk: Any, journal: KioskJournal) -> None:
    other = desk.register(KioskJournal(device="kiosk-2"))
    journal.punches(3)
    assert desk.record(journal.delivery(key=other.key)) == []
    assert desk.stored() == []


def test_batch_on_another_kiosks_topic_is_refused(desk: Any, journal: KioskJournal) -> None:
    desk.register(KioskJournal(device="kiosk-2"))
    assert desk.record(("kiosk-2", journal.punches(3).batch())) == []
    assert desk.stored() == []
    assert desk.alarms() == {("kiosk-2", "malformed"): 1}


def test_batch_with_a_changed_row_is_refused(desk: Any, journal: KioskJournal) -> None:
    journal.punches(3)
    journal.rows[1] = journal.rows[1].replace(b"person-1", b"person-2")
    assert desk.record(journal.delivery()) == []
    assert desk.stored() == []
    assert desk.alarms() == {("kiosk-1", "broken_chain"): 1}


def test_unknown_device_stores_nothing_under_its_own_name(desk: Any) -> None:
    for number in range(30):
        stranger = KioskJournal(device=f"stranger-{number}").punches(1)
        assert desk.record(stranger.delivery()) == []
    assert desk.stored() == []
    assert list(desk.alarms()) == [("", "unknown_device")]


def test_revoked_kiosk_is_refused(desk: Any) -> None:
    journal = desk.register(KioskJournal(), state="revoked").punches(1)
    assert desk.record(journal.delivery()) == []
    assert desk.stored() == []
    assert desk.alarms() == {("kiosk-1", "revoked_device"): 1}


@pytest.mark.parametrize("payload", [b"", b"x", b"\x00" * 500, b"{}"])
def test_payload_that_is_no_batch_does_not_touch_the_others(desk: Any, journal: KioskJournal, payload: bytes) -> None:
    journal.punches(3)
    [receipt] = desk.record(("kiosk-1", payload), journal.delivery(), ("kiosk-1", payload))
    assert receipt.upto == 3
    assert desk.alarms() == {("kiosk-1", "malformed"): 2}


def test_poison_row_in_the_middle_is_set_aside_and_the_rest_stored(desk: Any, journal: KioskJournal) -> None:
    journal.punches(2)
    journal.append(b'{"kind":"punch","v":1}')
    journal.append("bukan JSON ☃".encode())
    journal.append(b'{"kind":"door","v":1}')
    journal.append(encode(punch(epoch=journal.epoch, seq=99)))
    journal.append(encode(punch(epoch=journal.epoch, seq=7, device="kiosk-2")))
    journal.punches(2)
    [receipt] = desk.record(journal.delivery())
    assert receipt.upto == 9
    assert [seq for _, _, seq in desk.stored()] == [1, 2, 8, 9]
    expected = [(3, "malformed"), (4, "malformed"), (5, "unknown_kind"), (6, "misplaced"), (7, "misplaced")]
    assert desk.quarantined() == expected
    assert receipt.rejected == tuple(Rejection(seq=seq, reason=reason) for seq, reason in reversed(expected))
    [again] = desk.record(journal.delivery())
    assert again.rejected == receipt.rejected
    assert desk.quarantined() == expected


@pytest.mark.parametrize(
    "changes",
    [
        {"person": "nul\0"},
        {"clock": stamp(1, boot="b\0t")},
        {"taken_at": "0001-01-01T00:00:00+10:00"},
        {"taken_at": "9999-12-31T23:59:59-10:00"},
        {"taken_at": "1970-01-01T00:00:00Z"},
    ],
)
def test_row_that_no_database_could_take_is_set_aside(desk: Any, journal: KioskJournal, changes: Any) -> None:
    journal.punch()
    row = encode(punch(epoch=journal.epoch, seq=2, **{k: v for k, v in changes.items() if k != "taken_at"}))
    if "taken_at" in changes:
        row = row.replace(b"2026-11-02T05:00:00Z", changes["taken_at"].encode())
    journal.append(row)
    journal.punch()
    [receipt] = desk.record(journal.delivery())
    assert receipt.upto == 3
    assert desk.quarantined() == [(2, "malformed")]
    assert len(desk.stored()) == 2


@pytest.mark.parametrize("source", ["clip", "photo"])
def test_clip_or_photo_counts_only_at_a_demo_kiosk(desk: Any, journal: KioskJournal, source: str) -> None:
    demo = desk.register(KioskJournal(device="kiosk-demo"), demo=True).punches(2, source=source)
    journal.punches(2, source=source)
    desk.record(journal.delivery(), demo.delivery())
    assert {device for device, _, _ in desk.stored()} == {"kiosk-demo"}
    assert desk.quarantined() == [(1, "source"), (2, "source")]
    assert desk.alarms() == {("kiosk-1", "source"): 2}


def test_cloned_card_goes_to_quarantine_and_the_first_stays(desk: Any, journal: KioskJournal) -> None:
    journal.punches(10)
    clone = journal.copy(5).punches(10, person="person-2")
    desk.record(journal.delivery())
    [receipt] = desk.record(clone.delivery(1, 10))
    assert desk.stored_bytes() == journal.rows
    assert desk.quarantined() == [(seq, "conflict") for seq in range(6, 11)]
    assert [each.seq for each in receipt.rejected] == [10, 9, 8, 7, 6]
    # Beyond the end of the first: no row is in the way, yet they follow rows that are not the hub's.
    desk.record(clone.delivery(11, 13))
    desk.record(clone.delivery(14, 15))
    assert desk.stored_bytes() == journal.rows
    assert desk.quarantined() == [(seq, "conflict") for seq in range(6, 16)]
    # The honest one goes on over them.
    journal.punches(3)
    desk.record(journal.delivery(11, 13))
    assert desk.stored_bytes() == journal.rows
    assert ("kiosk-1", "conflict") in desk.alarms()


def test_clone_that_fills_a_gap_against_what_follows_goes_to_quarantine(desk: Any, journal: KioskJournal) -> None:
    journal.punches(10)
    clone = journal.copy(3).punches(3, person="person-2")
    desk.record(journal.delivery(1, 3), journal.delivery(7, 10))
    desk.record(clone.delivery(4, 6))
    assert desk.quarantined() == [(seq, "conflict") for seq in (4, 5, 6)]
    [receipt] = desk.record(journal.delivery(4, 6))
    assert receipt.upto == 10
    assert desk.stored_bytes() == journal.rows


def test_conflict_within_one_group_is_found(desk: Any, journal: KioskJournal) -> None:
    journal.punches(4)
    clone = journal.copy(2).punches(2, person="person-2")
    desk.record(journal.delivery(), clone.delivery())
    assert desk.stored_bytes() == journal.rows
    assert desk.quarantined() == [(3, "conflict"), (4, "conflict")]


def test_journal_that_begins_with_a_foreign_row_before_it_is_set_aside(desk: Any, journal: KioskJournal) -> None:
    journal.append(encode(punch(epoch=journal.epoch, seq=1)))
    from contract.punch import make_batch, pack_batch
    from contract.signing import chain_hash

    previous = b"\x01" * 32
    own = chain_hash(previous, journal.rows[0])
    batch = make_batch(
        device="kiosk-1",
        epoch=journal.epoch,
        first_seq=1,
        previous=previous,
        rows=journal.rows,
        last=own,
        key=journal.key,
    )
    desk.record(("kiosk-1", pack_batch(batch)))
    assert desk.stored() == []
    assert desk.quarantined() == [(1, "conflict")]


def test_database_failure_stores_and_acknowledges_nothing(
    desk: Any, journal: KioskJournal, monkeypatch: pytest.MonkeyPatch
) -> None:
    journal.punches(3)

    def fail(*_: object, **__: object) -> None:
        raise OperationalError("COMMIT", {}, Exception("disk I/O error"))

    monkeypatch.setattr("hub.ingest.storing.save_kiosks", fail)
    with pytest.raises(OperationalError):
        desk.record(journal.delivery())
    assert desk.stored() == []
    monkeypatch.undo()
    [receipt] = desk.record(journal.delivery())
    assert receipt.upto == 3


def test_batch_that_the_database_refuses_does_not_block_the_others(
    desk: Any, journal: KioskJournal, monkeypatch: pytest.MonkeyPatch
) -> None:
    poisoned = desk.register(KioskJournal(device="kiosk-2")).punches(2)
    journal.punches(2)
    import hub.ingest.storing as storing

    insert_new = storing.insert_new

    def refuse(connection: Any, table: Any, rows: Any) -> None:
        if any(row["device"] == "kiosk-2" for row in rows):
            connection.execute(text("INSERT INTO kiosk (device) VALUES (NULL)"))
        insert_new(connection, table, rows)

    monkeypatch.setattr(storing, "insert_new", refuse)
    receipts = desk.record(poisoned.delivery(), journal.delivery())
    assert [receipt.epoch for receipt in receipts] == [journal.epoch]
    assert {device for device, _, _ in desk.stored()} == {"kiosk-1"}
    desk.clock.advance(60)
    desk.record(journal.delivery())
    assert ("kiosk-2", "unstorable") in desk.alarms()


def test_punches_mark_their_local_work_dates(desk: Any, journal: KioskJournal) -> None:
    jayapura = add_unit(desk.database, "Dinas Jayapura", timezone="Asia/Jayapura")
    add_employee(desk.database, "person-1")
    add_employee(desk.database, "person-2", unit=jayapura)
    late = NOON.replace(hour=16)  # 23:00 in Jakarta, 01:00 of the next day in Jayapura
    journal.punch(person="person-1", taken_at=late)
    journal.punch(person="person-2", taken_at=late)
    journal.punch(person="nobody-here", taken_at=late)
    desk.record(journal.delivery())
    desk.record(journal.delivery())
    with desk.database.read() as session:
        days = {(day.employee_id, day.work_date.isoformat(), day.marks) for day in session.scalars(select(DirtyDay))}
    assert days == {("person-1", "2026-11-02", 1), ("person-2", "2026-11-03", 1)}


def test_another_punch_of_a_marked_day_counts_its_marks_up(desk: Any, journal: KioskJournal) -> None:
    add_employee(desk.database, "person-1")
    journal.punches(2)
    desk.record(journal.delivery(1, 1))
    desk.record(journal.delivery(2, 2))
    with desk.database.read() as session:
        assert [day.marks for day in session.scalars(select(DirtyDay))] == [2]


def test_alarms_of_a_flood_are_counted_and_rarely_written(desk: Any, journal: KioskJournal) -> None:
    journal.punches(1)
    forged = journal.delivery(key=SigningKey.generate())
    for _ in range(50):
        desk.record(forged)
    assert desk.alarms() == {("kiosk-1", "bad_signature"): 1}
    desk.clock.advance(60)
    desk.record(forged)
    assert desk.alarms() == {("kiosk-1", "bad_signature"): 51}


def test_kiosk_that_got_another_key_meanwhile_is_not_stored(
    desk: Any, journal: KioskJournal, monkeypatch: pytest.MonkeyPatch
) -> None:
    journal.punches(1)
    terminals = desk.recorder._terminals
    find = terminals.find

    def find_then_change(devices: Any) -> Any:
        found = find(devices)
        with desk.database.write() as session:
            session.get(Kiosk, "kiosk-1").public_key = SigningKey.generate().verify_key.text
        return found

    monkeypatch.setattr(terminals, "find", find_then_change)
    assert desk.record(journal.delivery()) == []
    assert desk.stored() == []


def test_rows_before_an_anchor_are_placed_by_it(desk: Any, journal: KioskJournal) -> None:
    add_employee(desk.database, "person-1")
    past = NOON - timedelta(days=400)
    journal.punch(taken_at=past, clock=stamp(10_000, source="free"))
    journal.punch(taken_at=past + timedelta(minutes=1), clock=stamp(70_000, source="free"))
    journal.anchor(taken_at=NOON, clock=stamp(100_000, source="ntp"), stepped_ms=1)
    journal.punch(taken_at=NOON + timedelta(seconds=5), clock=stamp(105_000))
    desk.record(journal.delivery())
    with desk.database.read() as session:
        rows = session.scalars(select(StoredRow).order_by(StoredRow.seq)).all()
    assert [row.corrected_at for row in rows] == [
        NOON - timedelta(seconds=90), NOON - timedelta(seconds=30), None, None,
    ]  # fmt: skip
    assert [row.taken_at for row in rows][:2] == [past, past + timedelta(minutes=1)]
    assert [row.placed_at for row in rows] == [row.corrected_at or row.taken_at for row in rows]
    with desk.database.read() as session:
        days = {day.work_date.isoformat() for day in session.scalars(select(DirtyDay))}
    assert "2026-11-02" in days


@pytest.mark.parametrize("order", [(1, 2, 3, 4), (4, 3, 2, 1), (2, 4, 1, 3), (3, 1, 4, 2)])
def test_anchors_place_rows_the_same_in_any_order_of_arrival(
    desk: Any, journal: KioskJournal, order: tuple[int, ...]
) -> None:
    past = NOON - timedelta(days=400)
    journal.punch(taken_at=past, clock=stamp(10_000, source="free"))
    journal.anchor(taken_at=NOON, clock=stamp(100_000, source="rtc"))
    journal.punch(taken_at=past, clock=stamp(150_000, source="free"))
    # The crystal ran 500 ms off between the anchors: the nearer one must win.
    journal.anchor(taken_at=NOON + timedelta(seconds=100, milliseconds=500), clock=stamp(200_000))
    for seq in order:
        desk.record(journal.delivery(seq, seq))
    with desk.database.read() as session:
        rows = session.scalars(select(StoredRow).order_by(StoredRow.seq)).all()
    assert rows[0].corrected_at == NOON - timedelta(seconds=90)
    assert rows[2].corrected_at == NOON + timedelta(seconds=50, milliseconds=500)


def test_anchor_of_another_boot_or_a_free_clock_places_nothing(desk: Any, journal: KioskJournal) -> None:
    journal.punch(clock=stamp(10_000, source="free"))
    journal.anchor(taken_at=NOON, clock=stamp(100_000, boot="boot-2"))
    journal.anchor(taken_at=NOON, clock=stamp(110_000, source="free"))
    desk.record(journal.delivery())
    with desk.database.read() as session:
        assert session.scalars(select(StoredRow.corrected_at)).all() == [None, None, None]
