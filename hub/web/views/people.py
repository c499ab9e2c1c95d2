"""One person's month and day, and the list of who is enrolled."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Annotated, Final, Literal
from zoneinfo import ZoneInfo

from fastapi import APIRouter, HTTPException, Query, Request
from fastapi.responses import Response

from contract.errors import BadInputError
from hub.access.accounts import Visitor
from hub.recap.day_file import day_file, key_of
from hub.recap.monthly import Month
from hub.recap.person import PersonDay, person_day, person_month
from hub.roster.overview import EmployeeLine, list_employees
from hub.roster.units import UnitTree
from hub.web.guard import Office, PageVisitor, choose_unit, require
from hub.web.office import FrontOffice
from hub.web.pages import language_of, parse_day, render
from hub.web.timeline import draw
from hub.web.watch import note

router = APIRouter()

ENOUGH_FRAMES: Final = 5
"""Fewer than five pictures enrol a person with a warning."""


ON_A_PAGE: Final = 100

Kind = Literal["", "lengkap", "kurang", "belum", "menunggu"]
_KINDS: Final[dict[Kind, Callable[[EmployeeLine], bool]]] = {
    "": lambda _line: True,
    "lengkap": lambda line: line.frames >= ENOUGH_FRAMES,
    "kurang": lambda line: 0 < line.frames < ENOUGH_FRAMES,
    "belum": lambda line: not line.frames,
    "menunggu": lambda line: line.proposed > 0,
}
"""Which enrolments a list is narrowed to."""


@router.get("/pegawai")
def show_enrolment(
    request: Request,
    visitor: PageVisitor,
    office: Office,
    *,
    unit: str = "",
    name: str = "",
    kind: Kind = "",
    page: Annotated[int, Query(ge=1, le=100_000)] = 1,
) -> Response:
    """Employees by unit and name, a hundred on a page, narrowed by name and by how they are enrolled."""
    require(visitor, "enrolment")
    choice = choose_unit(office, visitor, unit)
    words = name[:100].casefold().split()
    lines = [
        line
        for line in list_employees(office.database, office.today(), choice.unit_id)
        if _KINDS[kind](line) and all(word in f"{line.name} {line.nip or ''}".casefold() for word in words)
    ]
    pages = max(1, -(-len(lines) // ON_A_PAGE))
    at = min(page, pages)
    return render(
        request,
        "enrolment.html",
        employees=lines[(at - 1) * ON_A_PAGE : at * ON_A_PAGE],
        count=len(lines),
        choice=choice,
        enough=ENOUGH_FRAMES,
        name=name[:100],
        kind=kind,
        kinds=[each for each in _KINDS if each],
        page=at,
        pages=pages,
    )


@router.get("/pegawai/{employee_id}")
def show_person(request: Request, visitor: PageVisitor, office: Office, employee_id: str, month: str = "") -> Response:
    """A person's month, day by day."""
    require(visitor, "recap")
    try:
        chosen = Month.parse(month) if month else Month.of(office.today())
    except BadInputError as error:
        raise HTTPException(400) from error
    found = person_month(office.database, employee_id, chosen)
    if found is None:
        raise HTTPException(404)
    note(employees=[employee_id], unit=found.unit.id)
    check_unit(office, visitor, found.unit.id)
    zone = zone_of_unit(office, found.unit.id)
    return render(request, "person.html", found=found, month=chosen, zone=zone, place=f"/pegawai/{found.person.id}")


@router.get("/pegawai/{employee_id}/{date}")
def show_day(request: Request, visitor: PageVisitor, office: Office, employee_id: str, date: str) -> Response:
    """A person's day: what it came to, why, and the punches behind it."""
    require(visitor, "recap")
    day = parse_day(date, office.today())
    if day is None:
        raise HTTPException(404)
    found = person_day(office.database, employee_id, day)
    if found is None:
        raise HTTPException(404)
    note(employees=[employee_id], unit=found.unit.id)
    check_unit(office, visitor, found.unit.id)
    return render_day(request, office, found, place=f"/pegawai/{found.person.id}")


def render_day(request: Request, office: FrontOffice, found: PersonDay, *, place: str) -> Response:
    """The page of a person's day; place: the address of the person's month."""
    day, file = found.work_date, day_file(office.database, found)
    return render(
        request,
        "day.html",
        place=place,
        found=found,
        file=file,
        line=draw(found, file, indonesian=language_of(request).code == "id"),
        key_of=key_of,
        day=day,
        month=Month.of(day),
        one_day=timedelta(days=1),
        zone=ZoneInfo(found.timezone),
    )


def check_unit(office: FrontOffice, visitor: Visitor, unit_id: int | None) -> None:
    """404 unless the visitor may see the people of a unit (None: of no unit)."""
    if visitor.unit_id is None:
        return
    with office.database.read() as session:
        allowed = UnitTree.load(session.connection()).within(visitor.unit_id)
    if unit_id not in allowed:
        raise HTTPException(404)


def zone_of_unit(office: FrontOffice, unit_id: int | None) -> ZoneInfo:
    with office.database.read() as session:
        return UnitTree.load(session.connection()).zone_of(unit_id)
