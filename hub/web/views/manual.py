"""Attendance taken by hand: entered with a photo as evidence, and decided by somebody else, one or many."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Final, get_args

from fastapi import APIRouter, Depends, File, Form, HTTPException, Request, UploadFile
from fastapi.responses import RedirectResponse, Response

from contract.errors import BadInputError
from hub.access.accounts import Visitor
from hub.attendance.manual import EntryState, ManualLine, decide_entries, enter_day, list_entries, withdraw_entry
from hub.attendance.manual_desk import ManualDay
from hub.attendance.paper_files import MAX_FILE_BYTES
from hub.attendance.paper_previews import preview
from hub.errors import PaperError
from hub.recap.monthly import Month
from hub.roster.officers import is_same_officer
from hub.web.guard import Office, PageVisitor, check_form, choose_unit, require
from hub.web.office import FrontOffice
from hub.web.pages import address, language_of, parse_day, render
from hub.web.paper_words import say
from hub.web.scope import find_in_scope, own_employee, scope_of, suggestions
from hub.web.uploads import read_optional
from hub.web.watch import note

router = APIRouter()

PAGE: Final = "/manual"
SHOWN: Final = 200
STATES: Final[tuple[EntryState, ...]] = get_args(EntryState)


@dataclass(frozen=True, slots=True)
class DayForm:
    """What somebody wrote, word for word."""

    person: Annotated[str, Form()] = ""
    day: Annotated[str, Form()] = ""
    arrival: Annotated[str, Form()] = ""
    departure: Annotated[str, Form()] = ""
    next_day: Annotated[str, Form()] = ""
    reason: Annotated[str, Form()] = ""


@router.get(PAGE)
def show_entries(
    request: Request,
    visitor: PageVisitor,
    office: Office,
    *,
    keadaan: str = "submitted",
    month: str = "",
    unit: str = "",
) -> Response:
    return _show(request, visitor, office, keadaan=keadaan, month=month, unit=unit)


@router.post(PAGE, dependencies=[Depends(check_form)])
def decide(
    request: Request,
    visitor: PageVisitor,
    office: Office,
    *,
    entry: Annotated[list[int], Form()] = [],  # noqa: B006 - FastAPI copies it
    putusan: Annotated[str, Form()] = "",
    reason: Annotated[str, Form()] = "",
    unit: Annotated[str, Form()] = "",
) -> Response:
    """Approve or refuse what was chosen; all or none."""
    require(visitor, "decide")
    if putusan not in ("terima", "tolak"):
        raise HTTPException(400)
    waiting = {
        line.id: line.employee_id for line in list_entries(office.database, unit_id=visitor.unit_id, state="submitted")
    }
    chosen = [waiting[number] for number in entry if number in waiting]
    note(act="manual.approve" if putusan == "terima" else "manual.refuse", employees=chosen)
    myself = own_employee(office, visitor)
    language = language_of(request)
    try:
        if set(entry) - waiting.keys():
            raise PaperError("Nothing waits for a decision.")
        mine = [number for number in entry if myself is not None and waiting[number] == myself]
        if mine:
            raise PaperError(f"The entry {mine[0]} is about yourself; somebody else must decide about it.")
        decide_entries(
            office.database,
            entry,
            approved=putusan == "terima",
            by=visitor.username,
            now=office.now(),
            reason=reason if reason.strip() or putusan == "tolak" else None,
        )
    except BadInputError as error:
        return _show(request, visitor, office, unit=unit, told=say(language, error), chosen=entry)
    return RedirectResponse(address(PAGE, unit=unit, selesai=putusan), 303)


@router.get(PAGE + "/baru")
def show_form(request: Request, visitor: PageVisitor, office: Office) -> Response:
    return _form(request, visitor, office, DayForm(day=office.today().isoformat()))


@router.post(PAGE + "/baru", dependencies=[Depends(check_form)])
def enter(
    request: Request,
    visitor: PageVisitor,
    office: Office,
    written: Annotated[DayForm, Depends()],
    photo: Annotated[UploadFile | None, File()] = None,
) -> Response:
    """Enter one day of one person; it waits for somebody else."""
    require(visitor, "enter")
    try:
        day = parse_day(written.day, office.today())
        if day is None:
            raise PaperError(f"'{written.day[:20]}' is not a date.")
        note(day=day)
        picture = read_optional(photo)
        late = "+1" if written.departure and written.next_day else ""
        enter_day(
            office.database,
            ManualDay(
                employee_id=find_in_scope(office, scope_of(visitor), written.person, day),
                work_date=day,
                arrival=written.arrival or None,
                departure=written.departure + late or None,
            ),
            reason=written.reason,
            by=visitor.username,
            now=office.now(),
            store=office.papers,
            photo=picture,
        )
    except BadInputError as error:
        return _form(request, visitor, office, written, told=say(language_of(request), error))
    return RedirectResponse(address(PAGE, selesai="baru"), 303)


@router.post(PAGE + "/{number:int}/tarik", dependencies=[Depends(check_form)])
def withdraw(
    request: Request, visitor: PageVisitor, office: Office, number: int, reason: Annotated[str, Form()] = ""
) -> Response:
    """Take an entry back, with the reason."""
    require(visitor, "enter")
    line = _find(visitor, office, number)
    try:
        withdraw_entry(office.database, line.id, by=visitor.username, reason=reason, now=office.now())
    except BadInputError as error:
        return _show(request, visitor, office, keadaan=line.state, told=say(language_of(request), error))
    return RedirectResponse(address(PAGE, selesai="tarik"), 303)


@router.get(PAGE + "/{number:int}/foto")
def answer_photo(visitor: PageVisitor, office: Office, number: int) -> Response:
    """A small picture of an entry's photo, or of the first page of the form that it stands on."""
    line = _find(visitor, office, number)
    content = office.papers.read(line.sha256) if office.papers is not None and line.sha256 is not None else None
    shown = None
    if content is not None:
        shown = preview(content, "application/pdf" if content.startswith(b"%PDF-") else "image/jpeg")
    if shown is None:
        raise HTTPException(404)
    return Response(shown[0], media_type=shown[1])


def _find(visitor: Visitor, office: FrontOffice, number: int) -> ManualLine:
    require(visitor, "papers")
    scope = scope_of(visitor)
    if not 0 < number < 2**31:
        raise HTTPException(404)
    lines = list_entries(office.database, unit_id=scope.unit_id, employee_id=scope.employee_id, entry_id=number)
    line = next(iter(lines), None)
    if line is None:
        raise HTTPException(404)
    note(employees=[line.employee_id], day=line.work_date)
    return line


def _show(
    request: Request,
    visitor: Visitor,
    office: FrontOffice,
    *,
    keadaan: str = "submitted",
    month: str = "",
    unit: str = "",
    told: str = "",
    chosen: list[int] | None = None,
) -> Response:
    require(visitor, "papers")
    state = next((each for each in STATES if each == keadaan), None)
    if state is None:
        raise HTTPException(404)
    choice = choose_unit(office, visitor, unit)
    try:
        of_month = Month.parse(month) if month else None if state == "submitted" else Month.of(office.today())
    except BadInputError as error:
        raise HTTPException(400) from error
    lines = list_entries(
        office.database,
        state=state,
        unit_id=choice.unit_id,
        employee_id=scope_of(visitor).employee_id,
        first=of_month.first if of_month is not None else None,
        last=of_month.last if of_month is not None else None,
    )
    done = request.query_params.get("selesai", "")
    myself = own_employee(office, visitor)
    return render(
        request,
        "manual.html",
        status_code=409 if told else 200,
        lines=lines[:SHOWN],
        found=len(lines),
        own={
            line.id
            for line in lines
            if is_same_officer(line.entered_by, visitor.username) or line.employee_id == myself
        },
        state=state,
        states=STATES,
        month=of_month,
        choice=choice,
        chosen=set(chosen or ()),
        trouble=told,
        done=done if done in ("baru", "terima", "tolak", "tarik") else "",
        page=PAGE,
    )


def _form(request: Request, visitor: Visitor, office: FrontOffice, written: DayForm, *, told: str = "") -> Response:
    require(visitor, "enter")
    return render(
        request,
        "manual_form.html",
        status_code=409 if told else 200,
        written=written,
        trouble=told,
        people=suggestions(office, scope_of(visitor), office.today()),
        most_bytes=MAX_FILE_BYTES,
        page=PAGE,
    )
