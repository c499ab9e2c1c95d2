"""Which punch filled which session of a day: the two-session rule, pure and without names or zones."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

from hub.attendance.day import Hint, PunchSeen
from hub.schedule.plan import DAY_MINUTES, DayPlan
from hub.schedule.policy import Policy


@dataclass(frozen=True, slots=True)
class Mark:
    """A punch on the clock of its work date.

    minute: from the work date's midnight, floored; 1860 is 07:00 of the next day.
    punch: None for one that is only supposed, to see what it would change.
    """

    minute: int
    hint: Hint | None = None
    punch: PunchSeen | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Filling:
    """The sessions of a day as filled.

    arrival, departure: None when nothing fills the session.
    before, after: marks outside the windows, not counted.
    unread_choices: whether Masuk and Pulang contradicted the clock and were left aside.
    """

    arrival: Mark | None = None
    departure: Mark | None = None
    before: tuple[Mark, ...] = ()
    after: tuple[Mark, ...] = ()
    unread_choices: bool = False

    @property
    def missing(self) -> tuple[str, ...]:
        """Names of the sessions that nothing fills."""
        filled = (("in", self.arrival), ("out", self.departure))
        return tuple(name for name, mark in filled if mark is None)


def minute_of(moment: datetime, work_date: date, tz: ZoneInfo) -> int:
    """Whole minutes from the work date's midnight at the site; seconds are dropped, so 07:00:59 is 07:00."""
    local = moment.astimezone(tz)
    return (local.date() - work_date).days * DAY_MINUTES + local.hour * 60 + local.minute


def place_marks(
    punches: Iterable[PunchSeen], *, work_date: date, interval: tuple[datetime, datetime], tz: ZoneInfo
) -> list[Mark]:
    """The punches that belong to a work date, in an order that does not depend on how they arrived."""
    start, end = interval
    belonging = [punch for punch in punches if start <= punch.taken_at < end]
    belonging.sort(key=lambda punch: (punch.taken_at, punch.hint or "", punch.device, punch.key))
    return [Mark(minute_of(punch.taken_at, work_date, tz), punch.hint, punch) for punch in belonging]


def late_minutes(plan: DayPlan, policy: Policy, arrival: int) -> int:
    """Minutes between the due time and an arrival, 0 when on time; the break left out where the policy says so."""
    break_minutes = plan.break_within(plan.in_due, arrival) if policy.subtract_break else 0
    return max(0, arrival - plan.in_due - break_minutes)


def early_minutes(plan: DayPlan, policy: Policy, departure: int) -> int:
    """Minutes between a departure and the due time, 0 when not early; the break left out where the policy says so."""
    break_minutes = plan.break_within(departure, plan.out_due) if policy.subtract_break else 0
    return max(0, plan.out_due - departure - break_minutes)


def fill_sessions(plan: DayPlan, policy: Policy, marks: Sequence[Mark]) -> Filling:
    """Arrival and departure from marks in the order of time.

    The earliest counted mark is the arrival and the latest the departure, unless the person chose otherwise. A mark up
    to the arrival's due time is never the departure. Marks less than `repeat_minutes` apart are one.
    """
    if policy.out_of_window == "count":
        return _pair(plan, policy, marks)
    before = tuple(mark for mark in marks if mark.minute < plan.opens)
    after = tuple(mark for mark in marks if mark.minute > plan.closes)
    counted = [mark for mark in marks if plan.opens <= mark.minute <= plan.closes]
    filling = _pair(plan, policy, counted)
    return replace(filling, before=before, after=after)


def left_aside(marks: Sequence[Mark], filling: Filling) -> list[Mark]:
    """The marks inside the windows that fill no session: repeats, and what lies between arrival and departure."""
    told = (filling.arrival, filling.departure, *filling.before, *filling.after)
    # By identity: a mark whose choice was left aside is another mark with the same punch.
    punches = {id(mark.punch) for mark in told if mark is not None}
    return [mark for mark in marks if id(mark.punch) not in punches]


def _pair(plan: DayPlan, policy: Policy, counted: Sequence[Mark]) -> Filling:
    # Whoever presses Pulang in the arrival window has slipped: such a mark is never the departure.
    read = [replace(mark, hint=None) if mark.hint == "out" and mark.minute <= plan.in_due else mark for mark in counted]
    arrivals = [mark for mark in read if mark.hint != "out"]
    departures = [mark for mark in read if mark.hint != "in" and mark.minute > plan.in_due]
    if not departures:
        return Filling(arrival=arrivals[0] if arrivals else None)
    if not arrivals:
        return Filling(departure=departures[-1])
    first, last = arrivals[0], departures[-1]
    apart = last.minute - first.minute
    if apart >= policy.repeat_minutes and first is not last:
        return Filling(arrival=first, departure=last)
    chosen = {mark.hint for mark in read if mark.hint is not None}
    if chosen == {"in", "out"}:
        return _pair_chosen(plan, policy, read, Filling(arrival=first, departure=last))
    # One punch, rule 3. Where nobody chose, first and last repeat together are held against the middle of the schedule,
    # (in_due + out_due) / 2: that is the cheaper role, so that a further repeat never makes a day worse.
    if chosen == {"in"} or (not chosen and first.minute + last.minute < plan.in_due + plan.out_due):
        return Filling(arrival=first)
    return Filling(departure=last)


def _pair_chosen(plan: DayPlan, policy: Policy, read: Sequence[Mark], pair: Filling) -> Filling:
    """Both Masuk and Pulang were chosen, and the marks lie closer than a repeat, or Pulang before Masuk."""
    chosen_in = min(mark.minute for mark in read if mark.hint == "in")
    chosen_out = max(mark.minute for mark in read if mark.hint == "out")
    if chosen_in < chosen_out:
        return pair
    # One of the two was a slip of the finger, and nobody knows which: the clock decides alone.
    return replace(_pair(plan, policy, [replace(mark, hint=None) for mark in read]), unread_choices=True)
