"""Punches as kiosks recorded them: when, where, how; never a template or a picture."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import Annotated

import msgspec
from fastapi import APIRouter, Query, Request
from fastapi.responses import Response
from sqlalchemy import select

from contract.errors import MalformedMessageError
from contract.punch import Punch, decode_row
from hub.ingest.models import StoredRow
from hub.roster.models import Membership
from hub.roster.units import Memberships
from hub.web.api.caller import Caller, needs, reach
from hub.web.api.description import answers
from hub.web.api.paging import Page, read_rows, to_page
from hub.web.api.stretches import Asked
from hub.web.guard import Office
from hub.web.scope import note_person

router = APIRouter(tags=["punches"])


class PunchRecord(msgspec.Struct, frozen=True, kw_only=True):
    """kiosk, epoch, seq: which row of which journal; lasting. at: what counts; taken_at: what the kiosk's clock said.

    employee_id: as the kiosk said it. factor: face, pin or card; null: the row says none. session: the kiosk's guess;
    rules decide by `at`.
    """

    kiosk: str
    epoch: str
    seq: int
    employee_id: str
    at: datetime
    taken_at: datetime
    received_at: datetime
    factor: str | None
    source: str | None
    session: str | None
    clock: str


@router.get("/punches", summary="Punches", operation_id="list_punches", **answers(Page[PunchRecord]))
def list_punches(
    request: Request,
    office: Office,
    asked: Asked,
    *,
    caller: Annotated[Caller, needs("punches:read")],
    kiosk: Annotated[str, Query(max_length=63, description="Only of this kiosk.")] = "",
) -> Response:
    """What counts as recorded from the first day to the last, in the hub's time zone."""
    note_person(office, asked.employee)
    within = reach(office, caller, asked.unit)
    begins = datetime.combine(asked.first, time(), office.zone)
    ends = datetime.combine(asked.last + timedelta(days=1), time(), office.zone)
    query = select(StoredRow).where(
        StoredRow.kind == "punch",
        StoredRow.placed_at >= begins.astimezone(UTC),
        StoredRow.placed_at < ends.astimezone(UTC),
    )
    if kiosk:
        query = query.where(StoredRow.device == kiosk.replace("\0", ""))
    if within is not None:
        ever = select(Membership.employee_id).where(Membership.unit_id.in_(within))
        query = query.where(StoredRow.person_id.in_(ever))
    with office.database.read() as session:
        rows, following = read_rows(
            session,
            asked.of_employee(query, StoredRow.person_id),
            (StoredRow.placed_at, StoredRow.device, StoredRow.epoch, StoredRow.seq),
            kind=tuple[datetime, str, str, int],
            after=asked.after,
            limit=asked.limit,
        )
        memberships = Memberships.load(session.connection(), {row.person_id for row in rows if row.person_id})
    shown = [
        _record(row)
        for row in rows
        if within is None
        or memberships.unit_on(row.person_id or "", row.placed_at.astimezone(office.zone).date()) in within
    ]
    return to_page(request, shown, following)


def _record(row: StoredRow) -> PunchRecord:
    return PunchRecord(
        kiosk=row.device,
        epoch=row.epoch,
        seq=row.seq,
        employee_id=row.person_id or "",
        at=row.placed_at,
        taken_at=row.taken_at,
        received_at=row.received_at,
        factor=_factor(row.row),
        source=row.source,
        session=row.session_hint,
        clock=row.clock_source,
    )


def _factor(row: bytes) -> str | None:
    try:
        punch = decode_row(row)
    except MalformedMessageError:
        return None
    return punch.factor if isinstance(punch, Punch) else None
