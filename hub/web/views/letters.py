"""Letters: the list by state with what is due, one letter with its history and scans, and the steps that it takes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Annotated, Final, get_args

import msgspec
from fastapi import APIRouter, Depends, Form, HTTPException, Query, Request
from fastapi.responses import RedirectResponse, Response

from contract.errors import BadInputError
from hub.access.accounts import Visitor
from hub.access.roles import Right, may
from hub.attendance.deadlines import deadline_of
from hub.attendance.document_list import DocumentLine, count_waiting, find_letters, list_documents
from hub.attendance.document_rows import State
from hub.attendance.documents import enter, refuse, verify, withdraw, withdraw_own
from hub.attendance.letters import is_cancellation
from hub.attendance.outlook import outlook_on_record
from hub.errors import PaperError
from hub.recap.monthly import Month
from hub.roster.officers import is_same_officer
from hub.web.guard import Choice, Office, PageVisitor, check_form, choose_unit, require
from hub.web.office import FrontOffice
from hub.web.pages import address, language_of, render
from hub.web.paper_words import say
from hub.web.scope import note_letter, own_employee, scope_of
from hub.web.watch import note

router = APIRouter()

PAGE: Final = "/surat"
ON_A_PAGE: Final = 100
STATES: Final[tuple[State, ...]] = get_args(State)

_RIGHT_OF_STEP: Final[dict[str, Right]] = {
    "verifikasi": "verify",
    "tolak": "verify",
    "masukkan": "enter",
    "tarik": "enter",
}
_ACTS: Final = {
    "verifikasi": "letter.verify",
    "tolak": "letter.refuse",
    "masukkan": "letter.enter",
    "tarik": "letter.withdraw",
}


@router.get(PAGE)
def show_letters(
    request: Request,
    visitor: PageVisitor,
    office: Office,
    *,
    keadaan: str = "",
    month: str = "",
    unit: str = "",
    name: str = "",
    page: Annotated[int, Query(ge=1, le=100_000)] = 1,
) -> Response:
    """Letters of the visitor's people, a hundred on a page; those that wait with the first due at the top."""
    require(visitor, "letters")
    state = _state(keadaan or _first_state(visitor))
    scope = scope_of(visitor)
    choice = Choice(None, (), False) if scope.employee_id is not None else choose_unit(office, visitor, unit)
    try:
        of_month = Month.parse(month) if month else None
    except BadInputError as error:
        raise HTTPException(400) from error
    today = office.today()
    found = find_letters(
        office.database,
        state=state,
        unit_id=choice.unit_id,
        employee_id=scope.employee_id,
        month=of_month.first if of_month is not None else None,
        words=name[:100].casefold().split(),
        due_first=state in ("submitted", "verified"),
        on=today,
        page=page,
        size=ON_A_PAGE,
    )
    return render(
        request,
        "letters.html",
        found=found,
        deadlines={line.id: deadline_of(line.state, line.first_day, today=today) for line in found.lines},
        state=state or "",
        name=name[:100],
        states=STATES,
        counts={} if scope.employee_id is not None else count_waiting(office.database, choice.unit_id, on=today),
        month=of_month,
        choice=choice,
        page=PAGE,
    )


@router.get(PAGE + "/{number:int}")
def show_letter(request: Request, visitor: PageVisitor, office: Office, number: int) -> Response:
    """One letter, with everything that was done to it."""
    return show(request, visitor, office, find_letter(visitor, office, number))


@router.post(PAGE + "/{number:int}/{step}", dependencies=[Depends(check_form)])
def take_step(
    request: Request,
    visitor: PageVisitor,
    office: Office,
    *,
    number: int,
    step: str,
    reason: Annotated[str, Form()] = "",
) -> Response:
    """Verify, refuse, enter or withdraw a letter; employees take back what nobody has verified yet."""
    right = _RIGHT_OF_STEP.get(step)
    if right is None:
        raise HTTPException(404)
    note(act=_ACTS[step])
    takes_back = step == "tarik" and may(visitor.role, "own")
    require(visitor, "hand_in" if takes_back else right)
    line = find_letter(visitor, office, number)
    by, now, database = visitor.username, office.now(), office.database
    steps: dict[str, Callable[[], object]] = {
        "verifikasi": lambda: verify(database, number, by=by, now=now),
        "masukkan": lambda: enter(database, number, by=by, now=now),
        "tolak": lambda: refuse(database, number, by=by, reason=reason, now=now),
        "tarik": lambda: (withdraw_own if takes_back else withdraw)(database, number, by=by, reason=reason, now=now),
    }
    try:
        if step == "verifikasi" and line.submitted_by is not None and is_same_officer(line.submitted_by, by):
            raise PaperError(f"{line.submitted_by} handed in the letter {number}; somebody else must verify it.")
        if step in ("verifikasi", "masukkan") and line.employee_id == own_employee(office, visitor):
            raise PaperError(f"The letter {number} is about yourself; somebody else must do that.")
        steps[step]()
    except BadInputError as error:
        return show(request, visitor, office, line, told=say(language_of(request), error))
    return RedirectResponse(address(f"{PAGE}/{number}", selesai=step), 303)


def find_letter(visitor: Visitor, office: FrontOffice, number: int) -> DocumentLine:
    """403 for a role that sees no letters; 404 for one that is not there, or is none of the visitor's people's."""
    require(visitor, "letters")
    scope = scope_of(visitor)
    if not 0 < number < 2**31:
        raise HTTPException(404)
    note_letter(office, number)
    found = list_documents(
        office.database,
        document_id=number,
        unit_id=scope.unit_id,
        employee_id=scope.employee_id,
        on=office.today(),
    )
    if not found:
        raise HTTPException(404)
    return found[0]


def show(request: Request, visitor: Visitor, office: FrontOffice, line: DocumentLine, *, told: str = "") -> Response:
    """The page of a letter. told: why the last step was refused."""
    done = request.query_params.get("selesai", "")
    today = office.today()
    return render(
        request,
        "letter.html",
        status_code=409 if told else 200,
        line=line,
        history=_history(line),
        outlook=outlook_on_record(office.database, line.id, today=today),
        deadline=deadline_of(line.state, line.first_day, today=today),
        own=line.submitted_by is not None and is_same_officer(line.submitted_by, visitor.username),
        own_verified=line.verified_by is not None and is_same_officer(line.verified_by, visitor.username),
        cancels=is_cancellation(line.type),
        trouble=told,
        done=done if done in (*_RIGHT_OF_STEP, "baru", "perbaiki", "berkas") else "",
        page=PAGE,
    )


class Step(msgspec.Struct, frozen=True):
    """Something that was done to a letter. at: when, or on which day where only that is known."""

    name: str
    at: datetime | None
    day: date | None
    by: str | None
    why: str | None


def _history(line: DocumentLine) -> list[Step]:
    steps = (
        Step("submitted", line.submitted_at, None, line.submitted_by, None),
        Step("verified", None, line.verified_on, line.verified_by, None),
        Step("entered", None, line.entered_on, line.entered_by, line.reopened_because),
        Step("refused", line.refused_at, None, line.refused_by, line.refused_because),
        Step("withdrawn", line.withdrawn_at, None, line.withdrawn_by, line.withdrawn_because),
    )
    return [step for step in steps if step.at is not None or step.day is not None]


def _first_state(visitor: Visitor) -> str:
    """What somebody in this role has to do something about."""
    if may(visitor.role, "verify"):
        return "submitted"
    return "verified" if may(visitor.role, "enter") else "semua"


def _state(text: str) -> State | None:
    for state in STATES:
        if text == state:
            return state
    if text != "semua":
        raise HTTPException(404)
    return None
