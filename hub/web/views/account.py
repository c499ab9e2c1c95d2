"""Whoever is signed in: their roles, and where else they are signed in."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Form, HTTPException, Request
from fastapi.responses import RedirectResponse, Response

from hub.access.assignments import list_assignments
from hub.access.session_rows import choose_role, list_sessions
from hub.web.guard import Office, PageVisitor, SettlingVisitor, check_form, current_guest
from hub.web.pages import render

router = APIRouter()


@router.get("/akun")
def show_account(request: Request, visitor: PageVisitor, office: Office) -> Response:
    """One's own account; nobody sees another's here."""
    return render(
        request,
        "account.html",
        roles=list_assignments(office.database, visitor.username, now=office.now),
        sessions=list_sessions(office.database, visitor.username, now=office.now()),
    )


@router.post("/akun/peran", dependencies=[Depends(check_form)])
def switch_role(
    request: Request, visitor: SettlingVisitor, office: Office, role: Annotated[int, Form()] = 0
) -> Response:
    """Go on in another of one's own roles that count today; 404 for one that does not."""
    guest = current_guest(request)
    if guest is None or role not in {choice.id for choice in visitor.choices}:
        raise HTTPException(404)
    choose_role(office.database, guest.nonce, role)
    return RedirectResponse("/", 303)
