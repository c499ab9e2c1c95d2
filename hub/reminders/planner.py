"""Writes down who is to be reminded of what; each reminder once for each contact, whoever plans and however often."""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

import msgspec
from sqlalchemy import Connection, select
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from contract.roster import SessionWindow
from hub.attendance.day import AttendanceDay, Status
from hub.attendance.models import StoredDay
from hub.db import Database, table_of
from hub.errors import PolicyError
from hub.reminders import words
from hub.reminders.contacts import Reachable, reach
from hub.reminders.models import Reminder
from hub.reminders.moments import Kind, Moment, after_quiet, closing_moments, has_punch, is_expected
from hub.reminders.words import Words
from hub.roster.units import Memberships, UnitTree
from hub.schedule.in_force import Schedules
from hub.schedule.reminding import Reminding
from hub.schedule.windows import windows_on

log = logging.getLogger(__name__)

TOLD_FOR: Final = timedelta(hours=30)
"""So long after a day was found incomplete people are told of it; a hub that was off for longer says nothing stale."""

_INCOMPLETE: Final = (Status.TIDAK_LENGKAP, Status.BELUM_ADA_KETERANGAN)
_ONE_DAY: Final = timedelta(days=1)
_AT_ONCE: Final = 500

_days = table_of(StoredDay)
_reminders = table_of(Reminder)


@dataclass(frozen=True, slots=True)
class Planned:
    """A reminder to one contact, not written yet. due_at: when it is to be sent, outside of quiet hours."""

    key: str
    kind: Kind
    to: Reachable
    employee_id: str | None
    due_at: datetime
    not_after: datetime
    words: Words


@dataclass(slots=True)
class _Hours:
    """What the hours of a day come to, for all who share them."""

    windows: Sequence[SessionWindow]
    rule: Reminding


class SessionPlanner:
    """Reminders of sessions that are about to close, and of days that stayed incomplete.

    Remembers what it has settled, so that a look costs little; what is remembered can be forgotten at any time.
    """

    def __init__(self, database: Database, *, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._database = database
        self._now = now
        self._settled: dict[date, set[str]] = defaultdict(set)

    def step(self) -> int:
        """Write the reminders that are due now; how many are new."""
        now = self._now()
        with self._database.read() as session:
            reachable = reach(session, "employee_id")
            if not reachable:
                return 0
            planned = [*self._closing(session, reachable, now), *_missed(session, reachable, now)]
        self._forget(now)
        try:
            return write_planned(self._database, planned, now=now)
        except DBAPIError:
            self._settled.clear()  # nothing of it was written
            raise

    def _forget(self, now: datetime) -> None:
        for day in [day for day in self._settled if day < (now - 3 * _ONE_DAY).date()]:
            del self._settled[day]

    def _closing(self, session: Session, reachable: Mapping[str, list[Reachable]], now: datetime) -> Iterable[Planned]:
        due = self._due(session.connection(), sorted(reachable), now)
        stored = _read_days(session, {(person, day) for person, day, _, _ in due})
        for person, day, moment, zone in due:
            found = stored.get((person, day))
            key = f"closing:{person}:{day}:{moment.place}"
            if not is_expected(found) or has_punch(found, moment):
                # A letter may still be withdrawn; a punch stays.
                if has_punch(found, moment):
                    self._settled[day].add(key)
                continue
            self._settled[day].add(key)
            duty = found is not None and found.status is Status.DL
            said = words.closing(moment.name, moment.way, moment.closes.astimezone(zone), zone.key, duty=duty)
            for to in reachable[person]:
                at = after_quiet(now, zone, to.quiet)
                if "closing" not in to.without and at < moment.closes:
                    yield Planned(key, "closing", to, person, at, moment.closes, said)

    def _due(
        self, connection: Connection, people: Sequence[str], now: datetime
    ) -> list[tuple[str, date, Moment, ZoneInfo]]:
        """Sessions of which somebody is to be reminded now, settled ones left out."""
        tree, memberships = UnitTree.load(connection), Memberships.load(connection, people)
        schedules = Schedules.load(
            connection, tree, people=people, first=(now - 2 * _ONE_DAY).date(), last=(now + 2 * _ONE_DAY).date()
        )
        shared: dict[tuple[int | None, str, date], _Hours | None] = {}
        found = []
        for person in people:
            zone = tree.zone_of(memberships.unit_on(person, now.date()))
            today = now.astimezone(zone).date()
            for day in (today - _ONE_DAY, today):
                unit_id = memberships.unit_on(person, day)
                if unit_id is None:
                    continue
                if schedules.has_own_hours(person):
                    hours = _hours(schedules, person, unit_id, day, tree)
                else:
                    basis = unit_id, schedules.policy_name(person, unit_id, day), day
                    if basis not in shared:
                        shared[basis] = _hours(schedules, person, unit_id, day, tree)
                    hours = shared[basis]
                if hours is None:
                    continue
                for moment in closing_moments(hours.windows, hours.rule):
                    key = f"closing:{person}:{day}:{moment.place}"
                    if moment.at <= now < moment.closes and key not in self._settled[day]:
                        found.append((person, day, moment, tree.zone_of(unit_id)))
        return found


def _hours(schedules: Schedules, person: str, unit_id: int, day: date, tree: UnitTree) -> _Hours | None:
    try:
        schedule = schedules.of(person, unit_id, day)
        if schedule is None:
            return None
        return _Hours(windows_on(schedule, day, tree.zone_of(unit_id)), schedule.policy.reminders)
    except PolicyError:
        return None  # the worker names it when it assesses the day


def _missed(session: Session, reachable: Mapping[str, list[Reachable]], now: datetime) -> Iterable[Planned]:
    """Days that are over, were assessed, wait for no kiosk, and lack something; told once, not at night."""
    connection = session.connection()
    tree = UnitTree.load(connection)
    query = select(_days.c.employee_id, _days.c.work_date, _days.c.unit_id, _days.c.day).where(
        _days.c.status.in_([str(each) for each in _INCOMPLETE]),
        _days.c.work_date >= (now - 3 * _ONE_DAY).date(),
        _days.c.assessed_at >= now - TOLD_FOR,
    )
    rows = [row for row in connection.execute(query) if row.employee_id in reachable]
    told = _known_keys(connection, [_missed_key(row.employee_id, row.work_date) for row in rows])
    schedules = Schedules.load(
        connection,
        tree,
        people=sorted({row.employee_id for row in rows}),
        first=(now - 4 * _ONE_DAY).date(),
        last=now.date(),
    )
    for row in rows:
        key = _missed_key(row.employee_id, row.work_date)
        if key in told:
            continue
        hours = _hours(schedules, row.employee_id, row.unit_id, row.work_date, tree) if row.unit_id else None
        if hours is not None and not hours.rule.missed:
            continue
        zone = tree.zone_of(row.unit_id)
        until = datetime.combine(row.work_date + 2 * _ONE_DAY, time(23, 59), tzinfo=zone).astimezone(UTC)
        if now >= until:
            continue
        day = msgspec.convert(row.day, AttendanceDay)
        said = words.missed(row.work_date, day.missing, nothing=day.status is Status.BELUM_ADA_KETERANGAN)
        for to in reachable[row.employee_id]:
            if "missed" not in to.without:
                yield Planned(key, "missed", to, row.employee_id, after_quiet(now, zone, to.quiet), until, said)


def _missed_key(person: str, day: date) -> str:
    return f"missed:{person}:{day}"


def _read_days(session: Session, wanted: Iterable[tuple[str, date]]) -> dict[tuple[str, date], AttendanceDay]:
    by_day: dict[date, list[str]] = defaultdict(list)
    for person, day in wanted:
        by_day[day].append(person)
    found = {}
    for day, people in by_day.items():
        for start in range(0, len(people), _AT_ONCE):
            query = select(_days.c.employee_id, _days.c.day).where(
                _days.c.work_date == day, _days.c.employee_id.in_(people[start : start + _AT_ONCE])
            )
            for person, stored in session.execute(query):
                found[person, day] = msgspec.convert(stored, AttendanceDay)
    return found


def _known_keys(connection: Connection, keys: Sequence[str]) -> set[str]:
    known: set[str] = set()
    for start in range(0, len(keys), _AT_ONCE):
        query = select(_reminders.c.key).where(_reminders.c.key.in_(keys[start : start + _AT_ONCE]))
        known |= set(connection.scalars(query))
    return known


def write_planned(database: Database, planned: Sequence[Planned], *, now: datetime) -> int:
    """Write reminders down in one transaction; those that are written already stay as they are. How many are new."""
    if not planned:
        return 0
    new = 0
    insert: Any = postgresql_insert if database.dialect == "postgresql" else sqlite_insert
    with database.writing_connection() as connection:
        for start in range(0, len(planned), _AT_ONCE):
            rows = [_row(each, now) for each in planned[start : start + _AT_ONCE]]
            written = insert(_reminders).on_conflict_do_nothing(index_elements=["key", "contact_id"])
            new += len(connection.execute(written.returning(_reminders.c.id), rows).all())
    return new


def _row(each: Planned, now: datetime) -> dict[str, Any]:
    return {
        "key": each.key,
        "kind": each.kind,
        "contact_id": each.to.id,
        "employee_id": each.employee_id,
        "lane": each.to.gateway,
        "state": "waiting",
        "due_at": each.due_at,
        "made_at": now,
        "attempts": 0,
        "not_after": each.not_after,
        "title": each.words.title[:200],
        "body": each.words.body,
    }
