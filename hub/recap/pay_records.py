"""What is on record for a month of pay beside the days: terms, points, scores, contracts, policies."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from hub.attendance.day import AttendanceDay
from hub.attendance.models import DirtyDay
from hub.errors import PolicyError
from hub.recap.contracts import Contract
from hub.recap.models import EarnedPoints, UnitScore
from hub.recap.month_pay import Earned, PayInputs
from hub.recap.monthly import Month
from hub.roster.models import Employee, EmploymentTerm
from hub.roster.units import Memberships, UnitTree
from hub.schedule.in_force import policy_in_force, read_versions
from hub.schedule.models import Holiday, PartTimeContract
from hub.schedule.policy import Policy

_FEW = 500
"""Up to so many people are named in a query; of more, everybody's rows are read."""


@dataclass(frozen=True, slots=True)
class FoundPolicy:
    """The policy of a name; policy None: it cannot be read, and `error` says why."""

    name: str
    policy: Policy | None
    error: str = ""


@dataclass(slots=True, kw_only=True)
class PayRecords:
    """The records of a month, read in a handful of queries. dirty: how many days wait for being assessed again."""

    tree: UnitTree
    memberships: Memberships
    terms: dict[str, EmploymentTerm]
    employments: dict[str, tuple[date | None, date | None]]
    points: dict[str, Earned]
    scores: dict[int, Decimal]
    contracts: dict[str, list[Contract]]
    versions: dict[str, list[tuple[date, str]]]
    holidays: list[tuple[int | None, date]]
    dirty: dict[str, int]
    _policies: dict[tuple[str, date], FoundPolicy] = field(default_factory=dict)

    @classmethod
    def load(cls, session: Session, month: Month, people: Collection[str]) -> PayRecords:
        connection = session.connection()
        return cls(
            tree=UnitTree.load(connection),
            memberships=Memberships.load(connection, people if len(people) <= _FEW else None),
            terms=_read_terms(session, month, people),
            employments={
                employee_id: (first, last)
                for employee_id, first, last in session.execute(
                    select(Employee.id, Employee.employed_from, Employee.employed_until).where(
                        *_of(Employee.id, people)
                    )
                )
            },
            points=_read_points(session, month, people),
            scores=_read_scores(session, month),
            contracts=read_contracts(session, people, first=month.first, last=month.last),
            versions=read_versions(connection),
            holidays=_read_holidays(session, month),
            dirty=_read_dirty(session, month),
        )

    def term_of(self, employee_id: str) -> EmploymentTerm | None:
        return self.terms.get(employee_id)

    def policy_of(self, employee_id: str, unit_id: int | None, day: AttendanceDay) -> FoundPolicy:
        """The policy that a day was assessed by, else the one in force for the person's group in the unit."""
        name = day.policy or self.tree.policy_on(unit_id, day.work_date, self._group_of(employee_id))
        key = name, day.work_date
        if key not in self._policies:
            self._policies[key] = self._find_policy(name, day.work_date)
        return self._policies[key]

    def _group_of(self, employee_id: str) -> str | None:
        term = self.terms.get(employee_id)
        return term.group if term is not None else None

    def _find_policy(self, name: str, day: date) -> FoundPolicy:
        try:
            return FoundPolicy(name, policy_in_force(self.versions, name, day))
        except PolicyError as error:
            return FoundPolicy(name, None, str(error))

    def inputs_of(self, employee_id: str, month: Month, unit_id: int | None, found: FoundPolicy) -> PayInputs:
        term = self.terms.get(employee_id)
        return PayInputs(
            first=month.first,
            last=month.last,
            policy=found.policy,
            policy_error=found.error,
            tpp_base=term.tpp_base if term is not None else None,
            earned=self.points.get(employee_id),
            other_share_factor=self._score_of(unit_id),
            contracts=tuple(self.contracts.get(employee_id, ())),
            holidays=self.holidays_of(unit_id),
        )

    def days_to_come(self, employee_id: str, month: Month, after: date) -> int:
        """Dates of the month after the last stored day on which the person is employed and belongs to a unit."""
        first, last = self.employments.get(employee_id, (None, None))
        dates = (after + timedelta(days=number) for number in range(1, (month.last - after).days + 1))
        return sum(
            1
            for day in dates
            if (first is None or first <= day)
            and (last is None or day <= last)
            and self.memberships.unit_on(employee_id, day) is not None
        )

    def holidays_of(self, unit_id: int | None) -> frozenset[date]:
        """Holidays of the month for a unit: its own, those of units above, and everybody's."""
        chain = {None, *self.tree.above(unit_id)}
        return frozenset(day for unit, day in self.holidays if unit in chain)

    def _score_of(self, unit_id: int | None) -> Decimal | None:
        """The factor of the unit or of the nearest one above that has one."""
        return next((self.scores[unit] for unit in self.tree.above(unit_id) if unit in self.scores), None)


def read_contracts(
    session: Session, people: Collection[str] | None, *, first: date, last: date
) -> dict[str, list[Contract]]:
    """Contracts (people None: everybody's) that hold on some date of a span, the newest first; none withdrawn."""
    query = select(PartTimeContract).where(
        PartTimeContract.withdrawn_at.is_(None),
        PartTimeContract.valid_from <= last,
        PartTimeContract.valid_until >= first,
        *(() if people is None else _of(PartTimeContract.employee_id, people)),
    )
    found: dict[str, list[Contract]] = defaultdict(list)
    for row in session.scalars(query.order_by(PartTimeContract.id.desc())):
        found[row.employee_id].append(
            Contract(
                id=row.id,
                number=row.number,
                first=row.valid_from,
                last=row.valid_until,
                weekdays=tuple(row.weekdays),
                quota_min=row.quota_min,
                monthly_pay=row.monthly_pay,
            )
        )
    return found


def _of(column: InstrumentedAttribute[str], people: Collection[str]) -> tuple[ColumnElement[bool], ...]:
    return (column.in_(list(people)),) if len(people) <= _FEW else ()


def _read_terms(session: Session, month: Month, people: Collection[str]) -> dict[str, EmploymentTerm]:
    """The newest row in force on the month's last day; else the one that ends last within the month."""
    query = select(EmploymentTerm).where(
        or_(EmploymentTerm.valid_from.is_(None), EmploymentTerm.valid_from <= month.last),
        or_(EmploymentTerm.valid_until.is_(None), EmploymentTerm.valid_until >= month.first),
        *_of(EmploymentTerm.employee_id, people),
    )
    found: dict[str, EmploymentTerm] = {}
    for row in session.scalars(query):
        best = found.get(row.employee_id)
        if best is None or _rank(row, month) > _rank(best, month):
            found[row.employee_id] = row
    return found


def _rank(term: EmploymentTerm, month: Month) -> tuple[date, int]:
    return min(term.valid_until or month.last, month.last), term.id


def _read_points(session: Session, month: Month, people: Collection[str]) -> dict[str, Earned]:
    query = select(EarnedPoints).where(EarnedPoints.month == month.first, *_of(EarnedPoints.employee_id, people))
    return {
        row.employee_id: Earned(points=Decimal(row.points), source=row.source)
        for row in session.scalars(query.order_by(EarnedPoints.id))
    }


def _read_scores(session: Session, month: Month) -> dict[int, Decimal]:
    query = select(UnitScore.unit_id, UnitScore.factor).where(UnitScore.month == month.first).order_by(UnitScore.id)
    return {unit_id: Decimal(factor) for unit_id, factor in session.execute(query)}


def _read_holidays(session: Session, month: Month) -> list[tuple[int | None, date]]:
    query = select(Holiday.unit_id, Holiday.day).where(
        Holiday.withdrawn_at.is_(None), Holiday.day.between(month.first, month.last)
    )
    return [(unit_id, day) for unit_id, day in session.execute(query)]


def _read_dirty(session: Session, month: Month) -> dict[str, int]:
    query = (
        select(DirtyDay.employee_id, func.count())
        .where(DirtyDay.work_date.between(month.first, month.last))
        .group_by(DirtyDay.employee_id)
    )
    return {employee_id: days for employee_id, days in session.execute(query)}  # noqa: C416 - a Result is no mapping
