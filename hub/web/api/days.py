"""Assessed days: what each came to, minute by minute where asked."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated

import msgspec
from fastapi import APIRouter, Query, Request
from fastapi.responses import Response
from sqlalchemy import select

from hub.attendance.day import AttendanceDay
from hub.attendance.models import StoredDay
from hub.web.api.caller import Caller, needs, reach
from hub.web.api.description import answers
from hub.web.api.paging import Page, read_rows, to_page
from hub.web.api.stretches import Asked
from hub.web.guard import Office
from hub.web.scope import note_person

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
    asked: Asked,
    *,
    caller: Annotated[Caller, needs("days:read")],
    explain: Annotated[bool, Query(description="With the sentences that explain each day.")] = False,
) -> Response:
    """By date, then by employee."""
    note_person(office, asked.employee)
    within = reach(office, caller, asked.unit)
    query = select(StoredDay).where(StoredDay.work_date >= asked.first, StoredDay.work_date <= asked.last)
    if within is not None:
        query = query.where(StoredDay.unit_id.in_(within))
    with office.database.read() as session:
        rows, following = read_rows(
            session,
            asked.of_employee(query, StoredDay.employee_id),
            (StoredDay.work_date, StoredDay.employee_id),
            kind=tuple[date, str],
            after=asked.after,
            limit=asked.limit,
        )
    return to_page(request, [_record(row, explain=explain) for row in rows], following)


def _record(row: StoredDay, *, explain: bool) -> DayRecord:
    day = msgspec.convert(row.day, AttendanceDay)
    return DayRecord(
        employee_id=row.employee_id,
        unit_id=row.unit_id,
        version=row.version,
        assessed_at=row.assessed_at,
        day=day if explain else msgspec.structs.replace(day, explanation=()),
    )
