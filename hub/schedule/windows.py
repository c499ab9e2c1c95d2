"""Pure: a working day as kiosks propose it, session by session, in moments."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from contract.roster import SessionWindow
from hub.schedule.calendar import Schedule
from hub.schedule.plan import DayPlan

_ORDINARY: Final = ("in", "out")
"""Names of the sessions where arrival and departure are all there is."""

_LAST_SECOND: Final = timedelta(seconds=59)
"""Seconds are dropped when minutes are counted: 07:00:59 is 07:00."""


def windows_on(schedule: Schedule, work_date: date, tz: ZoneInfo) -> list[SessionWindow]:
    """The sessions of a work date; none on a rest day or holiday. PolicyError when an override contradicts the hours.

    The windows of one day do not overlap. Between arrival and departure the middle of the schedule divides, as it does
    for a lone punch (hub.attendance.sessions); of more sessions the first may be met late, and the last early.
    Where punches count all day a departure never closes, and nobody is told that it does.
    """
    plan = schedule.plan_on(work_date)
    if plan is None:
        return []
    counts_all_day = schedule.policy.out_of_window == "count"
    first, last = schedule.minutes_of(work_date) if counts_all_day else (plan.opens, plan.closes)
    midnight = datetime(work_date.year, work_date.month, work_date.day, tzinfo=tz)
    return [
        SessionWindow(
            name="" if _names(plan) == _ORDINARY else plan.sessions[place].name,
            way="in" if place == 0 else "out" if place == len(plan.sessions) - 1 else "check",
            opens=_moment(midnight, opens),
            closes=_moment(midnight, closes) + _LAST_SECOND,
            due=_due(plan, place, midnight),
            before=0 if counts_all_day and place > 0 else _minutes_before(schedule),
        )
        for place, (opens, closes) in enumerate(_spans(plan, first, last))
        if opens <= closes
    ]


def _minutes_before(schedule: Schedule) -> int:
    rule = schedule.policy.reminders
    return rule.before if rule.kiosk else 0


def _names(plan: DayPlan) -> tuple[str, ...]:
    return tuple(session.name for session in plan.sessions)


def _spans(plan: DayPlan, first: int, last: int) -> list[tuple[int, int]]:
    """First and last minute of each session."""
    if len(plan.sessions) == 2:
        middle = (plan.in_due + plan.out_due + 1) // 2
        return [(first, middle - 1), (middle, last)]
    begins = [first, *(session.opens or 0 for session in plan.sessions[1:])]
    ends = [session.closes or 0 for session in plan.sessions[:-1]]
    begins[-1] = ends[-1] + 1
    ends[0] = begins[1] - 1
    # A minute that two windows share belongs to the later.
    ends[1:] = [min(end, following - 1) for end, following in zip(ends[1:], begins[2:], strict=True)]
    return list(zip(begins, [*ends, last], strict=True))


def _due(plan: DayPlan, place: int, midnight: datetime) -> datetime | None:
    if place == 0:
        return _moment(midnight, plan.in_due) + _LAST_SECOND
    return _moment(midnight, plan.out_due) if place == len(plan.sessions) - 1 else None


def _moment(midnight: datetime, minute: int) -> datetime:
    """On the clock of the site; its zone decides what that is in UTC."""
    return (midnight + timedelta(minutes=minute)).astimezone(UTC)
