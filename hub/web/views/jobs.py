"""What is done by the clock, and who is reminded of what."""

from __future__ import annotations

from typing import Annotated, Final

from fastapi import APIRouter, Depends, Form, HTTPException, Request
from fastapi.responses import RedirectResponse, Response

from contract.errors import BadInputError
from hub.access.accounts import Visitor
from hub.access.roles import may
from hub.reminders.contacts import add_contact, end_contact, list_contacts
from hub.reminders.log import list_reminders
from hub.roster.finding import find_person
from hub.scheduler.claims import ask_for
from hub.scheduler.overview import list_jobs, list_runs
from hub.web.guard import Office, PageVisitor, check_form, require
from hub.web.office import FrontOffice
from hub.web.pages import address, language_of, render
from hub.web.paper_words import say
from hub.web.watch import note

router = APIRouter()

PAGE: Final = "/terjadwal"
REMINDERS: Final = "/pengingat"
SHOWN: Final = 50
_TOLD: Final = ("added", "ended")


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


@router.get(REMINDERS)
def show_reminders(request: Request, visitor: PageVisitor, office: Office, selesai: str = "") -> Response:
    """Contacts and the latest reminders; only for those who see every unit."""
    _require_names(visitor)
    return _show(request, visitor, office, told=selesai if selesai in _TOLD else "")


@router.post(REMINDERS, dependencies=[Depends(check_form)])
def add(
    request: Request,
    visitor: PageVisitor,
    office: Office,
    *,
    siapa: Annotated[str, Form()] = "",
    gerbang: Annotated[str, Form()] = "",
    alamat: Annotated[str, Form()] = "",
) -> Response:
    """Let somebody be reached at an address."""
    _require_names(visitor)
    require(visitor, "master")
    try:
        with office.database.read() as session:
            person = find_person(session, siapa)
        note(employees=[person])
        add_contact(
            office.database,
            employee_id=person,
            gateway=gerbang,
            address=alamat.strip(),
            gateways=office.gateways,
            by=visitor.username,
            now=office.now(),
        )
    except BadInputError as error:
        return _show(request, visitor, office, trouble=say(language_of(request), error))
    return RedirectResponse(address(REMINDERS, selesai="added"), 303)


@router.post(REMINDERS + "/{number:int}/akhiri", dependencies=[Depends(check_form)])
def end(visitor: PageVisitor, office: Office, number: int) -> Response:
    """Reach nobody at this contact any more."""
    _require_names(visitor)
    require(visitor, "master")
    contact = next((each for each in list_contacts(office.database) if each.id == number), None)
    if contact is None:
        raise HTTPException(404)
    if contact.employee_id is not None:
        note(employees=[contact.employee_id])
    end_contact(office.database, number, by=visitor.username, now=office.now())
    return RedirectResponse(address(REMINDERS, selesai="ended"), 303)


def _show(request: Request, visitor: Visitor, office: FrontOffice, *, told: str = "", trouble: str = "") -> Response:
    contacts = list_contacts(office.database)
    note(employees=[each.employee_id for each in contacts if each.employee_id is not None], unit=None)
    return render(
        request,
        "reminders.html",
        status_code=409 if trouble else 200,
        contacts=contacts,
        reminders=list_reminders(office.database, limit=SHOWN),
        gateways=sorted(office.gateways),
        may_change=may(visitor.role, "master"),
        told=told,
        trouble=trouble,
        page=REMINDERS,
    )


def _require_all(visitor: Visitor) -> None:
    require(visitor, "fleet")
    if visitor.unit_id is not None:
        raise HTTPException(403)


def _require_names(visitor: Visitor) -> None:
    require(visitor, "register")
    if visitor.unit_id is not None:
        raise HTTPException(403)
