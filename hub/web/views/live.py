"""Attendance as it comes: one page, and the stream of events behind it (server-sent events)."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Final

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import Response, StreamingResponse
from starlette.concurrency import run_in_threadpool

from hub.access.accounts import Visitor
from hub.access.roles import may
from hub.live.board import Page
from hub.live.events import Kind, View
from hub.roster.units import UnitTree
from hub.web.guard import Office, PageVisitor, WatchingVisitor, current_guest
from hub.web.office import FrontOffice
from hub.web.pages import render
from hub.web.watch import note

router = APIRouter()

PAGE: Final = "/langsung"
STILL_THERE_SECONDS: Final = 15.0
"""So often an idle stream says that it lives, and it is looked whether the session still holds."""


@router.get(PAGE)
def show_live(request: Request, visitor: PageVisitor, office: Office) -> Response:
    """The page; what stands on it comes over the stream."""
    view = _view(visitor, office)
    note(unit=visitor.unit_id)
    return render(
        request,
        "live.html",
        sees_people="punch" in view.kinds,
        sees_refusals="refusal" in view.kinds,
        sees_kiosks="kiosk" in view.kinds,
        stream=f"{PAGE}/aliran",
    )


@router.get(PAGE + "/aliran")
async def stream_events(request: Request, visitor: WatchingVisitor, office: Office, sekali: str = "") -> Response:
    """Events for as long as the page is open and its session holds, which they do not keep open.

    When it ends the last event is `ended`. sekali: what is known now, and no more.
    """
    view = await run_in_threadpool(_view, visitor, office)
    after = request.headers.get("Last-Event-ID", "")[:40]
    note(unit=visitor.unit_id)
    page = office.board.open(view, asyncio.get_running_loop(), after=after)
    return StreamingResponse(
        _events(request, visitor, office, page, once=bool(sekali)),
        media_type="text/event-stream",
        headers={"X-Accel-Buffering": "no"},
    )


async def _events(
    request: Request, visitor: Visitor, office: FrontOffice, page: Page, *, once: bool
) -> AsyncIterator[bytes]:
    looked = asyncio.get_running_loop().time()
    try:
        yield b"retry: 2000\n\n"
        while not once:
            quiet = not await _comes(page)
            if asyncio.get_running_loop().time() - looked >= STILL_THERE_SECONDS:
                looked = asyncio.get_running_loop().time()
                if not await run_in_threadpool(_still_holds, request, visitor, office, page.view):
                    yield b"event: ended\ndata: {}\n\n"
                    return
            if quiet:
                yield b": still there\n\n"
            while page.waiting:
                encoded = page.waiting.popleft()
                if encoded is None:
                    return
                yield encoded
    finally:
        office.board.close(page)


async def _comes(page: Page) -> bool:
    """Wait until the page is to be told something, or for a while; whether it is."""
    try:
        await asyncio.wait_for(page.news.wait(), STILL_THERE_SECONDS)
    except TimeoutError:
        return False
    page.news.clear()
    return True


def _still_holds(request: Request, visitor: Visitor, office: FrontOffice, view: View) -> bool:
    """Whether the session is still open and may see the same."""
    del request.state.guest
    guest = current_guest(request)
    try:
        return guest is not None and guest.visitor.username == visitor.username and _view(guest.visitor, office) == view
    except HTTPException:
        return False


def _view(visitor: Visitor, office: FrontOffice) -> View:
    """What a visitor may see live; 403 for roles that see neither people nor kiosks of others."""
    kinds: set[Kind] = set()
    if may(visitor.role, "recap"):
        kinds |= {"punch", "unit"}
    if may(visitor.role, "fleet"):
        kinds.add("kiosk")
    if may(visitor.role, "refusals"):
        kinds.add("refusal")
    if not kinds:
        raise HTTPException(403)
    if visitor.unit_id is None:
        return View(None, frozenset(kinds))
    with office.database.read() as session:
        within = UnitTree.load(session.connection()).within(visitor.unit_id)
    return View(frozenset(within), frozenset(kinds))
