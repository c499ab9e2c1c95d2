"""A day drawn on a line: windows, due times, letters and punches, as places along it in percent."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import msgspec

from hub.attendance.explanation import clock, session_title
from hub.recap.day_file import DayFile, key_of
from hub.recap.person import PersonDay

_HOUR = 60
_FROM, _TO = 5 * _HOUR, 19 * _HOUR
_MOST_LABELS = 6


class Span(msgspec.Struct, frozen=True):
    """A stretch of the line. left, width: percent."""

    left: float
    width: float
    title: str


class Point(msgspec.Struct, frozen=True):
    """A place on the line. left: percent. style: how it is drawn."""

    left: float
    title: str
    style: str = ""


class Timeline(msgspec.Struct, frozen=True, kw_only=True):
    """hours: labels of the axis; windows, due, work: of the hours in force; punches: in the order of time."""

    hours: tuple[Point, ...]
    windows: tuple[Span, ...]
    due: tuple[Point, ...]
    work: Span | None
    punches: tuple[Point, ...]


def draw(found: PersonDay, file: DayFile, *, indonesian: bool) -> Timeline:
    """The line of a day, from an hour before the first thing on it to an hour after the last."""
    zone = ZoneInfo(found.timezone)
    minutes = [_minute(punch.corrected_at or punch.taken_at, found.work_date, zone) for punch in found.punches]
    plan = file.plan
    stated = [] if plan is None else [each for s in plan.sessions for each in (s.opens, s.closes) if each is not None]
    low, high = _ends([*stated, *minutes])

    def at(minute: float) -> float:
        return round(100 * (min(max(minute, low), high) - low) / (high - low), 2)

    def words(minute: int) -> str:
        said = clock(minute)
        return said.id if indonesian else said.en

    windows: list[Span] = []
    if plan is not None:
        for session in plan.sessions:
            first = low if session.opens is None else session.opens
            last = high if session.closes is None else session.closes
            title = f"{session_title(session.name)} {words(first)}–{words(last)}"
            windows.append(Span(at(first), round(at(last) - at(first), 2), title))
    step = next(hours for hours in (1, 2, 3, 4, 6, 12, 24) if (high - low) / _HOUR / hours <= _MOST_LABELS)
    return Timeline(
        hours=tuple(Point(at(minute), words(minute)) for minute in range(low, high + 1, step * _HOUR)),
        windows=tuple(windows),
        due=()
        if plan is None
        else (Point(at(plan.in_due), words(plan.in_due), "in"), Point(at(plan.out_due), words(plan.out_due), "out")),
        work=None if plan is None else Span(at(plan.in_due), round(at(plan.out_due) - at(plan.in_due), 2), ""),
        punches=tuple(
            Point(at(minute), words(minute), _style(file, key_of(punch)))
            for punch, minute in zip(found.punches, minutes, strict=True)
        ),
    )


def _style(file: DayFile, key: str) -> str:
    verdict = file.verdicts.get(key)
    return "counted" if verdict is not None and verdict.counted else "aside"


def _ends(minutes: Sequence[int]) -> tuple[int, int]:
    """Whole hours around everything; a usual day where there is nothing."""
    low, high = (min(minutes) - _HOUR, max(minutes) + _HOUR) if minutes else (_FROM, _TO)
    low, high = low // _HOUR * _HOUR, -(-high // _HOUR) * _HOUR
    return (low, high) if high - low >= 4 * _HOUR else (low, low + 4 * _HOUR)


def _minute(moment: datetime, work_date: date, zone: ZoneInfo) -> int:
    return (moment - datetime.combine(work_date, time(), zone)) // timedelta(minutes=1)
