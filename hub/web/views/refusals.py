"""Refused presentations: the list with its pictures, and who has looked at them."""

from __future__ import annotations

from typing import Final

from fastapi import APIRouter, Depends, HTTPException, Request
from fastapi.responses import RedirectResponse, Response

from hub.access.accounts import Visitor
from hub.refusals.events import mark_seen, settle
from hub.refusals.overview import RefusalLine, count_open_refusals, find_refusal, list_refusals
from hub.web.guard import Office, PageVisitor, check_form, require
from hub.web.office import FrontOffice
from hub.web.pages import render
from hub.web.watch import note

router = APIRouter()

SHOWN_EVENTS: Final = 200


@router.get("/penolakan")
def show_refusals(request: Request, visitor: PageVisitor, office: Office) -> Response:
    """Events at the kiosks, or about the people, of the visitor's units; open ones first."""
    require(visitor, "refusals")
    lines = list_refusals(office.database, office.snapshots, unit_id=visitor.unit_id, limit=SHOWN_EVENTS)
    return render(
        request,
        "refusals.html",
        lines=lines,
        open_events=count_open_refusals(office.database, visitor.unit_id),
        shown_most=SHOWN_EVENTS,
    )


@router.get("/penolakan/{device}/{epoch}/{seq}/foto")
def show_picture(visitor: PageVisitor, office: Office, device: str, epoch: str, seq: str) -> Response:
    """The snapshot itself; 404 where there is none. Like every page it is never cached (hub.web.headers)."""
    line = _find(visitor, office, device, epoch, seq)
    jpeg = office.snapshots.read(line.evidence) if office.snapshots is not None and line.evidence is not None else None
    if jpeg is None:
        raise HTTPException(404)
    return Response(jpeg, media_type="image/jpeg")


@router.post("/penolakan/{device}/{epoch}/{seq}/dilihat", dependencies=[Depends(check_form)])
def note_seen(visitor: PageVisitor, office: Office, device: str, epoch: str, seq: str) -> Response:
    line = _find(visitor, office, device, epoch, seq)
    mark_seen(office.database, line.key, by=visitor.username, now=office.now())
    return RedirectResponse("/penolakan", 303)


@router.post("/penolakan/{device}/{epoch}/{seq}/selesai", dependencies=[Depends(check_form)])
def note_settled(visitor: PageVisitor, office: Office, device: str, epoch: str, seq: str) -> Response:
    line = _find(visitor, office, device, epoch, seq)
    settle(office.database, line.key, by=visitor.username, now=office.now())
    return RedirectResponse("/penolakan", 303)


def _find(visitor: Visitor, office: FrontOffice, device: str, epoch: str, seq: str) -> RefusalLine:
    """403 for a role that may not, 404 for an event that is not there or is none of the visitor's."""
    require(visitor, "refusals")
    line = None
    # A database would not know what to do with other names and numbers.
    if seq.isascii() and seq.isdigit() and len(seq) < 17 and "\0" not in device + epoch:
        line = find_refusal(office.database, office.snapshots, (device, epoch, int(seq)), unit_id=visitor.unit_id)
    if line is None:
        raise HTTPException(404)
    note(
        employees=[] if line.name is None or line.person is None else [line.person], event="/".join(map(str, line.key))
    )
    return line
