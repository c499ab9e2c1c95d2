"""Which language a page speaks, and how it says dates and numbers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final, Literal, get_args
from zoneinfo import ZoneInfo

from hub.web.phrases import PHRASES

Code = Literal["id", "en"]
COOKIE: Final = "bahasa"

_WEEKDAYS: Final[dict[Code, tuple[str, ...]]] = {
    "id": ("Senin", "Selasa", "Rabu", "Kamis", "Jumat", "Sabtu", "Minggu"),
    "en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
}
_MONTHS: Final[dict[Code, tuple[str, ...]]] = {
    "id": (
        "Januari", "Februari", "Maret", "April", "Mei", "Juni", "Juli", "Agustus", "September", "Oktober", "November",
        "Desember",
    ),
    "en": (
        "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
        "December",
    ),
}  # fmt: skip
_ZONES: Final = {"Asia/Jakarta": "WIB", "Asia/Makassar": "WITA", "Asia/Jayapura": "WIT"}


@dataclass(frozen=True, slots=True)
class Language:
    """The words and forms of one language; called with the key of a phrase and what goes into it."""

    code: Code

    def __call__(self, key: str, **parts: object) -> str:
        return PHRASES[key][0 if self.code == "id" else 1].format(**parts)

    def knows(self, key: str) -> bool:
        return key in PHRASES

    def long_date(self, day: date) -> str:
        """Senin, 2 Maret 2026."""
        return f"{_WEEKDAYS[self.code][day.weekday()]}, {self.day(day)}"

    def day(self, day: date) -> str:
        """2 Maret 2026."""
        return f"{day.day} {self.month_name(day.month)} {day.year}"

    def weekday(self, day: date) -> str:
        return _WEEKDAYS[self.code][day.weekday()]

    def weekday_name(self, number: int) -> str:
        """0 is Monday."""
        return _WEEKDAYS[self.code][number]

    def month_name(self, month: int) -> str:
        return _MONTHS[self.code][month - 1]

    def month(self, year: int, month: int) -> str:
        """Maret 2026."""
        return f"{self.month_name(month)} {year}"

    def clock(self, moment: datetime, zone: ZoneInfo) -> str:
        """07.05, as times are written in Indonesia; 07:05 in English."""
        local = moment.astimezone(zone)
        return f"{local:%H.%M}" if self.code == "id" else f"{local:%H:%M}"

    def clock_with_seconds(self, moment: datetime, zone: ZoneInfo) -> str:
        local = moment.astimezone(zone)
        return f"{local:%H.%M.%S}" if self.code == "id" else f"{local:%H:%M:%S}"

    def moment(self, moment: datetime, zone: ZoneInfo) -> str:
        """2 Maret 2026 07.05 WIB."""
        local = moment.astimezone(zone)
        return f"{self.day(local.date())} {self.clock(moment, zone)} {zone_name(zone)}"

    def number(self, number: int) -> str:
        """With a mark between thousands: 12.345; 12,345 in English."""
        grouped = f"{number:,}"
        return grouped.replace(",", ".") if self.code == "id" else grouped

    def decimal(self, number: float, places: int) -> str:
        """With a comma: 4,5; 4.5 in English."""
        text = f"{number:.{places}f}"
        return text.replace(".", ",") if self.code == "id" else text


def zone_name(zone: ZoneInfo) -> str:
    """WIB, WITA, WIT; the zone's own name elsewhere."""
    return _ZONES.get(zone.key, zone.key)


def choose_language(cookies: Mapping[str, str], accept_language: str) -> Language:
    """What was chosen, else English where the browser asks for English and not for Indonesian, else Indonesian."""
    chosen = cookies.get(COOKIE)
    for code in get_args(Code):
        if chosen == code:
            return Language(code)
    asked = {part.split(";")[0].strip().lower().split("-")[0] for part in accept_language.split(",")}
    return Language("en" if "en" in asked and not asked & {"id", "in", "ms"} else "id")
