"""Dirty days become stored days: once, completely, and again when time or a kiosk moves on."""

from __future__ import annotations

import threading
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import event, select, update

from benchmarks.invented_office import invent_staff
from hub.attendance import worker as module
from hub.attendance.claims import LEASE, claim_days
from hub.attendance.dirty import mark_dirty
from hub.attendance.models import DocumentRow, MonthClose, StoredDay
from hub.attendance.worker import AttendanceWorker
from hub.ingest.models import StoredRow
from hub.roster.models import Employee, UnitPolicy
from tests.hub.attendance.house import MONDAY, House, at


def test_punch_becomes_a_running_day_at_once(house: House) -> None:
    unit = house.office.unit("Dinas Kesehatan")
    rina = house.office.employee("Rina", unit=unit)
    house.office.kiosk("kiosk-1", delivered_up_to=at("06:55"))
    house.clock.moment = at("06:55")
    house.office.punch("kiosk-1", rina, at("06:54"))
    step = house.worker().step()
    assert step.changed == ((rina, MONDAY),)
    assert house.stored == [(rina, MONDAY)]
    day = house.day(rina)
    assert day is not None
    assert (day.status, day.unit_id, day.version) == ("BERJALAN", unit, 1)
    assert day.day["arrival"].startswith("2026-03-02T06:54")
    assert house.dirty() == 0


def test_whole_day_with_both_punches_is_present_after_the_window(house: House) -> None:
    rina = house.office.employee("Rina", unit=house.office.unit("Dinas"))
    house.office.kiosk("kiosk-1", delivered_up_to=at("19:00"))
    house.clock.moment = at("19:00")
    house.office.punch("kiosk-1", rina, at("07:10"))
    house.office.punch("kiosk-1", rina, at("15:30"))
    house.worker().step()
    day = house.day(rina)
    assert day is not None
    assert (day.status, day.late_min, day.early_min, day.absent_days) == ("HADIR", 10, 0, 0)


def test_day_without_punches_exists_for_everybody_in_a_unit(house: House) -> None:
    unit = house.office.unit("Dinas")
    rina, budi = house.office.employee("Rina", unit=unit), house.office.employee("Budi", unit=unit)
    left = house.office.employee("Sudah pensiun", unit=unit, employed=(None, MONDAY - timedelta(days=1)))
    nowhere = house.office.employee("Tanpa unit", unit=None)
    worker = house.worker()
    worker.settle()
    assert {house.status(rina), house.status(budi)} == {"BERJALAN"}
    assert house.status(left) is None
    assert house.status(nowhere) is None


@pytest.mark.parametrize("far", [timedelta(days=-364), timedelta(days=364)])
def test_day_that_only_a_wrong_clock_made_goes_when_its_punch_is_placed(house: House, far: timedelta) -> None:
    """A Monday a year ago would read as an absence, one in a year as a day that runs."""
    house.office.at = at("04:00", MONDAY)
    rina = house.office.employee("Rina", unit=house.office.unit("Dinas"))
    house.office.kiosk("kiosk-1", delivered_up_to=at("19:00"))
    house.clock.moment = at("19:00")
    house.office.punch("kiosk-1", rina, at("07:10", MONDAY + far))
    house.worker().step()
    with house.database.write() as session:
        session.execute(update(StoredRow).values(placed_at=at("07:10")))
        mark_dirty(session.connection(), [(rina, MONDAY + far), (rina, MONDAY)], now=house.clock.moment)
    house.worker().step()
    with house.database.read() as session:
        assert session.scalars(select(StoredDay.work_date)).all() == [MONDAY]


def test_days_before_somebody_was_entered_are_not_invented(house: House) -> None:
    house.office.at = at("04:00", MONDAY - timedelta(days=3))
    rina = house.office.employee("Rina", unit=house.office.unit("Dinas"))
    house.worker().settle()
    with house.database.read() as session:
        dates = session.scalars(select(StoredDay.work_date).where(StoredDay.employee_id == rina)).all()
    assert sorted(dates) == [MONDAY - timedelta(days=days) for days in (3, 2, 1, 0)]


def test_hub_that_was_off_makes_up_for_the_days_between(house: House) -> None:
    rina = house.office.employee("Rina", unit=house.office.unit("Dinas"))
    worker = house.worker()
    worker.settle()
    house.clock.moment += timedelta(days=9)
    house.worker().settle()
    assert house.status(rina, MONDAY + timedelta(days=4)) == "BELUM_ADA_KETERANGAN"
    assert house.status(rina, MONDAY + timedelta(days=5)) == "LIBUR"
    house.clock.moment += timedelta(days=1)
    worker.settle()
    assert house.status(rina, MONDAY + timedelta(days=10)) == "BERJALAN"


def test_running_day_closes_by_the_mere_passing_of_time(house: House) -> None:
    rina = house.office.employee("Rina", unit=house.office.unit("Dinas"))
    worker = house.worker()
    worker.settle()
    house.clock.moment = at("18:00") + timedelta(seconds=59)
    worker.settle()
    assert house.status(rina) == "BERJALAN"
    house.clock.moment = at("18:01")
    worker.settle()
    assert house.status(rina) == "BELUM_ADA_KETERANGAN"


def test_day_waits_for_a_silent_kiosk_until_it_has_delivered(house: House) -> None:
    rina = house.office.employee("Rina", unit=house.office.unit("Dinas"))
    house.office.kiosk("kiosk-1", delivered_up_to=at("06:00"))
    house.clock.moment = at("19:00")
    worker = house.worker()
    worker.settle()
    assert house.status(rina) == "MENUNGGU_DATA"
    house.stored.clear()
    worker.settle()
    assert house.stored == []
    house.office.deliver("kiosk-1", at("18:30"))
    worker.settle()
    assert house.status(rina) == "BELUM_ADA_KETERANGAN"


def test_late_arrival_is_told_when_the_kiosk_has_caught_up(house: House) -> None:
    rina = house.office.employee("Rina", unit=house.office.unit("Dinas"))
    house.office.kiosk("kiosk-1", delivered_up_to=at("06:00"))
    house.office.punch("kiosk-1", rina, at("07:20"))
    house.clock.moment = at("07:30")
    worker = house.worker()
    worker.settle()
    before = house.day(rina)
    house.office.deliver("kiosk-1", at("07:29"))
    worker.settle()
    after = house.day(rina)
    assert before is not None
    assert after is not None
    assert (before.late_min, after.late_min) == (None, 20)


def test_kiosk_of_another_unit_is_not_waited_for_but_one_above_is(house: House) -> None:
    regency = house.office.unit("Kabupaten")
    health, school = (
        house.office.unit("Dinas Kesehatan", parent=regency),
        house.office.unit("Dinas Pendidikan", parent=regency),
    )
    rina, budi = house.office.employee("Rina", unit=health), house.office.employee("Budi", unit=school)
    house.office.kiosk("kiosk-kesehatan", unit=health)
    house.office.kiosk("kiosk-kabupaten", unit=regency, delivered_up_to=at("20:00"))
    house.clock.moment = at("20:00")
    house.worker().settle()
    waiting = house.day(rina)
    assert waiting is not None
    assert (waiting.status, waiting.day["waiting_for"]) == ("MENUNGGU_DATA", ["kiosk-kesehatan"])
    assert house.status(budi) == "BELUM_ADA_KETERANGAN"


def test_revoked_kiosk_and_later_kiosk_are_not_waited_for(house: House) -> None:
    rina = house.office.employee("Rina", unit=house.office.unit("Dinas"))
    house.office.kiosk("kiosk-lama", state="revoked")
    house.office.at = at("09:00", MONDAY + timedelta(days=3))
    house.office.kiosk("kiosk-baru")
    house.clock.moment = at("10:00", MONDAY + timedelta(days=3))
    house.worker().settle()
    assert house.status(rina) == "BELUM_ADA_KETERANGAN"


def test_corrected_time_counts_and_not_the_kiosks_own(house: House) -> None:
    rina = house.office.employee("Rina", unit=house.office.unit("Dinas"))
    house.office.kiosk("kiosk-1", delivered_up_to=at("19:00"))
    house.clock.moment = at("19:00")
    house.office.punch("kiosk-1", rina, datetime(2024, 1, 1, tzinfo=UTC), corrected_at=at("06:30"))
    house.office.punch("kiosk-1", rina, at("15:05"))
    house.worker().settle()
    day = house.day(rina)
    assert day is not None
    assert (day.status, day.late_min) == ("HADIR", 0)


def test_letter_and_closed_month_are_taken_into_account(house: House) -> None:
    unit = house.office.unit("Dinas")
    rina, budi = house.office.employee("Rina", unit=unit), house.office.employee("Budi", unit=unit)
    with house.database.write() as session:
        session.add(
            DocumentRow(
                employee_id=rina,
                type="Surat Cuti",
                covers=[{"from": "2026-03-02", "to": "2026-03-03"}],
                known_by="Atasan Langsung",
                handed_in=MONDAY,
                verified_on=MONDAY,
                entered_on=MONDAY,
                signed_by=[],
                witness_statements=0,
                first_day=MONDAY,
                last_day=date(2026, 3, 3),
                created_at=at("08:00"),
            )
        )
        session.add(MonthClose(unit_id=unit, month=date(2026, 3, 1), closed_at=at("12:00"), closed_by="bkpp"))
    house.clock.moment = at("19:00")
    house.worker().settle()
    assert house.status(rina) == "C"
    assert house.status(budi) == "TK"


def test_assessing_again_changes_nothing_and_keeps_the_version(house: House) -> None:
    rina = house.office.employee("Rina", unit=house.office.unit("Dinas"))
    worker = house.worker()
    worker.settle()
    with house.database.write() as session:
        mark_dirty(session.connection(), [(rina, MONDAY)], now=house.clock())
    house.stored.clear()
    assert worker.step().changed == ()
    day = house.day(rina)
    assert day is not None
    assert (day.version, house.stored, house.dirty()) == (1, [], 0)


def test_stored_day_goes_when_the_employment_turns_out_to_have_ended(house: House) -> None:
    rina = house.office.employee("Rina", unit=house.office.unit("Dinas"))
    worker = house.worker()
    worker.settle()
    with house.database.write() as session:
        session.execute(update(Employee).values(employed_until=MONDAY - timedelta(days=1)))
        mark_dirty(session.connection(), [(rina, MONDAY)], now=house.clock())
    assert worker.step().changed == ((rina, MONDAY),)
    assert house.day(rina) is None


def test_punch_during_assessment_is_assessed_as_well(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    rina = house.office.employee("Rina", unit=house.office.unit("Dinas"))
    house.office.kiosk("kiosk-1", delivered_up_to=at("19:00"))
    house.office.punch("kiosk-1", rina, at("06:30"))
    house.clock.moment = at("19:00")
    original = module.gather_evidence

    def gather_and_punch(session: Any, days: Any) -> Any:
        found = original(session, days)
        session.rollback()
        monkeypatch.setattr(module, "gather_evidence", original)
        house.office.punch("kiosk-1", rina, at("15:10"))
        return found

    monkeypatch.setattr(module, "gather_evidence", gather_and_punch)
    worker = house.worker()
    worker.step()
    assert house.status(rina) == "TIDAK_LENGKAP"
    assert house.dirty() == 1
    worker.step()
    assert house.status(rina) == "HADIR"
    assert house.dirty() == 0


def test_day_with_an_unknown_policy_does_not_hold_up_the_others(house: House, caplog: pytest.LogCaptureFixture) -> None:
    good, bad = house.office.unit("Dinas"), house.office.unit("Salah", policy="tidak-ada")
    rina, budi = house.office.employee("Rina", unit=good), house.office.employee("Budi", unit=bad)
    worker = house.worker()
    worker.settle()
    assert (house.status(rina), house.status(budi)) == ("BERJALAN", None)
    assert "tidak-ada" in caplog.text
    with house.database.write() as session:
        session.execute(update(UnitPolicy).values(policy="jember-5"))
    house.clock.moment += LEASE + timedelta(seconds=1)
    worker.settle()
    assert house.status(budi) == "BERJALAN"


def test_claims_of_a_dead_worker_are_taken_over(house: House) -> None:
    rina = house.office.employee("Rina", unit=house.office.unit("Dinas"))
    with house.database.write() as session:
        mark_dirty(session.connection(), [(rina, MONDAY)], now=house.clock())
        assert len(claim_days(session, claimant="dead", now=house.clock(), limit=10)) == 1
        assert claim_days(session, claimant="other", now=house.clock(), limit=10) == []
    assert house.worker().step().claimed == 0
    house.clock.moment += LEASE + timedelta(seconds=1)
    assert house.worker().step().claimed == 1
    assert house.status(rina) == "BERJALAN"


def test_claims_are_let_go_when_assessing_fails(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    rina = house.office.employee("Rina", unit=house.office.unit("Dinas"))
    with house.database.write() as session:
        mark_dirty(session.connection(), [(rina, MONDAY)], now=house.clock())
    with monkeypatch.context() as broken:
        broken.setattr(module, "gather_evidence", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            house.worker().step()
    assert house.worker().step().changed == ((rina, MONDAY),)


def test_two_workers_share_the_days_without_doubling_any(house: House) -> None:
    people = invent_staff(house.office, unit=house.office.unit("Dinas"), people=120)
    house.worker().mark_due_days()
    assert house.dirty() == 120
    seen: list[tuple[str, date]] = []
    lock = threading.Lock()

    def note(days: Any) -> None:
        with lock:
            seen.extend(days)

    def work() -> None:
        worker = AttendanceWorker(house.database, now=house.clock, batch_days=7, on_stored=note)
        while worker.step().claimed:
            pass

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sorted(seen) == sorted((person, MONDAY) for person in people)
    assert house.dirty() == 0


def test_number_of_queries_does_not_grow_with_the_number_of_days(house: House) -> None:
    unit = house.office.unit("Dinas")
    counts = []
    for people in (2, 60):
        invent_staff(house.office, unit=unit, people=people)
        worker = house.worker()
        worker.mark_due_days()
        statements: list[str] = []

        def note(_conn: Any, _cursor: Any, statement: str, *_: Any, into: list[str] = statements) -> None:
            into.append(statement)

        event.listen(house.database.engine, "before_cursor_execute", note)
        worker.step()
        event.remove(house.database.engine, "before_cursor_execute", note)
        counts.append(len(statements))
    assert counts[0] == counts[1]


def test_running_worker_notices_a_punch_and_ends_when_told(house: House) -> None:
    rina = house.office.employee("Rina", unit=house.office.unit("Dinas"))
    house.office.kiosk("kiosk-1", delivered_up_to=at("06:55"))
    arrived = threading.Event()

    def note(_days: Any) -> None:
        day = house.day(rina)
        if day is not None and day.day.get("arrival"):
            arrived.set()

    stop = threading.Event()
    worker = AttendanceWorker(house.database, now=house.clock, on_stored=note)
    thread = threading.Thread(target=worker.run, args=(stop,))
    thread.start()
    house.office.punch("kiosk-1", rina, at("06:54"))
    worker.wake()
    assert arrived.wait(30)
    stop.set()
    worker.wake()
    thread.join(30)
    assert not thread.is_alive()
