"""Dates, times and numbers as Indonesian forms write them."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Final

DAYS: Final = ("Senin", "Selasa", "Rabu", "Kamis", "Jumat", "Sabtu", "Minggu")
MONTHS: Final = (
    *("Januari", "Februari", "Maret", "April", "Mei", "Juni"),
    *("Juli", "Agustus", "September", "Oktober", "November", "Desember"),
)
_UNITS: Final = (
    *("nol", "satu", "dua", "tiga", "empat", "lima", "enam", "tujuh", "delapan", "sembilan"),
    *("sepuluh", "sebelas"),
)
_ZONES: Final = {7: "WIB", 8: "WITA", 9: "WIT"}


def write_day(day: date) -> str:
    """Senin."""
    return DAYS[day.weekday()]


def write_month(month: int) -> str:
    """Maret, for 3."""
    return MONTHS[month - 1]


def write_date(day: date) -> str:
    """2 Maret 2026."""
    return f"{day.day} {write_month(day.month)} {day.year}"


def write_time(moment: datetime) -> str:
    """07.12, in the zone that the moment carries."""
    return f"{moment.hour:02d}.{moment.minute:02d}"


def write_zone(offset: timedelta | None) -> str:
    """WIB, WITA or WIT; elsewhere UTC and the hours."""
    hours = 0 if offset is None else int(offset.total_seconds() // 3600)
    return _ZONES.get(hours, f"UTC{hours:+d}")


def write_number(number: int) -> str:
    """In words, as a letter spells its date: dua ribu dua puluh enam. ValueError outside 0 to 9999."""
    if not 0 <= number <= 9999:
        raise ValueError(f"{number} is not spelled: it is not from 0 to 9999")
    if number < 12:
        return _UNITS[number]
    if number < 20:
        return f"{_UNITS[number - 10]} belas"
    for size, name in ((1000, "ribu"), (100, "ratus"), (10, "puluh")):
        count, rest = divmod(number, size)
        if count:
            head = f"se{name}" if count == 1 else f"{write_number(count)} {name}"
            return f"{head} {write_number(rest)}" if rest else head
    raise AssertionError(number)
