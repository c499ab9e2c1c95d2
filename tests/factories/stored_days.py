"""Days written straight into the database, as the worker would have stored them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta

import msgspec

from hub.attendance.day import AttendanceDay, Status, encode_day
from hub.attendance.models import StoredDay
from hub.db import Database

STORED_AT = datetime(2026, 12, 31, 20, tzinfo=UTC)


def store(database: Database, employee: str, unit: int | None, *days: AttendanceDay) -> None:
    with database.write() as session:
        for day in days:
            session.add(
                StoredDay(
                    employee_id=employee,
                    work_date=day.work_date,
                    unit_id=unit,
                    status=str(day.status),
                    late_min=day.late_min,
                    early_min=day.early_min,
                    absent_days=day.absent_days,
                    seen=day.first_seen is not None,
                    day=msgspec.json.decode(encode_day(day)),
                    assessed_at=STORED_AT,
                )
            )


def day(work_date: date, status: Status = Status.HADIR, **fields) -> AttendanceDay:
    if status in (Status.TK, Status.DIBATALKAN):
        fields = {"absent_days": 1, "lampiran_i_code": "TK", **fields}
    return AttendanceDay(work_date=work_date, policy="jember-5", status=status, **fields)


def absences(first: date, working_days: int) -> Iterable[AttendanceDay]:
    """So many unexcused working days in a row, with the rest days between them."""
    while working_days:
        if first.weekday() >= 5:
            yield day(first, Status.LIBUR)
        else:
            yield day(first, Status.TK)
            working_days -= 1
        first += timedelta(days=1)
