"""Who is reached where, and who was reminded of what."""

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
from hub.web.guard import Office, PageVisitor, check_form, require
from hub.web.office import FrontOffice
from hub.web.pages import address, language_of, render
from hub.web.paper_words import say
from hub.web.watch import note

router = APIRouter()

PAGE: Final = "/pengingat"
SHOWN: Final = 50
_TOLD: Final = ("added", "ended")


@router.get(PAGE)
def show_reminders(request: Request, visitor: PageVisitor, office: Office, selesai: str = "", q: str = "") -> Response:
    """Contacts, of whom some can be sought by name, and the latest reminders; only for those who see every unit."""
    _require_names(visitor)
    return _show(request, visitor, office, told=selesai if selesai in _TOLD else "", sought=q.strip()[:100])


@router.post(PAGE, dependencies=[Depends(check_form)])
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
            channel=office.gateways.get(gerbang, "other"),
            by=visitor.username,
            now=office.now(),
        )
    except BadInputError as error:
        return _show(request, visitor, office, trouble=say(language_of(request), error))
    return RedirectResponse(address(PAGE, selesai="added"), 303)


@router.post(PAGE + "/{number:int}/akhiri", dependencies=[Depends(check_form)])
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
    return RedirectResponse(address(PAGE, selesai="ended"), 303)


def _show(
    request: Request, visitor: Visitor, office: FrontOffice, *, told: str = "", trouble: str = "", sought: str = ""
) -> Response:
    found = [each for each in list_contacts(office.database) if sought.casefold() in each.owner.casefold()]
    contacts = found[:SHOWN]
    note(employees=[each.employee_id for each in contacts if each.employee_id is not None], unit=None)
    return render(
        request,
        "reminders.html",
        status_code=409 if trouble else 200,
        contacts=contacts,
        count=len(found),
        sought=sought,
        reminders=list_reminders(office.database, limit=SHOWN),
        gateways=sorted(office.gateways),
        may_change=may(visitor.role, "master"),
        told=told,
        trouble=trouble,
        page=PAGE,
    )


def _require_names(visitor: Visitor) -> None:
    require(visitor, "register")
    if visitor.unit_id is not None:
        raise HTTPException(403)
