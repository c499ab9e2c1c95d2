"""A policy's week as a form writes it: read out of a policy, and written into the text of another one."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import tomli_w

from hub.errors import PolicyError
from hub.schedule.plan import DAY_MINUTES, DayPlan
from hub.schedule.policy import Policy, parse_policy
from hub.schedule.weekdays import WEEKDAYS

TIMES: Final = ("in_opens", "in_due", "out_due", "out_closes")

_HOURS: Final = re.compile(r"\bhours\[(\d+)\]")


@dataclass(frozen=True, slots=True)
class WrittenSession:
    """A session of a day: its name, first and last minute of its window, HH:MM; empty for none."""

    name: str
    opens: str
    closes: str

    @property
    def is_empty(self) -> bool:
        return not (self.name or self.opens or self.closes)


@dataclass(frozen=True, slots=True)
class WrittenDay:
    """A weekday as a form says it: clock times HH:MM, empty for none. works False: a rest day.

    times: of arrival and departure; sessions: in their place, where a day has three or more. quota: minutes that are
    paid for, where pay goes by duration.
    """

    works: bool
    times: Mapping[str, str]
    break_from: str = ""
    break_to: str = ""
    quota: str = ""
    sessions: tuple[WrittenSession, ...] = ()


def written_week(policy: Policy) -> list[WrittenDay] | None:
    """A policy's week as a form shows it; rest days alone where it brings no hours.

    None for what no form can say: times before or after the day itself, and part-time slots that come with contracts.
    """
    if policy.week is None:
        return None if policy.kind == "slot" else [WrittenDay(False, {})] * 7
    if any(plan is not None and not _within_a_day(plan) for plan in policy.week):
        return None
    return [WrittenDay(False, {}) if plan is None else _written_day(policy, plan) for plan in policy.week]


def rewritten(text: str, name: str, week: Sequence[WrittenDay]) -> str:
    """A policy's text under a name with this week, Monday first; all else stays.

    PolicyError says which day's time is wrong.
    """
    table = tomllib.loads(text)
    kind = table.get("kind", "two-session")
    rest = [WEEKDAYS[day] for day, each in enumerate(week) if not each.works]
    hours: list[dict[str, Any]] = []
    for day, each in enumerate(week):
        if not each.works:
            continue
        entry = _entry(kind, each, field=f"{name}: hours of {WEEKDAYS[day]}")
        same = next((known for known in hours if {k: v for k, v in known.items() if k != "days"} == entry), None)
        if same is not None:
            same["days"].append(WEEKDAYS[day])
        else:
            hours.append({"days": [WEEKDAYS[day]], **entry})
    if not hours:
        raise PolicyError("A week needs a working day.")
    changed = {key: value for key, value in table.items() if key not in ("hours", "rest", "weekly_minutes", "name")}
    written = tomli_w.dumps({"name": name, **changed, "rest": rest, "hours": hours})
    try:
        parse_policy(written, source=name)
    except PolicyError as error:
        raise PolicyError(_HOURS.sub(lambda found: _days_said(hours, found), str(error))) from error
    return written


def _entry(kind: str, day: WrittenDay, *, field: str) -> dict[str, Any]:
    """A day's table without its weekdays."""
    entry: dict[str, Any] = {}
    if kind != "sessions":
        entry = {key: day.times[key] for key in TIMES if day.times.get(key)}
    if bool(day.break_from) != bool(day.break_to):
        raise PolicyError(f'{field}.break: write two times, ["HH:MM", "HH:MM"].')
    if day.break_from:
        entry["break"] = [day.break_from, day.break_to]
    if kind == "slot":
        if not (day.quota.isascii() and day.quota.isdigit()):
            raise PolicyError(f"{field}.quota_min: write a whole number of minutes, not {day.quota!r}.")
        entry["quota_min"] = int(day.quota)
    if kind == "sessions":
        entry["sessions"] = _session_table(day, field=field)
    return entry


def _session_table(day: WrittenDay, *, field: str) -> dict[str, str]:
    filled = [each for each in day.sessions if not each.is_empty]
    for each in filled:
        if not (each.name and each.opens and each.closes):
            raise PolicyError(f"{field}.sessions: give each session a name, its first and its last minute.")
    if len({each.name for each in filled}) < len(filled):
        raise PolicyError(f"{field}: two sessions of the day have one name; name each of them differently.")
    return {each.name: f"[{each.opens},{each.closes}]" for each in filled}


def _days_said(hours: Sequence[Mapping[str, Any]], found: re.Match[str]) -> str:
    """`hours[2]` by its days: whoever fills in a form sees no tables."""
    number = int(found[1])
    return f"hours of {', '.join(hours[number - 1]['days'])}" if 0 < number <= len(hours) else found[0]


def _written_day(policy: Policy, plan: DayPlan) -> WrittenDay:
    start, end = plan.break_ or (None, None)
    quota = "" if plan.quota is None else str(plan.quota)
    if policy.kind == "sessions":
        sessions = tuple(WrittenSession(each.name, _clock(each.opens), _clock(each.closes)) for each in plan.sessions)
        return WrittenDay(True, {}, _clock(start), _clock(end), quota, sessions)
    first, last = plan.sessions[0], plan.sessions[-1]
    moments = (first.opens, first.closes, last.opens, last.closes)
    times = {key: _clock(minute) for key, minute in zip(TIMES, moments, strict=True)}
    return WrittenDay(True, times, _clock(start), _clock(end), quota)


def _within_a_day(plan: DayPlan) -> bool:
    minutes = [*(plan.break_ or ()), *(end for each in plan.sessions for end in (each.opens, each.closes))]
    return all(minute is None or 0 <= minute < DAY_MINUTES for minute in minutes)


def _clock(minute: int | None) -> str:
    return "" if minute is None else f"{minute // 60:02d}:{minute % 60:02d}"
