"""One field that finds people, units, kiosks, schedules, days off and letters."""

from __future__ import annotations

from typing import Final

from fastapi import APIRouter, Request
from fastapi.responses import Response

from hub.access.roles import may
from hub.recap.monthly import Month
from hub.recap.search import FEWEST_CHARACTERS, SHOWN, search
from hub.web.guard import Office, PageVisitor, choose_unit, require
from hub.web.pages import render

router = APIRouter()

LONGEST: Final = 100


@router.get("/cari")
def show_search(request: Request, visitor: PageVisitor, office: Office, q: str = "") -> Response:
    """Whoever and whatever has the words in its name, within the visitor's units."""
    require(visitor, "recap")
    asked = q.strip()[:LONGEST]
    today = office.today()
    with office.database.one_read():
        scope = choose_unit(office, visitor, "").unit_id
        found = search(
            office.database,
            asked,
            today,
            scope,
            kiosks=may(visitor.role, "fleet"),
            letters=may(visitor.role, "letters"),
        )
    return render(
        request,
        "search.html",
        asked=asked,
        found=found,
        fewest=FEWEST_CHARACTERS,
        shown=SHOWN,
        month=Month.of(today),
    )
