"""Which hours are in force on a date, and to which work date a moment belongs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from hub.errors import PolicyError
from hub.schedule.hours import Hours, read_hours
from hub.schedule.plan import DAY_MINUTES, DayPlan
from hub.schedule.policy import Policy
from hub.schedule.weekdays import INDONESIAN, parse_weekdays

ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Override:
    """Hours that a circular sets for a span of dates, such as Ramadan.

    first, last: both included. weekdays: 0 is Monday; None means all. Rest days stay rest days.
    hours: what the circular states; everything else stays as the policy has it.
    """

    name: str
    first: date
    last: date
    hours: Hours
    weekdays: frozenset[int] | None = None

    def applies_to(self, work_date: date) -> bool:
        """Whether the circular speaks of this date."""
        return self.first <= work_date <= self.last and (self.weekdays is None or work_date.weekday() in self.weekdays)


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """A policy on the calendar: its week, the overrides in their order (the later wins) and the holidays.

    days: dates of a shift roster or of another plan for this person alone, None for a day off. They stand as they are:
    holidays and overrides speak of offices that close, and a hospital does not. Where the policy brings no hours of its
    own, a date beyond them is a day off as well.
    """

    policy: Policy
    overrides: tuple[Override, ...] = ()
    holidays: frozenset[date] = frozenset()
    days: Mapping[date, DayPlan | None] = field(default_factory=dict)
    _plans: dict[date, DayPlan | None] = field(default_factory=dict, init=False, repr=False, compare=False)
    _intervals: dict[tuple[date, str], tuple[datetime, datetime]] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    def plan_on(self, work_date: date) -> DayPlan | None:
        """The hours in force; None on a rest day or holiday; PolicyError when an override contradicts the hours."""
        if work_date not in self._plans:
            self._plans[work_date] = self._find_plan(work_date)
        return self._plans[work_date]

    def _find_plan(self, work_date: date) -> DayPlan | None:
        if work_date in self.days or (self.days and self.policy.week is None):
            return self.days.get(work_date)
        plan = self.policy.plan_of_weekday(work_date.weekday())
        if plan is None or work_date in self.holidays:
            return None
        for override in self.overrides:
            if override.applies_to(work_date):
                where = f"override '{override.name}' on {INDONESIAN[work_date.weekday()]} {work_date}"
                plan = override.hours.on(plan, field=where)
        return plan

    def minutes_of(self, work_date: date) -> tuple[int, int]:
        """First and last minute, from midnight of the work date, whose punches belong to it; both included."""
        plan = self.plan_on(work_date)
        first = _border(self.plan_on(work_date - ONE_DAY), plan)
        last = _border(plan, self.plan_on(work_date + ONE_DAY)) + DAY_MINUTES - 1
        return first, last

    def interval_of(self, work_date: date, tz: ZoneInfo) -> tuple[datetime, datetime]:
        """From when (included) to when (excluded) punches belong to the work date; in UTC, as punches are stored."""
        key = work_date, tz.key
        if key not in self._intervals:
            first, last = self.minutes_of(work_date)
            self._intervals[key] = _moment(work_date, first, tz), _moment(work_date, last + 1, tz)
        return self._intervals[key]

    def work_date_of(self, moment: datetime, tz: ZoneInfo) -> date:
        """The one work date to which a punch at this moment belongs."""
        local = moment.astimezone(tz)
        for days in (-1, 1):
            candidate = local.date() + days * ONE_DAY
            start, end = self.interval_of(candidate, tz)
            if start <= moment < end:
                return candidate
        return local.date()

    def next_working_day(self, after: date) -> date | None:
        """The first date after `after` on which work is expected; None when a year has none."""
        horizon = min(366, (date.max - after).days - 1)
        candidates = (after + days * ONE_DAY for days in range(1, horizon + 1))
        return next((day for day in candidates if self.plan_on(day) is not None), None)


def day_interval(
    policy: Policy,
    work_date: date,
    tz: ZoneInfo,
    *,
    overrides: Iterable[Override] = (),
    holidays: Iterable[date] = (),
) -> tuple[datetime, datetime]:
    """From when (included) to when (excluded) punches matter to a work date; see Schedule.interval_of."""
    schedule = Schedule(policy=policy, overrides=tuple(overrides), holidays=frozenset(holidays))
    return schedule.interval_of(work_date, tz)


def work_dates_for(taken_at: datetime, schedules: Iterable[Schedule], tz: ZoneInfo) -> list[date]:
    """The work dates to which a punch belongs under any of the schedules, in order: the days to assess again."""
    return sorted({schedule.work_date_of(taken_at, tz) for schedule in schedules})


def read_override(table: Mapping[str, Any], *, field: str) -> Override:
    """An override from `name, from, to`, perhaps `days`, and hours; PolicyError names `field` and the key.

    Whether the hours fit a policy shows only on its days: Schedule.plan_on says so.
    """
    hours = {key: value for key, value in table.items() if key not in ("name", "from", "to", "days")}
    days = table.get("days")
    if days == []:
        raise PolicyError(f'{field}.days: write a list of weekdays, ["fri"], or leave it out for all.')
    first, last = _read_date(table, "from", field), _read_date(table, "to", field)
    if last < first:
        raise PolicyError(f"{field}: it ends ({last}) before it begins ({first}).")
    return Override(
        name=str(table.get("name", "")),
        first=first,
        last=last,
        hours=read_hours(hours, field=field),
        weekdays=None if days is None else frozenset(parse_weekdays(days, field=f"{field}.days")),
    )


def _read_date(table: Mapping[str, Any], key: str, field: str) -> date:
    value = table.get(key)
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    try:
        return date.fromisoformat(str(value))
    except ValueError as error:
        raise PolicyError(f"{field}.{key}: {value!r} is no date; write YYYY-MM-DD.") from error


def _moment(work_date: date, minute: int, tz: ZoneInfo) -> datetime:
    midnight = datetime(work_date.year, work_date.month, work_date.day, tzinfo=tz)
    return (midnight + timedelta(minutes=minute)).astimezone(UTC)


def _border(earlier: DayPlan | None, later: DayPlan | None) -> int:
    """First minute, from the later date's midnight, that belongs to the later of two neighbouring dates.

    Midnight, unless a window reaches across it: then half-way between the windows, and where these overlap half-way
    between the earlier day's departure and the later day's arrival. A rest day has no windows and lends its neighbour
    the hours that it needs.
    """
    closes = earlier.closes - DAY_MINUTES if earlier is not None else -DAY_MINUTES
    opens = later.opens if later is not None else DAY_MINUTES
    if closes < 0 <= opens:
        return 0
    if closes < opens:
        return (closes + 1 + opens) // 2
    if earlier is None or later is None:
        return 0
    half_way = (earlier.out_due - DAY_MINUTES + later.in_due) // 2
    return max(opens, min(half_way, closes + 1))
