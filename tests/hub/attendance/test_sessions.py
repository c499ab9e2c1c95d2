"""Which punch fills which session: windows, minutes, repeats, choices, the middle of the schedule."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from hub.attendance.day import AttendanceDay
from hub.schedule.policy import load_policy

FRIDAY = date(2026, 11, 6)


def outcome(day: AttendanceDay) -> tuple[str, int | None, int | None, set[str]]:
    return str(day.status), day.late_min, day.early_min, {str(flag) for flag in day.flags}


@pytest.mark.parametrize(
    ("times", "expected"),
    [
        (("07:00:59", "15:00:00"), ("HADIR", 0, 0, set())),
        (("07:01:00", "14:59:59"), ("HADIR", 1, 1, {"TERLAMBAT", "PULANG_AWAL"})),
        (("05:00:00", "18:00:59"), ("HADIR", 0, 0, set())),
        (("04:59:59", "15:00:00"), ("TIDAK_LENGKAP", None, 0, {"SEBELUM_JENDELA"})),
        (("06:30:00", "18:01:00"), ("TIDAK_LENGKAP", 0, None, {"SETELAH_JENDELA"})),
        (("04:40", "06:50", "15:00"), ("HADIR", 0, 0, {"SEBELUM_JENDELA"})),
        (("06:50", "15:00", "18:30"), ("HADIR", 0, 0, {"SETELAH_JENDELA"})),
        (("04:40", "12:10"), ("TIDAK_LENGKAP", None, 170, {"PULANG_AWAL", "SEBELUM_JENDELA"})),
        (("12:10", "18:20"), ("TIDAK_LENGKAP", None, 170, {"TANPA_DATANG", "PULANG_AWAL", "SETELAH_JENDELA"})),
    ],
)
def test_windows_and_seconds(assessed, times, expected):
    assert outcome(assessed(*times)) == expected


@pytest.mark.parametrize(
    ("time", "expected"),
    [
        ("10:59:59", ("TIDAK_LENGKAP", 239, None, {"TERLAMBAT", "TANPA_PULANG"})),
        ("11:00:00", ("TIDAK_LENGKAP", None, 240, {"PULANG_AWAL", "TANPA_DATANG"})),
        ("15:00:00", ("TIDAK_LENGKAP", None, 0, {"TANPA_DATANG"})),
        ("07:00:00", ("TIDAK_LENGKAP", 0, None, {"TANPA_PULANG"})),
    ],
)
def test_lone_punch_around_the_middle(assessed, time, expected):
    assert outcome(assessed(time)) == expected


def test_lone_punch_at_a_half_minute_middle_is_the_departure_from_the_next_minute(assessed):
    # Friday: (07:00 + 14:30) / 2 = 10:45
    assert assessed("10:44", work_date=FRIDAY).missing == ("out",)
    assert assessed("10:45", work_date=FRIDAY).missing == ("in",)


@pytest.mark.parametrize(
    ("times", "expected"),
    [
        (("07:10", "07:39"), ("TIDAK_LENGKAP", 10, None, {"TERLAMBAT", "TANPA_PULANG"})),
        (("07:10", "07:40"), ("HADIR", 10, 440, {"TERLAMBAT", "PULANG_AWAL"})),
        (("14:31", "15:00"), ("TIDAK_LENGKAP", None, 0, {"TANPA_DATANG"})),
        (("14:30", "15:00"), ("HADIR", 450, 0, {"TERLAMBAT"})),
        (("05:00", "07:00:59"), ("TIDAK_LENGKAP", 0, None, {"TANPA_PULANG"})),
        (("06:50", "07:30"), ("HADIR", 0, 450, {"PULANG_AWAL"})),
        (("10:40", "11:05"), ("TIDAK_LENGKAP", 220, None, {"TERLAMBAT", "TANPA_PULANG"})),
        (("10:55", "11:20"), ("TIDAK_LENGKAP", None, 220, {"PULANG_AWAL", "TANPA_DATANG"})),
        (("06:50", "06:55", "11:59", "12:05", "15:01", "15:02"), ("HADIR", 0, 0, set())),
    ],
)
def test_repeats_and_pairs(assessed, times, expected):
    assert outcome(assessed(*times)) == expected


@pytest.mark.parametrize(
    ("times", "expected"),
    [
        (("12:10 in",), ("TIDAK_LENGKAP", 310, None, {"TERLAMBAT", "TANPA_PULANG"})),
        (("09:00 out",), ("TIDAK_LENGKAP", None, 360, {"PULANG_AWAL", "TANPA_DATANG"})),
        (("06:50", "15:10 in"), ("TIDAK_LENGKAP", 0, None, {"TANPA_PULANG"})),
        (("12:00 in", "12:10 out"), ("HADIR", 300, 170, {"TERLAMBAT", "PULANG_AWAL"})),
        (("06:50 out",), ("TIDAK_LENGKAP", 0, None, {"TANPA_PULANG"})),
        (("06:50 in", "12:00 out", "13:00 in", "15:05 out"), ("HADIR", 0, 0, set())),
        (("10:50", "11:10 out"), ("TIDAK_LENGKAP", None, 230, {"PULANG_AWAL", "TANPA_DATANG"})),
    ],
)
def test_choices_on_the_screen(assessed, times, expected):
    assert outcome(assessed(*times)) == expected


def test_choices_that_contradict_the_clock_are_left_aside_and_told(assessed):
    day = assessed("07:11 out", "15:23 in")
    assert outcome(day) == ("HADIR", 11, 0, {"TERLAMBAT"})
    assert any("bertentangan" in sentence.id for sentence in day.explanation)


def test_out_of_window_counted_where_the_policy_says_so(assessed):
    policy = replace(load_policy("jember-5"), out_of_window="count")
    assert outcome(assessed("04:40", "15:10", policy=policy)) == ("HADIR", 0, 0, set())
    assert outcome(assessed("06:50", "18:20", policy=policy)) == ("HADIR", 0, 0, set())
    assert outcome(assessed("04:00", "04:40", policy=policy)) == ("TIDAK_LENGKAP", 0, None, {"TANPA_PULANG"})


def test_break_left_out_of_the_minutes_where_the_policy_says_so(assessed):
    policy = replace(load_policy("jember-5"), subtract_break=True)
    assert assessed("06:58", "11:05", work_date=FRIDAY, policy=policy).early_min == 90
    assert assessed("06:58", "12:00", work_date=FRIDAY, policy=policy).early_min == 90
    assert assessed("06:58", "13:30", work_date=FRIDAY, policy=policy).early_min == 60
    assert assessed("12:30", "15:00", work_date=FRIDAY, policy=policy).late_min == 240


def test_day_tells_times_in_the_sites_zone_and_why(assessed):
    day = assessed("06:50:12", "15:01:00")
    assert day.arrival is not None
    assert day.arrival.isoformat() == "2026-11-10T06:50:12+07:00"
    assert [sentence.en for sentence in day.explanation] == [
        "Arrived 06:50, due by 07:00: on time.",
        "Left 15:01, allowed from 15:00: not early.",
    ]
