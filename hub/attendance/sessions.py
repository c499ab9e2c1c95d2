"""Which punch filled which session of a day, pure and without names or zones.

Of two sessions, arrival and departure, the earliest and the latest punch fill them, wherever they lie. Of three or more
each is filled inside its window; only the first may be met late, and the last early.
"""

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

    @property
    def is_accepted(self) -> bool:
        """Whether it counts outside the windows too."""
        return self.punch is not None and self.punch.accepted


@dataclass(frozen=True, slots=True, kw_only=True)
class Filling:
    """The sessions of a day as filled.

    arrival, departure: None when nothing fills the session; names: of these two.
    middle: of a day of three sessions and more those in between, with their names.
    before, after: marks outside the windows, not counted.
    unread_choices: whether Masuk and Pulang contradicted the clock and were left aside.
    """

    arrival: Mark | None = None
    departure: Mark | None = None
    names: tuple[str, str] = ("in", "out")
    middle: tuple[tuple[str, Mark | None], ...] = ()
    before: tuple[Mark, ...] = ()
    after: tuple[Mark, ...] = ()
    unread_choices: bool = False

    @property
    def sessions(self) -> tuple[tuple[str, Mark | None], ...]:
        """Every session's name and what fills it, in the order of the clock."""
        first, last = self.names
        return (first, self.arrival), *self.middle, (last, self.departure)

    @property
    def missing(self) -> tuple[str, ...]:
        """Names of the sessions that nothing fills."""
        return tuple(name for name, mark in self.sessions if mark is None)

    @property
    def counted(self) -> tuple[Mark, ...]:
        """The marks that fill a session."""
        return tuple(mark for _, mark in self.sessions if mark is not None)


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


def recorded_minutes(filling: Filling) -> int | None:
    """Minutes between arrival and departure; None when one of them is missing."""
    if filling.arrival is None or filling.departure is None:
        return None
    return filling.departure.minute - filling.arrival.minute


def paid_minutes(plan: DayPlan, filling: Filling) -> int | None:
    """Minutes of a slot that are paid: not those before it starts, and at most its quota; None without a quota or when
    arrival or departure is missing."""
    if plan.quota is None or filling.arrival is None or filling.departure is None:
        return None
    return min(plan.quota, max(0, filling.departure.minute - max(filling.arrival.minute, plan.in_due)))


def fill_sessions(plan: DayPlan, policy: Policy, marks: Sequence[Mark]) -> Filling:
    """What fills the day's sessions, from marks in the order of time.

    Of two sessions the earliest counted mark is the arrival and the latest the departure, unless the person chose
    otherwise. A mark up to the arrival's due time is never the departure. Marks less than `repeat_minutes` apart are
    one. Of more sessions see `_fill_windows`: choices on the screen name no session there and are not read.
    """
    if policy.out_of_window == "count":
        return _fill(plan, policy, marks)
    before = tuple(mark for mark in marks if mark.minute < plan.opens and not mark.is_accepted)
    after = tuple(mark for mark in marks if mark.minute > plan.closes and not mark.is_accepted)
    counted = [mark for mark in marks if plan.opens <= mark.minute <= plan.closes or mark.is_accepted]
    filling = _fill(plan, policy, counted)
    return replace(filling, before=before, after=after) if before or after else filling


def left_aside(marks: Sequence[Mark], filling: Filling) -> list[Mark]:
    """The marks inside the windows that fill no session: repeats, and what lies between arrival and departure."""
    told = (*filling.counted, *filling.before, *filling.after)
    # By identity: a mark whose choice was left aside is another mark with the same punch.
    punches = {id(mark.punch) for mark in told}
    return [mark for mark in marks if id(mark.punch) not in punches]


def session_at(plan: DayPlan, minute: int) -> int | None:
    """Place of the session that a punch at this minute fills, on a day of three or more; None: it fills none.

    A minute of two windows belongs to the later. From the first window's end to the opening of the second the first is
    met late, and from the end of the last but one to the opening of the last that one is met early.
    """
    windows = [(session.opens, session.closes) for session in plan.sessions]
    within = [
        place
        for place, (opens, closes) in enumerate(windows)
        if (opens is None or opens <= minute) and (closes is None or minute <= closes)
    ]
    if within:
        return within[-1]
    second_opens, last_but_one_closes = windows[1][0], windows[-2][1]
    if second_opens is not None and minute < second_opens:
        return 0
    if last_but_one_closes is not None and minute > last_but_one_closes:
        return len(windows) - 1
    return None


def _fill(plan: DayPlan, policy: Policy, counted: Sequence[Mark]) -> Filling:
    if len(plan.sessions) > 2:
        return _fill_windows(plan, counted)
    filling, names = _pair(plan, policy, counted), (plan.sessions[0].name, plan.sessions[-1].name)
    return filling if names == filling.names else replace(filling, names=names)


def _fill_windows(plan: DayPlan, counted: Sequence[Mark]) -> Filling:
    """Each session by its own window: the earliest mark there fills it, and the last session the latest."""
    found: dict[int, Mark] = {}
    last = len(plan.sessions) - 1
    for mark in counted:
        place = session_at(plan, mark.minute)
        if place is not None and (place == last or place not in found):
            found[place] = mark
    names = [session.name for session in plan.sessions]
    return Filling(
        arrival=found.get(0),
        departure=found.get(last),
        names=(names[0], names[-1]),
        middle=tuple((name, found.get(place)) for place, name in enumerate(names[1:-1], start=1)),
    )


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
