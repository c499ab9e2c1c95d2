"""What a policy would have made of a past month: assessed for some people, compared, and forgotten."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Final

import msgspec
from sqlalchemy import or_, select

from hub.attendance.day import AttendanceDay, Status
from hub.attendance.evidence import gather_evidence
from hub.attendance.models import StoredDay
from hub.attendance.months import last_of
from hub.db import Database
from hub.roster.models import Employee, Membership
from hub.roster.units import Memberships, UnitTree
from hub.schedule.decisions import Author, add_policy, assign_policy

MOST_PEOPLE: Final = 60
"""Enough to see what changes, and assessed in a second or two."""
MOST_EXAMPLES: Final = 40


class ChangedDay(msgspec.Struct, frozen=True, kw_only=True):
    """A day that would come out otherwise; minutes None: not known or not asked."""

    name: str
    work_date: date
    before: Status
    before_late: int | None
    before_early: int | None
    after: Status
    after_late: int | None
    after_early: int | None


class PolicyPreview(msgspec.Struct, frozen=True, kw_only=True):
    """people: looked at, of so many in the unit (everybody). late, early: minutes of all of them, before and after.

    changed: days that would come out otherwise; examples: some of these.
    """

    month: date
    people: int
    everybody: int
    days: int
    changed: int
    late_before: int
    late_after: int
    early_before: int
    early_after: int
    examples: tuple[ChangedDay, ...]


def preview_policy(database: Database, text: str, unit_id: int, month: date, *, now: datetime) -> PolicyPreview:
    """Let a unit follow a policy's text for a month (its first day) that is over, look, and let go of it again.

    PolicyError when the text is no policy. Nothing is stored.
    """
    first, last = month.replace(day=1), last_of(month)
    dates = [first + timedelta(days=step) for step in range((last - first).days + 1)]
    author = Author(name="preview", at=now)
    with database.read() as session:
        # A reading session drops at its end what was changed in it.
        policy, _ = add_policy(session, text, valid_from=first, author=author)
        assign_policy(session, unit_id, policy.name, group=None, first=first, last=last, author=author)
        within = UnitTree.load(session.connection()).within(unit_id)
        members = select(Membership.employee_id).where(
            Membership.unit_id.in_(within),
            or_(Membership.valid_from.is_(None), Membership.valid_from <= last),
            or_(Membership.valid_until.is_(None), Membership.valid_until >= first),
        )
        everybody = sorted(set(session.scalars(members)))
        people = everybody[:: max(1, -(-len(everybody) // MOST_PEOPLE))]
        memberships = Memberships.load(session.connection(), people)
        keys = [(who, day) for who in people for day in dates if memberships.unit_on(who, day) in within]
        stored = {
            (row.employee_id, row.work_date): msgspec.convert(row.day, AttendanceDay)
            for row in session.scalars(
                select(StoredDay).where(
                    StoredDay.employee_id.in_(people), StoredDay.work_date >= first, StoredDay.work_date <= last
                )
            )
        }
        names = {row.id: row.name for row in session.execute(select(Employee.id, Employee.name))}
        pairs = [
            (key, stored[key], known.assess(now))
            for key, known in zip(keys, gather_evidence(session, keys), strict=True)
            if known is not None and key in stored
        ]
    changed = [(key, old, new) for key, old, new in pairs if _shown(old) != _shown(new)]
    return PolicyPreview(
        month=first,
        people=len(people),
        everybody=len(everybody),
        days=len(pairs),
        changed=len(changed),
        late_before=sum(old.late_min or 0 for _, old, _ in pairs),
        late_after=sum(new.late_min or 0 for _, _, new in pairs),
        early_before=sum(old.early_min or 0 for _, old, _ in pairs),
        early_after=sum(new.early_min or 0 for _, _, new in pairs),
        examples=tuple(_to_change(names[key[0]], old, new) for key, old, new in changed[:MOST_EXAMPLES]),
    )


def _shown(day: AttendanceDay) -> tuple[object, ...]:
    return day.status, day.late_min, day.early_min


def _to_change(name: str, old: AttendanceDay, new: AttendanceDay) -> ChangedDay:
    return ChangedDay(
        name=name,
        work_date=old.work_date,
        before=old.status,
        before_late=old.late_min,
        before_early=old.early_min,
        after=new.status,
        after_late=new.late_min,
        after_early=new.early_min,
    )
