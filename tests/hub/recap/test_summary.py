"""A month's sums, and what the sums do not say."""

from __future__ import annotations

from datetime import date

import pytest

from hub.attendance.day import AttendanceDay, Status
from hub.recap.summary import LampiranII, summarise


def day(number: int, status: Status, **fields) -> AttendanceDay:
    return AttendanceDay(work_date=date(2026, 11, number), policy="jember-5", status=status, **fields)


MONTH = [
    day(2, Status.HADIR),
    day(3, Status.HADIR, late_min=47, early_min=45),
    day(4, Status.TIDAK_LENGKAP, late_min=None, early_min=170, missing=("in",)),
    day(5, Status.TIDAK_LENGKAP, late_min=3, early_min=None, missing=("out",)),
    day(6, Status.TK, absent_days=1, missing=("in", "out")),
    day(7, Status.LIBUR),
    day(9, Status.DIBATALKAN, absent_days=1),
    day(10, Status.DL),
    day(11, Status.DL, remark="Diklat", remark_en="Training"),
    day(12, Status.C),
    day(13, Status.S),
    day(16, Status.I),
    day(17, Status.MENUNGGU_DATA, late_min=None, early_min=None, waiting_for=("lobi", "aula")),
    day(18, Status.BELUM_ADA_KETERANGAN, missing=("in", "out")),
    day(19, Status.BERJALAN, late_min=5, early_min=None),
]


def test_summary_of_a_month_fills_the_columns_of_lampiran_ii():
    summary = summarise(MONTH)
    assert summary.lampiran_ii == LampiranII(
        terlambat_menit=55,
        pulang_awal_menit=215,
        tanpa_alasan_hari=2,
        cuti_sakit_dl_diklat_hari=4,
        ijin_hari=1,
    )
    assert summary.working_days == 14
    assert summary.counts[Status.HADIR] == summary.counts[Status.TIDAK_LENGKAP] == summary.counts[Status.DL] == 2
    assert sum(summary.counts.values()) == len(MONTH)


def test_summary_tells_what_is_open_and_what_counts_zero():
    summary = summarise(MONTH)
    assert summary.pending == (date(2026, 11, 17), date(2026, 11, 18), date(2026, 11, 19))
    assert summary.waiting_for == ("aula", "lobi")
    assert summary.remarks == (
        "1 hari tanpa scan datang, menit dihitung 0 (04-11)",
        "1 hari tanpa scan pulang, menit dihitung 0 (05-11)",
        "1 hari menunggu data kiosk, menit dihitung 0 (17-11)",
        "1 hari belum ada keterangan (18-11)",
        "1 hari masih berjalan (19-11)",
        "1 hari kehadiran dibatalkan (Pasal 13) (09-11)",
        "1 hari diklat",
    )


def test_summary_says_the_same_in_both_languages():
    summary = summarise(MONTH)
    assert tuple(note.id for note in summary.notes) == summary.remarks
    assert [note.en for note in summary.notes] == [
        "1 day without an arrival punch, minutes counted as 0 (4 Nov)",
        "1 day without a departure punch, minutes counted as 0 (5 Nov)",
        "1 day awaiting a kiosk's data, minutes counted as 0 (17 Nov)",
        "1 day unexplained so far (18 Nov)",
        "1 day still running (19 Nov)",
        "1 day with attendance cancelled (Ps 13) (9 Nov)",
        "1 day of training",
    ]


def test_summary_writes_dates_that_follow_each_other_as_spans():
    numbers = [2, 3, 4, 5, 9, 12, 13]
    (note,) = summarise([day(number, Status.BELUM_ADA_KETERANGAN) for number in numbers]).notes
    assert note.id == "7 hari belum ada keterangan (02–05-11, 09-11, 12–13-11)"
    assert note.en == "7 days unexplained so far (2–5 Nov, 9 Nov, 12–13 Nov)"


def test_summary_writes_spans_across_months_and_years():
    dates = [date(2026, 11, 30), date(2026, 12, 1), date(2026, 12, 31), date(2027, 1, 1)]
    days = [AttendanceDay(work_date=one, policy="x", status=Status.BERJALAN) for one in dates]
    (note,) = summarise(days).notes
    assert note.id == "4 hari masih berjalan (30-11–01-12, 31-12–01-01)"
    assert note.en == "4 days still running (30 Nov–1 Dec, 31 Dec–1 Jan)"


def test_summary_does_not_depend_on_the_order():
    assert summarise(reversed(MONTH)) == summarise(MONTH)


def test_summary_of_nothing_is_all_zero():
    summary = summarise([])
    assert (summary.lampiran_ii, summary.counts, summary.ringkasan) == (LampiranII(), {}, "")


def test_summary_with_a_date_twice_is_refused():
    with pytest.raises(ValueError, match="2026-11-02 is there twice"):
        summarise([MONTH[0], MONTH[0]])
