"""An employee's own record: the month with what is still open in it, and each day with its explanation."""

from __future__ import annotations

from datetime import date
from typing import Final

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import Response

from contract.errors import BadInputError
from hub.access.accounts import Visitor
from hub.attendance.day import AttendanceDay, Status
from hub.attendance.document_list import DocumentLine, list_documents
from hub.recap.monthly import Month
from hub.recap.person import person_day, person_month
from hub.roster.officers import is_same_officer
from hub.web.guard import Office, PageVisitor, require
from hub.web.pages import parse_day, render
from hub.web.scope import scope_of
from hub.web.views.people import render_day, zone_of_unit

router = APIRouter()

PAGE: Final = "/saya"
SHOWN_LETTERS: Final = 5

_OPEN: Final = frozenset({Status.TIDAK_LENGKAP, Status.BELUM_ADA_KETERANGAN, Status.TK})


@router.get(PAGE)
def show_own_month(request: Request, visitor: PageVisitor, office: Office, month: str = "") -> Response:
    """The visitor's own month (default: this one), and their newest letters."""
    require(visitor, "own")
    if visitor.employee_id is None:
        return render(request, "own_unlinked.html", status_code=403)
    employee_id = own_record(visitor)
    try:
        chosen = Month.parse(month) if month else Month.of(office.today())
    except BadInputError as error:
        raise HTTPException(400) from error
    found = person_month(office.database, employee_id, chosen)
    if found is None:
        raise HTTPException(404)
    letters = list_documents(office.database, employee_id=employee_id, on=office.today(), limit=SHOWN_LETTERS)
    return render(
        request,
        "own.html",
        found=found,
        month=chosen,
        zone=zone_of_unit(office, found.unit.id),
        open_days=[day for day in found.days if is_open(day, office.today())],
        letters=letters,
        take_back={line.id for line in letters if line.state == "submitted" and _handed_in_by(line, visitor)},
        place=PAGE,
    )


@router.get(PAGE + "/{date}")
def show_own_day(request: Request, visitor: PageVisitor, office: Office, date: str) -> Response:
    """One day of the visitor's: what it came to, why, and the punches behind it."""
    employee_id = own_record(visitor)
    day = parse_day(date, office.today())
    found = None if day is None else person_day(office.database, employee_id, day)
    if found is None:
        raise HTTPException(404)
    return render_day(request, office, found, place=PAGE)


def own_record(visitor: Visitor) -> str:
    """Which employee the visitor is; 403 for another role, and where nobody said who it is."""
    require(visitor, "own")
    employee_id = scope_of(visitor).employee_id
    if employee_id is None:
        raise HTTPException(403)
    return employee_id


def _handed_in_by(line: DocumentLine, visitor: Visitor) -> bool:
    return line.submitted_by is not None and is_same_officer(line.submitted_by, visitor.username)


def is_open(day: AttendanceDay, today: date) -> bool:
    """Whether a letter, or a word with the operator, could still improve a day that is over."""
    return day.status in _OPEN and day.work_date < today
