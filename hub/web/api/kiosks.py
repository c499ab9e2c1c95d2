"""Kiosks and what they last said."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter
from fastapi.responses import Response

from hub.fleet.overview import KioskStatus, kiosk_statuses
from hub.web.api.caller import Caller, needs, reach
from hub.web.api.description import answers, to_json
from hub.web.api.paging import UnitNumber
from hub.web.guard import Office

router = APIRouter(tags=["kiosks"])


@router.get(
    "/kiosks",
    summary="Kiosks",
    operation_id="list_kiosks",
    **answers(tuple[KioskStatus, ...], e404="There is no such unit."),
)
def answer_kiosks(
    office: Office, *, caller: Annotated[Caller, needs("kiosks:read")], unit: UnitNumber = None
) -> Response:
    """By name: all of them, or those that serve a unit: its own, those below, and those for everybody."""
    reach(office, caller, unit)
    return to_json(kiosk_statuses(office.database, unit if unit is not None else caller.unit_id))
