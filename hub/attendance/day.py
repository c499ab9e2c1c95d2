"""The nouns of an attendance day: what goes into the assessment and what comes out of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Literal

import msgspec

Hint = Literal["in", "out"]
"""What the person chose on the screen: Masuk is `in`, Pulang is `out`."""

Doubt = Literal["review", "disavowed", "upheld", "refused"]
"""review: counts, and waits for the supervisor. Count for nothing: disavowed at the kiosk, and nobody has decided;
upheld: disavowed, and the operator agreed; refused by whoever looked at it."""

Concern = Literal["pin", "card", "duty", "unplaced", "misplaced", "disavowed"]
"""What makes a person look at a punch: who they were was said with a PIN or a card; they say that they are on duty
elsewhere; a portable kiosk did not know where it was; somebody said "not me"."""


class Status(StrEnum):
    """What a day is called. The words are those of the recap; the codes DL, C, S, I, TK those of Lampiran I."""

    HADIR = "HADIR"
    TIDAK_LENGKAP = "TIDAK_LENGKAP"
    BERJALAN = "BERJALAN"
    MENUNGGU_DATA = "MENUNGGU_DATA"
    BELUM_ADA_KETERANGAN = "BELUM_ADA_KETERANGAN"
    TK = "TK"
    LIBUR = "LIBUR"
    DIBATALKAN = "DIBATALKAN"
    DL = "DL"
    C = "C"
    S = "S"
    I = "I"  # noqa: E741 - the regulation's own code for ijin


class Flag(StrEnum):
    """What the operator should notice about a day."""

    TERLAMBAT = "TERLAMBAT"
    TERLAMBAT_DINAS = "TERLAMBAT_DINAS"
    PULANG_AWAL = "PULANG_AWAL"
    PULANG_AWAL_DINAS = "PULANG_AWAL_DINAS"
    MELANGGAR = "MELANGGAR"
    TANPA_DATANG = "TANPA_DATANG"
    TANPA_PULANG = "TANPA_PULANG"
    SESI_TERLEWAT = "SESI_TERLEWAT"
    SEBELUM_JENDELA = "SEBELUM_JENDELA"
    SETELAH_JENDELA = "SETELAH_JENDELA"
    KIOSK_BELUM_SINKRON = "KIOSK_BELUM_SINKRON"
    PEMBATALAN_PS13 = "PEMBATALAN_PS13"
    DISANGKAL = "DISANGKAL"
    PERLU_DITINJAU = "PERLU_DITINJAU"


@dataclass(frozen=True, slots=True, kw_only=True)
class PunchSeen:
    """A punch as the hub stores it.

    taken_at: aware; the corrected time when the kiosk's clock had to be corrected.
    hint: what the person chose on the screen; None when nothing was chosen.
    accepted: by the operator, or entered by hand: it counts outside the windows too.
    device: the kiosk's name. key: whatever identifies the row there (device, epoch, seq), only carried along.
    doubt: None: nobody doubts it, or no more. concerns: whatever was said for or against it, decided or not.
    """

    taken_at: datetime
    hint: Hint | None = None
    device: str = ""
    key: str = ""
    accepted: bool = False
    doubt: Doubt | None = None
    concerns: tuple[Concern, ...] = ()

    def __post_init__(self) -> None:
        if self.taken_at.tzinfo is None:
            raise ValueError("a punch needs an aware time: give taken_at a time zone")

    @property
    def counts(self) -> bool:
        """Whether it may fill a session."""
        return self.doubt is None or self.doubt == "review"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cover:
    """A span that a letter covers, both ends included.

    start, end: dates cover whole days; datetimes (naive: the site's local time, or aware) cover a part of a day.
    """

    start: date | datetime
    end: date | datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A letter as the operator entered it (Ps 11(2)-(5), Ps 13).

    type: `Surat Perintah Tugas`, `Surat Cuti`, `Surat Dokter`, `Surat Ijin`, `Surat Keterangan` or
        `Surat Keterangan Pembatalan Kehadiran`.
    reason: for a Surat Keterangan: C, S, I, DL, diklat or tugas belajar; None elsewhere.
    covers: the spans it speaks of; a cancellation without any speaks of the day that it is held against.
    known_by: who knew of the absence; None when nobody signed.
    handed_in, verified, entered: local dates; None while it has not happened.
    signed_by, witness_statements: of a cancellation.
    reopened_because: the administrator's reason for reopening the month for this letter; None when it was not reopened.
    """

    type: str
    reason: str | None = None
    covers: tuple[Cover, ...] = ()
    known_by: str | None = None
    handed_in: date | None = None
    verified: date | None = None
    entered: date | None = None
    signed_by: tuple[str, ...] = ()
    witness_statements: int = 0
    reopened_because: str | None = None


@dataclass(frozen=True, slots=True)
class Coverage:
    """Up to when each kiosk at which the person may punch has delivered everything.

    delivered_up_to: kiosk -> aware time; None for a kiosk that has never delivered. An empty mapping means that nothing
    is outstanding.
    """

    delivered_up_to: Mapping[str, datetime | None] = field(default_factory=dict)


COMPLETE = Coverage()
"""Everything has been delivered."""


class Sentence(msgspec.Struct, frozen=True):
    """One reason, in the reader's language first: Indonesian and English."""

    id: str
    en: str


class SessionSeen(msgspec.Struct, frozen=True):
    """One session of a day that has three or more. opens, closes: HH:MM, the window; at: the punch, local time."""

    name: str
    opens: str
    closes: str
    at: datetime | None = None


class AttendanceDay(msgspec.Struct, frozen=True, kw_only=True):
    """What one person's working day came to.

    late_min, early_min: minutes; None when the side is missing or not known yet (never the same as 0).
    absent_days: 1 for a day without lawful reason, else 0.
    missing: names of the sessions that nobody can expect to be filled any more.
    session_misses: number of missed sessions, only for policies that pay by session; None elsewhere.
    deduction: integer rupiah where a missed session has a price; {"points_pct", "events", "excused"} where pay goes by
        points; {"minutes"} where it goes by duration; None elsewhere, and while the day is open.
    waiting_for: kiosks whose undelivered punches could still improve the day; only while MENUNGGU_DATA.
    lampiran_i_code: TK, C, S, DL or I for the form; None for a day that is no such day (yet).
    recorded_min, paid_min, short_min: only for policies that pay by the minute; None elsewhere.
    arrival, departure: the punches that filled the sessions, local time of the site; None when not filled.
    sessions: every session and what filled it, only on days of three or more.
    first_seen, last_seen: the earliest and the latest punch of the work date, counted or not, local time of the site,
        without those that are disavowed or refused; None when there was none.
    remark: what the form's Keterangan column says; empty when there is nothing to say. remark_en: the same in English.
    explanation: why, one sentence for each punch, rule and letter that mattered.
    """

    work_date: date
    policy: str
    status: Status
    late_min: int | None = 0
    early_min: int | None = 0
    absent_days: int = 0
    missing: tuple[str, ...] = ()
    session_misses: int | None = None
    deduction: int | dict[str, Any] | None = None
    flags: tuple[Flag, ...] = ()
    waiting_for: tuple[str, ...] = ()
    lampiran_i_code: str | None = None
    recorded_min: int | None = None
    paid_min: int | None = None
    short_min: int | None = None
    arrival: datetime | None = None
    departure: datetime | None = None
    first_seen: datetime | None = None
    last_seen: datetime | None = None
    sessions: tuple[SessionSeen, ...] = ()
    remark: str = ""
    remark_en: str = ""
    explanation: tuple[Sentence, ...] = ()

    @property
    def is_settled(self) -> bool:
        """Whether the day no longer waits: neither running, nor for data, nor for a letter."""
        return self.status not in (Status.BERJALAN, Status.MENUNGGU_DATA, Status.BELUM_ADA_KETERANGAN)


def to_plain(day: AttendanceDay) -> dict[str, Any]:
    """The day as JSON's own types, for a web page or a command's output."""
    plain: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(day))
    return plain


def encode_day(day: AttendanceDay) -> bytes:
    """The day as JSON, for storing."""
    return msgspec.json.encode(day)


def decode_day(stored: bytes | str) -> AttendanceDay:
    """A stored day; msgspec.ValidationError when it is not one."""
    return msgspec.json.decode(stored, type=AttendanceDay)
