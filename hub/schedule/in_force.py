"""Which hours are in force for whom on which date, from what the regency has put on record."""

from __future__ import annotations

from calendar import monthrange
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from typing import Any, Final

import msgspec
from sqlalchemy import Connection, select

from hub.errors import PolicyError
from hub.roster.models import EmploymentTerm
from hub.roster.units import UnitTree
from hub.schedule.calendar import Override, Schedule, read_override
from hub.schedule.hours import read_hours
from hub.schedule.models import Holiday, PartTimeContract, PolicyVersion, ScheduleOverride, ShiftDay
from hub.schedule.plan import DayPlan
from hub.schedule.policy import Policy, load_policy, parse_policy, preset_names

NO_ATTENDANCE: Final = "none"
"""The policy of whoever is not asked for attendance: a group that is not switched on yet."""

_AROUND: Final = timedelta(days=62)
"""How far around the days in question shift rosters are read: a letter is due on the next working day."""

_NEVER: Final[Mapping[date, DayPlan | None]] = {date.min: None}
"""Of a part-timer without a contract: every day is a day off."""


@dataclass(frozen=True, slots=True)
class _Contract:
    """A part-timer's week, from when to when."""

    first: date
    last: date
    week: tuple[DayPlan | None, ...]


class Schedules:
    """The schedules of a batch of days, read in a handful of queries; the same hours are one object."""

    def __init__(self, tree: UnitTree, *, versions: Mapping[str, list[tuple[date, str]]]) -> None:
        self._tree = tree
        self._versions = versions
        self._holidays: list[tuple[int | None, date]] = []
        self._overrides: list[tuple[int | None, Override]] = []
        self._groups: dict[str, list[tuple[date | None, date | None, str | None]]] = {}
        self._shifts: dict[str, dict[date, DayPlan | None]] = {}
        self._contracts: dict[str, list[_Contract]] = {}
        self._offices: dict[tuple[int, int | None], Schedule] = {}
        self._people: dict[tuple[int, int | None, str, int], Schedule] = {}

    @classmethod
    def load(
        cls, connection: Connection, tree: UnitTree, *, people: Collection[str], first: date, last: date
    ) -> Schedules:
        """What bears on days of these people from `first` to `last`."""
        schedules = cls(tree, versions=read_versions(connection))
        schedules._holidays = _read_holidays(connection)
        schedules._overrides = _read_overrides(connection)
        schedules._groups = _read_groups(connection, people)
        schedules._shifts = _read_shifts(connection, people, first - _AROUND, last + _AROUND)
        schedules._contracts = _read_contracts(connection, people)
        return schedules

    def policy_name(self, employee_id: str, unit_id: int | None, day: date) -> str:
        """The name of the policy in force for somebody of a unit."""
        return self._tree.policy_on(unit_id, day, self.group_on(employee_id, day))

    def of(self, employee_id: str, unit_id: int | None, day: date) -> Schedule | None:
        """The hours in force for somebody of a unit; None when no attendance is asked for.

        PolicyError when the policy is not on record for that date, or contradicts the person's shifts or contract.
        """
        name = self.policy_name(employee_id, unit_id, day)
        if name == NO_ATTENDANCE:
            return None
        policy = self._policy(name, day)
        shifts = self._shifts.get(employee_id)
        if shifts and (day in shifts or policy.week is None):
            return self._for_person(policy, unit_id, employee_id, shifts, number=0)
        if policy.kind == "slot":
            return self._for_contract(policy, unit_id, employee_id, day)
        return self._for_office(policy, unit_id)

    def of_office(self, unit_id: int | None, day: date) -> Schedule | None:
        """The hours in force for people of a unit who have none of their own; see `of`."""
        name = self._tree.policy_on(unit_id, day)
        if name == NO_ATTENDANCE:
            return None
        policy = self._policy(name, day)
        if policy.week is None:
            return Schedule(policy=policy, days=_NEVER)
        return self._for_office(policy, unit_id)

    def has_own_hours(self, employee_id: str) -> bool:
        """Whether somebody is on a shift roster or under a part-time contract around these days."""
        return employee_id in self._shifts or employee_id in self._contracts

    def special_units_above(self, unit_id: int | None) -> list[int]:
        """The unit and those above it, as far as holidays or circulars are on record for them."""
        own = {unit for unit, _ in self._holidays} | {unit for unit, _ in self._overrides}
        return [unit for unit in self._tree.above(unit_id) if unit in own]

    def group_on(self, employee_id: str, day: date) -> str | None:
        """As what somebody is employed on a day; None: not known."""
        return next(
            (group for first, last, group in self._groups.get(employee_id, ()) if _holds(first, last, day)), None
        )

    def _policy(self, name: str, day: date) -> Policy:
        return policy_in_force(self._versions, name, day)

    def _for_office(self, policy: Policy, unit_id: int | None) -> Schedule:
        key = id(policy), unit_id
        if key not in self._offices:
            chain = {None, *self._tree.above(unit_id)}
            self._offices[key] = Schedule(
                policy=policy,
                overrides=tuple(override for unit, override in self._overrides if unit in chain),
                holidays=frozenset(day for unit, day in self._holidays if unit in chain),
            )
        return self._offices[key]

    def _for_person(
        self,
        policy: Policy,
        unit_id: int | None,
        employee_id: str,
        days: Mapping[date, DayPlan | None],
        *,
        number: int,
    ) -> Schedule:
        """number: tells several schedules of one person apart."""
        key = id(policy), unit_id, employee_id, number
        if key not in self._people:
            office = self._for_office(policy, unit_id)
            self._people[key] = Schedule(policy=policy, overrides=office.overrides, holidays=office.holidays, days=days)
        return self._people[key]

    def _for_contract(self, policy: Policy, unit_id: int | None, employee_id: str, day: date) -> Schedule:
        contracts = self._contracts.get(employee_id, [])
        for number, contract in enumerate(contracts, start=1):
            if contract.first <= day <= contract.last:
                key = id(policy), unit_id, employee_id, number
                if key not in self._people:
                    office = self._for_office(policy, unit_id)
                    self._people[key] = Schedule(
                        policy=policy.with_week(contract.week), overrides=office.overrides, holidays=office.holidays
                    )
                return self._people[key]
        return self._for_person(policy, unit_id, employee_id, _NEVER, number=-1)


def policy_in_force(versions: Mapping[str, list[tuple[date, str]]], name: str, day: date) -> Policy:
    """The preset of a name, or what the regency's own policy said on a date; PolicyError when it is not on record.

    versions: as read_versions gives them.
    """
    if name in _presets():
        return load_preset(name)
    text = next((text for first, text in versions.get(name, ()) if first <= day), None)
    if text is None:
        raise PolicyError(
            f"The policy '{name}' is not on record for {day}: `presensi hub policy add` a file that begins earlier."
        )
    return parse_version(text, name)


@lru_cache(maxsize=64)
def load_preset(name: str) -> Policy:
    """A preset, read once."""
    return load_policy(name)


@lru_cache(maxsize=256)
def parse_version(text: str, name: str) -> Policy:
    """A stored policy's text, read once."""
    return parse_policy(text, source=f"policy '{name}'")


@lru_cache(maxsize=1)
def _presets() -> frozenset[str]:
    return frozenset(preset_names())


def _holds(first: date | None, last: date | None, day: date) -> bool:
    return (first is None or first <= day) and (last is None or day <= last)


def read_versions(connection: Connection) -> dict[str, list[tuple[date, str]]]:
    """Every policy's texts with the date from which each is in force, the newest first."""
    found: dict[str, list[tuple[date, str]]] = defaultdict(list)
    query = select(PolicyVersion.name, PolicyVersion.valid_from, PolicyVersion.text)
    for name, first, text in connection.execute(
        query.order_by(PolicyVersion.valid_from.desc(), PolicyVersion.id.desc())
    ):
        found[name].append((first, text))
    return found


def _read_holidays(connection: Connection) -> list[tuple[int | None, date]]:
    query = select(Holiday.unit_id, Holiday.day).where(Holiday.withdrawn_at.is_(None))
    return [(unit_id, day) for unit_id, day in connection.execute(query)]


def _read_overrides(connection: Connection) -> list[tuple[int | None, Override]]:
    """In the order in which they were decided: a later circular wins."""
    columns = (ScheduleOverride.unit_id, ScheduleOverride.name, ScheduleOverride.first, ScheduleOverride.last)
    query = (
        select(*columns, ScheduleOverride.hours)
        .where(ScheduleOverride.withdrawn_at.is_(None))
        .order_by(ScheduleOverride.id)
    )
    return [
        (unit_id, read_override({"name": name, "from": first, "to": last, **hours}, field=f"override '{name}'"))
        for unit_id, name, first, last, hours in connection.execute(query)
    ]


def _read_groups(
    connection: Connection, people: Collection[str]
) -> dict[str, list[tuple[date | None, date | None, str | None]]]:
    """As what people are employed, the newest row first."""
    columns = (
        EmploymentTerm.employee_id,
        EmploymentTerm.valid_from,
        EmploymentTerm.valid_until,
        EmploymentTerm.group,
    )
    query = select(*columns).where(EmploymentTerm.employee_id.in_(people)).order_by(EmploymentTerm.id.desc())
    found: dict[str, list[tuple[date | None, date | None, str | None]]] = defaultdict(list)
    for employee_id, first, last, group in connection.execute(query):
        found[employee_id].append((first, last, group))
    return found


def _read_shifts(
    connection: Connection, people: Collection[str], first: date, last: date
) -> dict[str, dict[date, DayPlan | None]]:
    """Days of shift rosters; a month of which a roster names some days is a roster as a whole, the others are off."""
    columns = (ShiftDay.employee_id, ShiftDay.work_date, ShiftDay.hours)
    query = select(*columns).where(
        ShiftDay.employee_id.in_(people), ShiftDay.work_date >= first, ShiftDay.work_date <= last
    )
    found: dict[str, dict[date, DayPlan | None]] = defaultdict(dict)
    for employee_id, work_date, hours in connection.execute(query.order_by(ShiftDay.id)):
        found[employee_id][work_date] = None if hours is None else read_plan(hours)
    for days in found.values():
        for day in _months_of(days):
            days.setdefault(day, None)
    return found


def _months_of(days: Iterable[date]) -> list[date]:
    months = {(day.year, day.month) for day in days}
    return [date(year, month, day) for year, month in months for day in range(1, monthrange(year, month)[1] + 1)]


def read_plan(hours: Mapping[str, Any]) -> DayPlan:
    """A day's plan from a stored table of hours; equal tables are read once."""
    return _read_plan(msgspec.json.encode(hours, order="deterministic"))


@lru_cache(maxsize=512)
def _read_plan(hours: bytes) -> DayPlan:
    return read_hours(msgspec.json.decode(hours), field="shift").on(None, field="shift")


def _read_contracts(connection: Connection, people: Collection[str]) -> dict[str, list[_Contract]]:
    """Contracts in force, the newest first."""
    columns = (
        PartTimeContract.employee_id,
        PartTimeContract.valid_from,
        PartTimeContract.valid_until,
        PartTimeContract.weekdays,
        PartTimeContract.slot_start,
        PartTimeContract.slot_end,
        PartTimeContract.quota_min,
    )
    query = select(*columns).where(PartTimeContract.employee_id.in_(people), PartTimeContract.withdrawn_at.is_(None))
    found: dict[str, list[_Contract]] = defaultdict(list)
    for employee_id, first, last, weekdays, start, end, quota in connection.execute(
        query.order_by(PartTimeContract.id.desc())
    ):
        plan = read_plan({"in": start, "out": end, "quota_min": quota})
        week = tuple(plan if weekday in weekdays else None for weekday in range(7))
        found[employee_id].append(_Contract(first, last, week))
    return found
