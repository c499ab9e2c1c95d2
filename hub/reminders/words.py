"""What a reminder says: Indonesian first, English below it; no NIP, nothing that pay is computed from. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Final, NamedTuple

SESSIONS: Final = {"in": ("masuk", "arrival"), "out": ("pulang", "departure")}
_DAYS: Final = ("Senin", "Selasa", "Rabu", "Kamis", "Jumat", "Sabtu", "Minggu")
_ZONES: Final = {"Asia/Jakarta": "WIB", "Asia/Pontianak": "WIB", "Asia/Makassar": "WITA", "Asia/Jayapura": "WIT"}


class Words(NamedTuple):
    """title: one line; body: what to do."""

    title: str
    body: str


def closing(session: str, way: str, closes: datetime, zone: str, *, duty: bool) -> Words:
    """closes: local. duty: the person is on duty elsewhere, and scans there."""
    named_id, named_en = _session(session, way)
    clock = f"{closes:%H:%M} {_ZONES.get(zone, '')}".strip()
    where_id = " di tempat tugas" if duty else ""
    where_en = " where you are on duty" if duty else ""
    return Words(
        f"Presensi {named_id} sampai {clock}",
        f"Presensi {named_id} Anda belum ada di pusat. Silakan presensi{where_id} sebelum {clock}. "
        f"Abaikan bila sudah: kiosk mungkin belum terkirim.\n\n"
        f"Your {named_en} scan is not at the hub yet. Please scan{where_en} before {clock}. "
        f"Ignore this if you did: the kiosk may not have sent it yet.",
    )


def missed(day: date, sessions: Sequence[str], *, nothing: bool) -> Words:
    """sessions: names of what is missing, `in` and `out` for arrival and departure. nothing: nobody saw the person."""
    when_id, when_en = f"{_DAYS[day.weekday()]}, {day:%d/%m/%Y}", f"{day:%A, %d/%m/%Y}"
    ids = ", ".join(_session(each, each)[0] for each in sessions)
    ens = ", ".join(_session(each, each)[1] for each in sessions)
    what_id = "tidak ada presensi dan belum ada surat" if nothing else f"presensi {ids} tidak ada"
    what_en = "there is neither a scan nor a letter" if nothing else f"missing: {ens}"
    return Words(
        f"Presensi {when_id} belum lengkap",
        f"Pada {when_id} {what_id}. Bila ada alasan yang sah, serahkan surat sebelum bulan ditutup.\n\n"
        f"{when_en}: {what_en}. If there is a lawful reason, hand in a letter before the month is closed.",
    )


def letter(number: int, name: str, due: date, *, verified: bool) -> Words:
    """A letter that waits. verified: only its entry is left."""
    todo_id, todo_en = ("dicatat", "entered") if verified else ("diperiksa", "verified")
    return Words(
        f"Surat {number} harus {todo_id} sampai {due:%d/%m/%Y}",
        f"Surat nomor urut {number} ({name}) menunggu {todo_id}. Setelah {due:%d/%m/%Y} hari-hari itu tidak dihitung "
        f"lagi tanpa membuka bulan.\n\n"
        f"Letter {number} ({name}) waits to be {todo_en}. After {due:%d/%m/%Y} its days no longer count without "
        f"reopening the month.",
    )


def month(unit: str, first: date, *, over: bool) -> Words:
    """A month that an office has still to hand over. over: the month is past."""
    named = f"{first:%m/%Y}"
    return Words(
        f"Bulan {named} {unit}: " + ("belum diserahkan" if over else "segera ditutup"),
        f"Kehadiran {unit} bulan {named} "
        + ("belum diserahkan" if over else "akan ditutup")
        + ". Lengkapi hari yang terbuka, lalu serahkan.\n\n"
        f"Attendance of {unit}, {named}, "
        + ("was not handed over yet" if over else "is about to close")
        + ". Complete what is open and hand it over.",
    )


def _session(name: str, way: str) -> tuple[str, str]:
    """Sessions of three or more are called by the policy's own name."""
    if name in SESSIONS or not name:
        return SESSIONS.get(name or way, (way, way))
    plain = name.replace("_", " ")
    return plain, plain
