"""The kiosks, their alarms, and what is in quarantine."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import Response

from hub.access.roles import may
from hub.fleet.claims import list_claims
from hub.fleet.overview import count_quarantined, open_alarms, quarantined_rows, unplaced_punches
from hub.fleet.standing import KioskStanding, read_standings
from hub.web.fleet_words import brief, tell
from hub.web.guard import Office, PageVisitor, choose_unit, require
from hub.web.pages import language_of, render

router = APIRouter()

SHOWN_ROWS: Final = 200
SHOWN_KIOSKS: Final = 50

STATES: Final[dict[str, Callable[[KioskStanding], bool]]] = {
    "trouble": lambda each: each.rank <= 1,
    "silent": lambda each: each.silent,
    "well": lambda each: each.rank in (2, 3),
    "revoked": lambda each: each.status.state == "revoked",
}
"""What may be asked for with `keadaan`, and which kiosks that is."""


@router.get("/kiosk")
def show_kiosks(
    request: Request,
    visitor: PageVisitor,
    office: Office,
    *,
    unit: str = "",
    keadaan: str = "",
    q: str = "",
    hal: str = "",
) -> Response:
    """Kiosks that serve the visitor's units, those in trouble first, with their alarms.

    keadaan: one of STATES; q: a part of a kiosk's name or its unit's; hal: which page, from 1.
    """
    require(visitor, "fleet")
    choice = choose_unit(office, visitor, unit)
    kiosks = read_standings(office.database, choice.unit_id, office.now())
    names = {kiosk.status.device for kiosk in kiosks}
    sees_all = choice.unit_id is None
    wanted = " ".join(q[:100].replace("\0", "").split()).casefold()
    found = [
        kiosk
        for kiosk in kiosks
        if (keadaan not in STATES or STATES[keadaan](kiosk))
        and wanted in f"{kiosk.status.device} {kiosk.status.unit or ''}".casefold()
    ]
    pages = max(1, -(-len(found) // SHOWN_KIOSKS))
    page = min(pages, int(hal)) if hal.isascii() and hal.isdigit() and 0 < len(hal) < 5 and int(hal) else 1
    first = (page - 1) * SHOWN_KIOSKS
    language = language_of(request)
    return render(
        request,
        "kiosks.html",
        kiosks=found[first : first + SHOWN_KIOSKS],
        alarms=[alarm for alarm in open_alarms(office.database) if sees_all or alarm.device in names],
        counts={state: sum(map(matches, kiosks)) for state, matches in STATES.items()} | {"": len(kiosks)},
        state=keadaan if keadaan in STATES else "",
        states=list(STATES),
        choice=choice,
        asked=q[:100].replace("\0", ""),
        page=page,
        pages=pages,
        first=first,
        count=len(found),
        new_kiosks=len(list_claims(office.database, now=office.now()))
        if may(visitor.role, "tend") and visitor.unit_id is None
        else None,
        tell=lambda trouble: tell(language, trouble, office.now()),
        brief=lambda at: brief(language, at, office.now(), office.zone),
    )


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
