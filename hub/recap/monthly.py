"""A month of a unit: the columns of Lampiran II for everybody. Read from stored days, nothing is assessed anew."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, timedelta

import msgspec
from sqlalchemy import ColumnElement, Text, and_, cast, func, select
from sqlalchemy.orm import Session

from contract.errors import BadInputError
from hub.attendance.day import Status
from hub.attendance.models import MonthClose, StoredDay
from hub.db import Database
from hub.recap.people import Person, UnitName, many_objects, much_read, read_people, read_unit_names, shares_of
from hub.recap.summary import MENTIONED, LampiranII, MentionedDay, MonthSummary, PlainDays, summarise
from hub.roster.units import UnitTree

_YEARS = (1900, 2999)
_STATUSES = {str(status): status for status in Status}
_decode = msgspec.json.Decoder(MentionedDay).decode
_Key = tuple[int | None, str]


class Month(msgspec.Struct, frozen=True, order=True):
    """A calendar month; `text` is YYYY-MM."""

    year: int
    month: int

    @classmethod
    def parse(cls, text: str) -> Month:
        """Read YYYY-MM; BadInputError for anything else."""
        match = re.fullmatch(r"(\d{4})-(0[1-9]|1[0-2])", text)
        if match is None or not _YEARS[0] <= int(match[1]) <= _YEARS[1]:
            raise BadInputError(f"'{text[:40]}' is not a month: write YYYY-MM, like 2026-03.")
        return cls(int(match[1]), int(match[2]))

    @classmethod
    def of(cls, day: date) -> Month:
        return cls(day.year, day.month)

    @property
    def text(self) -> str:
        return f"{self.year:04d}-{self.month:02d}"

    @property
    def first(self) -> date:
        return date(self.year, self.month, 1)

    @property
    def last(self) -> date:
        return self.shifted(1).first - timedelta(days=1)

    def shifted(self, months: int) -> Month:
        """The month so many months later (or earlier, when negative)."""
        years, month = divmod(self.year * 12 + self.month - 1 + months, 12)
        return Month(years, month + 1)


class MonthlyLine(msgspec.Struct, frozen=True, kw_only=True):
    """One person's month in one unit; somebody who was transferred stands in each unit with the days there."""

    person: Person
    unit: UnitName
    summary: MonthSummary
    ringkasan: str


class UnitMonth(msgspec.Struct, frozen=True, kw_only=True):
    """The sums of one unit. people: lines of the unit; days, pending: as of the recap, of these lines only."""

    unit: UnitName
    people: int
    days: int
    pending: int
    totals: LampiranII


class MonthlyRecap(msgspec.Struct, frozen=True, kw_only=True):
    """A month: a line for everybody by unit and name, and the sums.

    unit: what was asked for; None: all units. month: YYYY-MM. days: how many days went into it.
    pending: how many of these can still change. closed: whether the month is closed for all that was asked for.
    units: the sums of each unit that has lines, by name.
    """

    month: str
    unit: UnitName | None
    closed: bool
    days: int
    pending: int
    totals: LampiranII
    lines: tuple[MonthlyLine, ...]
    units: tuple[UnitMonth, ...]


def monthly(database: Database, month: Month, unit_id: int | None = None) -> MonthlyRecap:
    """The recap of a month, for a unit and those below it, or for all of them (None)."""
    with many_objects():
        return _monthly(database, month, unit_id)


def _monthly(database: Database, month: Month, unit_id: int | None) -> MonthlyRecap:
    with database.read() as session:
        of_month = StoredDay.work_date.between(month.first, month.last)
        sums: dict[_Key, list[PlainDays]] = {}
        mentioned: dict[_Key, list[MentionedDay]] = {}
        with much_read(session):
            for share in shares_of(session, unit_id):
                sums |= _read_sums(session, and_(of_month, share))
                mentioned |= _read_mentioned(session, and_(of_month, share))
        keys = sums.keys() | mentioned.keys()
        units = read_unit_names(session)
        people = read_people(session, None if unit_id is None else {employee_id for _, employee_id in keys})
        closed = _is_closed(session, month, unit_id)
    lines = []
    for of_unit, employee_id in keys:
        summary = summarise(mentioned.get((of_unit, employee_id), ()), sums.get((of_unit, employee_id), ()))
        lines.append(
            MonthlyLine(person=people[employee_id], unit=units[of_unit], summary=summary, ringkasan=summary.ringkasan)
        )
    lines.sort(key=lambda line: (line.unit.name.casefold(), line.person.name.casefold(), line.person.id))
    return MonthlyRecap(
        month=month.text,
        unit=None if unit_id is None else units.get(unit_id, UnitName("", unit_id)),
        closed=closed,
        days=sum(sum(line.summary.counts.values()) for line in lines),
        pending=sum(len(line.summary.pending) for line in lines),
        totals=add_up(line.summary.lampiran_ii for line in lines),
        lines=tuple(lines),
        units=_by_unit(lines),
    )


def add_up(sums: Iterable[LampiranII]) -> LampiranII:
    """The foot of the form."""
    sums = list(sums)
    return LampiranII(**{name: sum(getattr(one, name) for one in sums) for name in LampiranII.__struct_fields__})


def _by_unit(lines: Iterable[MonthlyLine]) -> tuple[UnitMonth, ...]:
    units: dict[UnitName, list[MonthSummary]] = {}
    for line in lines:
        units.setdefault(line.unit, []).append(line.summary)
    return tuple(
        UnitMonth(
            unit=unit,
            people=len(of_unit),
            days=sum(sum(each.counts.values()) for each in of_unit),
            pending=sum(len(each.pending) for each in of_unit),
            totals=add_up(each.lampiran_ii for each in of_unit),
        )
        for unit, of_unit in units.items()
    )


def _read_sums(session: Session, share: ColumnElement[bool]) -> dict[_Key, list[PlainDays]]:
    """Every person's plain days by unit, added up by the database."""
    sums: dict[_Key, list[PlainDays]] = {}
    query = (
        select(
            StoredDay.employee_id,
            StoredDay.unit_id,
            StoredDay.status,
            func.count(),
            func.sum(StoredDay.late_min),
            func.sum(StoredDay.early_min),
            func.sum(StoredDay.absent_days),
        )
        .where(share, StoredDay.status.not_in(MENTIONED))
        # The person first: rows come in nearly that order, which halves SQLite's work.
        .group_by(StoredDay.employee_id, StoredDay.unit_id, StoredDay.status)
    )
    # Past the session: with so many rows its own work per row would be noticed.
    rows = session.connection().execute(query).all()
    for employee_id, of_unit, status, days, late_min, early_min, absent_days in rows:
        added_up = PlainDays(_STATUSES[status], days, late_min or 0, early_min or 0, absent_days)
        sums.setdefault((of_unit, employee_id), []).append(added_up)
    return sums


def _read_mentioned(session: Session, share: ColumnElement[bool]) -> dict[_Key, list[MentionedDay]]:
    """Every person's days that a summary mentions, by unit."""
    mentioned: dict[_Key, list[MentionedDay]] = {}
    # As text: read straight into the struct it is several times faster than through dicts.
    query = select(StoredDay.unit_id, StoredDay.employee_id, cast(StoredDay.day, Text)).where(
        share, StoredDay.status.in_(MENTIONED)
    )
    for of_unit, employee_id, day in session.connection().execute(query).all():
        mentioned.setdefault((of_unit, employee_id), []).append(_decode(day))
    return mentioned


def _is_closed(session: Session, month: Month, unit_id: int | None) -> bool:
    rows = session.scalars(
        select(MonthClose.unit_id).where(MonthClose.month == month.first, MonthClose.reopened_at.is_(None))
    ).all()
    if None in rows:
        return True
    tree = UnitTree.load(session.connection())
    return unit_id is not None and any(closed is not None and unit_id in tree.within(closed) for closed in rows)
