"""One person's days: a day with its reasons and every punch as it came, or a month with its sums."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

import msgspec
from sqlalchemy import select
from sqlalchemy.orm import Session

from hub.attendance.day import AttendanceDay
from hub.attendance.models import StoredDay
from hub.db import Database
from hub.errors import PolicyError
from hub.ingest.models import StoredRow
from hub.recap.monthly import Month
from hub.recap.people import Person, UnitName, read_people, read_unit_names
from hub.recap.summary import MonthSummary, summarise
from hub.roster.units import Memberships, UnitTree
from hub.roster.work_dates import EmployeeDay
from hub.schedule.in_force import Schedules


class RawPunch(msgspec.Struct, frozen=True, kw_only=True):
    """A punch as the kiosk sent it.

    taken_at: what the kiosk's clock said. corrected_at: where a later clock anchor places it; None: taken_at stands.
    """

    device: str
    epoch: str
    seq: int
    taken_at: datetime
    corrected_at: datetime | None
    clock_source: str
    source: str | None
    similarity: float | None
    threshold: float | None
    session_hint: str | None
    received_at: datetime


class PersonDay(msgspec.Struct, frozen=True, kw_only=True):
    """A person's work date. day None: not assessed (yet). punches: of the local date and of
    a shift across midnight."""

    person: Person
    unit: UnitName
    work_date: date
    timezone: str
    day: AttendanceDay | None
    version: int
    assessed_at: datetime | None
    punches: tuple[RawPunch, ...]


def person_day(database: Database, employee_id: str, work_date: date) -> PersonDay | None:
    """The day with its reasons and punches; None when there is no such employee."""
    with database.read() as session:
        person = read_people(session, [employee_id]).get(employee_id)
        if person is None:
            return None
        stored = session.get(StoredDay, (employee_id, work_date))
        memberships = Memberships.load(session.connection(), [employee_id])
        unit_id = stored.unit_id if stored is not None else memberships.unit_on(employee_id, work_date)
        tree = UnitTree.load(session.connection())
        return PersonDay(
            person=person,
            unit=read_unit_names(session)[unit_id],
            work_date=work_date,
            timezone=tree.zone_of(unit_id).key,
            day=None if stored is None else msgspec.convert(stored.day, AttendanceDay),
            version=0 if stored is None else stored.version,
            assessed_at=None if stored is None else stored.assessed_at,
            punches=tuple(
                _read_punches(session, employee_id, _interval(session, tree, (employee_id, work_date), unit_id))
            ),
        )


class PersonMonth(msgspec.Struct, frozen=True, kw_only=True):
    """A person's assessed days of a month, ascending, with their sums; a day not assessed yet is not among them.

    month: YYYY-MM.
    """

    person: Person
    unit: UnitName
    days: tuple[AttendanceDay, ...]
    summary: MonthSummary
    month: str


def person_month(database: Database, employee_id: str, month: Month) -> PersonMonth | None:
    """The days of a month; None when there is no such employee. unit: of the month's last assessed day."""
    with database.read() as session:
        person = read_people(session, [employee_id]).get(employee_id)
        if person is None:
            return None
        query = (
            select(StoredDay)
            .where(StoredDay.employee_id == employee_id, StoredDay.work_date.between(month.first, month.last))
            .order_by(StoredDay.work_date)
        )
        stored = session.scalars(query).all()
        memberships = Memberships.load(session.connection(), [employee_id])
        unit_id = stored[-1].unit_id if stored else memberships.unit_on(employee_id, month.last)
        days = tuple(msgspec.convert(row.day, AttendanceDay) for row in stored)
        unit = read_unit_names(session)[unit_id]
    return PersonMonth(person=person, unit=unit, days=days, summary=summarise(days), month=month.text)


def _interval(session: Session, tree: UnitTree, day: EmployeeDay, unit_id: int | None) -> tuple[datetime, datetime]:
    """The local date, and beyond it what belongs to a shift that began or ended across midnight."""
    employee_id, work_date = day
    zone = tree.zone_of(unit_id)
    midnight = datetime.combine(work_date, time(), zone)
    next_midnight = datetime.combine(work_date + timedelta(days=1), time(), zone)
    schedules = Schedules.load(session.connection(), tree, people=[employee_id], first=work_date, last=work_date)
    try:
        schedule = schedules.of(employee_id, unit_id, work_date)
        first, end = (midnight, next_midnight) if schedule is None else schedule.interval_of(work_date, zone)
    except PolicyError:
        return midnight, next_midnight
    return min(first, midnight), max(end, next_midnight)


def _read_punches(session: Session, employee_id: str, interval: tuple[datetime, datetime]) -> list[RawPunch]:
    start, end = interval
    query = (
        select(StoredRow)
        .where(
            StoredRow.kind == "punch",
            StoredRow.person_id == employee_id,
            StoredRow.placed_at >= start,
            StoredRow.placed_at < end,
        )
        .order_by(StoredRow.placed_at, StoredRow.device, StoredRow.seq)
    )
    return [
        RawPunch(**{name: getattr(row, name) for name in RawPunch.__struct_fields__}) for row in session.scalars(query)
    ]
