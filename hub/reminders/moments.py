"""When somebody is to be reminded of a working day's sessions. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Final, Literal
from zoneinfo import ZoneInfo

from contract.roster import SessionWindow
from hub.attendance.day import AttendanceDay, Status
from hub.schedule.reminding import Reminding

Kind = Literal["closing", "missed", "letter", "month"]
OWN_KINDS: Final[tuple[Kind, ...]] = ("closing", "missed")
"""About one's own attendance."""
DUTY_KINDS: Final[tuple[Kind, ...]] = ("letter", "month")
"""About what a role sees to."""
KINDS: Final[tuple[Kind, ...]] = (*OWN_KINDS, *DUTY_KINDS)

EXPECTED: Final = frozenset({Status.BERJALAN, Status.MENUNGGU_DATA, Status.HADIR, Status.TIDAK_LENGKAP, Status.DL})
"""Days on which somebody is reminded of a session; on duty elsewhere (DL) they scan where they are. Leave, sickness,
permission and days off are left alone."""

AFTER_DEPARTURE: Final = timedelta(hours=1)
"""Who may leave is reminded so long after that at the latest, however late the last window closes."""


@dataclass(frozen=True, slots=True)
class Moment:
    """A session of which somebody is to be reminded from `at` on, until it closes. place: among the day's sessions."""

    place: int
    name: str
    way: str
    at: datetime
    closes: datetime


def closing_moments(windows: Sequence[SessionWindow], rule: Reminding) -> list[Moment]:
    """When people are reminded of each session of a working day; windows: in the order of the clock."""
    if not rule.before:
        return []
    found = []
    for place, window in enumerate(windows):
        closes = _last_moment(window)
        at = (closes - timedelta(minutes=rule.before)).replace(second=0)
        if window.way == "out" and window.due is not None:
            at = max(window.due, min(at, window.due + AFTER_DEPARTURE))
        found.append(Moment(place, window.name, window.way, max(at, window.opens), closes))
    return found


def is_expected(day: AttendanceDay | None) -> bool:
    """Whether somebody is to be reminded on a day; None: it is not stored yet."""
    return day is None or day.status in EXPECTED


def has_punch(day: AttendanceDay | None, moment: Moment) -> bool:
    """Whether a session has its punch already, as far as the hub knows."""
    if day is None:
        return False
    if day.sessions:
        return any(each.at is not None for each in day.sessions if each.name == moment.name)
    if moment.way == "in":
        return day.arrival is not None or (day.status is Status.DL and day.first_seen is not None)
    if day.status is Status.DL:
        return day.departure is not None or (day.last_seen is not None and day.last_seen != day.first_seen)
    return day.departure is not None


def _last_moment(window: SessionWindow) -> datetime:
    """An arrival is late after its due time, whenever its window closes."""
    if window.way == "in" and window.due is not None:
        return min(window.due, window.closes)
    return window.closes


def after_quiet(moment: datetime, zone: ZoneInfo, quiet: tuple[int, int] | None) -> datetime:
    """The first moment from `moment` on that lies outside the quiet hours; quiet: minutes from midnight, from and to.

    Quiet hours may cross midnight (21:00 to 05:30); equal ends mean none.
    """
    if quiet is None or quiet[0] == quiet[1]:
        return moment
    begins, ends = quiet
    local = moment.astimezone(zone)
    minute = local.hour * 60 + local.minute
    within = begins <= minute < ends if begins < ends else minute >= begins or minute < ends
    if not within:
        return moment
    date = local.date() + timedelta(days=1 if begins > ends and minute >= begins else 0)
    return datetime.combine(date, time(ends // 60 % 24, ends % 60), tzinfo=zone).astimezone(moment.tzinfo)
