"""Months between an office and the personnel agency: checked, signed, received, returned."""

from __future__ import annotations

from typing import Annotated, Final

from fastapi import APIRouter, Depends, Form, HTTPException, Request
from fastapi.responses import RedirectResponse, Response

from contract.errors import BadInputError
from hub.access.accounts import Visitor
from hub.access.roles import OfficeRight, may
from hub.attendance.handover import HandoverLine, Step, handover_line, handover_lines, take_step
from hub.attendance.months import last_of
from hub.recap.monthly import Month
from hub.roster.officers import is_same_officer
from hub.roster.units import UnitTree
from hub.web import watch
from hub.web.guard import Office, PageVisitor, check_form, require
from hub.web.office import FrontOffice
from hub.web.pages import address, language_of, render
from hub.web.paper_words import say

router = APIRouter()

PAGE: Final = "/serah-terima"
SHOWN_MONTHS: Final = 12
RIGHTS: Final[dict[Step, OfficeRight]] = {"checked": "check", "signed": "sign", "received": "receive"}
_DEEDS: Final[dict[str, Step]] = {
    "periksa": "checked",
    "tanda-tangan": "signed",
    "terima": "received",
    "kembalikan": "returned",
}
_ACTS: Final[dict[Step, str]] = {
    "checked": "handover.check",
    "signed": "handover.sign",
    "received": "handover.receive",
    "returned": "handover.return",
}


@router.get(PAGE)
def show_handovers(request: Request, visitor: PageVisitor, office: Office, *, month: str = "") -> Response:
    """Where the month of each of the visitor's offices is; the last month when none is asked for."""
    require(visitor, "months")
    this = Month.of(office.today())
    chosen = _month(month) if month else this.shifted(-1)
    return render(
        request,
        "handovers.html",
        lines=handover_lines(office.database, chosen.first, _within(office, visitor)),
        month=chosen,
        months=[this.shifted(-back) for back in range(SHOWN_MONTHS)],
        page=PAGE,
    )


@router.get(PAGE + "/{text}/{unit_id:int}")
def show_handover(request: Request, visitor: PageVisitor, office: Office, text: str, unit_id: int) -> Response:
    """One office's month, with what was done and what can be done now."""
    return _show(request, visitor, office, text, unit_id)


@router.post(PAGE + "/{text}/{unit_id:int}/{deed}", dependencies=[Depends(check_form)])
def do(
    request: Request,
    visitor: PageVisitor,
    office: Office,
    *,
    text: str,
    unit_id: int,
    deed: str,
    note: Annotated[str, Form(max_length=2000)] = "",
    seen: Annotated[str, Form(max_length=64)] = "",
) -> Response:
    """Take a step with the days as they were shown."""
    require(visitor, "months")
    step = _DEEDS.get(deed)
    if step is None:
        raise HTTPException(404)
    watch.note(act=_ACTS[step])
    month, line = _month(text), _find(office, visitor, text, unit_id)
    if not _may(visitor, step, line):
        raise HTTPException(403)
    try:
        take_step(
            office.database, unit_id, month.first, step, by=visitor.username, now=office.now(), note=note, seen=seen
        )
    except BadInputError as error:
        return _show(request, visitor, office, text, unit_id, told=say(language_of(request), error))
    return RedirectResponse(address(f"{PAGE}/{month.text}/{unit_id}", selesai=deed), 303)


def _show(
    request: Request, visitor: Visitor, office: FrontOffice, text: str, unit_id: int, *, told: str = ""
) -> Response:
    require(visitor, "months")
    line = _find(office, visitor, text, unit_id)
    done = request.query_params.get("selesai", "")
    return render(
        request,
        "handover.html",
        status_code=409 if told else 200,
        line=line,
        month=_month(text),
        is_over=office.today() > last_of(line.month),
        possible=[deed for deed, step in _DEEDS.items() if _may(visitor, step, line) and _is_next(step, line)],
        is_checker=line.checked_by is not None and is_same_officer(line.checked_by, visitor.username),
        trouble=told,
        done=done if done in _DEEDS else "",
        page=PAGE,
    )


def _is_next(step: Step, line: HandoverLine) -> bool:
    """Whether a button for it belongs on the page; what hinders it all the same is told when it is pressed."""
    match step:
        case "checked":
            return line.state in ("open", "returned") or (line.changed and line.state != "received")
        case "signed":
            return line.state == "checked" and not line.changed
        case "received":
            return line.state == "signed" and not line.changed
    return line.state in ("checked", "signed", "received")


def _may(visitor: Visitor, step: Step, line: HandoverLine) -> bool:
    """A month is returned by its head before it was received, and by the personnel agency at any time."""
    if step == "returned":
        return may(visitor.role, "receive") or (may(visitor.role, "sign") and line.state != "received")
    return may(visitor.role, RIGHTS[step])


def _within(office: FrontOffice, visitor: Visitor) -> set[int] | None:
    if visitor.unit_id is None:
        return None
    with office.database.read() as session:
        return UnitTree.load(session.connection()).within(visitor.unit_id)


def _find(office: FrontOffice, visitor: Visitor, text: str, unit_id: int) -> HandoverLine:
    """404 for a unit that hands nothing over; 403 for another office's."""
    month, within = _month(text), _within(office, visitor)
    try:
        line = handover_line(office.database, unit_id, month.first)
    except BadInputError as error:
        raise HTTPException(404) from error
    watch.note(unit=unit_id)
    if within is not None and unit_id not in within:
        raise HTTPException(403)
    return line


def _month(text: str) -> Month:
    try:
        return Month.parse(text)
    except BadInputError as error:
        raise HTTPException(404) from error
