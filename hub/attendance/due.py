"""Days that change by the mere passing of time: new ones begin, windows close, kiosks catch up."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from sqlalchemy import and_, exists, literal, or_, select
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.orm import Session

from hub.attendance.day import Status
from hub.attendance.dirty import mark_dirty
from hub.attendance.models import DirtyDay, StoredDay
from hub.db import Database
from hub.errors import PolicyError
from hub.fleet.models import Kiosk
from hub.roster.models import Employee, EmploymentTerm, Membership, Unit
from hub.roster.units import UnitTree
from hub.roster.work_dates import EmployeeDay
from hub.schedule.in_force import Schedules
from hub.schedule.models import PartTimeContract, ShiftDay

BACKFILL_DAYS: Final = 62
"""How far back a hub that was switched off makes up for days on which nobody punched: this month and the last."""

ONE_DAY: Final = timedelta(days=1)


class DueDays:
    """Remembers what it has looked at, so that a look costs little when nothing has become due."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._begun_through: dict[str, date] = {}
        self._delivered: dict[str, datetime | None] = {}

    def mark(self, now: datetime) -> int:
        """Mark, at the moment `now`, and return how many days were marked:

        - days that have begun: everybody who belongs to a unit has a day, punch or no punch;
        - running days whose last window has closed;
        - days that wait for a kiosk which has delivered more since the last look, or is no longer waited for.
        """
        with self._database.read() as session:
            tree = UnitTree.load(session.connection())
            zones = _read_zones(session)
            delivered = _read_delivered(session)
            due = _closed_days(session, tree, now) | self._caught_up_days(session, delivered)
        marked = len(due)
        with self._database.write() as session:
            for zone, units in zones.items():
                for work_date in self._begun_dates(zone, now):
                    marked += _mark_begun(session, units, work_date, zone=zone, now=now)
            mark_dirty(session.connection(), due, now=now)
        self._delivered = delivered
        self._begun_through |= {zone: _today(zone, now) for zone in zones}
        return marked

    def _begun_dates(self, zone: str, now: datetime) -> list[date]:
        """Dates whose days may not be there yet; today is always among them, since people are enrolled all day."""
        today = _today(zone, now)
        first = self._begun_through.get(zone, today - BACKFILL_DAYS * ONE_DAY)
        return [today - days * ONE_DAY for days in range((today - first).days, -1, -1)]

    def _caught_up_days(self, session: Session, delivered: Mapping[str, datetime | None]) -> set[EmployeeDay]:
        moved = {device for device in delivered.keys() | self._delivered.keys() if self._has_moved(device, delivered)}
        if not moved:
            return set()
        waiting = or_(
            StoredDay.status == Status.MENUNGGU_DATA,
            # A running day keeps its late minutes back while an earlier punch may still be on its way.
            and_(StoredDay.status == Status.BERJALAN, StoredDay.late_min.is_(None)),
        )
        rows = session.execute(select(StoredDay.employee_id, StoredDay.work_date, StoredDay.day).where(waiting))
        return {(employee_id, work_date) for employee_id, work_date, day in rows if _waits_for(day, moved)}

    def _has_moved(self, device: str, delivered: Mapping[str, datetime | None]) -> bool:
        if device not in self._delivered or device not in delivered:
            return True
        return self._delivered[device] != delivered[device]


def _waits_for(day: Mapping[str, Any], moved: set[str]) -> bool:
    if day["status"] == Status.BERJALAN:
        return day.get("arrival") is not None
    return not moved.isdisjoint(day.get("waiting_for", ()))


def _read_delivered(session: Session) -> dict[str, datetime | None]:
    rows = session.execute(select(Kiosk.device, Kiosk.delivered_up_to).where(Kiosk.state == "active"))
    return {row.device: row.delivered_up_to for row in rows}


def _read_zones(session: Session) -> dict[str, list[int]]:
    """The units of each time zone."""
    zones: dict[str, list[int]] = {}
    for unit_id, zone in session.execute(select(Unit.id, Unit.timezone)):
        zones.setdefault(zone, []).append(unit_id)
    return zones


def _today(zone: str, now: datetime) -> date:
    return now.astimezone(ZoneInfo(zone)).date()


def _closed_days(session: Session, tree: UnitTree, now: datetime) -> set[EmployeeDay]:
    """Running days whose last window has closed: looked up by unit and date, of which there are few.

    Only who has hours of their own, by a shift roster, a contract or their group, is looked up one by one.
    """
    running = StoredDay.status == Status.BERJALAN
    groups = session.execute(select(StoredDay.unit_id, StoredDay.work_date).where(running).distinct()).all()
    if not groups:
        return set()
    dates = [work_date for _, work_date in groups]
    first, last = min(dates), max(dates)
    apart = _people_with_own_hours(session, tree, first, last)
    schedules = Schedules.load(session.connection(), tree, people=apart, first=first, last=last)
    clock = _Clock(tree, schedules, now)
    closed: set[EmployeeDay] = set()
    for unit_id, work_date in groups:
        over = clock.is_over(unit_id, work_date)
        if not over and not apart:
            continue
        of_unit = StoredDay.unit_id.is_(None) if unit_id is None else StoredDay.unit_id == unit_id
        query = select(StoredDay.employee_id).where(running, of_unit, StoredDay.work_date == work_date)
        for person in session.scalars(query):
            if clock.is_over(unit_id, work_date, person) if person in apart else over:
                closed.add((person, work_date))
    return closed


@dataclass(frozen=True, slots=True)
class _Clock:
    """Tells whether the last window of a day has closed."""

    tree: UnitTree
    schedules: Schedules
    now: datetime

    def is_over(self, unit_id: int | None, work_date: date, person: str | None = None) -> bool:
        """person: somebody with hours of their own; None: the office's."""
        try:
            schedule = (
                self.schedules.of_office(unit_id, work_date)
                if person is None
                else self.schedules.of(person, unit_id, work_date)
            )
            plan = schedule.plan_on(work_date) if schedule is not None else None
        except PolicyError:
            # The worker says so, by name, when it assesses the day.
            return True
        if plan is None:
            return True
        midnight = datetime.combine(work_date, time(), self.tree.zone_of(unit_id))
        return self.now >= midnight + timedelta(minutes=plan.closes + 1)


def _people_with_own_hours(session: Session, tree: UnitTree, first: date, last: date) -> set[str]:
    """Whoever may have other hours than the office: on a shift roster, under a contract, in a group with a policy.

    first, last: the dates that are asked about. A roster of years is not read to answer for today.
    """
    on_roster = select(ShiftDay.employee_id).where(ShiftDay.work_date.between(first, last))
    found = set(session.scalars(on_roster.distinct()))
    found.update(session.scalars(select(PartTimeContract.employee_id).distinct()))
    if tree.groups:
        query = select(EmploymentTerm.employee_id).where(EmploymentTerm.group.in_(tree.groups)).distinct()
        found.update(session.scalars(query))
    return found


def _mark_begun(session: Session, units: list[int], work_date: date, *, zone: str, now: datetime) -> int:
    """Mark the date for everybody who belongs to one of the units on it and has no stored day.

    Dates before somebody was entered here are left alone: nobody could have punched.
    """
    over = datetime.combine(work_date + ONE_DAY, time(), ZoneInfo(zone))
    in_force = and_(
        or_(Membership.valid_from.is_(None), Membership.valid_from <= work_date),
        or_(Membership.valid_until.is_(None), Membership.valid_until >= work_date),
    )
    employed = and_(
        or_(Employee.employed_from.is_(None), Employee.employed_from <= work_date),
        or_(Employee.employed_until.is_(None), Employee.employed_until >= work_date),
        Employee.created_at < over,
    )
    stored = exists().where(StoredDay.employee_id == Employee.id, StoredDay.work_date == work_date)
    newcomers = (
        select(
            Employee.id,
            literal(work_date, type_=DirtyDay.work_date.type),
            literal(1),
            literal(now, type_=DirtyDay.marked_at.type),
        )
        .join(Membership, Membership.employee_id == Employee.id)
        .where(Membership.unit_id.in_(units), in_force, employed, ~stored)
        .distinct()
    )
    insert = postgresql_insert if session.get_bind().dialect.name == "postgresql" else sqlite_insert
    statement = (
        insert(DirtyDay)
        .from_select(["employee_id", "work_date", "marks", "marked_at"], newcomers)
        .on_conflict_do_nothing()
    )
    return max(0, session.connection().execute(statement).rowcount)
