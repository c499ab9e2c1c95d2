"""Assesses all days of a span anew, beside a running hub, with every processor.

It asks for no claims. A day is written only if its stored form is still the one that was there when the evidence was
read: whoever wrote in between knew more.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from multiprocessing import get_context
from typing import Final

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from hub.attendance.evidence import gather_evidence
from hub.attendance.models import StoredDay
from hub.attendance.stored import Assessed, StoredVersion, read_versions, store_unless_newer
from hub.db import Database, open_database
from hub.errors import PolicyError
from hub.roster.models import Employee, Membership
from hub.roster.units import Memberships
from hub.roster.work_dates import EmployeeDay

BATCH_DAYS: Final = 4000
"""Days that are read, assessed and written together; 50 MB."""

Progress = Callable[[int, int], None]
"""Called with the days that are done and the days in all."""


@dataclass(frozen=True, slots=True)
class Recomputed:
    """What came of it. days: looked at; changed: written or gone; troubles: sentences, with the days of each."""

    days: int
    changed: int
    troubles: dict[str, int]


def recompute(
    database: Database,
    *,
    first: date,
    last: date,
    now: datetime,
    units: Collection[int] | None = None,
    processes: int | None = None,
    progress: Progress = lambda _done, _all: None,
) -> Recomputed:
    """Assess the days from `first` to `last` (both included) of everybody, or of the people of some units.

    processes: None: one a processor. Equal input gives equal days, so a second run changes nothing.
    """
    with database.read() as session:
        people = _read_people(session, first, last, units)
    dates = (last - first).days + 1
    size = max(1, BATCH_DAYS // dates)
    parts = [people[start : start + size] for start in range(0, len(people), size)]
    total = len(people) * dates
    done = changed = 0
    troubles: dict[str, int] = {}
    progress(0, total)
    job = _Job(span=(first, last), units=None if units is None else frozenset(units), now=now)
    for part in _work(database, parts, job, processes or os.cpu_count() or 1):
        done += part.days
        changed += part.changed
        for sentence, days in part.troubles.items():
            troubles[sentence] = troubles.get(sentence, 0) + days
        progress(done, total)
    return Recomputed(done, changed, troubles)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Job:
    """What all parts have in common. span: first and last day; units None: all."""

    span: tuple[date, date]
    units: frozenset[int] | None
    now: datetime


def _recompute_part(database: Database, people: Sequence[str], job: _Job) -> Recomputed:
    first, last = job.span
    dates = [first + timedelta(days=step) for step in range((last - first).days + 1)]
    with database.read() as session:
        days = [(person, day) for person in people for day in dates]
        if job.units is not None:
            memberships = Memberships.load(session.connection(), people)
            days = [(person, day) for person, day in days if memberships.unit_on(person, day) in job.units]
        before = read_versions(session, people, first, last)
        assessed, troubles = _assess(session, days, job.now)
    changes = [day for day in assessed if _differs(day, before.get(day.key))]
    if not changes:
        return Recomputed(len(days), 0, troubles)
    with database.write() as session:
        changed = store_unless_newer(session, changes, before, now=job.now)
    return Recomputed(len(days), changed, troubles)


def _assess(session: Session, days: Sequence[EmployeeDay], now: datetime) -> tuple[list[Assessed], dict[str, int]]:
    assessed: list[Assessed] = []
    troubles: dict[str, int] = {}
    for key, known in zip(days, gather_evidence(session, days), strict=True):
        if known is None:
            assessed.append(Assessed(*key, None, None))
            continue
        try:
            day = known.assess(now)
        except PolicyError as error:
            troubles[str(error)] = troubles.get(str(error), 0) + 1
            continue
        assessed.append(Assessed(*key, known.unit_id, day))
    return assessed, troubles


def _differs(day: Assessed, before: StoredVersion | None) -> bool:
    if before is None:
        return day.day is not None
    return not before.is_of(day)


def _work(database: Database, parts: Sequence[Sequence[str]], job: _Job, processes: int) -> Iterator[Recomputed]:
    if processes == 1 or len(parts) < 2:
        for part in parts:
            yield _recompute_part(database, part, job)
        return
    url = database.engine.url.render_as_string(hide_password=False).replace("+psycopg", "")
    # Not by fork: the parent holds connections and threads.
    with ProcessPoolExecutor(
        processes, mp_context=get_context("spawn"), initializer=_open_own, initargs=(url,)
    ) as pool:
        waiting = [pool.submit(_part_of_child, part, job) for part in parts]
        for future in as_completed(waiting):
            yield future.result()


_own: list[Database] = []
"""The child's connection to the database."""


def _open_own(url: str) -> None:
    _own.append(open_database(url))


def _part_of_child(people: Sequence[str], job: _Job) -> Recomputed:
    return _recompute_part(_own[0], people, job)


def _read_people(session: Session, first: date, last: date, units: Collection[int] | None) -> list[str]:
    """Whoever belonged to one of the units in the span; without units everybody, a stored day may have to go."""
    if units is None:
        return list(session.scalars(select(Employee.id).order_by(Employee.id)))
    in_span = (
        or_(Membership.valid_from.is_(None), Membership.valid_from <= last),
        or_(Membership.valid_until.is_(None), Membership.valid_until >= first),
    )
    members = select(Membership.employee_id).where(Membership.unit_id.in_(units), *in_span)
    stored = select(StoredDay.employee_id).where(
        StoredDay.unit_id.in_(units), StoredDay.work_date >= first, StoredDay.work_date <= last
    )
    return sorted({*session.scalars(members), *session.scalars(stored)})
