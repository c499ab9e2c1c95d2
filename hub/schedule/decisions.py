"""What a regency decides about hours, put on record; each function says whose days it changes.

Nothing is overwritten: a newer decision counts, what is withdrawn stays with its date.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from contract.errors import BadInputError
from hub.errors import PolicyError
from hub.roster.models import UnitPolicy
from hub.roster.units import UnitTree, check_open_unit
from hub.schedule.calendar import read_override
from hub.schedule.in_force import NO_ATTENDANCE
from hub.schedule.models import Holiday, PartTimeContract, PolicyVersion, ScheduleOverride, ShiftDay
from hub.schedule.policy import Policy, load_policy, parse_policy, preset_names

_NAME: Final = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Affected:
    """Whose days a decision changes, from when to when (None: without end).

    units, people: None: all. A day to each side is in it where punches may move between dates.
    """

    first: date
    last: date | None
    units: frozenset[int] | None = None
    people: frozenset[str] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Author:
    """Who decided, and when (aware)."""

    name: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class HolidayLine:
    """A day off as a calendar tells of it. kind: libur or cuti bersama."""

    day: date
    name: str
    kind: str = "libur"


@dataclass(frozen=True, slots=True, kw_only=True)
class ContractLine:
    """A part-timer's contract as the personnel agency writes it; weekdays: 0 is Monday; monthly_pay: rupiah."""

    number: str
    employee_id: str
    first: date
    last: date
    weekdays: tuple[int, ...]
    slot_start: str
    slot_end: str
    quota_min: int
    monthly_pay: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ShiftLine:
    """One day of a roster. hours: the table of the shift; None: day off."""

    employee_id: str
    work_date: date
    code: str
    hours: Mapping[str, Any] | None = field(default=None)


def add_policy(session: Session, text: str, *, valid_from: date, author: Author) -> tuple[Policy, Affected]:
    """Put a policy's text on record, in force from a date; a newer text for the same date takes its place.

    PolicyError when the text is no policy, or has a preset's name.
    """
    policy = parse_policy(text, source="the policy")
    if policy.name in preset_names() or policy.name == NO_ATTENDANCE:
        raise PolicyError(f"The name '{policy.name}' is Presensi's own; call the copy `{policy.name}-2`, for instance.")
    if not _NAME.fullmatch(policy.name):
        raise PolicyError(f"'{policy.name[:40]}' is no name for a policy: write small letters, digits and hyphens.")
    session.add(PolicyVersion(name=policy.name, valid_from=valid_from, text=text, set_by=author.name, set_at=author.at))
    session.flush()
    tree = UnitTree.load(session.connection())
    return policy, Affected(first=valid_from, last=None, units=frozenset(tree.units_with_policy(policy.name)))


def assign_policy(
    session: Session,
    unit_id: int,
    name: str,
    *,
    group: str | None,
    first: date,
    last: date | None,
    author: Author,
) -> Affected:
    """Let a unit and those below it follow a policy from a date on; group: only this group of its people.

    PolicyError when there is no such policy on that date; BadInputError when the unit is closed then.
    """
    if last is not None and last < first:
        raise PolicyError(f"It ends ({last}) before it begins ({first}).")
    check_open_unit(session, unit_id, first)
    check_policy_name(session, name, on=first)
    session.add(
        UnitPolicy(
            unit_id=unit_id,
            policy=name,
            group=group,
            valid_from=first,
            valid_until=last,
            set_by=author.name,
            set_at=author.at,
        )
    )
    session.flush()
    tree = UnitTree.load(session.connection())
    return Affected(first=first - _ONE_DAY, last=None, units=frozenset(tree.within(unit_id)))


def check_policy_name(session: Session, name: str, *, on: date) -> None:
    """PolicyError when neither a preset nor a policy on record for that date has the name."""
    if name == NO_ATTENDANCE:
        return
    known = session.scalar(
        select(PolicyVersion.id).where(PolicyVersion.name == name, PolicyVersion.valid_from <= on).limit(1)
    )
    if known is not None:
        return
    if name.endswith(".toml") or "/" in name:
        raise PolicyError(f"'{name}' is a file: put it on record first, `presensi hub policy add {name}`.")
    later = session.scalar(select(PolicyVersion.valid_from).where(PolicyVersion.name == name).limit(1))
    if later is not None:
        raise PolicyError(f"The policy '{name}' is on record from {later} only; choose a later day.")
    load_policy(name)


def add_holidays(
    session: Session, lines: Sequence[HolidayLine], *, decree: str, unit_id: int | None, author: Author
) -> tuple[int, Affected | None]:
    """Put days off on record; how many were new. A day that is on record already for the same units stays as it is."""
    if not decree.strip():
        raise BadInputError("Give the decree's number: --decree 'SKB 3 Menteri 2026'.")
    check_open_unit(session, unit_id, max((line.day for line in lines), default=date.min))
    there = set(
        session.scalars(
            select(Holiday.day).where(
                Holiday.withdrawn_at.is_(None),
                Holiday.unit_id.is_(None) if unit_id is None else Holiday.unit_id == unit_id,
            )
        )
    )
    new: dict[date, HolidayLine] = {}
    for line in lines:
        if line.day not in there:
            new.setdefault(line.day, line)
    session.add_all(
        Holiday(
            day=line.day,
            name=line.name,
            kind=line.kind,
            decree=decree.strip(),
            unit_id=unit_id,
            set_by=author.name,
            set_at=author.at,
        )
        for line in new.values()
    )
    session.flush()
    return len(new), _around(session, new, unit_id)


def withdraw_holiday(session: Session, day: date, *, unit_id: int | None, author: Author) -> Affected:
    """Let a day off count no more; BadInputError when it is not on record."""
    rows = session.scalars(
        select(Holiday).where(
            Holiday.day == day,
            Holiday.withdrawn_at.is_(None),
            Holiday.unit_id.is_(None) if unit_id is None else Holiday.unit_id == unit_id,
        )
    ).all()
    if not rows:
        raise BadInputError(f"{day} is no holiday on record; `presensi hub holiday list` shows them.")
    for row in rows:
        row.withdrawn_at, row.withdrawn_by = author.at, author.name
    session.flush()
    affected = _around(session, [day], unit_id)
    assert affected is not None  # noqa: S101 - one day is never nobody's
    return affected


def add_override(
    session: Session, table: Mapping[str, Any], *, decree: str, unit_id: int | None, author: Author
) -> Affected:
    """Put a circular on record: hours for a span of dates. PolicyError names the key that cannot be read.

    table: as `read_override` reads it, with name, from, to, perhaps days, and hours.
    """
    override = read_override(table, field="circular")
    if not override.name.strip():
        raise PolicyError("circular.name: give the circular a name, Ramadan 1448 H.")
    check_open_unit(session, unit_id, override.first)
    hours = {key: value for key, value in table.items() if key not in ("name", "from", "to")}
    if not hours.keys() - {"days"}:
        raise PolicyError("circular: it changes no hours; give in_due, out_due, or another time.")
    session.add(
        ScheduleOverride(
            name=override.name.strip(),
            unit_id=unit_id,
            first=override.first,
            last=override.last,
            hours=dict(hours),
            decree=decree.strip(),
            set_by=author.name,
            set_at=author.at,
        )
    )
    session.flush()
    return Affected(first=override.first - _ONE_DAY, last=override.last + _ONE_DAY, units=_units_of(session, unit_id))


def withdraw_override(session: Session, number: int, *, author: Author) -> Affected:
    """Let a circular count no more; BadInputError when it is not on record."""
    row = session.get(ScheduleOverride, number)
    if row is None or row.withdrawn_at is not None:
        raise BadInputError(f"There is no circular {number} in force; `presensi hub circular list` shows them.")
    row.withdrawn_at, row.withdrawn_by = author.at, author.name
    session.flush()
    return Affected(first=row.first - _ONE_DAY, last=row.last + _ONE_DAY, units=_units_of(session, row.unit_id))


def add_shifts(session: Session, lines: Sequence[ShiftLine], *, author: Author) -> Affected:
    """Put days of a roster on record; what they said before stays as it was, and counts no more."""
    session.add_all(
        ShiftDay(
            employee_id=line.employee_id,
            work_date=line.work_date,
            code=line.code,
            hours=None if line.hours is None else dict(line.hours),
            set_by=author.name,
            set_at=author.at,
        )
        for line in lines
    )
    session.flush()
    days = [line.work_date for line in lines]
    # The other days of the roster's months become days off.
    first = min(days).replace(day=1)
    last = (max(days).replace(day=28) + timedelta(days=4)).replace(day=1)
    return Affected(first=first - _ONE_DAY, last=last, people=frozenset(line.employee_id for line in lines))


def add_contracts(session: Session, lines: Sequence[ContractLine], *, author: Author) -> Affected:
    """Put part-time contracts on record."""
    session.add_all(
        PartTimeContract(
            number=line.number,
            employee_id=line.employee_id,
            valid_from=line.first,
            valid_until=line.last,
            weekdays=list(line.weekdays),
            slot_start=line.slot_start,
            slot_end=line.slot_end,
            quota_min=line.quota_min,
            monthly_pay=line.monthly_pay,
            set_by=author.name,
            set_at=author.at,
        )
        for line in lines
    )
    session.flush()
    return Affected(
        first=min(line.first for line in lines) - _ONE_DAY,
        last=max(line.last for line in lines) + _ONE_DAY,
        people=frozenset(line.employee_id for line in lines),
    )


_ONE_DAY: Final = timedelta(days=1)
_DEADLINE_DAYS: Final = timedelta(days=14)
"""A letter is due on the next working day, so a holiday that comes or goes bears on the days before it too."""


def _around(session: Session, days: Iterable[date], unit_id: int | None) -> Affected | None:
    listed = sorted(days)
    if not listed:
        return None
    return Affected(first=listed[0] - _DEADLINE_DAYS, last=listed[-1] + _ONE_DAY, units=_units_of(session, unit_id))


def _units_of(session: Session, unit_id: int | None) -> frozenset[int] | None:
    return None if unit_id is None else frozenset(UnitTree.load(session.connection()).within(unit_id))
