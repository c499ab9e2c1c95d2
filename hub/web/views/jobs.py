"""What is done by the clock."""

from __future__ import annotations

from typing import Annotated, Final

from fastapi import APIRouter, Depends, Form, HTTPException, Request
from fastapi.responses import RedirectResponse, Response

from hub.access.accounts import Visitor
from hub.access.roles import may
from hub.scheduler.claims import ask_for
from hub.scheduler.overview import list_jobs, list_runs
from hub.web.guard import Office, PageVisitor, check_form, require
from hub.web.pages import address, render
from hub.web.watch import note

router = APIRouter()

PAGE: Final = "/terjadwal"
SHOWN: Final = 50


@router.get(PAGE)
def show_jobs(request: Request, visitor: PageVisitor, office: Office, diminta: str = "") -> Response:
    """Every job of the hub with its last result; so only for those who see every unit."""
    _require_all(visitor)
    return render(
        request,
        "jobs.html",
        jobs=list_jobs(office.database, now=office.now()),
        runs=list_runs(office.database, limit=SHOWN),
        may_ask=may(visitor.role, "handle"),
        asked=bool(diminta),
        page=PAGE,
    )


@router.post(PAGE, dependencies=[Depends(check_form)])
def ask(visitor: PageVisitor, office: Office, *, job: Annotated[str, Form()] = "") -> Response:
    """Let a job be due now."""
    _require_all(visitor)
    require(visitor, "handle")
    note(job=job[:80])
    if not ask_for(office.database, job, now=office.now()):
        raise HTTPException(404)
    return RedirectResponse(address(PAGE, diminta="1"), 303)


def _require_all(visitor: Visitor) -> None:
    require(visitor, "fleet")
    if visitor.unit_id is not None:
        raise HTTPException(403)
