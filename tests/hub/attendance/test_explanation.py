"""Every punch is told, counted or not, with what it becomes; and both languages write times in their own way."""

from __future__ import annotations

import re
from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest

from hub.attendance.day import Coverage, Document, Status
from hub.schedule.hours import Hours
from hub.schedule.policy import load_policy

WIB = ZoneInfo("Asia/Jakarta")
NOON = "2026-11-10T12:30"


def english(day):
    return [sentence.en for sentence in day.explanation]


@pytest.mark.parametrize(("policy", "early", "due"), [("jember-5", 223, "15:00"), ("jember-6", 163, "14:00")])
def test_lone_punch_after_the_middle_of_a_running_day_is_told_with_what_it_becomes(assessed, policy, early, due):
    day = assessed("11:17", policy=policy, as_of=NOON)
    assert (day.status, day.arrival, day.departure, day.late_min, day.early_min) == (
        Status.BERJALAN, None, None, None, None,
    )  # fmt: skip
    assert day.first_seen == day.last_seen == datetime(2026, 11, 10, 11, 17, tzinfo=WIB)
    assert f"menjadi pulang, mendahului {early} menit" in day.explanation[0].id
    assert day.explanation[0].id.startswith("Scan 11.17 belum dihitung. Bila tidak ada scan lagi")
    assert day.explanation[0].en.startswith("Punch 11:17 is not counted yet. Without another punch")
    settled = assessed("11:17", policy=policy)
    assert (settled.early_min, settled.missing) == (early, ("in",))
    assert english(settled)[0] == f"Left 11:17, allowed from {due}: {early} minutes early."


def test_lone_punch_of_a_running_day_becomes_the_arrival_once_another_one_follows(assessed):
    assert "the earliest becomes the arrival" in english(assessed("11:17", as_of=NOON))[0]
    assert assessed("11:17", "15:10").late_min == 257
    chosen = assessed("11:17 out", as_of=NOON)
    assert "the earliest becomes the arrival" not in english(chosen)[0]
    assert assessed("11:17 out", "15:10").arrival is None


def test_lunch_break_of_a_running_day_is_told_as_the_departure_so_far(assessed):
    day = assessed("06:50", "11:40", "12:10", as_of=NOON)
    assert english(day)[:3] == [
        "Arrived 06:50, due by 07:00: on time.",
        "Punch 12:10 is not counted yet. Without another punch it becomes the departure when the day ends, 170 minutes "
        "early; with one, the latest becomes the departure.",
        "Punch 11:40: stored, not counted; what counts is the earliest arrival and the latest departure.",
    ]
    assert (day.first_seen, day.last_seen) == (
        datetime(2026, 11, 10, 6, 50, tzinfo=WIB), datetime(2026, 11, 10, 12, 10, tzinfo=WIB),
    )  # fmt: skip


def test_repeats_and_punches_in_between_are_told_on_a_settled_day(assessed):
    day = assessed("06:50", "06:52", "12:10", "14:55", "15:10")
    assert english(day)[2:] == [
        "Punch 06:52: a repeat of the punch 06:50 (less than 30 minutes apart), counted once.",
        "Punch 14:55: a repeat of the punch 15:10 (less than 30 minutes apart), counted once.",
        "Punch 12:10: stored, not counted; what counts is the earliest arrival and the latest departure.",
    ]


def test_settled_day_with_two_counted_punches_has_nothing_more_to_tell(assessed):
    assert len(assessed("06:50", "15:10").explanation) == 2


def test_waiting_day_tells_what_came_so_far(assessed):
    coverage = Coverage({"aula": datetime(2026, 11, 10, 6, 30, tzinfo=WIB)})
    day = assessed("07:20", "14:00", as_of="2026-11-10T19:00", coverage=coverage)
    assert day.status is Status.MENUNGGU_DATA
    assert [text.split(" for now")[0] for text in english(day)[1:]] == [
        "Punch 07:20 is the arrival",
        "Punch 14:00 is the departure",
    ]
    assert day.remark_en == "Awaiting data: aula"


def test_running_day_tells_an_arrival_that_an_undelivered_punch_may_precede(assessed):
    coverage = Coverage({"aula": datetime(2026, 11, 10, 6, 30, tzinfo=WIB)})
    day = assessed("07:20", as_of=NOON, coverage=coverage)
    assert day.late_min is None
    assert english(day)[0].startswith("Punch 07:20 is the arrival for now (due by 07:00)")


def test_one_minute_and_one_punch_are_singular_in_english(assessed):
    assert english(assessed("07:01", "14:59"))[:2] == [
        "Arrived 07:01, due by 07:00: 1 minute late.",
        "Left 14:59, allowed from 15:00: 1 minute early.",
    ]
    assert english(assessed("07:30", work_date=date(2026, 11, 14)))[1] == "1 punch kept, no minutes counted: 07:30."


def test_night_shift_marks_times_of_the_next_day_in_both_languages(assessed):
    hours = Hours(in_opens=19 * 60, in_due=21 * 60, out_due=31 * 60, out_closes=33 * 60).on(None, field="shift")
    day = assessed("20:48", "2026-11-11T06:30", policy=load_policy("shift").with_hours(hours))
    assert day.explanation[1].id.startswith("Pulang 06.30 (+1), boleh mulai 07.00 (+1)")
    assert day.explanation[1].en.startswith("Left 06:30 (+1), allowed from 07:00 (+1)")
    assert day.last_seen == datetime(2026, 11, 11, 6, 30, tzinfo=WIB)


def test_remarks_are_there_in_both_languages(assessed):
    day = assessed("04:40", "15:10")
    assert day.remark == "Tanpa scan datang; Scan di luar jendela: 04.40"
    assert day.remark_en == "No arrival punch; Punches outside the windows: 04:40"
    nothing_counted = assessed("04:40")
    assert nothing_counted.remark_en == "Punches outside the windows: 04:40"
    signed = ("Atasan Langsung", "Kepala Organisasi Perangkat Daerah")
    cancelled = assessed(
        "06:50",
        "15:10",
        documents=[Document(type="Surat Keterangan Pembatalan Kehadiran", signed_by=signed, witness_statements=2)],
    )
    assert (cancelled.remark, cancelled.remark_en) == (
        "Kehadiran dibatalkan (Pasal 13)",
        "Attendance cancelled (Ps 13)",
    )
    assert cancelled.first_seen is not None
    assert "06:50, 15:10" in english(cancelled)[1]


def test_no_indonesian_time_stands_in_an_english_sentence(assessed):
    days = (
        assessed("04:40", "06:50", "06:55", "11:17", "15:10", "18:30"),
        assessed("04:40", "11:17", "11:20", as_of=NOON),
        assessed("18:30"),
    )
    for day in days:
        assert not re.search(r"\d\d\.\d\d", " ".join([*english(day), day.remark_en]))
        assert not re.search(r"\d\d:\d\d", " ".join([*(why.id for why in day.explanation), day.remark]))


def test_day_without_any_punch_has_seen_nobody(assessed):
    day = assessed(as_of=NOON)
    assert (day.first_seen, day.last_seen) == (None, None)
