"""Pure: what is asked for, and the calendar that follows from it."""

from __future__ import annotations

import random
import uuid
from calendar import monthrange
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import cached_property
from typing import Final
from zoneinfo import ZoneInfo

from hub.roster.models import DEFAULT_TIMEZONE

FEWEST_EMPLOYEES: Final = 40
"""Fewer would not fill a unit for every regime of attendance."""
ASKED_AT: Final = time(10)
"""Until when on the last day there are punches: late enough for arrivals, and the day still runs."""


@dataclass(frozen=True)
class SeedOrder:
    """How large a regency, and of which time. months: calendar months, the last one being that of `until`.

    until: last day with punches, up to `clock` at the site. zone: where the regency lies.
    """

    employees: int
    months: int
    seed: int
    until: date
    clock: time = ASKED_AT
    zone: ZoneInfo = field(default_factory=lambda: ZoneInfo(DEFAULT_TIMEZONE))

    @cached_property
    def first(self) -> date:
        """The first day of the first month."""
        return self.month_starts[0]

    @cached_property
    def month_starts(self) -> tuple[date, ...]:
        last = self.until.year * 12 + self.until.month - 1
        return tuple(date(month // 12, month % 12 + 1, 1) for month in range(last - self.months + 1, last + 1))

    @cached_property
    def dates(self) -> tuple[date, ...]:
        """Every date from the first to the last."""
        return tuple(self.first + timedelta(days=offset) for offset in range((self.until - self.first).days + 1))

    @cached_property
    def as_of(self) -> datetime:
        """The moment at which everything is as it stands; nothing that was written is later."""
        return datetime.combine(self.until, self.clock, self.zone)

    @cached_property
    def entered_at(self) -> datetime:
        """When the people, units and hours were put on record: well before the first day."""
        return self.at(self.first - timedelta(days=30), 9 * 60)

    def at(self, day: date, minute: float) -> datetime:
        """A moment of a day at the site; minute: from its midnight."""
        return datetime.combine(day, time(), self.zone) + timedelta(minutes=minute)

    def dice(self, subject: str) -> random.Random:
        """Chance of its own for each subject, so that one can change without the others."""
        return random.Random(f"{self.seed}/{subject}")


def invent_id(dice: random.Random) -> str:
    """A random UUID (version 4) from the given chance."""
    return str(uuid.UUID(int=dice.getrandbits(128), version=4))


def month_end(day: date) -> date:
    return day.replace(day=monthrange(day.year, day.month)[1])
