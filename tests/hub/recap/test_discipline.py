"""PP 94/2021: thresholds of unexcused days, and ten in a row."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from hub.attendance.day import Status
from hub.recap.discipline import FOR_A_RUN, SANCTIONS, DatedStatus, Run, sanction_for, weigh
from tests.factories.stored_days import absences


def every_other_day(count: int, year: int = 2026) -> list[DatedStatus]:
    """Unexcused days that never follow each other."""
    first = date(year, 1, 5)
    return [
        DatedStatus(first + timedelta(days=number), Status.TK if number % 2 == 0 else Status.HADIR)
        for number in range(2 * count)
    ]


def row_of(first: date, working_days: int) -> list[DatedStatus]:
    return [DatedStatus(day.work_date, day.status) for day in absences(first, working_days)]


@pytest.mark.parametrize(
    ("days", "level", "name"),
    [
        (0, None, None),
        (2, None, None),
        (3, "ringan", "Teguran lisan"),
        (4, "ringan", "Teguran tertulis"),
        (6, "ringan", "Teguran tertulis"),
        (7, "ringan", "Pernyataan tidak puas secara tertulis"),
        (10, "ringan", "Pernyataan tidak puas secara tertulis"),
        (11, "sedang", "Pemotongan tunjangan kinerja sebesar 25% selama 6 (enam) bulan"),
        (13, "sedang", "Pemotongan tunjangan kinerja sebesar 25% selama 6 (enam) bulan"),
        (14, "sedang", "Pemotongan tunjangan kinerja sebesar 25% selama 9 (sembilan) bulan"),
        (16, "sedang", "Pemotongan tunjangan kinerja sebesar 25% selama 9 (sembilan) bulan"),
        (17, "sedang", "Pemotongan tunjangan kinerja sebesar 25% selama 12 (dua belas) bulan"),
        (20, "sedang", "Pemotongan tunjangan kinerja sebesar 25% selama 12 (dua belas) bulan"),
        (21, "berat", "Penurunan jabatan setingkat lebih rendah selama 12 (dua belas) bulan"),
        (24, "berat", "Penurunan jabatan setingkat lebih rendah selama 12 (dua belas) bulan"),
        (25, "berat", "Pembebasan dari jabatannya menjadi jabatan pelaksana selama 12 (dua belas) bulan"),
        (27, "berat", "Pembebasan dari jabatannya menjadi jabatan pelaksana selama 12 (dua belas) bulan"),
        (28, "berat", "Pemberhentian dengan hormat tidak atas permintaan sendiri sebagai PNS"),
        (200, "berat", "Pemberhentian dengan hormat tidak atas permintaan sendiri sebagai PNS"),
    ],
)
def test_sanction_by_days_of_a_year(days: int, level: str | None, name: str | None) -> None:
    found = weigh(every_other_day(min(days, 150)), 2026)
    assert found.unexcused_days == min(days, 150)
    assert (found.sanction and found.sanction.level, found.sanction and found.sanction.name) == (level, name)
    assert sanction_for(days) == found.sanction


def test_steps_follow_each_other_without_a_gap() -> None:
    assert [each.first for each in SANCTIONS[1:]] == [(each.last or 0) + 1 for each in SANCTIONS[:-1]]


def test_ten_in_a_row_are_dismissal_and_rest_days_do_not_break_them() -> None:
    days = row_of(date(2026, 3, 2), 10)
    found = weigh(reversed(days), 2026)
    assert found.sanction == FOR_A_RUN
    assert found.run == Run(date(2026, 3, 2), date(2026, 3, 13), 10)
    assert [day.status for day in days].count(Status.LIBUR) == 2


def test_nine_in_a_row_are_nine_days() -> None:
    found = weigh(row_of(date(2026, 3, 2), 9), 2026)
    assert (found.unexcused_days, found.run, found.sanction) == (9, None, sanction_for(9))


@pytest.mark.parametrize("between", [Status.HADIR, Status.DL, Status.BELUM_ADA_KETERANGAN, Status.TIDAK_LENGKAP])
def test_any_other_day_breaks_a_run(between: Status) -> None:
    days = [*row_of(date(2026, 3, 2), 5), DatedStatus(date(2026, 3, 7), between), *row_of(date(2026, 3, 8), 5)]
    found = weigh(days, 2026)
    assert (found.unexcused_days, found.run, found.sanction) == (10, None, sanction_for(10))


def test_a_date_without_any_day_breaks_a_run() -> None:
    days = [day for day in row_of(date(2026, 3, 2), 10) if day.work_date != date(2026, 3, 7)]
    assert weigh(days, 2026).run is None


def test_cancelled_attendance_is_unexcused() -> None:
    days = [DatedStatus(day.work_date, Status.DIBATALKAN) for day in row_of(date(2026, 3, 2), 3)]
    assert weigh(days, 2026).sanction == sanction_for(3)


def test_run_across_new_year_counts_in_the_year_in_which_it_ends() -> None:
    days = row_of(date(2026, 12, 24), 10)
    assert days[-1].work_date.year == 2027
    assert weigh(days, 2026).run is None
    assert weigh(days, 2026).unexcused_days == 6
    found = weigh(days, 2027)
    assert (found.unexcused_days, found.run and found.run.days, found.sanction) == (4, 10, FOR_A_RUN)


def test_twenty_eight_days_are_told_before_a_run() -> None:
    assert weigh(row_of(date(2026, 3, 2), 28), 2026).sanction == SANCTIONS[-1]
