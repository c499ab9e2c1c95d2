"""What is done by the clock."""

from __future__ import annotations

from typing import Annotated, Final

from fastapi import APIRouter, Depends, Form, HTTPException, Request
from fastapi.responses import RedirectResponse, Response

from hub.access.accounts import Visitor
from hub.access.roles import may
from hub.errors import JobError
from hub.scheduler.claims import ask_for, retire
from hub.scheduler.overview import list_jobs, list_runs
from hub.web.guard import Office, PageVisitor, check_form, require
from hub.web.office import FrontOffice
from hub.web.pages import address, language_of, render
from hub.web.paper_words import say
from hub.web.watch import note

router = APIRouter()

PAGE: Final = "/terjadwal"
SHOWN: Final = 50


@router.get(PAGE)
def show_jobs(request: Request, visitor: PageVisitor, office: Office, diminta: str = "") -> Response:
    """Every job of the hub with its last result; so only for those who see every unit."""
    _require_all(visitor)
    return _show(request, visitor, office, told={"1": "asked", "akhiri": "retired"}.get(diminta, ""))


def _show(request: Request, visitor: Visitor, office: FrontOffice, *, told: str = "", trouble: str = "") -> Response:
    return render(
        request,
        "jobs.html",
        status_code=409 if trouble else 200,
        jobs=list_jobs(office.database, now=office.now()),
        runs=list_runs(office.database, limit=SHOWN),
        may_ask=may(visitor.role, "handle"),
        told=told,
        trouble=trouble,
        page=PAGE,
    )


@router.post(PAGE, dependencies=[Depends(check_form)])
def ask(
    request: Request,
    visitor: PageVisitor,
    office: Office,
    *,
    job: Annotated[str, Form()] = "",
    langkah: Annotated[str, Form()] = "",
) -> Response:
    """Let a job be due now; langkah `akhiri`: let it be known no more, because nobody does it."""
    _require_all(visitor)
    require(visitor, "handle")
    if langkah == "akhiri":
        return _retire(request, visitor, office, job[:80].replace("\0", ""))
    note(job=job[:80])
    if not ask_for(office.database, job, now=office.now()):
        raise HTTPException(404)
    return RedirectResponse(address(PAGE, diminta="1"), 303)


def _retire(request: Request, visitor: Visitor, office: FrontOffice, job: str) -> Response:
    note(act="job.retire", job=job)
    try:
        retire(office.database, job, by=visitor.username, now=office.now())
    except JobError as error:
        return _show(request, visitor, office, trouble=say(language_of(request), error))
    return RedirectResponse(address(PAGE, diminta="akhiri"), 303)


def _require_all(visitor: Visitor) -> None:
    require(visitor, "fleet")
    if visitor.unit_id is not None:
        raise HTTPException(403)
