"""Discipline by Peraturan Pemerintah 94/2021: which sanction the unexcused days of a calendar year point to. Pure.

Wording and thresholds: PP 94/2021 Pasal 8 (kinds of sanction) and Pasal 9 ayat (2), 10 ayat (2) and 11 ayat (2) letter
d (days without lawful reason); counted to the end of the running year. What is named here is what the regulation
threatens: whether and what is imposed is decided by the superior after a hearing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Final, Literal

import msgspec

from hub.attendance.day import Status

Level = Literal["ringan", "sedang", "berat"]

RUN_THRESHOLD: Final = 10
"""Working days in a row without lawful reason (Pasal 11 ayat (2) huruf d angka 4)."""

_DISMISSAL: Final = "Pemberhentian dengan hormat tidak atas permintaan sendiri sebagai PNS"
_CUT: Final = "Pemotongan tunjangan kinerja sebesar 25% selama"
_UNEXCUSED: Final = frozenset({Status.TK, Status.DIBATALKAN})


class Sanction(msgspec.Struct, frozen=True):
    """One step. first, last: unexcused days of a calendar year, both included; last None: and more."""

    level: Level
    name: str
    article: str
    first: int
    last: int | None


SANCTIONS: Final = (
    Sanction("ringan", "Teguran lisan", "Pasal 9 ayat (2) huruf f angka 1", 3, 3),
    Sanction("ringan", "Teguran tertulis", "Pasal 9 ayat (2) huruf f angka 2", 4, 6),
    Sanction("ringan", "Pernyataan tidak puas secara tertulis", "Pasal 9 ayat (2) huruf f angka 3", 7, 10),
    Sanction("sedang", f"{_CUT} 6 (enam) bulan", "Pasal 10 ayat (2) huruf f angka 1", 11, 13),
    Sanction("sedang", f"{_CUT} 9 (sembilan) bulan", "Pasal 10 ayat (2) huruf f angka 2", 14, 16),
    Sanction("sedang", f"{_CUT} 12 (dua belas) bulan", "Pasal 10 ayat (2) huruf f angka 3", 17, 20),
    Sanction(
        "berat",
        "Penurunan jabatan setingkat lebih rendah selama 12 (dua belas) bulan",
        "Pasal 11 ayat (2) huruf d angka 1",
        21,
        24,
    ),
    Sanction(
        "berat",
        "Pembebasan dari jabatannya menjadi jabatan pelaksana selama 12 (dua belas) bulan",
        "Pasal 11 ayat (2) huruf d angka 2",
        25,
        27,
    ),
    Sanction("berat", _DISMISSAL, "Pasal 11 ayat (2) huruf d angka 3", 28, None),
)
FOR_A_RUN: Final = Sanction("berat", _DISMISSAL, "Pasal 11 ayat (2) huruf d angka 4", RUN_THRESHOLD, None)


class DatedStatus(msgspec.Struct, frozen=True, order=True):
    """What a stored day is called."""

    work_date: date
    status: Status


class Run(msgspec.Struct, frozen=True):
    """Unexcused working days that follow each other. days: how many, rest days between them not counted."""

    first: date
    last: date
    days: int


class Discipline(msgspec.Struct, frozen=True):
    """What a year came to. unexcused_days: of the calendar year.

    run: the longest of RUN_THRESHOLD days and more that ends in it; None: there is no such run.
    sanction: the heaviest that the days point to; None: fewer than the first threshold.
    """

    unexcused_days: int
    run: Run | None
    sanction: Sanction | None


def sanction_for(days: int) -> Sanction | None:
    """The step that so many unexcused days of a calendar year reach; None below the first."""
    return next((each for each in reversed(SANCTIONS) if days >= each.first), None)


def weigh(days: Iterable[DatedStatus], year: int) -> Discipline:
    """One person's days, in any order; those before the year count only in a run that reaches into it.

    Rest days and holidays do not break a run. Everything else does, also a day that is still open and a date without
    any: nobody is dismissed for a day that nobody has decided on.
    """
    dated = sorted(each for each in days if each.work_date.year <= year)
    unexcused = sum(1 for each in dated if each.status in _UNEXCUSED and each.work_date.year == year)
    runs = (run for run in _runs(dated) if run.last.year == year and run.days >= RUN_THRESHOLD)
    longest = max(runs, key=lambda run: run.days, default=None)
    sanction = sanction_for(unexcused)
    if longest is not None and sanction != SANCTIONS[-1]:
        sanction = FOR_A_RUN
    return Discipline(unexcused, longest, sanction)


def _runs(dated: Iterable[DatedStatus]) -> Iterator[Run]:
    """Runs as they grow, so that the last of each is the whole of it; `dated` are ascending."""
    run: Run | None = None
    before: date | None = None
    for each in dated:
        if before is not None and (each.work_date - before).days != 1:
            run = None
        before = each.work_date
        if each.status in _UNEXCUSED:
            run = Run(each.work_date if run is None else run.first, each.work_date, 1 if run is None else run.days + 1)
            yield run
        elif each.status is not Status.LIBUR:
            run = None
