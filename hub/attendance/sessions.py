"""Which punch filled which session of a day: the two-session rule, pure and without names or zones."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
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
    return Filling(
        arrival=filling.arrival,
        departure=filling.departure,
        before=before,
        after=after,
        unread_choices=filling.unread_choices,
    )


def _pair(plan: DayPlan, policy: Policy, counted: Sequence[Mark]) -> Filling:
    arrivals = [mark for mark in counted if mark.hint != "out" or mark.minute <= plan.in_due]
    departures = [mark for mark in counted if mark.hint != "in" and mark.minute > plan.in_due]
    if not departures:
        return Filling(arrival=arrivals[0] if arrivals else None)
    if not arrivals:
        return Filling(departure=departures[-1])
    first, last = arrivals[0], departures[-1]
    apart = last.minute - first.minute
    if apart < 0:
        # Pulang was chosen before Masuk: one of the two was a slip of the finger, so the clock decides alone.
        bare = [Mark(mark.minute, None, mark.punch) for mark in counted]
        filling = _pair(plan, policy, bare)
        return Filling(arrival=filling.arrival, departure=filling.departure, unread_choices=True)
    both_chosen = first.hint == "in" and last.hint == "out"
    if first is not last and (both_chosen or apart >= policy.repeat_minutes):
        return Filling(arrival=first, departure=last)
    chosen = {mark.hint for mark in counted if mark.hint is not None}
    if chosen == {"in"} or (chosen != {"out"} and plan.is_before_middle(first.minute)):
        return Filling(arrival=first)
    return Filling(departure=last)
