"""Days of the regimes beside arrival and departure: sessions, points, minutes of a slot."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest

from hub.attendance.day import Cover, Coverage, Document, Flag, Status
from hub.attendance.deduction import SessionPay
from hub.errors import PolicyError
from hub.schedule.hours import Hours
from hub.schedule.policy import load_policy

WIB = ZoneInfo("Asia/Jakarta")
KULON_PROGO = load_policy("kulon-progo").with_hours(Hours(in_due=450, out_due=960).on(None, field="schedule"))
JOMBANG = load_policy("jombang-part-time").with_hours(Hours(in_due=480, out_due=720, quota=240).on(None, field="slot"))
PAY = SessionPay(tpp_base=2_100_000, workdays=21)


def letter(start: str, end: str, **changes) -> Document:
    facts = {
        "type": "Surat Perintah Tugas",
        "covers": (Cover(start=datetime.fromisoformat(start), end=datetime.fromisoformat(end)),),
        "known_by": "Atasan Langsung",
        "handed_in": date(2026, 11, 10),
        "verified": date(2026, 11, 10),
        "entered": date(2026, 11, 11),
    }
    return Document(**{**facts, **changes})


def test_four_sessions_met_cost_nothing(assessed):
    day = assessed("07:55", "12:00", "12:30", "16:00", policy="kutim-4", session_pay=PAY)
    assert (day.status, day.session_misses, day.deduction, day.flags) == (Status.HADIR, 0, 0, ())
    assert [f"{session.at:%H:%M}" for session in day.sessions] == ["07:55", "12:00", "12:30", "16:00"]


def test_first_session_is_late_until_the_second_opens_and_the_last_early_after_the_third_closes(assessed):
    day = assessed("11:59", "12:10", "12:45", "13:01", policy="kutim-4")
    assert (day.late_min, day.early_min, day.missing) == (239, 179, ())
    assert set(day.flags) == {Flag.TERLAMBAT, Flag.PULANG_AWAL}


def test_middle_sessions_are_met_inside_their_windows_or_missed(assessed):
    day = assessed("07:00", "11:50", "13:10", "16:30", policy="kutim-4", session_pay=PAY)
    assert day.missing == ("S2_sebelum_istirahat", "S3_setelah_istirahat")
    assert (day.status, day.session_misses, day.deduction) == (Status.HADIR, 2, 20_000)
    assert Flag.SESI_TERLEWAT in day.flags
    assert "Sesi S2 sebelum istirahat (12.00-12.29) terlewat" in " ".join(why.id for why in day.explanation)


def test_only_the_first_session_met_is_still_present(assessed):
    day = assessed("07:00", policy="kutim-4", session_pay=PAY)
    assert (day.status, day.session_misses, day.early_min, day.deduction) == (Status.HADIR, 3, None, 30_000)


def test_nobody_came_to_four_sessions(assessed):
    still_open = assessed(policy="kutim-4", session_pay=PAY)
    closed = assessed(policy="kutim-4", session_pay=PAY, month_closed=True)
    assert (still_open.status, still_open.session_misses) == (Status.BELUM_ADA_KETERANGAN, 4)
    assert still_open.deduction is None
    assert (closed.status, closed.session_misses, closed.deduction) == (Status.TK, 4, 40_000)


def test_sum_of_the_misses_is_rounded_down_once(assessed):
    odd = SessionPay(tpp_base=1_000_000, workdays=21)  # 4,761.90 a miss
    assert assessed("07:00", policy="kutim-4", session_pay=odd).deduction == 14_285


def test_letter_spares_all_sessions(assessed):
    day = assessed(policy="kutim-4", documents=[letter("2026-11-10T06:00", "2026-11-10T18:00")], session_pay=PAY)
    assert (day.status, day.session_misses, day.deduction) == (Status.DL, 0, 0)


def test_four_sessions_wait_for_a_kiosk_that_could_fill_one(assessed):
    upto = {"lobi": datetime(2026, 11, 10, 12, 5, tzinfo=WIB)}
    day = assessed("07:00", "12:00", "16:05", policy="kutim-4", coverage=Coverage(upto))
    assert (day.status, day.waiting_for, day.missing) == (Status.MENUNGGU_DATA, ("lobi",), ())
    later = Coverage({"lobi": datetime(2026, 11, 10, 13, 1, tzinfo=WIB)})
    assert assessed("07:00", "12:00", "16:05", policy="kutim-4", coverage=later).status is Status.HADIR


def test_points_event_without_a_letter_and_one_with(assessed):
    day = assessed("07:42", "15:30", policy=KULON_PROGO, documents=[letter("2026-11-10T15:00", "2026-11-10T17:00")])
    assert day.deduction == {"points_pct": 1, "events": ["late"], "excused": ["early"]}
    assert set(day.flags) == {Flag.TERLAMBAT, Flag.PULANG_AWAL_DINAS}
    assert (day.late_min, day.early_min) == (12, 30)


@pytest.mark.parametrize(
    ("start", "end", "changes"),
    [
        ("2026-11-10T15:31", "2026-11-10T17:00", {}),  # begins after the departure
        ("2026-11-10T15:00", "2026-11-10T15:59", {}),  # ends before the due time
        ("2026-11-10T15:00", "2026-11-10T17:00", {"verified": None}),
        ("2026-11-10T15:00", "2026-11-10T17:00", {"known_by": "teman"}),
        ("2026-11-10T15:00", "2026-11-10T17:00", {"handed_in": date(2026, 11, 20), "verified": date(2026, 11, 20)}),
    ],
)
def test_letter_that_does_not_cover_or_does_not_count_excuses_nothing(assessed, start, end, changes):
    day = assessed("07:20", "15:30", policy=KULON_PROGO, documents=[letter(start, end, **changes)])
    assert day.deduction == {"points_pct": 1, "events": ["early"], "excused": []}
    assert day.flags == (Flag.PULANG_AWAL,)


def test_letter_for_a_part_of_the_day_changes_nothing_where_the_policy_does_not_say_so(assessed):
    day = assessed("06:50", "14:30", documents=[letter("2026-11-10T14:00", "2026-11-10T17:00")])
    assert day.flags == (Flag.PULANG_AWAL,)


@pytest.mark.parametrize(
    ("arrival", "departure", "recorded", "paid", "late", "early"),
    [
        ("08:20", "11:50", 210, 210, 20, 10),
        ("08:20", "12:20", 240, 240, 20, 0),  # making up after the slot
        ("07:30", "12:00", 270, 240, 0, 0),  # nothing is paid before the slot
        ("08:00", "15:00", 420, 240, 0, 0),
    ],
)
def test_slot_pays_from_its_start_up_to_the_quota(assessed, arrival, departure, recorded, paid, late, early):
    day = assessed(arrival, f"{departure} out", policy=JOMBANG)
    assert (day.recorded_min, day.paid_min, day.short_min) == (recorded, paid, 240 - paid)
    assert (day.late_min, day.early_min) == (late, early)
    assert day.deduction == {"minutes": 240 - paid}


def test_two_punches_before_the_slot_are_an_arrival_and_pay_nothing(assessed):
    day = assessed("07:00", "07:45", policy=JOMBANG)
    assert (day.status, day.missing, day.paid_min) == (Status.TIDAK_LENGKAP, ("out",), 0)


def test_slot_without_one_of_its_punches_pays_nothing(assessed):
    day = assessed("08:00", policy=JOMBANG)
    assert (day.status, day.recorded_min, day.paid_min, day.short_min) == (Status.TIDAK_LENGKAP, None, 0, 240)


def test_letter_credits_the_quota(assessed):
    day = assessed(policy=JOMBANG, documents=[letter("2026-11-10T06:00", "2026-11-10T18:00", type="Surat Dokter")])
    assert (day.status, day.paid_min, day.short_min, day.deduction) == (Status.S, 240, 0, {"minutes": 0})


def test_policy_refuses_hours_of_another_kind():
    with pytest.raises(PolicyError, match="need a quota_min"):
        load_policy("jombang-part-time").with_hours(Hours(in_due=480, out_due=720).on(None, field="slot"))
    with pytest.raises(PolicyError, match="have no quota_min"):
        load_policy("pati").with_hours(Hours(in_due=480, out_due=720, quota=240).on(None, field="slot"))
    with pytest.raises(PolicyError, match="sessions, three or more"):
        load_policy("kutim-4").with_hours(Hours(in_due=480, out_due=720).on(None, field="x"))
