"""A person's own month as a calendar in words. Pure."""

from __future__ import annotations

import calendar
from dataclasses import replace
from datetime import date, datetime
from typing import Final, Literal
from zoneinfo import ZoneInfo

from contract.month import MonthDay, PersonMonth
from kiosk.states import ShowMonth
from kiosk.ui.controls import duration
from kiosk.ui.phrases import Phrases
from kiosk.ui.view import Icon, MonthDayView, MonthView

_PRESENT: Final = frozenset({"HADIR", "DL"})


def present_month(state: ShowMonth, phrases: Phrases, *, zone: ZoneInfo, today: date) -> MonthView:
    """The calendar of a month; without data its `empty` says so. today: local.

    What was stored here fills what the hub has not heard of yet: a kiosk may be without it for days.
    """
    first = _first_day(state.of) or today.replace(day=1)
    if state.stored and first < today.replace(day=1):
        first, state = today.replace(day=1), replace(state, month=None)
    month = state.month
    here = _by_day(state.stored, first, zone)
    fresh = _as_of(state.as_of, phrases, zone=zone, today=today)
    title = f"{phrases.months[first.month - 1]} {first.year}"
    weekdays = tuple(day[:3] for day in phrases.days)
    if month is None and not here:
        return MonthView(title, weekdays, (), 0, (), "", fresh, phrases.month.empty)
    known = {day.date: day for day in month.days} if month is not None else {}
    offset, length = calendar.monthrange(first.year, first.month)
    days = []
    for number in range(1, length + 1):
        cell, on = offset + number - 1, first.replace(day=number)
        day = known.get(on.isoformat())
        place = MonthDayView(cell % 7, cell // 7, str(number), today=on == today)
        shown = place if day is None else _fill(place, day, phrases, zone=zone)
        days.append(_add_here(shown, here.get(on, ()), phrases))
    rows = (offset + length + 6) // 7
    if month is None:
        words = phrases.month
        return MonthView(
            title, weekdays, tuple(days), rows, (words.stored_only,), words.not_yet, fresh, "", sign="clock"
        )
    sign: Icon = "disk" if any(day.tone == "look" for day in days) else "check"
    return MonthView(
        title, weekdays, tuple(days), rows, _sums(month, phrases), _open(month, phrases), fresh, "", sign=sign
    )


def _by_day(stored: tuple[datetime, ...], first: date, zone: ZoneInfo) -> dict[date, tuple[datetime, ...]]:
    """Local times of this month's punches by local day, oldest first."""
    days: dict[date, tuple[datetime, ...]] = {}
    for each in sorted(moment.astimezone(zone) for moment in stored):
        if (each.year, each.month) == (first.year, first.month):
            days[each.date()] = (*days.get(each.date(), ()), each)
    return days


def _add_here(day: MonthDayView, here: tuple[datetime, ...], phrases: Phrases) -> MonthDayView:
    """First and last punch of a day as this kiosk has them, where the hub has none."""
    if not here:
        return day
    first, last = here[0].strftime(phrases.month.time), here[-1].strftime(phrases.month.time)
    in_text = day.in_text or first
    out_text = day.out_text or (last if last > in_text else "")
    word = day.word if day.known else phrases.month.stored
    return replace(day, known=True, word=word, in_text=in_text, out_text=out_text)


def _first_day(of: str) -> date | None:
    try:
        return date.fromisoformat(f"{of}-01")
    except ValueError:
        return None


def _fill(place: MonthDayView, day: MonthDay, phrases: Phrases, *, zone: ZoneInfo) -> MonthDayView:
    tone: Literal["plain", "good", "look"] = "plain"
    if day.open:
        tone = "look"
    elif day.status in _PRESENT:
        tone = "good"
    return MonthDayView(
        column=place.column,
        row=place.row,
        number=place.number,
        known=True,
        word=phrases.month.statuses.get(day.status, day.status.replace("_", " ").capitalize()),
        in_text=_moment(day.in_at, phrases, zone),
        out_text=_moment(day.out_at, phrases, zone),
        note=_note(day, phrases),
        tone=tone,
        today=place.today,
    )


def _note(day: MonthDay, phrases: Phrases) -> str:
    minutes = day.late_min + day.early_min
    return phrases.month.minutes.format(minutes=minutes) if minutes else ""


def _moment(moment: datetime | None, phrases: Phrases, zone: ZoneInfo) -> str:
    return "" if moment is None else moment.astimezone(zone).strftime(phrases.month.time)


def _sums(month: PersonMonth, phrases: Phrases) -> tuple[str, ...]:
    words = phrases.month
    sums = [words.present.format(days=month.present)]
    if month.late_min:
        sums.append(words.late.format(time=duration(month.late_min, phrases)))
    if month.early_min:
        sums.append(words.early.format(time=duration(month.early_min, phrases)))
    return tuple(sums)


def _open(month: PersonMonth, phrases: Phrases) -> str:
    """Which days need something from the person; at most six are named."""
    numbers = [str(int(day.date[-2:])) for day in month.days if day.open]
    if not numbers:
        return phrases.month.nothing_open
    # Two or three stand on one line; more are broken where there is room.
    named = (",\u00a0" if len(numbers) <= 3 else ", ").join(numbers[:6]) + (", \u2026" if len(numbers) > 6 else "")
    return phrases.month.open.format(days=named)


def _as_of(as_of: datetime | None, phrases: Phrases, *, zone: ZoneInfo, today: date) -> str:
    if as_of is None:
        return ""
    local = as_of.astimezone(zone)
    time = local.strftime(phrases.month.time)
    if local.date() == today:
        return phrases.month.as_of.format(time=time)
    day = f"{local.day} {phrases.months[local.month - 1]}"
    return phrases.month.as_of_day.format(day=day, time=time)
