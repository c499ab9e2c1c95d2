"""One person's month: the columns of Lampiran II, added up from attendance days."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date
from itertools import pairwise

import msgspec

from hub.attendance.day import AttendanceDay, Status

LEAVE_AND_DUTY = frozenset({Status.DL, Status.C, Status.S})


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
    waiting_for: kiosks that days wait for. remarks: Indonesian, for the form's remark and the page.
    """

    lampiran_ii: LampiranII
    counts: dict[Status, int]
    working_days: int
    pending: tuple[date, ...]
    waiting_for: tuple[str, ...]
    remarks: tuple[str, ...]

    @property
    def ringkasan(self) -> str:
        """All remarks in one line; empty when there is nothing to say."""
        return "; ".join(self.remarks)


def summarise(days: Iterable[AttendanceDay]) -> MonthSummary:
    """The sums of one person's days, in any order and of any span; ValueError when a date comes twice."""
    dated = sorted(days, key=lambda day: day.work_date)
    twice = [day.work_date for day, following in pairwise(dated) if day.work_date == following.work_date]
    if twice:
        raise ValueError(f"{twice[0]} is there twice: give one person's days, each once")
    counts = Counter(day.status for day in dated)
    return MonthSummary(
        lampiran_ii=LampiranII(
            terlambat_menit=sum(day.late_min or 0 for day in dated),
            pulang_awal_menit=sum(day.early_min or 0 for day in dated),
            tanpa_alasan_hari=sum(day.absent_days for day in dated),
            cuti_sakit_dl_diklat_hari=sum(counts[status] for status in LEAVE_AND_DUTY),
            ijin_hari=counts[Status.I],
        ),
        counts={status: counts[status] for status in Status if counts[status]},
        working_days=len(dated) - counts[Status.LIBUR],
        pending=tuple(day.work_date for day in dated if not day.is_settled),
        waiting_for=tuple(sorted({device for day in dated for device in day.waiting_for})),
        remarks=tuple(_remarks(dated)),
    )


def _remarks(days: Sequence[AttendanceDay]) -> list[str]:
    """What the sums do not say: unknown minutes, days that are still open, and what the days themselves remark."""
    incomplete = [day for day in days if day.status is Status.TIDAK_LENGKAP]
    groups = (
        ([day for day in incomplete if "in" in day.missing], "tanpa scan datang, menit dihitung 0"),
        ([day for day in incomplete if "out" in day.missing], "tanpa scan pulang, menit dihitung 0"),
        ([day for day in days if day.status is Status.MENUNGGU_DATA], "menunggu data kiosk, menit dihitung 0"),
        ([day for day in days if day.status is Status.BELUM_ADA_KETERANGAN], "belum ada keterangan"),
        ([day for day in days if day.status is Status.BERJALAN], "masih berjalan"),
        ([day for day in days if day.status is Status.DIBATALKAN], "kehadiran dibatalkan (Pasal 13)"),
    )
    remarks = [f"{len(group)} hari {words} ({_dates(group)})" for group, words in groups if group]
    duty = Counter(day.remark for day in days if day.status is Status.DL and day.remark)
    return remarks + [f"{count} hari {remark.lower()}" for remark, count in sorted(duty.items())]


def _dates(days: Sequence[AttendanceDay]) -> str:
    return ", ".join(f"{day.work_date:%d-%m}" for day in days)
