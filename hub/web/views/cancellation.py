"""Cancelling attendance that was none: the form to sign, and putting the signed one on record (Lampiran III, Ps 13)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Final

from fastapi import APIRouter, Depends, File, Form, Request, UploadFile
from fastapi.responses import RedirectResponse, Response

from contract.errors import BadInputError
from hub.access.accounts import Visitor
from hub.attendance.cancellations import cancel_attendance
from hub.attendance.covers import parse_cover
from hub.attendance.letters import WITNESSES
from hub.attendance.paper_files import MAX_FILE_BYTES
from hub.errors import PaperError
from hub.web.guard import Office, PageVisitor, check_form, require
from hub.web.office import FrontOffice
from hub.web.pages import address, language_of, render
from hub.web.paper_words import say
from hub.web.scope import find_in_scope, scope_of, suggestions
from hub.web.uploads import read_papers

router = APIRouter()

PAGE: Final = "/pembatalan/baru"
SIGNERS: Final = ("Atasan Langsung", "Kepala Perangkat Daerah")


@dataclass(frozen=True, slots=True)
class CancellationForm:
    """What somebody wrote, word for word."""

    person: Annotated[str, Form()] = ""
    day: Annotated[str, Form()] = ""
    letter_number: Annotated[str, Form()] = ""
    witnesses: Annotated[str, Form()] = ""
    supervisor: Annotated[str, Form()] = ""
    head: Annotated[str, Form()] = ""


@router.get(PAGE)
def show_form(request: Request, visitor: PageVisitor, office: Office, *, person: str = "", day: str = "") -> Response:
    return _form(request, visitor, office, CancellationForm(person=person[:200], day=day[:10]))


@router.post(PAGE, dependencies=[Depends(check_form)])
def cancel(
    request: Request,
    visitor: PageVisitor,
    office: Office,
    written: Annotated[CancellationForm, Depends()],
    files: Annotated[list[UploadFile], File()] = [],  # noqa: B006 - FastAPI copies it
) -> Response:
    """Put a cancellation on record. One that lacks a signature or a witness is refused there, and changes nothing."""
    require(visitor, "enter")
    try:
        if not written.day:
            raise PaperError("Say which day's attendance is cancelled.")
        cover = parse_cover(written.day)
        count = written.witnesses.strip() or "0"
        if not (count.isascii() and count.isdigit() and len(count) < 4):
            raise PaperError("Say how many witness statements are attached: two or more.")
        papers = read_papers(files)
        receipt = cancel_attendance(
            office.database,
            find_in_scope(office, scope_of(visitor), written.person, office.today()),
            [cover],
            signed_by=[name for name, said in zip(SIGNERS, (written.supervisor, written.head), strict=True) if said],
            witness_statements=int(count),
            by=visitor.username,
            now=office.now(),
            number=written.letter_number or None,
            store=office.papers,
            files=papers,
        )
    except BadInputError as error:
        return _form(request, visitor, office, written, told=say(language_of(request), error))
    return RedirectResponse(address(f"/surat/{receipt.id}"), 303)


def _form(
    request: Request, visitor: Visitor, office: FrontOffice, written: CancellationForm, *, told: str = ""
) -> Response:
    require(visitor, "enter")
    return render(
        request,
        "cancellation_form.html",
        status_code=409 if told else 200,
        written=written,
        trouble=told,
        people=suggestions(office, scope_of(visitor), office.today()),
        signers=SIGNERS,
        least_witnesses=WITNESSES,
        most_bytes=MAX_FILE_BYTES,
        page=PAGE,
    )
