"""Letters: what each kind is worth, and whether it came in, was verified and entered in time (Ps 11(2)-(5), Ps 13)."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal
from zoneinfo import ZoneInfo

from hub.attendance.day import Cover, Document, Sentence
from hub.attendance.sessions import minute_of
from hub.schedule.calendar import Schedule
from hub.schedule.plan import DAY_MINUTES, DayPlan

LeaveCode = Literal["DL", "C", "S", "I"]

CANCELLATION = "surat keterangan pembatalan kehadiran"
KINDS = (
    "Surat Perintah Tugas",
    "Surat Cuti",
    "Surat Dokter",
    "Surat Ijin",
    "Surat Keterangan",
    "Surat Keterangan Pembatalan Kehadiran",
)
"""How the kinds of letters are written; other spellings are read as well."""
SUPERVISOR = frozenset({"atasan langsung"})
HEAD = frozenset({"kepala organisasi perangkat daerah", "kepala perangkat daerah", "kepala opd"})
WITNESSES = 2

_CODES: dict[str, LeaveCode] = {
    "surat perintah tugas": "DL",
    "surat perintah": "DL",
    "surat cuti": "C",
    "surat dokter": "S",
    "surat ijin": "I",
    "surat izin": "I",
}
_REASONS: dict[str, tuple[LeaveCode, Sentence | None]] = {
    "dl": ("DL", None),
    "dinas luar": ("DL", None),
    "tugas luar": ("DL", None),
    "perjalanan dinas": ("DL", None),
    "diklat": ("DL", Sentence("Diklat", "Training")),
    "tugas belajar": ("DL", Sentence("Tugas belajar", "Study assignment")),
    "c": ("C", None),
    "cuti": ("C", None),
    "s": ("S", None),
    "sakit": ("S", None),
    "i": ("I", None),
    "ijin": ("I", None),
    "izin": ("I", None),
}


def is_cancellation(kind: str) -> bool:
    """Whether a letter of this type takes attendance away (Ps 13)."""
    return _words(kind) == CANCELLATION


def is_known_kind(kind: str) -> bool:
    """Whether a type of letter is one that the rules know, however it is spelt."""
    return _words(kind) in _CODES or _words(kind) in {"surat keterangan", CANCELLATION}


def needs_reason(kind: str) -> bool:
    """Whether a type of letter is worth nothing without a reason."""
    return _words(kind) == "surat keterangan"


def known_reasons() -> tuple[str, ...]:
    """The reasons that a Surat Keterangan may give."""
    return tuple(_REASONS)


def is_superior(office: str) -> bool:
    """Whether somebody in this office, acting or not, may know of an absence or sign: the supervisor or the head."""
    return _office(office) in SUPERVISOR | HEAD


@dataclass(frozen=True, slots=True)
class Verdict:
    """What one letter does to one day.

    code: the day's code; None when the letter changes nothing. remark: for the Keterangan column; None: nothing to say.
    reason: why, for the explanation.
    """

    code: LeaveCode | Literal["TK"] | None
    remark: Sentence | None
    reason: Sentence


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """The day on which letters are judged: the date in question, its hours, and what is known when.

    known_on: local date of the question; what happens to a letter later than that has not happened yet.
    """

    work_date: date
    plan: DayPlan
    schedule: Schedule
    known_on: date
    tz: ZoneInfo


def judge_cancellations(documents: Sequence[Document], desk: Desk) -> list[Verdict]:
    """A verdict for every cancellation that speaks of the day; the ones in force have the code TK."""
    return [
        _judge_cancellation(document)
        for document in documents
        if _words(document.type) == CANCELLATION
        and (not document.covers or any(_covers(cover, desk) for cover in document.covers))
    ]


def judge_leave(documents: Sequence[Document], desk: Desk) -> list[Verdict]:
    """A verdict for every letter of absence that covers the whole day; the latest entered comes last."""
    letters = [document for document in documents if _words(document.type) != CANCELLATION]
    covering = [letter for letter in letters if any(_covers(cover, desk) for cover in letter.covers)]
    covering.sort(key=lambda letter: (letter.entered or date.min, letter.verified or date.min, repr(letter)))
    if not covering:
        return []
    deadline = desk.schedule.next_working_day(_end_of_absence(letters, desk))
    return [_judge_letter(letter, desk, deadline) for letter in covering]


@dataclass(frozen=True, slots=True)
class Excuse:
    """Whether a letter in force covers a part of the day, and a sentence for every letter that covers it."""

    granted: bool
    reasons: tuple[Sentence, ...] = ()


def judge_part(documents: Sequence[Document], desk: Desk, *, first: int, last: int) -> Excuse:
    """Whether a letter excuses the time between two minutes (both included): late arrival, early departure.

    Letters that cover the whole day decide it altogether, see judge_leave; they are left out here.
    """
    letters = [document for document in documents if _words(document.type) != CANCELLATION]
    covering = [
        letter
        for letter in letters
        if any(_reaches(cover, desk, first, last) for cover in letter.covers)
        and not any(_covers(cover, desk) for cover in letter.covers)
    ]
    deadline = desk.schedule.next_working_day(_end_of_absence(letters, desk)) if covering else None
    objections = [(letter, _objection_to(letter, desk, deadline)) for letter in sorted(covering, key=repr)]
    reasons = tuple(
        Sentence(
            f"{letter.type} yang terverifikasi mencakup waktu itu: tidak dihitung sebagai pelanggaran.",
            f"A verified letter ({letter.type}) covers that time: it does not count as an offence.",
        )
        if objection is None
        else _refusal(letter, objection)
        for letter, objection in objections
    )
    return Excuse(any(objection is None for _, objection in objections), reasons)


def _judge_cancellation(document: Document) -> Verdict:
    signers = {_office(signer) for signer in document.signed_by}
    lacking = []
    if not signers & SUPERVISOR:
        lacking.append(("tanda tangan Atasan Langsung", "the supervisor's signature"))
    if not signers & HEAD:
        lacking.append(("tanda tangan Kepala Perangkat Daerah", "the head's signature"))
    if document.witness_statements < WITNESSES:
        lacking.append(("keterangan dua saksi", "two witness statements"))
    if lacking:
        what_id, what_en = ", ".join(id_ for id_, _ in lacking), ", ".join(en for _, en in lacking)
        reason = Sentence(
            f"Pembatalan kehadiran ditolak: belum ada {what_id} (Pasal 13).",
            f"The cancellation is refused for want of {what_en} (Ps 13).",
        )
        return Verdict(None, None, reason)
    reason = Sentence(
        "Kehadiran dibatalkan dengan dua tanda tangan dan dua saksi (Pasal 13); scan tetap tersimpan.",
        "Attendance is cancelled with both signatures and two witnesses (Ps 13); the punches stay on record.",
    )
    remark = Sentence("Kehadiran dibatalkan (Pasal 13)", "Attendance cancelled (Ps 13)")
    return Verdict("TK", remark, reason)


def _judge_letter(letter: Document, desk: Desk, deadline: date | None) -> Verdict:
    objection = _objection_to(letter, desk, deadline)
    if objection is not None:
        return Verdict(None, None, _refusal(letter, objection))
    code, remark = _worth(letter)
    reason = Sentence(
        f"{letter.type} yang terverifikasi mencakup hari ini: {code}.",
        f"A verified letter ({letter.type}) covers the day: {code}.",
    )
    return Verdict(code, remark, reason)


def _objection_to(letter: Document, desk: Desk, deadline: date | None) -> Sentence | None:
    """Why a letter does not count, its kind included; None when nothing speaks against it."""
    code, _ = _worth(letter)
    if code is None:
        return Sentence("jenis atau alasannya tidak dikenal", "its kind or reason is unknown")
    return _objection(letter, desk, deadline)


def _refusal(letter: Document, objection: Sentence) -> Sentence:
    return Sentence(
        f"{letter.type} tidak berlaku: {objection.id}.",
        f"The letter ({letter.type}) does not count: {objection.en}.",
    )


def _worth(letter: Document) -> tuple[LeaveCode | None, Sentence | None]:
    kind = _words(letter.type)
    if kind == "surat keterangan":
        return _REASONS.get(_words(letter.reason or ""), (None, None))
    return _CODES.get(kind), None


def _objection(letter: Document, desk: Desk, deadline: date | None) -> Sentence | None:
    """Why a letter does not count; None when nothing speaks against it."""
    if letter.known_by is None or _office(letter.known_by) not in SUPERVISOR | HEAD:
        return Sentence(
            "tidak diketahui Atasan Langsung atau Kepala OPD", "neither the supervisor nor the head knew of it"
        )
    steps = (
        (letter.handed_in, Sentence("belum diserahkan", "it has not been handed in")),
        (
            letter.verified,
            Sentence("belum diverifikasi pejabat kepegawaian", "the personnel official has not verified it"),
        ),
        (letter.entered, Sentence("belum dimasukkan operator", "the operator has not entered it")),
    )
    for done_on, objection in steps:
        if done_on is None or done_on > desk.known_on:
            return objection
    if letter.reopened_because:
        return None
    handed_in = letter.handed_in or date.max
    if deadline is not None and handed_in > deadline:
        return Sentence(
            f"diserahkan {handed_in:%d-%m-%Y}, batasnya hari kerja pertama sesudahnya {deadline:%d-%m-%Y}",
            f"handed in on {handed_in}, due by the first working day after the absence, {deadline}",
        )
    month_end = _month_end(desk.work_date)
    if any(done_on is not None and done_on > month_end for done_on, _ in steps):
        return Sentence(
            f"selesai sesudah akhir bulan {month_end:%d-%m-%Y} dan bulan tidak dibuka kembali",
            f"completed after the month's end on {month_end} and the month was not reopened",
        )
    return None


def _end_of_absence(letters: Sequence[Document], desk: Desk) -> date:
    """The last date of the spell of absence around the day: letters for adjoining working days make one spell."""
    spans = [_dates(cover, desk.tz) for letter in letters for cover in letter.covers]
    end = desk.work_date
    returns: date | None = end
    while returns is not None:
        reach = max((last for first, last in spans if first <= returns <= last), default=None)
        if reach is None:
            return end
        end = reach
        returns = desk.schedule.next_working_day(end)
    return end


def _covers(cover: Cover, desk: Desk) -> bool:
    """Whether a span covers the day's whole working time."""
    if not isinstance(cover.start, datetime) and not isinstance(cover.end, datetime):
        return cover.start <= desk.work_date <= cover.end
    return _reaches(cover, desk, desk.plan.in_due, desk.plan.out_due)


def _reaches(cover: Cover, desk: Desk, first: int, last: int) -> bool:
    """Whether a span covers the time between two minutes of the day."""
    start = _minute(cover.start, desk)
    end = _minute(cover.end, desk) + (0 if isinstance(cover.end, datetime) else DAY_MINUTES - 1)
    return start <= first and last <= end


def _minute(moment: date | datetime, desk: Desk) -> int:
    if isinstance(moment, datetime):
        aware = moment if moment.tzinfo is not None else moment.replace(tzinfo=desk.tz)
        return minute_of(aware, desk.work_date, desk.tz)
    return (moment - desk.work_date).days * DAY_MINUTES


def _dates(cover: Cover, tz: ZoneInfo) -> tuple[date, date]:
    first, last = (
        (moment.astimezone(tz) if moment.tzinfo is not None else moment).date()
        if isinstance(moment, datetime)
        else moment
        for moment in (cover.start, cover.end)
    )
    return first, last


def _month_end(day: date) -> date:
    return day.replace(day=monthrange(day.year, day.month)[1])


def _words(text: str) -> str:
    return " ".join(text.casefold().split())


def _office(text: str) -> str:
    """An office without its acting holder's Plt. or Plh."""
    return re.sub(r"^(plt|plh)\.? ", "", _words(text))
