"""Whoever is signed in: their roles, and where else they are signed in."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import Response

from hub.access.assignments import list_assignments
from hub.access.session_rows import list_sessions
from hub.web.guard import Office, PageVisitor
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
