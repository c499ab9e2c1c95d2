"""Stored days: the assessed day as it stands, written only when it changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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
from hub.webhooks.events import ChangedDay
from hub.webhooks.telling import DayOfUnits, tell_days

_KEY = ("employee_id", "work_date")
_KEYS_AT_ONCE = 5000
_CHANGING = ("unit_id", "status", "late_min", "early_min", "absent_days", "seen", "day", "assessed_at", "version")


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
    _delete(session, gone)
    _tell(session, rows, gone, {key: before.unit_id for key, before in stored.items()}, now)
    return [(row["employee_id"], row["work_date"]) for row in rows] + gone


@dataclass(frozen=True, slots=True)
class StoredVersion:
    """A stored day as it was read. encoded: its JSON, as `encode_day` writes it."""

    unit_id: int | None
    encoded: bytes
    version: int

    def is_of(self, assessed: Assessed) -> bool:
        """Whether an assessment came to the same."""
        return (
            assessed.day is not None and self.unit_id == assessed.unit_id and self.encoded == encode_day(assessed.day)
        )


def read_versions(session: Session, people: Sequence[str], first: date, last: date) -> dict[EmployeeDay, StoredVersion]:
    """The stored days of these people between two dates, both included."""
    query = select(
        StoredDay.employee_id, StoredDay.work_date, StoredDay.unit_id, StoredDay.day, StoredDay.version
    ).where(StoredDay.employee_id.in_(people), StoredDay.work_date >= first, StoredDay.work_date <= last)
    return {
        (employee_id, work_date): StoredVersion(unit_id, msgspec.json.encode(day), version)
        for employee_id, work_date, unit_id, day, version in session.execute(query)
    }


def store_unless_newer(
    session: Session,
    assessed: Sequence[Assessed],
    before: Mapping[EmployeeDay, StoredVersion],
    *,
    now: datetime,
) -> int:
    """Write days whose stored form is still `before`; returns how many. For writers that hold no claims."""
    known = {key: stored.version for key, stored in before.items()}
    present = _read_numbers(session, [day.key for day in assessed])
    unchanged = [day for day in assessed if present.get(day.key) == known.get(day.key)]
    rows = []
    for item in unchanged:
        if item.day is not None:
            rows.append(_to_row(item, item.day, now=now) | {"version": known.get(item.key, 0) + 1})
    upsert(
        session.connection(),
        table_of(StoredDay),
        rows,
        key=_KEY,
        changes=lambda excluded: {name: excluded[name] for name in _CHANGING},
        where=lambda excluded: StoredDay.version == excluded["version"] - 1,
    )
    gone = [item.key for item in unchanged if item.day is None]
    _delete(session, gone)
    _tell(session, rows, gone, {key: stored.unit_id for key, stored in before.items()}, now)
    return len(rows) + len(gone)


@dataclass(frozen=True, slots=True)
class _Before:
    unit_id: int | None
    day: dict[str, Any]
    version: int


def _read_numbers(session: Session, keys: Sequence[EmployeeDay]) -> dict[EmployeeDay, int]:
    """The version of each of these stored days."""
    if not keys:
        return {}
    dates = [work_date for _, work_date in keys]
    query = select(StoredDay.employee_id, StoredDay.work_date, StoredDay.version).where(
        StoredDay.employee_id.in_({employee_id for employee_id, _ in keys}),
        StoredDay.work_date >= min(dates),
        StoredDay.work_date <= max(dates),
    )
    return {(employee_id, work_date): version for employee_id, work_date, version in session.execute(query)}


def _tell(
    session: Session,
    rows: Sequence[dict[str, Any]],
    gone: Sequence[EmployeeDay],
    units: Mapping[EmployeeDay, int | None],
    now: datetime,
) -> None:
    """Let webhooks know which days changed. units: where each was until now."""

    def changes() -> list[DayOfUnits]:
        written = [(row["employee_id"], row["work_date"], row["version"], row["unit_id"]) for row in rows]
        return [
            DayOfUnits(ChangedDay(employee_id, day, version), {unit_id, units.get((employee_id, day), unit_id)})
            for employee_id, day, version, unit_id in written
        ] + [DayOfUnits(ChangedDay(*key, None), {units.get(key)}) for key in gone]

    if rows or gone:
        tell_days(session, changes, now=now)


def _delete(session: Session, keys: Sequence[EmployeeDay]) -> None:
    for start in range(0, len(keys), _KEYS_AT_ONCE):
        session.execute(
            delete(StoredDay)
            .where(tuple_(StoredDay.employee_id, StoredDay.work_date).in_(keys[start : start + _KEYS_AT_ONCE]))
            .execution_options(synchronize_session=False)
        )


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
        "seen": day.first_seen is not None,
        # Through JSON and back, so that it compares equal to what the database returns.
        "day": msgspec.json.decode(encode_day(day)),
        "assessed_at": now,
    }
