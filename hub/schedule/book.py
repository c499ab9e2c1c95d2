"""Policies as people look them up: which there are, their text, and who follows which."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

import tomli_w
from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from hub.errors import PolicyError
from hub.roster.models import Unit, UnitPolicy
from hub.schedule.models import PolicyVersion
from hub.schedule.policy import PRESETS, Policy, parse_policy, preset_names, read_policy_text
from hub.schedule.weekdays import WEEKDAYS

_HOURS: Final = re.compile(r"\bhours\[(\d+)\]")

TIMES: Final = ("in_opens", "in_due", "out_due", "out_closes")


@dataclass(frozen=True, slots=True)
class BookLine:
    """A policy as it is on a date. valid_from None: one that Presensi brings along; set_by: who put it on record.

    text: its file, word for word.
    """

    policy: Policy
    text: str
    valid_from: date | None
    set_by: str | None

    @property
    def remark(self) -> str | None:
        """What an administrator should know of its week; None: nothing."""
        return self.policy.week_remark()


@dataclass(frozen=True, slots=True)
class Follower:
    """A unit that follows a policy, and those below it. group None: everybody."""

    unit: str
    group: str | None
    first: date
    last: date | None
    set_by: str


@dataclass(frozen=True, slots=True)
class WrittenDay:
    """A weekday as a form says it: clock times HH:MM, empty for none. works False: a rest day."""

    works: bool
    times: Mapping[str, str]
    break_from: str = ""
    break_to: str = ""


def read_book(session: Session, on: date) -> list[BookLine]:
    """Every policy by name, each as it is on a date; those that begin later as they will be."""
    found = {
        name: BookLine(parse_policy(text, source=name), text, None, None)
        for name in preset_names()
        for text in [read_policy_text(PRESETS / f"{name}.toml")]
    }
    rows = session.scalars(select(PolicyVersion).order_by(PolicyVersion.valid_from, PolicyVersion.id))
    for row in rows:
        if row.valid_from <= on or row.name not in found:
            found[row.name] = BookLine(parse_policy(row.text, source=row.name), row.text, row.valid_from, row.set_by)
    return sorted(found.values(), key=lambda line: (line.valid_from is None, line.policy.name))


def followers(session: Session, name: str, on: date) -> list[Follower]:
    """Who follows a policy on a date or will follow it later, by unit."""
    query = (
        select(UnitPolicy, Unit.name)
        .join(Unit, Unit.id == UnitPolicy.unit_id)
        .where(UnitPolicy.policy == name, or_(UnitPolicy.valid_until.is_(None), UnitPolicy.valid_until >= on))
        .order_by(Unit.name, UnitPolicy.valid_from)
    )
    return [
        Follower(unit, row.group, row.valid_from, row.valid_until, row.set_by) for row, unit in session.execute(query)
    ]


def rewritten(text: str, name: str, week: Sequence[WrittenDay]) -> str:
    """A policy's text under a name with this week, Monday first; all else stays. PolicyError says which time is wrong.

    Only for policies of arrival and departure.
    """
    table = tomllib.loads(text)
    if table.get("kind", "two-session") != "two-session":
        raise PolicyError("Only a week of arrival and departure is changed here; change the file of this one.")
    rest = [WEEKDAYS[day] for day, each in enumerate(week) if not each.works]
    hours: list[dict[str, Any]] = []
    for day, each in enumerate(week):
        if not each.works:
            continue
        entry: dict[str, Any] = {key: each.times[key] for key in TIMES if each.times.get(key)}
        if each.break_from or each.break_to:
            entry["break"] = [each.break_from, each.break_to]
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


def _days_said(hours: Sequence[Mapping[str, Any]], found: re.Match[str]) -> str:
    """`hours[2]` by its days: whoever fills in a form sees no tables."""
    number = int(found[1])
    return f"hours of {', '.join(hours[number - 1]['days'])}" if 0 < number <= len(hours) else found[0]


def written_week(policy: Policy) -> list[WrittenDay] | None:
    """A policy's week as a form shows it; None where it has other days than arrival and departure."""
    if policy.week is None or policy.kind != "two-session":
        return None
    found = []
    for plan in policy.week:
        if plan is None:
            found.append(WrittenDay(False, {}))
            continue
        first, last = plan.sessions[0], plan.sessions[-1]
        times = {
            "in_opens": _clock(first.opens), "in_due": _clock(first.closes), "out_due": _clock(last.opens),
            "out_closes": _clock(last.closes),
        }  # fmt: skip
        start, end = plan.break_ or (None, None)
        found.append(WrittenDay(True, times, _clock(start), _clock(end)))
    return found


def _clock(minute: int | None) -> str:
    return "" if minute is None else f"{minute // 60:02d}:{minute % 60:02d}"
