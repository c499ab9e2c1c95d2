"""Stored days: the assessed day as it stands, written only when it changed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import msgspec
from sqlalchemy import delete, select, tuple_
from sqlalchemy.orm import Session

from hub.attendance.day import AttendanceDay, encode_day
from hub.attendance.models import StoredDay
from hub.bulk import upsert
from hub.db import table_of
from hub.roster.work_dates import EmployeeDay

_KEY = ("employee_id", "work_date")
_CHANGING = ("unit_id", "status", "late_min", "early_min", "absent_days", "day", "assessed_at", "version")


@dataclass(frozen=True, slots=True)
class Assessed:
    """What a day came to; day None: it is not to be assessed, and a stored one goes."""

    employee_id: str
    work_date: date
    unit_id: int | None
    day: AttendanceDay | None

    @property
    def key(self) -> EmployeeDay:
        return self.employee_id, self.work_date


def store_days(session: Session, assessed: Sequence[Assessed], *, now: datetime) -> list[EmployeeDay]:
    """Write the days that differ from what is stored; returns their keys.

    The caller holds the claims of these days, so nobody else writes them at the same time.
    """
    stored = _read_versions(session, [day.key for day in assessed])
    rows, gone = [], []
    for item in assessed:
        before = stored.get(item.key)
        if item.day is None:
            if before is not None:
                gone.append(item.key)
            continue
        row = _to_row(item, item.day, now=now)
        if before is not None and (before.unit_id, before.day) == (row["unit_id"], row["day"]):
            continue
        row["version"] = before.version + 1 if before is not None else 1
        rows.append(row)
    upsert(
        session.connection(),
        table_of(StoredDay),
        rows,
        key=_KEY,
        changes=lambda excluded: {name: excluded[name] for name in _CHANGING},
    )
    if gone:
        session.execute(
            delete(StoredDay)
            .where(tuple_(StoredDay.employee_id, StoredDay.work_date).in_(gone))
            .execution_options(synchronize_session=False)
        )
    return [(row["employee_id"], row["work_date"]) for row in rows] + gone


@dataclass(frozen=True, slots=True)
class _Before:
    unit_id: int | None
    day: dict[str, Any]
    version: int


def _read_versions(session: Session, keys: Sequence[EmployeeDay]) -> dict[EmployeeDay, _Before]:
    query = select(
        StoredDay.employee_id, StoredDay.work_date, StoredDay.unit_id, StoredDay.day, StoredDay.version
    ).where(tuple_(StoredDay.employee_id, StoredDay.work_date).in_(keys))
    return {
        (employee_id, work_date): _Before(unit_id, day, version)
        for employee_id, work_date, unit_id, day, version in session.execute(query)
    }


def _to_row(item: Assessed, day: AttendanceDay, *, now: datetime) -> dict[str, Any]:
    return {
        "employee_id": item.employee_id,
        "work_date": item.work_date,
        "unit_id": item.unit_id,
        "status": str(day.status),
        "late_min": day.late_min,
        "early_min": day.early_min,
        "absent_days": day.absent_days,
        # Through JSON and back, so that it compares equal to what the database returns.
        "day": msgspec.json.decode(encode_day(day)),
        "assessed_at": now,
    }
