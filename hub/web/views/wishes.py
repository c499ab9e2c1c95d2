"""Where somebody wants to be reminded, of what, and when they are left alone: each their own, and nobody else's."""

from __future__ import annotations

from typing import Annotated, Final

from fastapi import APIRouter, Depends, Form, HTTPException, Request
from fastapi.responses import RedirectResponse, Response

from contract.errors import BadInputError
from hub.access.accounts import Visitor
from hub.access.roles import may
from hub.errors import ReminderError
from hub.reminders.contacts import MOST, QUIET, ContactLine, add_contact, end_contact, list_contacts, set_wish
from hub.reminders.log import list_reminders
from hub.reminders.moments import DUTY_KINDS, OWN_KINDS, Kind
from hub.schedule.plan import format_clock, parse_clock
from hub.web.guard import Office, PageVisitor, check_form
from hub.web.office import FrontOffice
from hub.web.pages import address, language_of, render
from hub.web.paper_words import say
from hub.web.watch import note

router = APIRouter()

PAGE: Final = "/akun/pengingat"
SHOWN: Final = 10
_TOLD: Final = ("added", "changed", "ended")


@router.get(PAGE)
def show_wishes(request: Request, visitor: PageVisitor, office: Office, selesai: str = "") -> Response:
    """One's own contacts with what each wishes, and the latest reminders that went there."""
    return _show(request, visitor, office, told=selesai if selesai in _TOLD else "")


@router.post(PAGE, dependencies=[Depends(check_form)])
def add_own(
    request: Request,
    visitor: PageVisitor,
    office: Office,
    *,
    gerbang: Annotated[str, Form()] = "",
    alamat: Annotated[str, Form()] = "",
    untuk: Annotated[str, Form()] = "",
) -> Response:
    """Let oneself be reached at an address, for one's own attendance or for what one's role sees to."""
    _note_oneself(visitor)
    purposes = purposes_of(visitor)
    try:
        if not purposes:
            raise ReminderError("This account is linked to no employee, so there is nothing to remind of.")
        of_duty = (untuk if untuk in purposes else purposes[0]) == "duty"
        add_contact(
            office.database,
            employee_id=None if of_duty else visitor.employee_id,
            account=visitor.username if of_duty else None,
            gateway=gerbang,
            address=alamat.strip(),
            gateways=office.gateways,
            channel=office.gateways.get(gerbang, "other"),
            most=MOST,
            by=visitor.username,
            now=office.now(),
        )
    except BadInputError as error:
        sentence = say(language_of(request), error)
        return _show(request, visitor, office, trouble=sentence, gateway=gerbang, written=alamat[:200], purpose=untuk)
    return RedirectResponse(address(PAGE, selesai="added"), 303)


@router.post(PAGE + "/{number:int}/ubah", dependencies=[Depends(check_form)])
def change_own(
    request: Request,
    visitor: PageVisitor,
    office: Office,
    number: int,
    *,
    jenis: Annotated[list[str] | None, Form()] = None,
    dari: Annotated[str, Form()] = "",
    sampai: Annotated[str, Form()] = "",
) -> Response:
    """Say of what one wants to hear at a contact of one's own (jenis), and from when to when not at all."""
    contact = _own(visitor, office, number)
    unwanted = [kind for kind in kinds_of(contact) if kind not in (jenis or ())]
    try:
        quiet = (_minute(dari), _minute(sampai))
        set_wish(office.database, contact.id, without=unwanted, quiet=quiet, by=visitor.username, now=office.now())
    except BadInputError as error:
        return _show(request, visitor, office, trouble=say(language_of(request), error))
    return RedirectResponse(address(PAGE, selesai="changed"), 303)


@router.post(PAGE + "/{number:int}/akhiri", dependencies=[Depends(check_form)])
def end_own(visitor: PageVisitor, office: Office, number: int) -> Response:
    """Be reached at this contact no more."""
    contact = _own(visitor, office, number)
    end_contact(office.database, contact.id, by=visitor.username, now=office.now())
    return RedirectResponse(address(PAGE, selesai="ended"), 303)


def purposes_of(visitor: Visitor) -> tuple[str, ...]:
    """What somebody can be reminded of: `own` attendance, and letters and months that their role sees to (`duty`)."""
    sees_to = may(visitor.role, "verify") or may(visitor.role, "check")
    return (("own",) if visitor.employee_id is not None else ()) + (("duty",) if sees_to else ())


def kinds_of(contact: ContactLine) -> tuple[Kind, ...]:
    """The kinds of reminder that a contact can get at all."""
    return DUTY_KINDS if contact.employee_id is None else OWN_KINDS


def _own(visitor: Visitor, office: FrontOffice, number: int) -> ContactLine:
    """A contact in use of the visitor's; 404 for one of somebody else."""
    _note_oneself(visitor)
    found = next((each for each in _contacts(visitor, office) if each.id == number), None)
    if found is None:
        raise HTTPException(404)
    return found


def _contacts(visitor: Visitor, office: FrontOffice) -> list[ContactLine]:
    found = list_contacts(office.database, employee_id=visitor.employee_id, account=visitor.username, whole=True)
    return sorted(found, key=lambda each: (each.employee_id is None, each.id))


def _note_oneself(visitor: Visitor) -> None:
    note(employees=[visitor.employee_id] if visitor.employee_id is not None else [])


def _minute(text: str) -> int:
    try:
        return parse_clock(text.strip().replace(".", ":"), field="quiet")
    except BadInputError as error:
        raise ReminderError("Quiet hours are times of the day, HH:MM.") from error


def _show(
    request: Request,
    visitor: Visitor,
    office: FrontOffice,
    *,
    told: str = "",
    trouble: str = "",
    gateway: str = "",
    written: str = "",
    purpose: str = "",
) -> Response:
    contacts = _contacts(visitor, office)
    return render(
        request,
        "wishes.html",
        status_code=409 if trouble else 200,
        contacts=[(each, kinds_of(each)) for each in contacts],
        reminders=list_reminders(office.database, contacts=[each.id for each in contacts], limit=SHOWN),
        gateways=sorted(office.gateways.items()),
        purposes=purposes_of(visitor),
        default_quiet=tuple(format_clock(minute) for minute in QUIET),
        told=told,
        trouble=trouble,
        chosen_gateway=gateway,
        written=written,
        purpose=purpose,
        page=PAGE,
    )
