"""What the charts are drawn from: arrivals of a day, lateness and presence of a month, part-timers, and pay."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from datetime import date
from typing import Final

import msgspec
from sqlalchemy import ColumnElement, and_, case, func, or_, select
from sqlalchemy.orm import Session

from hub.attendance.day import Status
from hub.attendance.models import StoredDay
from hub.db import Database
from hub.recap.branches import Branches
from hub.recap.contract_minutes import part_time_minutes
from hub.recap.monthly import Month
from hub.recap.pay import pay_lines
from hub.recap.people import UnitName, in_units, read_unit_names
from hub.roster.models import Membership, Unit
from hub.roster.units import Memberships, UnitTree
from hub.schedule.models import PartTimeContract

MOST_PAID: Final = 1_500
"""Of more people the pay of a month is not computed for a page: it takes seconds a thousand."""

_PRESENT: Final = frozenset({Status.HADIR, Status.TIDAK_LENGKAP, Status.BERJALAN})
_WORKED: Final = frozenset({Status.HADIR, Status.TIDAK_LENGKAP})
_STATUS: Final = {str(each): each for each in Status}
_RARE: Final = 10
"""A due time is drawn when at least every tenth of those who came late was held to it."""
_NOON, _AFTERNOON = "10:00", "13:00"


class Arrivals(msgspec.Struct, frozen=True, kw_only=True):
    """Arrivals of a date by the minute from midnight at the site: on time, and late. due: times that late people were
    held to, ascending; empty where nobody was late."""

    on_time: dict[int, int]
    late: dict[int, int]
    due: tuple[int, ...]


class UnitMonthFigures(msgspec.Struct, frozen=True, kw_only=True):
    """A branch's month. present: days on which somebody came; late: of these; by_weekday: (present, late) from Monday
    to Sunday; expected: settled working days but for those with a letter; worked: of these; paid_min, quota_min: of
    part-timers."""

    unit: UnitName
    present: int
    late: int
    late_min: int
    by_weekday: tuple[tuple[int, int], ...]
    expected: int
    worked: int
    paid_min: int = 0
    quota_min: int = 0


class PartTimers(msgspec.Struct, frozen=True):
    """Contracts in force in a branch, by when their slot begins."""

    unit: UnitName
    morning: int
    noon: int
    afternoon: int

    @property
    def total(self) -> int:
        return self.morning + self.noon + self.afternoon


class PayEffect(msgspec.Struct, frozen=True):
    """What attendance took from a branch's allowances in a month, rupiah. people: whose amount is known."""

    unit: UnitName
    people: int
    base: int
    deduction: int


def arrivals(database: Database, work_date: date, unit_id: int | None = None) -> Arrivals:
    """When the people of a unit and those below it (None: everybody) came."""
    on_time: Counter[int] = Counter()
    late: Counter[int] = Counter()
    due: Counter[int] = Counter()
    moment = StoredDay.day["arrival"].as_string()
    with database.read() as session:
        of_day = and_(StoredDay.work_date == work_date, *_shown(session, unit_id))
        query = select(moment, StoredDay.late_min).where(of_day, StoredDay.status.in_([str(each) for each in _PRESENT]))
        for at, late_min in session.execute(query):
            if at is None or at[:10] != work_date.isoformat():
                continue
            minute = int(at[11:13]) * 60 + int(at[14:16])
            if late_min:
                late[minute] += 1
                due[minute - late_min] += 1
            else:
                on_time[minute] += 1
    held_to = tuple(sorted(minute for minute, people in due.items() if people * _RARE >= late.total()))
    return Arrivals(on_time=dict(on_time), late=dict(late), due=held_to)


def month_figures(database: Database, month: Month, unit_id: int | None = None) -> tuple[UnitMonthFigures, ...]:
    """Lateness, presence and part-timers' minutes of each branch, by name."""
    is_late = func.sum(case((StoredDay.late_min > 0, 1), else_=0))
    with database.read() as session:
        keys = (StoredDay.unit_id, StoredDay.work_date, StoredDay.status)
        query = (
            select(*keys, func.count(), is_late, func.sum(StoredDay.late_min))
            .where(StoredDay.work_date.between(month.first, month.last), *_shown(session, unit_id))
            .group_by(*keys)
        )
        rows = session.execute(query).all()
        tree = UnitTree.load(session.connection())
        branches = Branches(tree, unit_id)
        names = read_unit_names(session)
        minutes = _part_time_minutes(session, month, None if unit_id is None else tree.within(unit_id), branches)
    found: dict[int | None, _Figures] = {}
    for of_unit, work_date, status, days, late, late_min in rows:
        figures = found.setdefault(branches.of(of_unit), _Figures())
        figures.add(_STATUS[status], work_date.weekday(), days, late or 0, late_min or 0)
    lines = [
        UnitMonthFigures(
            unit=names[branch],
            present=figures.present.total(),
            late=figures.late.total(),
            late_min=figures.late_min,
            by_weekday=tuple((figures.present[day], figures.late[day]) for day in range(7)),
            expected=figures.expected,
            worked=figures.worked,
            paid_min=minutes.get(branch, (0, 0))[0],
            quota_min=minutes.get(branch, (0, 0))[1],
        )
        for branch, figures in found.items()
    ]
    return tuple(sorted(lines, key=lambda line: line.unit.name.casefold()))


def part_timers(database: Database, on: date, unit_id: int | None = None) -> tuple[PartTimers, ...]:
    """How many contracts are in force on a date in each branch, and when their slots begin; branches without are left
    out."""
    in_force = (
        PartTimeContract.valid_from <= on,
        PartTimeContract.valid_until >= on,
        PartTimeContract.withdrawn_at.is_(None),
    )
    found: dict[int | None, Counter[str]] = {}
    with database.read() as session:
        tree = UnitTree.load(session.connection())
        within = None if unit_id is None else tree.within(unit_id)
        query = select(PartTimeContract.employee_id, PartTimeContract.slot_start).where(*in_force)
        contracts = session.execute(query.order_by(PartTimeContract.id)).all()
        memberships = Memberships.load(session.connection(), {employee_id for employee_id, _ in contracts})
        names = read_unit_names(session)
    branches = Branches(tree, unit_id)
    for employee_id, start in dict(iter(contracts)).items():
        of_unit = memberships.unit_on(employee_id, on)
        if within is None or of_unit in within:
            part = "morning" if start < _NOON else "noon" if start < _AFTERNOON else "afternoon"
            found.setdefault(branches.of(of_unit), Counter())[part] += 1
    lines = [
        PartTimers(names[branch], parts["morning"], parts["noon"], parts["afternoon"])
        for branch, parts in found.items()
    ]
    return tuple(sorted(lines, key=lambda line: line.unit.name.casefold()))


def pay_effect(database: Database, month: Month, unit_id: int | None = None) -> tuple[PayEffect, ...] | None:
    """What attendance took from the allowances of each branch, as it stands now; None: too many people for a page."""
    with database.read() as session:
        tree = UnitTree.load(session.connection())
        if _count_members(session, month, None if unit_id is None else tree.within(unit_id)) > MOST_PAID:
            return None
        lines = pay_lines(session, month, unit_id)
        names = read_unit_names(session)
    branches = Branches(tree, unit_id)
    found: dict[int | None, Counter[str]] = {}
    for line in lines:
        if line.base is None or line.deduction is None:
            continue
        sums = found.setdefault(branches.of(line.unit.id), Counter())
        sums["people"] += 1
        sums["base"] += line.base
        sums["deduction"] += line.deduction
    effects = [
        PayEffect(names[branch], sums["people"], sums["base"], sums["deduction"]) for branch, sums in found.items()
    ]
    return tuple(sorted(effects, key=lambda line: line.unit.name.casefold()))


class _Figures:
    """Sums of a branch while they are added up."""

    def __init__(self) -> None:
        self.present: Counter[int] = Counter()
        self.late: Counter[int] = Counter()
        self.late_min = self.expected = self.worked = 0

    def add(self, status: Status, weekday: int, days: int, late: int, late_min: int) -> None:
        if status in _PRESENT:
            self.present[weekday] += days
            self.late[weekday] += late
            self.late_min += late_min
        if status in _WORKED:
            self.worked += days
        if status in _WORKED or status in {Status.TK, Status.DIBATALKAN, Status.BELUM_ADA_KETERANGAN}:
            self.expected += days


def _part_time_minutes(
    session: Session, month: Month, within: Collection[int] | None, branches: Branches
) -> dict[int | None, tuple[int, int]]:
    """Paid minutes and quotas of part-timers' settled days, by branch; within: of these units, None: of all."""
    found: dict[int | None, tuple[int, int]] = {}
    for of_unit, (paid, short) in part_time_minutes(session, month).items():
        if within is not None and of_unit not in within:
            continue
        before = found.get(branches.of(of_unit), (0, 0))
        found[branches.of(of_unit)] = before[0] + paid, before[1] + paid + short
    return found


def _shown(session: Session, unit_id: int | None) -> list[ColumnElement[bool]]:
    """The days of a unit and those below it. Of all, those with a unit: so that the index is used."""
    return [StoredDay.unit_id.in_(select(Unit.id))] if unit_id is None else in_units(session, unit_id)


def _count_members(session: Session, month: Month, within: Collection[int] | None) -> int:
    query = select(func.count(func.distinct(Membership.employee_id))).where(
        or_(Membership.valid_from.is_(None), Membership.valid_from <= month.last),
        or_(Membership.valid_until.is_(None), Membership.valid_until >= month.first),
        *(() if within is None else (Membership.unit_id.in_(within),)),
    )
    return session.scalar(query) or 0
