"""The kiosks, their alarms, and what is in quarantine."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import Response

from hub.fleet.overview import (
    KioskStatus,
    count_quarantined,
    kiosk_statuses,
    open_alarms,
    quarantined_rows,
    unplaced_punches,
)
from hub.web.guard import Office, PageVisitor, require
from hub.web.pages import render
from hub.web.views.recaps import is_silent

router = APIRouter()

SHOWN_ROWS: Final = 200


@router.get("/kiosk")
def show_kiosks(request: Request, visitor: PageVisitor, office: Office) -> Response:
    """Kiosks that serve the visitor's units, those in trouble first, with their alarms."""
    require(visitor, "fleet")
    kiosks = kiosk_statuses(office.database, visitor.unit_id)
    names = {kiosk.device for kiosk in kiosks}
    alarms = [alarm for alarm in open_alarms(office.database) if visitor.unit_id is None or alarm.device in names]
    silent = {kiosk.device for kiosk in kiosks if is_silent(kiosk, office)}
    kiosks = sorted(kiosks, key=lambda kiosk: not _in_trouble(kiosk, silent))
    return render(request, "kiosks.html", kiosks=kiosks, alarms=alarms, silent=silent)


def _in_trouble(kiosk: KioskStatus, silent: Collection[str]) -> bool:
    """Whether somebody should look at a kiosk; one that was revoked is nobody's worry."""
    if kiosk.state == "revoked":
        return False
    return bool(kiosk.device in silent or kiosk.open_alarms or kiosk.alarms or kiosk.camera == "trouble")


@router.get("/karantina")
def show_quarantine(request: Request, visitor: PageVisitor, office: Office) -> Response:
    """Rows of every kiosk; so only for those who see every unit."""
    require(visitor, "fleet")
    if visitor.unit_id is not None:
        raise HTTPException(403)
    return render(
        request,
        "quarantine.html",
        rows=quarantined_rows(office.database, limit=SHOWN_ROWS),
        count=count_quarantined(office.database),
        unplaced=unplaced_punches(office.database, limit=SHOWN_ROWS),
    )
