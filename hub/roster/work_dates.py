"""To which work dates punches belong, for the people, units and policies on record."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, select

from hub.errors import PolicyError
from hub.roster.models import Employee
from hub.roster.units import Memberships, UnitTree
from hub.schedule.calendar import Schedule
from hub.schedule.policy import load_policy

Moment = tuple[str, datetime]
"""A person's id and when something happened."""

EmployeeDay = tuple[str, date]
"""An employee's id and a local work date."""


def work_dates_for(connection: Connection, moments: Iterable[Moment]) -> set[EmployeeDay]:
    """The days that these punches bear on; people whom the hub does not know are left out.

    The policy and time zone of the person's unit decide, or the defaults for somebody without a unit.
    """
    by_person: dict[str, list[datetime]] = defaultdict(list)
    for person, moment in moments:
        by_person[person].append(moment)
    if not by_person:
        return set()
    known = connection.scalars(select(Employee.id).where(Employee.id.in_(by_person))).all()
    tree, memberships = UnitTree.load(connection), Memberships.load(connection, known)
    days = set()
    for person in known:
        for moment in by_person[person]:
            # The unit on the UTC date decides the zone; a transfer at midnight moves no punch to another date.
            zone = tree.zone_of(memberships.unit_on(person, moment.date()))
            local_date = moment.astimezone(zone).date()
            policy = tree.policy_on(memberships.unit_on(person, local_date), local_date)
            days.add((person, work_date_of(moment, policy=policy, zone=zone)))
    return days


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
