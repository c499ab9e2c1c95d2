"""Whether a kiosk's undelivered punches could still improve a day."""

from __future__ import annotations

from collections.abc import Sequence
from typing import get_args

from hub.attendance.day import Hint
from hub.attendance.sessions import Mark, early_minutes, fill_sessions, late_minutes, paid_minutes
from hub.schedule.plan import DayPlan
from hub.schedule.policy import Policy

HINTS: tuple[Hint | None, ...] = (None, *get_args(Hint))

Cost = tuple[int, int, int]
"""(sessions missed, minutes not paid, minutes late and early), compared in this order; with all sessions missed the day
is absent."""

FAULTLESS: Cost = (0, 0, 0)


def cost_of(plan: DayPlan, policy: Policy, marks: Sequence[Mark]) -> Cost:
    """What the marks cost the person, as far as the day's own rules go."""
    filling = fill_sessions(plan, policy, marks)
    late = late_minutes(plan, policy, filling.arrival.minute) if filling.arrival else 0
    early = early_minutes(plan, policy, filling.departure.minute) if filling.departure else 0
    short = plan.quota - (paid_minutes(plan, filling) or 0) if plan.quota is not None else 0
    return len(filling.missing), short, late + early


def could_improve(plan: DayPlan, policy: Policy, marks: Sequence[Mark], *, first: int, last: int) -> bool:
    """Whether one more punch between two minutes (both included) would cost the person less.

    The cost changes course only at the ends of the span, at the due times, at the ends of windows and where a punch
    stops being a repeat of another, so only these minutes are tried.
    """
    if first > last:
        return False
    present = cost_of(plan, policy, marks)
    if present == FAULTLESS:
        return False
    repeats = (mark.minute + step for mark in marks for step in (-policy.repeat_minutes, policy.repeat_minutes))
    turns = {first, last, plan.in_due, plan.out_due, *repeats}
    if len(plan.sessions) > 2:
        ends = [end for session in plan.sessions for end in (session.opens, session.closes) if end is not None]
        turns.update(end + step for end in ends for step in (-1, 0, 1))
    return any(
        cost_of(plan, policy, sorted((*marks, Mark(minute, hint)), key=lambda mark: mark.minute)) < present
        for minute in sorted(turns)
        if first <= minute <= last
        for hint in (HINTS if len(plan.sessions) == 2 else HINTS[:1])
    )
