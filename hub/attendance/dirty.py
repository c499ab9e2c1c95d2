"""Marks days that must be assessed again."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import Connection

from hub.attendance.models import DirtyDay
from hub.bulk import upsert
from hub.db import table_of
from hub.roster.work_dates import EmployeeDay


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
