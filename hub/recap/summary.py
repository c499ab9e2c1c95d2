"""One person's month: the columns of Lampiran II, added up from attendance days."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date
from itertools import pairwise
from typing import Final

import msgspec

from hub.attendance.day import AttendanceDay, Sentence, Status

_STATUSES: Final = tuple(Status)
LEAVE_AND_DUTY = frozenset({Status.DL, Status.C, Status.S})

_MONTHS_EN: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


_NO_ARRIVAL: Final = Sentence("tanpa scan datang, menit dihitung 0", "without an arrival punch, minutes counted as 0")
_NO_DEPARTURE: Final = Sentence(
    "tanpa scan pulang, menit dihitung 0", "without a departure punch, minutes counted as 0"
)
_WORDS: Final = (
    (
        Status.MENUNGGU_DATA,
        Sentence("menunggu data kiosk, menit dihitung 0", "awaiting a kiosk's data, minutes counted as 0"),
    ),
    (Status.BELUM_ADA_KETERANGAN, Sentence("belum ada keterangan", "unexplained so far")),
    (Status.BERJALAN, Sentence("masih berjalan", "still running")),
    (Status.DIBATALKAN, Sentence("kehadiran dibatalkan (Pasal 13)", "with attendance cancelled (Ps 13)")),
)
_OPEN: Final = frozenset({Status.BERJALAN, Status.MENUNGGU_DATA, Status.BELUM_ADA_KETERANGAN})


class LampiranII(msgspec.Struct, frozen=True, kw_only=True):
    """The sums of a person's line in Lampiran II of Perbup Jember 55/2021; minutes and days as the form counts them."""

    terlambat_menit: int = 0
    pulang_awal_menit: int = 0
    tanpa_alasan_hari: int = 0
    cuti_sakit_dl_diklat_hari: int = 0
    ijin_hari: int = 0


class MonthSummary(msgspec.Struct, frozen=True, kw_only=True):
    """What a person's days came to.

    lampiran_ii: the form's sums; minutes that are not known count 0 there and are told in the remarks.
    counts: days per status, only those that occur. working_days: days on which work was expected.
    pending: dates that can still change by themselves (running, waiting for a kiosk, or for a letter).
    waiting_for: kiosks that days wait for. remarks: Indonesian, for the form. notes: the same in both languages.
    """

    lampiran_ii: LampiranII
    counts: dict[Status, int]
    working_days: int
    pending: tuple[date, ...]
    waiting_for: tuple[str, ...]
    remarks: tuple[str, ...]
    notes: tuple[Sentence, ...] = ()

    @property
    def ringkasan(self) -> str:
        """All remarks in one line; empty when there is nothing to say."""
        return "; ".join(self.remarks)


class MentionedDay(msgspec.Struct, frozen=True, kw_only=True):
    """What a summary wants to know of a day; a stored AttendanceDay can be read as one, which is quicker."""

    work_date: date
    status: Status
    late_min: int | None = 0
    early_min: int | None = 0
    absent_days: int = 0
    missing: tuple[str, ...] = ()
    waiting_for: tuple[str, ...] = ()
    remark: str = ""
    remark_en: str = ""


class PlainDays(msgspec.Struct, frozen=True, gc=False):
    """One person's days of one status, added up already: such days are not mentioned by date."""

    status: Status
    days: int
    late_min: int
    early_min: int
    absent_days: int


MENTIONED: Final = frozenset(
    {
        Status.TIDAK_LENGKAP,
        Status.BERJALAN,
        Status.MENUNGGU_DATA,
        Status.BELUM_ADA_KETERANGAN,
        Status.DIBATALKAN,
        Status.DL,
    }
)
"""Statuses whose days a summary mentions by their dates; of the others the sums say everything."""


_Day = AttendanceDay | MentionedDay


def summarise(days: Iterable[_Day], plain: Iterable[PlainDays] = ()) -> MonthSummary:
    """The sums of one person's days, in any order and of any span; ValueError when a date comes twice.

    plain: further days, of statuses that are not MENTIONED; whoever added them up answers for their dates.
    """
    plain = list(plain)
    dated = sorted(days, key=lambda day: day.work_date)
    twice = [day.work_date for day, following in pairwise(dated) if day.work_date == following.work_date]
    if twice:
        raise ValueError(f"{twice[0]} is there twice: give one person's days, each once")
    counts = Counter(day.status for day in dated)
    for added_up in plain:
        counts[added_up.status] += added_up.days
    notes = tuple(_notes(dated)) if dated else ()
    return MonthSummary(
        lampiran_ii=LampiranII(
            terlambat_menit=sum(day.late_min or 0 for day in dated) + sum(each.late_min for each in plain),
            pulang_awal_menit=sum(day.early_min or 0 for day in dated) + sum(each.early_min for each in plain),
            tanpa_alasan_hari=sum(day.absent_days for day in dated) + sum(each.absent_days for each in plain),
            cuti_sakit_dl_diklat_hari=sum(counts[status] for status in LEAVE_AND_DUTY),
            ijin_hari=counts[Status.I],
        ),
        counts={status: count for status in _STATUSES if (count := counts.get(status))},
        working_days=counts.total() - counts[Status.LIBUR],
        pending=tuple(day.work_date for day in dated if day.status in _OPEN),
        waiting_for=tuple(sorted({device for day in dated for device in day.waiting_for})),
        remarks=tuple(note.id for note in notes),
        notes=notes,
    )


def _notes(days: Sequence[_Day]) -> list[Sentence]:
    """What the sums do not say: unknown minutes, days that are still open, and what the days themselves remark."""
    of_status: dict[Status, list[_Day]] = {}
    for day in days:
        of_status.setdefault(day.status, []).append(day)
    incomplete = of_status.get(Status.TIDAK_LENGKAP, ())
    groups = (
        ([day for day in incomplete if "in" in day.missing], _NO_ARRIVAL),
        ([day for day in incomplete if "out" in day.missing], _NO_DEPARTURE),
        *((of_status.get(status, ()), words) for status, words in _WORDS),
    )
    notes = [_note(group, words) for group, words in groups if group]
    duty: dict[str, list[_Day]] = {}
    for day in of_status.get(Status.DL, ()):
        if day.remark:
            duty.setdefault(day.remark, []).append(day)
    for remark, of_remark in sorted(duty.items()):
        english = of_remark[0].remark_en or remark
        notes.append(Sentence(f"{len(of_remark)} hari {remark.lower()}", f"{_days(of_remark)} of {english.lower()}"))
    return notes


def _note(days: Sequence[_Day], words: Sentence) -> Sentence:
    spans = _spans([day.work_date for day in days])
    return Sentence(
        f"{len(days)} hari {words.id} ({', '.join(_span_id(*span) for span in spans)})",
        f"{_days(days)} {words.en} ({', '.join(_span_en(*span) for span in spans)})",
    )


def _days(days: Sequence[_Day]) -> str:
    return "1 day" if len(days) == 1 else f"{len(days)} days"


def _spans(dates: Sequence[date]) -> list[tuple[date, date]]:
    """First and last date of every run of dates that follow each other; `dates` are ascending."""
    spans: list[tuple[date, date]] = []
    for day in dates:
        if spans and (day - spans[-1][1]).days == 1:
            spans[-1] = (spans[-1][0], day)
        else:
            spans.append((day, day))
    return spans


def _span_id(first: date, last: date) -> str:
    """02–05-03; 30-03–02-04 across the end of a month; 02-03 for a single date."""
    until = f"{last.day:02d}-{last.month:02d}"
    if first == last:
        return until
    same_month = (first.year, first.month) == (last.year, last.month)
    return f"{first.day:02d}–{until}" if same_month else f"{first.day:02d}-{first.month:02d}–{until}"


def _span_en(first: date, last: date) -> str:
    """2–5 Mar; 30 Mar–2 Apr across the end of a month; 2 Mar for a single date."""
    until = f"{last.day} {_MONTHS_EN[last.month - 1]}"
    if first == last:
        return until
    same_month = (first.year, first.month) == (last.year, last.month)
    return f"{first.day}–{until}" if same_month else f"{first.day} {_MONTHS_EN[first.month - 1]}–{until}"
