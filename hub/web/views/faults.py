"""Faults that offices report, and what was done about each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Form, HTTPException, Request
from fastapi.responses import RedirectResponse, Response

from contract.errors import BadInputError
from hub.access.accounts import Visitor
from hub.access.roles import may
from hub.fleet.faults import FaultLine, Step, list_faults, report_fault, take_fault_step
from hub.fleet.overview import kiosk_statuses
from hub.roster.units import UnitTree
from hub.web import watch
from hub.web.guard import Office, PageVisitor, check_form, choose_unit, require
from hub.web.office import FrontOffice
from hub.web.pages import address, language_of, render
from hub.web.paper_words import say

router = APIRouter()

PAGE: Final = "/laporan"
SHOWN: Final = 200
_DEEDS: Final[dict[str, Step]] = {"tangani": "taken_up", "selesaikan": "solved", "buka": "reopened"}
_ACTS: Final[dict[Step, str]] = {"taken_up": "fault.take_up", "solved": "fault.solve", "reopened": "fault.reopen"}


@dataclass(frozen=True, slots=True)
class FaultForm:
    """What somebody wrote, word for word."""

    unit: Annotated[str, Form(max_length=20)] = ""
    device: Annotated[str, Form(max_length=63)] = ""
    about: Annotated[str, Form(max_length=16)] = ""
    text: Annotated[str, Form(max_length=4000)] = ""


@router.get(PAGE)
def show_faults(request: Request, visitor: PageVisitor, office: Office) -> Response:
    """Reports of the visitor's units, those that are not solved first."""
    return _show(request, visitor, office)


@router.post(PAGE, dependencies=[Depends(check_form)])
def report(
    request: Request, visitor: PageVisitor, office: Office, written: Annotated[FaultForm, Depends()]
) -> Response:
    require(visitor, "report")
    choice = choose_unit(office, visitor, written.unit)
    try:
        if choice.unit_id is None:
            raise BadInputError("Choose the unit.")
        if written.device and written.device not in _devices(office, choice.unit_id):
            raise BadInputError(f"There is no kiosk '{written.device}'.")
        number = report_fault(
            office.database,
            choice.unit_id,
            about=written.about,
            text=written.text,
            device=written.device,
            by=visitor.username,
            now=office.now(),
        )
    except BadInputError as error:
        return _show(request, visitor, office, written=written, told=say(language_of(request), error))
    return RedirectResponse(address(PAGE, selesai=number), 303)


@router.post(PAGE + "/{number:int}/{deed}", dependencies=[Depends(check_form)])
def do(
    request: Request,
    visitor: PageVisitor,
    office: Office,
    *,
    number: int,
    deed: str,
    note: Annotated[str, Form(max_length=4000)] = "",
) -> Response:
    """Take a report up, say that it is solved, or that it is not."""
    _require_view(visitor)
    step = _DEEDS.get(deed)
    if step is None:
        raise HTTPException(404)
    require(visitor, "handle" if step != "reopened" else "report")
    line = next((each for each in _visible(office, visitor) if each.id == number), None)
    if line is None:
        raise HTTPException(404)
    watch.note(act=_ACTS[step], unit=line.unit_id)
    try:
        take_fault_step(office.database, number, step, note=note, by=visitor.username, now=office.now())
    except BadInputError as error:
        return _show(request, visitor, office, told=say(language_of(request), error))
    return RedirectResponse(address(PAGE, selesai=number), 303)


def _show(
    request: Request, visitor: Visitor, office: FrontOffice, *, written: FaultForm | None = None, told: str = ""
) -> Response:
    _require_view(visitor)
    lines = _visible(office, visitor)
    choice = choose_unit(office, visitor, "")
    return render(
        request,
        "faults.html",
        status_code=400 if told else 200,
        lines=sorted(lines, key=lambda line: line.state == "solved")[:SHOWN],
        choice=choice,
        devices=_devices(office, visitor.unit_id) if may(visitor.role, "report") else [],
        written=written or FaultForm(unit=str(choice.unit_id or "")),
        may_handle=may(visitor.role, "handle"),
        may_report=may(visitor.role, "report"),
        may_declare=may(visitor.role, "outage"),
        trouble=told,
        done=request.query_params.get("selesai", ""),
        page=PAGE,
    )


def _require_view(visitor: Visitor) -> None:
    require(visitor, "faults")


def _visible(office: FrontOffice, visitor: Visitor) -> list[FaultLine]:
    within = None
    if visitor.unit_id is not None:
        with office.database.read() as session:
            within = UnitTree.load(session.connection()).within(visitor.unit_id)
    return list_faults(office.database, within)


def _devices(office: FrontOffice, unit_id: int | None) -> list[str]:
    return [each.device for each in kiosk_statuses(office.database, unit_id)]
