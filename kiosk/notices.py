"""What the hub has left to be said to whoever was just recognised, and how fresh that is. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from contract.month import Notice
from kiosk.months import Months
from kiosk.states import Accepted, AlreadyRecorded, State

FRESH_FOR: Final = timedelta(hours=24)
"""What is older may have been seen to long since: a kiosk may be without its hub for days, and then says nothing."""


@dataclass(frozen=True, slots=True)
class Told:
    """notice: its dates are local. as_of: of when this is, at the hub."""

    notice: Notice
    day: date
    until: date
    as_of: datetime


def told_in(state: State, months: Months) -> Told | None:
    """What may be said beside this state: only beside a punch that is stored, where it was taken as it should be."""
    if not isinstance(state, Accepted | AlreadyRecorded) or months.as_of is None:
        return None
    if isinstance(state, Accepted) and state.beyond_m is not None:
        return None
    found = months.people.get(state.person)
    if found is None or found.notice is None:
        return None
    try:
        day, until = date.fromisoformat(found.notice.day), date.fromisoformat(found.notice.until)
    except ValueError:
        return None  # a day that no calendar has
    return Told(found.notice, day, until, months.as_of)


def is_fresh(told: Told, now: datetime, zone: ZoneInfo) -> bool:
    """Whether it may still be said. now: of a clock that can be trusted."""
    age = now - told.as_of
    today = now.astimezone(zone).date()
    # A minute: the hub's clock and this one need not agree to the second.
    return -timedelta(minutes=1) <= age <= FRESH_FOR and today <= told.until
