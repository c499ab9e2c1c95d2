"""To which work dates punches belong, for the people, units and policies on record."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, select

from hub.errors import PolicyError
from hub.roster.models import Employee
from hub.roster.units import Memberships, UnitTree
from hub.schedule.calendar import Schedule
from hub.schedule.in_force import NO_ATTENDANCE, Schedules
from hub.schedule.models import ShiftDay
from hub.schedule.policy import load_policy, preset_names

_PRESETS: Final = frozenset((*preset_names(), NO_ATTENDANCE))

Moment = tuple[str, datetime]
"""A person's id and when something happened."""

EmployeeDay = tuple[str, date]
"""An employee's id and a local work date."""


def work_dates_for(connection: Connection, moments: Iterable[Moment]) -> set[EmployeeDay]:
    """The days that these punches bear on; people whom the hub does not know are left out."""
    return set(place_moments(connection, moments).values())


def place_moments(connection: Connection, moments: Iterable[Moment]) -> dict[Moment, EmployeeDay]:
    """To which day each of these punches belongs; people whom the hub does not know are left out.

    The policy and time zone of the person's unit decide, or the defaults for somebody without a unit. Only where
    somebody is on a shift roster, or a regency has its own policy, is everything on record read.
    """
    by_person: dict[str, list[datetime]] = defaultdict(list)
    for person, moment in moments:
        by_person[person].append(moment)
    if not by_person:
        return {}
    known = connection.scalars(select(Employee.id).where(Employee.id.in_(by_person))).all()
    tree, memberships = UnitTree.load(connection), Memberships.load(connection, known)
    apart = _read_hours_of_their_own(connection, tree, {person: by_person[person] for person in known})
    days: dict[Moment, EmployeeDay] = {}
    for person in known:
        for moment in by_person[person]:
            # The unit on the UTC date decides the zone; a transfer at midnight moves no punch to another date.
            zone = tree.zone_of(memberships.unit_on(person, moment.date()))
            local_date = moment.astimezone(zone).date()
            unit_id = memberships.unit_on(person, local_date)
            if apart is not None:
                days[person, moment] = person, _own_work_date(apart, person, unit_id, moment, zone)
                continue
            policy = tree.policy_on(unit_id, local_date)
            days[person, moment] = person, work_date_of(moment, policy=policy, zone=zone)
    return days


def _read_hours_of_their_own(
    connection: Connection, tree: UnitTree, moments: Mapping[str, list[datetime]]
) -> Schedules | None:
    """What is on record about these people's hours; None where presets say all that matters to the date."""
    times = [moment for of_person in moments.values() for moment in of_person]
    if not times:
        return None
    first, last = min(times).date() - timedelta(days=2), max(times).date() + timedelta(days=2)
    of_people = (
        select(ShiftDay.id).where(ShiftDay.employee_id.in_(moments), ShiftDay.work_date.between(first, last)).limit(1)
    )
    if tree.policy_names <= _PRESETS and connection.scalar(of_people) is None:
        return None
    return Schedules.load(connection, tree, people=list(moments), first=first, last=last)


def _own_work_date(schedules: Schedules, person: str, unit_id: int | None, moment: datetime, zone: ZoneInfo) -> date:
    local_date = moment.astimezone(zone).date()
    for candidate in (local_date, local_date - timedelta(days=1), local_date + timedelta(days=1)):
        try:
            schedule = schedules.of(person, unit_id, candidate)
            span = schedule.interval_of(candidate, zone) if schedule is not None else None
        except PolicyError:
            span = None
        if span is not None and span[0] <= moment < span[1]:
            return candidate
    return local_date


def work_date_of(moment: datetime, *, policy: str, zone: ZoneInfo) -> date:
    """The work date under a policy by name; the local date where the policy brings no hours or is unknown."""
    local_date = moment.astimezone(zone).date()
    for candidate in (local_date, local_date - timedelta(days=1), local_date + timedelta(days=1)):
        span = _span(policy, zone, candidate)
        if span is not None and span[0] <= moment < span[1]:
            return candidate
    return local_date


@lru_cache(maxsize=4096)
def _span(policy: str, zone: ZoneInfo, work_date: date) -> tuple[datetime, datetime] | None:
    try:
        return Schedule(policy=load_policy(policy)).interval_of(work_date, zone)
    except PolicyError:
        return None
