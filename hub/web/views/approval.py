"""Enrolments that wait for a second person: the photos, and approving or refusing what was looked at."""

from __future__ import annotations

from typing import Annotated, Final

from fastapi import APIRouter, Depends, Form, HTTPException, Request
from fastapi.responses import RedirectResponse, Response

from hub.access.accounts import Visitor
from hub.errors import EnrolmentError
from hub.roster.approval import WaitingPerson, approve, list_waiting, people_tied_to, refuse, waiting_photo
from hub.web.guard import Office, PageVisitor, check_form, require
from hub.web.office import FrontOffice
from hub.web.pages import render
from hub.web.watch import note

router = APIRouter()

PAGE: Final = "/pegawai/persetujuan"
SHOWN_PEOPLE: Final = 50
PICTURE_SIDE: Final = 480
"""Pixels; two people are told apart at this size, and a page of them loads over a slow line."""


@router.get(PAGE)
def show_waiting(request: Request, visitor: PageVisitor, office: Office) -> Response:
    """Who waits, of the visitor's units."""
    return _show(request, visitor, office)


@router.get(PAGE + "/foto/{frame_id}")
def show_photo(visitor: PageVisitor, office: Office, frame_id: int) -> Response:
    """A small copy of a photo that waits; 404 where there is none, or where it is none of the visitor's."""
    require(visitor, "approval")
    found = waiting_photo(office.database, frame_id, office.today(), visitor.unit_id) if frame_id < 2**31 else None
    if found is None or office.photos is None:
        raise HTTPException(404)
    employee_id, file = found
    note(employees=[employee_id])
    jpeg = office.photos.thumbnail(file, side=PICTURE_SIDE)
    if jpeg is None:
        raise HTTPException(404)
    return Response(jpeg, media_type="image/jpeg")


@router.post(PAGE + "/{person_id}/setujui", dependencies=[Depends(check_form)])
def approve_person(
    request: Request, visitor: PageVisitor, office: Office, person_id: str, frames: Annotated[str, Form()] = ""
) -> Response:
    """Approve the photos that the page showed; what came after that waits on."""
    _find(visitor, office, person_id)
    try:
        approve(office.database, [person_id], by=visitor.username, now=office.now(), frames=_numbers(frames))
    except EnrolmentError:
        return _show(request, visitor, office, trouble="approval.not_approved")
    return RedirectResponse(PAGE, 303)


@router.post(PAGE + "/{person_id}/tolak", dependencies=[Depends(check_form)])
def refuse_person(
    request: Request,
    visitor: PageVisitor,
    office: Office,
    person_id: str,
    *,
    frames: Annotated[str, Form()] = "",
    reason: Annotated[str, Form()] = "",
) -> Response:
    """Refuse the photos that the page showed, with a reason."""
    _find(visitor, office, person_id)
    try:
        refuse(
            office.database,
            person_id,
            by=visitor.username,
            reason=reason,
            now=office.now(),
            frames=_numbers(frames),
        )
    except EnrolmentError:
        return _show(request, visitor, office, trouble="approval.not_refused")
    return RedirectResponse(PAGE, 303)


def _show(request: Request, visitor: Visitor, office: FrontOffice, *, trouble: str = "") -> Response:
    waiting = _waiting(visitor, office)
    people = waiting[:SHOWN_PEOPLE]
    own = people_tied_to(office.database, people, visitor.username)
    kept = {
        frame
        for person in people
        for frame, file in zip(person.frames, person.files, strict=True)
        if office.photos is not None and office.photos.path(file).is_file()
    }
    status_code = 409 if trouble else 200
    return render(
        request,
        "approval.html",
        status_code=status_code,
        people=people,
        waiting=len(waiting),
        own=own,
        kept=kept,
        trouble=trouble,
        page=PAGE,
    )


def _waiting(visitor: Visitor, office: FrontOffice) -> list[WaitingPerson]:
    """403 for a role that may not approve."""
    require(visitor, "approval")
    return list_waiting(office.database, office.today(), visitor.unit_id)


def _find(visitor: Visitor, office: FrontOffice, person_id: str) -> WaitingPerson:
    """404 for somebody who does not wait (any more), or is none of the visitor's."""
    person = next((each for each in _waiting(visitor, office) if each.person_id == person_id), None)
    if person is None:
        raise HTTPException(404)
    note(employees=[person_id])
    return person


def _numbers(text: str) -> list[int]:
    """The numbers of the photos that the form was about; 400 when it says something else."""
    parts = text.split(",")
    if not all(part.isascii() and part.isdigit() and len(part) < 10 for part in parts):
        raise HTTPException(400)
    return [int(part) for part in parts]
