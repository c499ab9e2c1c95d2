"""Assessed days: what each came to, minute by minute where asked."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated

import msgspec
from fastapi import APIRouter, Query, Request
from fastapi.responses import Response
from sqlalchemy import ColumnElement, select, tuple_

from hub.attendance.day import AttendanceDay
from hub.attendance.models import StoredDay
from hub.web.api.caller import Caller, needs, reach
from hub.web.api.description import answers
from hub.web.api.paging import (
    After,
    FirstDay,
    LastDay,
    Limit,
    Page,
    UnitNumber,
    check_days,
    read_place,
    to_page,
    write_place,
)
from hub.web.guard import Office
from hub.web.watch import note

router = APIRouter(tags=["days"])


class DayRecord(msgspec.Struct, frozen=True, kw_only=True):
    """unit_id: where they belonged on that day. version: counts up with every change. day: with its explanation only
    where that was asked for."""

    employee_id: str
    unit_id: int | None
    version: int
    assessed_at: datetime
    day: AttendanceDay


@router.get("/days", summary="Assessed days", operation_id="list_days", **answers(Page[DayRecord]))
def list_days(
    request: Request,
    office: Office,
    *,
    caller: Annotated[Caller, needs("days:read")],
    first: FirstDay,
    last: LastDay,
    employee: Annotated[str, Query(max_length=64, description="Only of this employee.")] = "",
    unit: UnitNumber = None,
    explain: Annotated[bool, Query(description="With the sentences that explain each day.")] = False,
    after: After = "",
    limit: Limit = 100,
) -> Response:
    """By date, then by employee."""
    check_days(first, last)
    within = reach(office, caller, unit)
    key = (StoredDay.work_date, StoredDay.employee_id)
    conditions: list[ColumnElement[bool]] = [StoredDay.work_date >= first, StoredDay.work_date <= last]
    place = read_place(after, tuple[date, str])
    if place is not None:
        conditions.append(tuple_(*key) > place)
    if employee:
        conditions.append(StoredDay.employee_id == employee.replace("\0", ""))
    if within is not None:
        conditions.append(StoredDay.unit_id.in_(within))
    with office.database.read() as session:
        rows = list(session.scalars(select(StoredDay).where(*conditions).order_by(*key).limit(limit + 1)))
    end = rows[limit - 1] if len(rows) > limit else None
    if employee and rows:
        note(employees=[employee])
    shown = [_record(row, explain=explain) for row in rows[:limit]]
    return to_page(request, shown, write_place(end.work_date, end.employee_id) if end is not None else None)


def _record(row: StoredDay, *, explain: bool) -> DayRecord:
    day = msgspec.convert(row.day, AttendanceDay)
    return DayRecord(
        employee_id=row.employee_id,
        unit_id=row.unit_id,
        version=row.version,
        assessed_at=row.assessed_at,
        day=day if explain else msgspec.structs.replace(day, explanation=()),
    )
