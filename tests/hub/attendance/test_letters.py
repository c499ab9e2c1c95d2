"""Letters and cancellations: what they are worth, and when they come too late."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime

import pytest

from hub.attendance.day import Cover, Coverage, Document, Status

WEDNESDAY = date(2026, 11, 18)
SICK = Document(
    type="Surat Dokter",
    covers=(Cover(start=WEDNESDAY, end=WEDNESDAY),),
    known_by="Atasan Langsung",
    handed_in=date(2026, 11, 19),
    verified=date(2026, 11, 20),
    entered=date(2026, 11, 30),
)
CANCELLATION = Document(
    type="Surat Keterangan Pembatalan Kehadiran",
    signed_by=("Atasan Langsung", "Kepala Perangkat Daerah"),
    witness_statements=2,
)


@pytest.fixture
def with_letters(assessed):
    """The status of Wednesday 18 November with letters, the month closed, on 1 December."""

    def status(*letters: Document, times: tuple[str, ...] = (), **facts):
        facts = {"as_of": "2026-12-01T06:00", "work_date": WEDNESDAY, "month_closed": True, **facts}
        return assessed(*times, documents=letters, **facts)

    return status


@pytest.mark.parametrize(
    ("kind", "reason", "code", "remark"),
    [
        ("Surat Perintah Tugas", None, "DL", ""),
        ("Surat Cuti", None, "C", ""),
        ("Surat Dokter", None, "S", ""),
        ("Surat Ijin", None, "I", ""),
        ("surat  izin", None, "I", ""),
        ("Surat Keterangan", "S", "S", ""),
        ("Surat Keterangan", "diklat", "DL", "Diklat"),
        ("Surat Keterangan", "Tugas Belajar", "DL", "Tugas belajar"),
    ],
)
def test_letter_gives_its_code(with_letters, kind, reason, code, remark):
    day = with_letters(replace(SICK, type=kind, reason=reason))
    assert (day.status, day.lampiran_i_code, day.remark) == (code, code, remark)
    assert (day.late_min, day.early_min, day.absent_days, day.missing, day.flags) == (0, 0, 0, (), ())


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"known_by": None}, "knew of it"),
        ({"known_by": "Rekan kerja"}, "knew of it"),
        ({"handed_in": None}, "handed in"),
        ({"handed_in": date(2026, 11, 20)}, "due by the first working day"),
        ({"verified": None}, "not verified"),
        ({"entered": None}, "not entered"),
        ({"entered": date(2026, 12, 1)}, "the month was not reopened"),
        ({"type": "Surat Cinta"}, "unknown"),
        ({"type": "Surat Keterangan", "reason": None}, "unknown"),
    ],
)
def test_letter_with_a_defect_changes_nothing_and_says_why(with_letters, change, why):
    day = with_letters(replace(SICK, **change))
    assert (day.status, day.absent_days) == ("TK", 1)
    assert why in day.explanation[0].en


def test_letter_entered_later_than_the_question_has_not_happened_yet(with_letters):
    day = with_letters(SICK, as_of="2026-11-25T08:00", month_closed=False)
    assert day.status == "BELUM_ADA_KETERANGAN"


def test_reopened_month_lets_a_late_letter_count(with_letters):
    late = replace(SICK, handed_in=date(2026, 11, 28), entered=date(2026, 12, 1))
    assert with_letters(late).status == "TK"
    assert with_letters(replace(late, reopened_because="Dirawat di luar kota")).status == "S"


def test_acting_head_may_know_of_the_absence(with_letters):
    assert with_letters(replace(SICK, known_by="Plt. Kepala Organisasi Perangkat Daerah")).status == "S"


def test_deadline_skips_rest_days_holidays_and_adjoining_leave(with_letters):
    friday = date(2026, 11, 13)
    letter = replace(SICK, covers=(Cover(start=friday, end=friday),), handed_in=date(2026, 11, 17))
    assert with_letters(letter, work_date=friday).status == "TK"
    assert with_letters(letter, work_date=friday, holidays=[date(2026, 11, 16)]).status == "S"
    monday = replace(SICK, type="Surat Cuti", covers=(Cover(start=date(2026, 11, 16), end=date(2026, 11, 16)),))
    assert with_letters(letter, monday, work_date=friday).status == "S"


def test_letter_for_a_part_of_the_day_does_not_cover_it(with_letters):
    hours = {"start": datetime(2026, 11, 18, 7), "end": datetime(2026, 11, 18, 15)}
    assert with_letters(replace(SICK, covers=(Cover(**hours),))).status == "S"
    shorter = Cover(start=hours["start"], end=datetime(2026, 11, 18, 14, 59))
    assert with_letters(replace(SICK, covers=(shorter,))).status == "TK"


def test_letter_without_an_end_is_no_trouble(with_letters):
    study = replace(
        SICK, type="Surat Keterangan", reason="tugas belajar", covers=(Cover(start=WEDNESDAY, end=date.max),)
    )
    assert with_letters(study).status == "DL"


def test_later_entered_letter_wins_whatever_the_order(with_letters):
    leave = replace(SICK, type="Surat Cuti", entered=date(2026, 11, 21))
    assert with_letters(SICK, leave).status == with_letters(leave, SICK).status == "S"


def test_letter_on_a_rest_day_leaves_it_a_rest_day(with_letters):
    trip = replace(SICK, covers=(Cover(start=date(2026, 11, 13), end=date(2026, 11, 16)),))
    assert with_letters(trip, work_date=date(2026, 11, 14)).status == "LIBUR"


def test_letter_decides_a_day_that_would_wait_for_a_kiosk(with_letters):
    silent = Coverage({"lobi": None})
    assert with_letters(times=("07:10",), coverage=silent).status == "MENUNGGU_DATA"
    day = with_letters(SICK, times=("07:10",), coverage=silent)
    assert (day.status, day.waiting_for) == ("S", ())
    assert any("1 scan" in sentence.id for sentence in day.explanation)


def test_every_status_is_reachable(with_letters):
    letters = (SICK, *(replace(SICK, type=kind) for kind in ("Surat Cuti", "Surat Ijin", "Surat Perintah Tugas")))
    days = [with_letters(letter) for letter in (*letters, CANCELLATION)]
    days += [with_letters(times=times) for times in ((), ("06:50",), ("06:50", "15:00"))]
    days.append(with_letters(month_closed=False))
    days.append(with_letters(holidays=[WEDNESDAY]))
    days.append(with_letters(as_of="2026-11-18T12:00"))
    days.append(with_letters(coverage=Coverage({"lobi": None})))
    assert {day.status for day in days} == set(Status)


def test_cancellation_with_signatures_and_witnesses(with_letters):
    day = with_letters(CANCELLATION, times=("06:50", "15:05"))
    assert (day.status, day.absent_days, day.lampiran_i_code) == ("DIBATALKAN", 1, "TK")
    assert (day.late_min, day.early_min, day.missing, day.flags) == (0, 0, (), ("PEMBATALAN_PS13",))
    assert any("2 scan" in sentence.id for sentence in day.explanation)


@pytest.mark.parametrize(
    "change",
    [
        {"witness_statements": 1},
        {"signed_by": ("Atasan Langsung",)},
        {"signed_by": ("Kepala Perangkat Daerah",)},
        {"signed_by": ("Atasan Langsung", "Atasan Langsung")},
        {"covers": (Cover(start=date(2026, 11, 19), end=date(2026, 11, 19)),)},
    ],
)
def test_cancellation_with_a_defect_is_refused(with_letters, change):
    day = with_letters(replace(CANCELLATION, **change), times=("06:50", "15:05"))
    assert (day.status, day.absent_days, day.flags) == ("HADIR", 0, ())
    assert day.late_min == day.early_min == 0
