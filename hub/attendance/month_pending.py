"""What a month still waits for, and what closing it would make of the days that nobody has explained."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection
from datetime import date
from typing import Final

import msgspec
from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from hub.attendance.day import Status
from hub.attendance.models import DirtyDay, MonthClose, StoredDay
from hub.attendance.months import CloseLine, last_of
from hub.db import Database
from hub.roster.models import Employee, Unit
from hub.roster.units import UnitTree

MOST_PEOPLE: Final = 500
"""How many people without explanation a page names; their days are counted all the same."""

_PENDING: Final = (Status.BERJALAN, Status.MENUNGGU_DATA, Status.BELUM_ADA_KETERANGAN, Status.TIDAK_LENGKAP)


class UnexplainedPerson(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody with days on which they did not come and no letter counts; closing makes each a TK."""

    employee_id: str
    name: str
    unit: str | None
    days: tuple[date, ...]


class UnitPending(msgspec.Struct, frozen=True, kw_only=True):
    """Days of a unit by what they wait for. unit_id, name None: of people without a unit."""

    unit_id: int | None
    name: str | None
    running: int
    waiting: int
    unexplained: int
    incomplete: int


class MonthPending(msgspec.Struct, frozen=True, kw_only=True):
    """running: not over, or not assessed as over. waiting: for a kiosk's data; kiosks: how many days each holds up.

    unexplained: would become TK. incomplete: a punch is missing; stays so. unassessed: marked, and assessed soon.
    """

    days: int
    running: int
    waiting: int
    unexplained: int
    incomplete: int
    unassessed: int
    units: tuple[UnitPending, ...]
    kiosks: tuple[tuple[str, int], ...]
    people: tuple[UnexplainedPerson, ...]


class MonthLine(msgspec.Struct, frozen=True, kw_only=True):
    """A month for a unit (None: everybody). closed None: it is open. closed_units: closed by themselves, below it.

    reopened: the last reopening, while it stands open. has_days: any day is stored. Counts are of open months only,
    where they were asked for.
    """

    month: date
    closed: CloseLine | None
    reopened: CloseLine | None
    closed_units: tuple[str, ...]
    has_days: bool
    days: int = 0
    unexplained: int = 0
    waiting: int = 0
    running: int = 0


def month_lines(
    database: Database, months: Collection[date], unit_id: int | None, *, counted: bool = True
) -> list[MonthLine]:
    """How months (their first days) stand for a unit, as given."""
    with database.read() as session:
        tree = UnitTree.load(session.connection())
        within = None if unit_id is None else tree.within(unit_id)
        closes = _closes(session, months)
        lines = []
        for month in months:
            standing = [(row, line) for row, line in closes[month] if row.reopened_at is None]
            above = {None} if unit_id is None else {None, *tree.above(unit_id)}
            closed = next((line for row, line in standing if row.unit_id in above), None)
            undone = [
                (row, line) for row, line in closes[month] if row.reopened_at is not None and row.unit_id in above
            ]
            below = [
                line.unit
                for row, line in standing
                if row.unit_id is not None and (within is None or row.unit_id in within)
            ]
            counts: Counter[str] = Counter() if closed is not None or not counted else _count(session, month, within)
            lines.append(
                MonthLine(
                    month=month,
                    closed=closed,
                    reopened=undone[0][1] if undone and closed is None else None,
                    closed_units=tuple(sorted(name for name in below if name is not None)) if closed is None else (),
                    has_days=session.scalar(select(StoredDay.work_date).where(*_span(month, within)).limit(1))
                    is not None,
                    days=counts.total(),
                    unexplained=counts[Status.BELUM_ADA_KETERANGAN],
                    waiting=counts[Status.MENUNGGU_DATA],
                    running=counts[Status.BERJALAN],
                )
            )
        return lines


def month_pending(database: Database, month: date, unit_id: int | None) -> MonthPending:
    """What a month (its first day) of a unit and those below it waits for; None: of everybody."""
    with database.read() as session:
        within = None if unit_id is None else UnitTree.load(session.connection()).within(unit_id)
        span = _span(month, within)
        names = {row.id: row.name for row in session.execute(select(Unit.id, Unit.name))}
        by_unit: dict[int | None, Counter[str]] = defaultdict(Counter)
        query = select(StoredDay.unit_id, StoredDay.status, func.count()).where(*span)
        for of_unit, status, count in session.execute(query.group_by(StoredDay.unit_id, StoredDay.status)):
            by_unit[of_unit][status] += count
        total: Counter[str] = sum(by_unit.values(), Counter())
        units = [
            UnitPending(
                unit_id=each,
                name=names.get(each or 0),
                running=counts[Status.BERJALAN],
                waiting=counts[Status.MENUNGGU_DATA],
                unexplained=counts[Status.BELUM_ADA_KETERANGAN],
                incomplete=counts[Status.TIDAK_LENGKAP],
            )
            for each, counts in by_unit.items()
            if any(counts[status] for status in _PENDING)
        ]
        return MonthPending(
            days=total.total(),
            running=total[Status.BERJALAN],
            waiting=total[Status.MENUNGGU_DATA],
            unexplained=total[Status.BELUM_ADA_KETERANGAN],
            incomplete=total[Status.TIDAK_LENGKAP],
            unassessed=_unassessed(session, month, within),
            units=tuple(sorted(units, key=lambda line: (line.name or "").casefold())),
            kiosks=_kiosks(session, span) if total[Status.MENUNGGU_DATA] else (),
            people=_people(session, span, names) if total[Status.BELUM_ADA_KETERANGAN] else (),
        )


def _span(month: date, within: Collection[int] | None) -> list[ColumnElement[bool]]:
    first = month.replace(day=1)
    span: list[ColumnElement[bool]] = [StoredDay.work_date >= first, StoredDay.work_date <= last_of(first)]
    return span if within is None else [*span, StoredDay.unit_id.in_(within)]


def _count(session: Session, month: date, within: Collection[int] | None) -> Counter[str]:
    query = select(StoredDay.status, func.count()).where(*_span(month, within)).group_by(StoredDay.status)
    return Counter({row[0]: row[1] for row in session.execute(query)})


def _unassessed(session: Session, month: date, within: Collection[int] | None) -> int:
    first = month.replace(day=1)
    query = select(func.count()).select_from(DirtyDay)
    query = query.where(DirtyDay.work_date >= first, DirtyDay.work_date <= last_of(first))
    if within is not None:
        same = (StoredDay.employee_id == DirtyDay.employee_id) & (StoredDay.work_date == DirtyDay.work_date)
        query = query.join(StoredDay, same).where(StoredDay.unit_id.in_(within))
    return session.scalar(query) or 0


def _kiosks(session: Session, span: list[ColumnElement[bool]]) -> tuple[tuple[str, int], ...]:
    found: Counter[str] = Counter()
    for day in session.scalars(select(StoredDay.day).where(*span, StoredDay.status == Status.MENUNGGU_DATA)):
        found.update(day.get("waiting_for") or ())
    return tuple(found.most_common())


def _people(session: Session, span: list[ColumnElement[bool]], units: dict[int, str]) -> tuple[UnexplainedPerson, ...]:
    query = (
        select(StoredDay.employee_id, Employee.name, StoredDay.unit_id, StoredDay.work_date)
        .join(Employee, Employee.id == StoredDay.employee_id)
        .where(*span, StoredDay.status == Status.BELUM_ADA_KETERANGAN)
        .order_by(Employee.name, StoredDay.employee_id, StoredDay.work_date)
    )
    days: dict[tuple[str, str, int | None], list[date]] = defaultdict(list)
    for employee_id, name, unit_id, work_date in session.execute(query):
        days[employee_id, name, unit_id].append(work_date)
    people = [
        UnexplainedPerson(employee_id=person, name=name, unit=units.get(unit_id or 0), days=tuple(dates))
        for (person, name, unit_id), dates in days.items()
    ]
    people.sort(key=lambda line: ((line.unit or "").casefold(), line.name.casefold()))
    return tuple(people[:MOST_PEOPLE])


def _closes(session: Session, months: Collection[date]) -> dict[date, list[tuple[MonthClose, CloseLine]]]:
    """Every close of these months, the latest first."""
    query = select(MonthClose, Unit.name).outerjoin(Unit, Unit.id == MonthClose.unit_id)
    query = query.where(MonthClose.month.in_(months)).order_by(MonthClose.id.desc())
    found: dict[date, list[tuple[MonthClose, CloseLine]]] = defaultdict(list)
    for row, unit in session.execute(query):
        line = CloseLine(
            id=row.id,
            month=f"{row.month:%Y-%m}",
            unit=unit,
            closed_at=row.closed_at,
            closed_by=row.closed_by,
            reopened_at=row.reopened_at,
            reopened_by=row.reopened_by,
            reopen_reason=row.reopen_reason,
        )
        found[row.month].append((row, line))
    return found
