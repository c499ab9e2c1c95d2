"""Reminders of letters that are due, and of months that close: to those who see to them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from hub.access.assignments import holders_of
from hub.access.roles import Role
from hub.attendance.deadlines import deadline_of
from hub.attendance.document_rows import state_of
from hub.attendance.handover import handover_line, offices
from hub.attendance.models import DocumentRow
from hub.attendance.months import last_of
from hub.db import Database
from hub.reminders import words
from hub.reminders.contacts import Reachable, reach
from hub.reminders.moments import Kind, after_quiet
from hub.reminders.planner import Planned, write_planned
from hub.reminders.words import Words
from hub.roster.models import Employee
from hub.roster.units import Memberships, UnitTree

MONTH_SOON: Final = timedelta(days=3)
"""So long before a month's end offices are reminded to complete it."""
MONTH_OVER: Final = timedelta(days=10)
"""So long after it they are reminded to hand it over, once."""


class PaperPlanner:
    """Looks once an hour or so; `step` writes what is due and not written yet."""

    def __init__(self, database: Database, *, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._database = database
        self._now = now

    def step(self) -> int:
        """Write the reminders that are due now; how many are new."""
        now = self._now()
        with self._database.read() as session:
            reachable = reach(session, "account")
            if not reachable:
                return 0
            desks = _Desks(UnitTree.load(session.connection()), holders_of(session, _ROLES, now), reachable, now)
            planned = [*_letters(session, desks)]
        planned += _months(self._database, desks)
        return write_planned(self._database, planned, now=now)


_ROLES: Final = (Role.OPERATOR, Role.OFFICIAL)


@dataclass(frozen=True, slots=True)
class _Desks:
    """Who sees to what. holders: (account, role, unit) in force."""

    tree: UnitTree
    holders: Sequence[tuple[str, str, int | None]]
    reachable: Mapping[str, list[Reachable]]
    now: datetime

    def of(self, role: Role, unit_id: int | None) -> Iterator[Reachable]:
        """Contacts of those who have a role at a unit or above it."""
        for account, held, at in self.holders:
            if held == role and unit_id is not None and (at is None or unit_id in self.tree.within(at)):
                yield from self.reachable.get(account, ())

    def remind(self, about: _About, unit_id: int | None) -> Iterator[Planned]:
        """The reminder for everybody whom it concerns, outside of their quiet hours."""
        zone = self.tree.zone_of(unit_id)
        not_after = datetime.combine(about.until, time(23, 59), tzinfo=zone).astimezone(UTC)
        for to in self.of(about.role, unit_id):
            at = after_quiet(self.now, zone, to.quiet)
            if about.kind not in to.without and at < not_after:
                yield Planned(about.key, about.kind, to, about.employee, at, not_after, about.words)


@dataclass(frozen=True, slots=True)
class _About:
    """What is to be seen to, by whom, and until which local day."""

    kind: Kind
    key: str
    role: Role
    until: date
    words: Words
    employee: str | None = None


def _letters(session: Session, desks: _Desks) -> Iterator[Planned]:
    query = (
        select(DocumentRow, Employee.name)
        .join(Employee, Employee.id == DocumentRow.employee_id)
        .where(
            DocumentRow.entered_on.is_(None),
            DocumentRow.refused_at.is_(None),
            DocumentRow.withdrawn_at.is_(None),
            DocumentRow.first_day >= (desks.now - timedelta(days=40)).date(),
        )
    )
    found = session.execute(query).all()
    memberships = Memberships.load(session.connection(), {row.employee_id for row, _ in found})
    for row, name in found:
        if row.first_day is None:
            continue
        unit_id = memberships.unit_on(row.employee_id, row.first_day)
        today = desks.now.astimezone(desks.tree.zone_of(unit_id)).date()
        state = state_of(row)
        deadline = deadline_of(state, row.first_day, today=today)
        if deadline is None or deadline.urgency not in ("soon", "today"):
            continue
        verified = state == "verified"
        said = words.letter(row.id, name, deadline.due, verified=verified)
        key = f"letter:{row.id}:{state}:{deadline.urgency}"
        role = Role.OPERATOR if verified else Role.OFFICIAL
        yield from desks.remind(_About("letter", key, role, deadline.due, said, row.employee_id), unit_id)


def _months(database: Database, desks: _Desks) -> Iterator[Planned]:
    """Offices whose month is about to end, or ended and was not handed over."""
    for unit_id in offices(desks.tree):
        if not any(desks.of(Role.OPERATOR, unit_id)):
            continue
        today = desks.now.astimezone(desks.tree.zone_of(unit_id)).date()
        first = today.replace(day=1)
        ended = first - timedelta(days=1)
        if last_of(today) - today < MONTH_SOON:
            said = words.month(desks.tree.node(unit_id).name, first, over=False)
            key = f"month:{unit_id}:{first}:soon"
            yield from desks.remind(_About("month", key, Role.OPERATOR, last_of(today), said), unit_id)
        elif today - ended <= MONTH_OVER and _is_due(database, unit_id, ended.replace(day=1)):
            said = words.month(desks.tree.node(unit_id).name, ended.replace(day=1), over=True)
            key = f"month:{unit_id}:{ended.replace(day=1)}:over"
            yield from desks.remind(_About("month", key, Role.OPERATOR, ended + MONTH_OVER, said), unit_id)


def _is_due(database: Database, unit_id: int, month: date) -> bool:
    """Whether the office has still to hand the month over, or has got it back."""
    return handover_line(database, unit_id, month).state in ("open", "returned")
