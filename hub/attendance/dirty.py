"""Marks days that must be assessed again."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date, datetime

from sqlalchemy import Connection, select

from hub.attendance.models import DirtyDay, StoredDay
from hub.bulk import upsert
from hub.db import table_of
from hub.roster.work_dates import EmployeeDay
from hub.schedule.decisions import Affected


def mark_dirty(connection: Connection, days: Iterable[EmployeeDay], *, now: datetime) -> None:
    """Mark days of employees.

    A day that is marked already counts its marks up, so that a claim notices, and keeps its place in the queue.
    """
    rows = [
        {"employee_id": employee_id, "work_date": work_date, "marks": 1, "marked_at": now}
        for employee_id, work_date in set(days)
    ]
    upsert(
        connection,
        table_of(DirtyDay),
        rows,
        key=("employee_id", "work_date"),
        changes=lambda _new: {"marks": DirtyDay.marks + 1},
    )


def mark_span(
    connection: Connection,
    *,
    first: date,
    last: date | None,
    now: datetime,
    people: Collection[str] | None = None,
    units: Collection[int] | None = None,
) -> int:
    """Mark every stored day between two dates (None: without end) of these people, or of these units; returns how many.

    None: of all. Days that are not stored yet need no mark: they are assessed for the first time anyway.
    """
    query = select(StoredDay.employee_id, StoredDay.work_date).where(StoredDay.work_date >= first)
    if last is not None:
        query = query.where(StoredDay.work_date <= last)
    if people is not None:
        query = query.where(StoredDay.employee_id.in_(people))
    if units is not None:
        query = query.where(StoredDay.unit_id.in_(units))
    days = [(employee_id, work_date) for employee_id, work_date in connection.execute(query)]
    mark_dirty(connection, days, now=now)
    return len(days)


def mark_affected(connection: Connection, affected: Affected, *, now: datetime) -> int:
    """Mark the stored days that a decision about hours changes; returns how many."""
    return mark_span(
        connection,
        first=affected.first,
        last=affected.last,
        now=now,
        people=affected.people,
        units=affected.units,
    )
