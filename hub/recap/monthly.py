"""A month of a unit: the columns of Lampiran II for everybody. Read from stored days, nothing is assessed anew."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, timedelta

import msgspec
from sqlalchemy import select
from sqlalchemy.orm import Session

from contract.errors import BadInputError
from hub.attendance.day import AttendanceDay, Status
from hub.attendance.models import MonthClose, StoredDay
from hub.db import Database
from hub.recap.people import Person, UnitName, in_units, read_people, read_unit_names
from hub.recap.summary import LampiranII, MonthSummary, summarise
from hub.roster.units import UnitTree

_NEEDS_WHOLE_DAY = (Status.TIDAK_LENGKAP, Status.MENUNGGU_DATA, Status.DL)
"""Days whose remarks, missing sessions or kiosks a summary mentions; for the others the columns say everything."""

_YEARS = (1900, 2999)
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


class MonthlyRecap(msgspec.Struct, frozen=True, kw_only=True):
    """A month: a line for everybody by unit and name, and the sums.

    unit: what was asked for; None: all units. month: YYYY-MM. days: how many days went into it.
    pending: how many of these can still change. closed: whether the month is closed for all that was asked for.
    """

    month: str
    unit: UnitName | None
    closed: bool
    days: int
    pending: int
    totals: LampiranII
    lines: tuple[MonthlyLine, ...]


def monthly(database: Database, month: Month, unit_id: int | None = None) -> MonthlyRecap:
    """The recap of a month, for a unit and those below it, or for all of them (None)."""
    with database.read() as session:
        days = _read_days(session, month, unit_id)
        units = read_unit_names(session)
        people = read_people(session, None if unit_id is None else {employee_id for _, employee_id in days})
        closed = _is_closed(session, month, unit_id)
    lines = []
    for (of_unit, employee_id), of_person in days.items():
        summary = summarise(of_person)
        lines.append(
            MonthlyLine(person=people[employee_id], unit=units[of_unit], summary=summary, ringkasan=summary.ringkasan)
        )
    lines.sort(key=lambda line: (line.unit.name.casefold(), line.person.name.casefold(), line.person.id))
    return MonthlyRecap(
        month=month.text,
        unit=None if unit_id is None else units.get(unit_id, UnitName("", unit_id)),
        closed=closed,
        days=sum(len(of_person) for of_person in days.values()),
        pending=sum(len(line.summary.pending) for line in lines),
        totals=add_up(line.summary.lampiran_ii for line in lines),
        lines=tuple(lines),
    )


def add_up(sums: Iterable[LampiranII]) -> LampiranII:
    """The foot of the form."""
    sums = list(sums)
    return LampiranII(**{name: sum(getattr(one, name) for one in sums) for name in LampiranII.__struct_fields__})


def _read_days(session: Session, month: Month, unit_id: int | None) -> dict[_Key, list[AttendanceDay]]:
    """Every person's days by unit. Equal plain days are one object: a month of a regency has few kinds of them."""
    of_month = StoredDay.work_date.between(month.first, month.last)
    conditions = (of_month, *in_units(session, unit_id))
    # Past the session: with so many rows its own work per row would be noticed.
    connection = session.connection()
    days: dict[_Key, list[AttendanceDay]] = {}
    kinds: dict[tuple[object, ...], AttendanceDay] = {}
    plain = select(
        StoredDay.unit_id,
        StoredDay.employee_id,
        StoredDay.work_date,
        StoredDay.status,
        StoredDay.late_min,
        StoredDay.early_min,
        StoredDay.absent_days,
    ).where(*conditions, StoredDay.status.not_in(_NEEDS_WHOLE_DAY))
    for of_unit, employee_id, work_date, status, late_min, early_min, absent_days in connection.execute(plain):
        kind = (work_date, status, late_min, early_min, absent_days)
        if kind not in kinds:
            kinds[kind] = _plain_day(work_date, Status(status), late_min, early_min, absent_days)
        days.setdefault((of_unit, employee_id), []).append(kinds[kind])
    whole = select(StoredDay.unit_id, StoredDay.employee_id, StoredDay.day).where(
        *conditions, StoredDay.status.in_(_NEEDS_WHOLE_DAY)
    )
    for of_unit, employee_id, day in connection.execute(whole):
        days.setdefault((of_unit, employee_id), []).append(msgspec.convert(day, AttendanceDay))
    return days


def _plain_day(
    work_date: date, status: Status, late_min: int | None, early_min: int | None, absent_days: int
) -> AttendanceDay:
    return AttendanceDay(
        work_date=work_date,
        policy="",
        status=status,
        late_min=late_min,
        early_min=early_min,
        absent_days=absent_days,
    )


def _is_closed(session: Session, month: Month, unit_id: int | None) -> bool:
    rows = session.scalars(
        select(MonthClose.unit_id).where(MonthClose.month == month.first, MonthClose.reopened_at.is_(None))
    ).all()
    if None in rows:
        return True
    tree = UnitTree.load(session.connection())
    return unit_id is not None and any(closed is not None and unit_id in tree.within(closed) for closed in rows)
