"""What kiosks say to people of what is open for them: one line each, the most urgent, never why they were away."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

import msgspec
from sqlalchemy import Connection, select

from contract.month import Notice
from hub.attendance.day import AttendanceDay, Status
from hub.attendance.deadlines import SOON_DAYS, deadline_of
from hub.attendance.document_rows import State
from hub.attendance.models import DocumentRow, MonthClose, StoredDay
from hub.attendance.months import last_of
from hub.db import table_of
from hub.errors import PolicyError
from hub.reminders.papers import MONTH_SOON
from hub.roster.units import Memberships, UnitTree
from hub.schedule.in_force import Schedules
from hub.schedule.reminding import Reminding

SAID_FOR: Final = 6
"""So many days after an incomplete one people are told; then the weekday that names it would be another."""

AWAY: Final = frozenset({Status.C, Status.S, Status.I, Status.DL})
"""Whoever is away today, on leave or on duty, is left alone."""

_OPEN: Final = frozenset({Status.TIDAK_LENGKAP, Status.BELUM_ADA_KETERANGAN})
_AT_ONCE: Final = 500
_ONE_DAY: Final = timedelta(days=1)

_days = table_of(StoredDay)
_letters = table_of(DocumentRow)
_closes = table_of(MonthClose)


@dataclass(frozen=True, slots=True)
class Open:
    """An incomplete day. missing: as in AttendanceDay. nothing: there is neither a punch nor a letter."""

    day: date
    missing: tuple[str, ...] = ()
    nothing: bool = False


def choose_notice(today: date, *, missed: Sequence[Open], letter: date | None, in_month: bool) -> Notice | None:
    """The most urgent: a letter that is due, then the month's end, then the latest day that lacks something. Pure.

    missed: of the last days, without today. letter: the last day on which a waiting letter of theirs can be entered.
    in_month: whether any day of this month is open.
    """
    end = last_of(today)
    if letter is not None and today <= letter <= today + SOON_DAYS * _ONE_DAY:
        return Notice(kind="letter", day=str(letter), until=str(letter))
    if in_month and end - today < MONTH_SOON:
        return Notice(kind="month", day=str(end), until=str(end))
    if not missed:
        return None
    latest = max(missed, key=lambda each: each.day)
    return Notice(
        kind="missed",
        day=str(latest.day),
        until=str(latest.day + SAID_FOR * _ONE_DAY),
        lacks=latest.missing[0][:60] if len(latest.missing) == 1 and not latest.nothing else "",
        nothing=latest.nothing,
    )


def read_notices(connection: Connection, people: Collection[str], today: date, tree: UnitTree) -> dict[str, Notice]:
    """By person, of those who have one. today: local to the kiosk that says it."""
    days = _read_days(connection, people, today)
    letters = _read_letters(connection, people, today)
    concerned = sorted(set(days) | set(letters))
    if not concerned:
        return {}
    rules = _Rules(connection, tree, concerned, today)
    closed = _Closed(connection, tree)
    found: dict[str, Notice] = {}
    for person in concerned:
        rows = days.get(person, ())
        if not rules.kiosk_says(person, today) or any(row.work_date == today and row.status in AWAY for row in rows):
            continue
        open_days = [
            row
            for row in rows
            if row.work_date < today and row.status in _OPEN and not closed.holds(row.work_date, row.unit_id)
        ]
        notice = choose_notice(
            today,
            missed=[
                _open(row)
                for row in open_days
                if row.work_date >= today - SAID_FOR * _ONE_DAY and rules.tells_missed(person, row.work_date)
            ],
            letter=letters.get(person),
            in_month=any((row.work_date.year, row.work_date.month) == (today.year, today.month) for row in open_days),
        )
        if notice is not None:
            found[person] = notice
    return found


def _open(row: Any) -> Open:
    day = msgspec.convert(row.day, AttendanceDay)
    return Open(row.work_date, day.missing, nothing=row.status == Status.BELUM_ADA_KETERANGAN)


def _read_days(connection: Connection, people: Collection[str], today: date) -> Mapping[str, list[Any]]:
    """What is stored of today, and incomplete days of this month and of the days before."""
    first = min(today.replace(day=1), today - SAID_FOR * _ONE_DAY)
    found: dict[str, list[Any]] = defaultdict(list)
    for some in _slices(people):
        query = select(
            _days.c.employee_id, _days.c.work_date, _days.c.unit_id, _days.c.status, _days.c.day
        ).where(
            _days.c.employee_id.in_(some),
            _days.c.work_date.between(first, today),
            _days.c.status.in_([str(each) for each in _OPEN | AWAY]),
        )  # fmt: skip
        for row in connection.execute(query):
            if row.status in _OPEN or row.work_date == today:
                found[row.employee_id].append(row)
    return found


def _read_letters(connection: Connection, people: Collection[str], today: date) -> Mapping[str, date]:
    """Until when the first of somebody's waiting letters can still be entered."""
    found: dict[str, date] = {}
    for some in _slices(people):
        query = select(_letters.c.employee_id, _letters.c.first_day, _letters.c.verified_on).where(
            _letters.c.employee_id.in_(some),
            _letters.c.entered_on.is_(None),
            _letters.c.refused_at.is_(None),
            _letters.c.withdrawn_at.is_(None),
            _letters.c.first_day >= today - 40 * _ONE_DAY,
        )
        for person, first_day, verified_on in connection.execute(query):
            state: State = "submitted" if verified_on is None else "verified"
            deadline = deadline_of(state, first_day, today=today)
            if deadline is not None and deadline.days_left >= 0:
                found[person] = min(deadline.due, found.get(person, deadline.due))
    return found


class _Rules:
    """What the policies in force say of reminding; read for those alone who may have a line."""

    def __init__(self, connection: Connection, tree: UnitTree, people: Sequence[str], today: date) -> None:
        self._memberships = Memberships.load(connection, people)
        self._schedules = Schedules.load(
            connection, tree, people=people, first=today - (SAID_FOR + 1) * _ONE_DAY, last=today + _ONE_DAY
        )

    def kiosk_says(self, person: str, today: date) -> bool:
        rule = self._of(person, today)
        return rule is not None and rule.kiosk

    def tells_missed(self, person: str, day: date) -> bool:
        rule = self._of(person, day)
        return rule is not None and rule.missed

    def _of(self, person: str, day: date) -> Reminding | None:
        try:
            schedule = self._schedules.of(person, self._memberships.unit_on(person, day), day)
        except PolicyError:
            return None  # the worker names it when it assesses the day
        return None if schedule is None else schedule.policy.reminders


class _Closed:
    """Which months are closed for whom: nothing of them can be seen to any more."""

    def __init__(self, connection: Connection, tree: UnitTree) -> None:
        self._tree = tree
        query = select(_closes.c.month, _closes.c.unit_id).where(_closes.c.reopened_at.is_(None))
        self._closes: dict[date, set[int | None]] = defaultdict(set)
        for month, unit_id in connection.execute(query):
            self._closes[month].add(unit_id)

    def holds(self, day: date, unit_id: int | None) -> bool:
        units = self._closes.get(day.replace(day=1), set())
        return None in units or not units.isdisjoint(self._tree.above(unit_id))


def _slices(people: Collection[str]) -> Iterator[Sequence[str]]:
    ordered = sorted(people)
    for start in range(0, len(ordered), _AT_ONCE):
        yield ordered[start : start + _AT_ONCE]
