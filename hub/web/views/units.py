"""Units: the tree, one unit's record, and making, renaming, moving and closing them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Final
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, HTTPException, Request
from fastapi.responses import RedirectResponse, Response
from starlette.datastructures import FormData

from contract.errors import BadInputError
from hub.access.accounts import Visitor
from hub.access.roles import may
from hub.errors import PaperError
from hub.recap.exports import csv_of
from hub.roster.offices import ACTINGS, OFFICES
from hub.roster.unit_changes import NewUnit, UnitChanges, change_units
from hub.roster.unit_register import HEADINGS, UnitLine, UnitRecord, find_unit_record, read_tree, unit_rows
from hub.roster.units import UnitTree
from hub.schedule.book import read_book
from hub.web.guard import Office, PageVisitor, check_form, choose_unit, require
from hub.web.language import zone_name
from hub.web.office import FrontOffice
from hub.web.pages import address, language_of, parse_day, render
from hub.web.paper_words import say
from hub.web.watch import note

router = APIRouter()

PAGE: Final = "/unit"
LONGEST: Final = 300
DEEDS: Final = ("buat", "nama", "pindah", "tutup", "buka", "pejabat", "akhiri", "zona")
ZONES: Final = ("Asia/Jakarta", "Asia/Makassar", "Asia/Jayapura")


async def _written(request: Request) -> Mapping[str, str]:
    """The form's fields, each no longer than any of them needs."""
    form: FormData = await request.form(max_files=0, max_fields=20)
    return {name: text[:LONGEST] for name, text in form.items() if isinstance(text, str)}


Fields = Annotated[Mapping[str, str], Depends(_written)]


@dataclass(frozen=True, slots=True)
class Visit:
    """Somebody who may change units, at one that there is."""

    request: Request
    visitor: Visitor
    office: FrontOffice
    unit_id: int


def _changing(request: Request, visitor: PageVisitor, office: Office, unit_id: int) -> Visit:
    require_everywhere(visitor)
    return Visit(request, visitor, office, _find(visitor, office, unit_id))


Changing = Annotated[Visit, Depends(_changing)]


@dataclass(frozen=True, slots=True)
class Attempt:
    """A form that was sent and refused: which, with what, and why."""

    deed: str = ""
    written: Mapping[str, str] | None = None
    trouble: str = ""

    def field(self, deed: str, name: str, default: str = "") -> str:
        return (self.written or {}).get(name, default) if deed == self.deed else default


@router.get(PAGE)
def show_units(request: Request, visitor: PageVisitor, office: Office, buka: str = "", tutup: str = "") -> Response:
    """The tree of the visitor's units. buka: with everything open; tutup: with the units that are closed."""
    require(visitor, "recap")
    return _tree_page(request, visitor, office, Attempt(), everything=buka == "semua", closed=bool(tutup))


@router.post(PAGE, dependencies=[Depends(check_form)])
def add(request: Request, visitor: PageVisitor, office: Office, written: Fields) -> Response:
    """Make a unit at the top, or below the one that is named."""
    require_everywhere(visitor)
    parent = written.get("induk", "")
    parent_id = None if not parent else choose_unit(office, visitor, parent).unit_id
    note(unit=parent_id)
    new = NewUnit(
        name=written.get("nama", ""),
        parent_id=parent_id,
        timezone=written.get("zona", ""),
        policy=written.get("jadwal") or None,
    )
    made: list[int] = []
    try:
        _change(office, visitor, lambda units: made.append(units.add(new, today=office.today())))
    except BadInputError as error:
        attempt = Attempt("buat", written, say(language_of(request), error))
        if parent_id is None:
            return _tree_page(request, visitor, office, attempt)
        return record_page(request, visitor, office, parent_id, attempt)
    return RedirectResponse(address(f"{PAGE}/{made[0]}", selesai="buat"), 303)


@router.get("/unduh/unit.csv")
def download_units(visitor: PageVisitor, office: Office, unit: str = "") -> Response:
    """The visitor's units as CSV, with the headings that an import knows."""
    require(visitor, "recap")
    choice, today = choose_unit(office, visitor, unit), office.today()
    rows = unit_rows(office.database, today, choice.unit_id)
    headers = {"Content-Disposition": f'attachment; filename="unit-{today}.csv"'}
    return Response(csv_of([HEADINGS, *rows], bom=True), media_type="text/csv; charset=utf-8", headers=headers)


@router.get(PAGE + "/{unit_id:int}")
def show_unit(request: Request, visitor: PageVisitor, office: Office, unit_id: int, selesai: str = "") -> Response:
    """One unit's record."""
    require(visitor, "recap")
    done = selesai if selesai in DEEDS else ""
    return record_page(request, visitor, office, _find(visitor, office, unit_id), Attempt(), done=done)


@router.post(PAGE + "/{unit_id:int}/nama", dependencies=[Depends(check_form)])
def rename(visit: Changing, written: Fields) -> Response:
    name = written.get("nama", "")
    return _do(visit, "nama", written, lambda units: units.rename(visit.unit_id, name))


@router.post(PAGE + "/{unit_id:int}/pindah", dependencies=[Depends(check_form)])
def move(visit: Changing, written: Fields) -> Response:
    """Put a unit below another one, by a letter."""
    parent, basis = written.get("induk", ""), written.get("dasar", "")
    parent_id = None if parent in ("", "atas") else choose_unit(visit.office, visit.visitor, parent).unit_id

    def deed(units: UnitChanges) -> None:
        if not parent:
            raise PaperError("Choose the unit.")
        units.move(visit.unit_id, parent_id, from_day=day_of(visit.office, written.get("mulai", "")), basis=basis)

    return _do(visit, "pindah", written, deed)


@router.post(PAGE + "/{unit_id:int}/tutup", dependencies=[Depends(check_form)])
def close(visit: Changing, written: Fields) -> Response:
    """Let a unit end with a day, by a letter."""

    def deed(units: UnitChanges) -> None:
        last = day_of(visit.office, written.get("terakhir", ""))
        units.close(visit.unit_id, last=last, basis=written.get("dasar", ""))

    return _do(visit, "tutup", written, deed)


@router.post(PAGE + "/{unit_id:int}/buka", dependencies=[Depends(check_form)])
def reopen(visit: Changing, written: Fields) -> Response:
    """Let a closed unit go on."""
    return _do(visit, "buka", written, lambda units: units.reopen(visit.unit_id))


@router.post(PAGE + "/{unit_id:int}/zona", dependencies=[Depends(check_form)])
def rezone(visit: Changing, written: Fields) -> Response:
    """Put right the time zone of a unit without days."""
    return _do(visit, "zona", written, lambda units: units.rezone(visit.unit_id, written.get("zona", "")))


def require_everywhere(visitor: Visitor) -> None:
    """403 unless the visitor may change master data, and of every unit: the tree is the whole regency's."""
    if not _may_change(visitor):
        raise HTTPException(403)


def _may_change(visitor: Visitor) -> bool:
    return may(visitor.role, "master") and visitor.unit_id is None


def _do(visit: Visit, name: str, written: Mapping[str, str], deed: Callable[[UnitChanges], None]) -> Response:
    """Change the unit and show it, or show the form again with what is wrong."""
    try:
        _change(visit.office, visit.visitor, deed)
    except BadInputError as error:
        attempt = Attempt(name, written, say(language_of(visit.request), error))
        return record_page(visit.request, visit.visitor, visit.office, visit.unit_id, attempt)
    return RedirectResponse(address(f"{PAGE}/{visit.unit_id}", selesai=name), 303)


def _change(office: FrontOffice, visitor: Visitor, deed: Callable[[UnitChanges], None]) -> None:
    change_units(office.database, deed, by=visitor.username, now=office.now())


def day_of(office: FrontOffice, text: str) -> date:
    found = parse_day(text, office.today()) if text else None
    if found is None:
        raise PaperError(f"'{text[:20]}' is not a date.")
    return found


def _find(visitor: Visitor, office: FrontOffice, unit_id: int) -> int:
    """404 for no unit, 403 for one that is not the visitor's."""
    found = choose_unit(office, visitor, str(unit_id)).unit_id
    assert found is not None  # noqa: S101 - a unit was named
    return found


def _tree_page(
    request: Request,
    visitor: Visitor,
    office: FrontOffice,
    attempt: Attempt,
    *,
    everything: bool = False,
    closed: bool = False,
) -> Response:
    choice, today = choose_unit(office, visitor, ""), office.today()
    tree = read_tree(office.database, today, choice.unit_id)
    may_change = _may_change(visitor)
    return render(
        request,
        "units.html",
        status_code=409 if attempt.trouble else 200,
        tree=tree,
        shown_closed=closed,
        gone=sum(_is_gone(line, today) for top in tree for line in _walk(top)),
        everything=everything,
        attempt=attempt,
        may_change=may_change,
        zones=ZONES,
        own_zone=office.zone.key,
        zone_of=_zone_of,
        policies=_policies(office) if may_change else [],
        page=PAGE,
    )


def record_page(
    request: Request, visitor: Visitor, office: FrontOffice, unit_id: int, attempt: Attempt, *, done: str = ""
) -> Response:
    record = find_unit_record(office.database, unit_id, office.today(), top=visitor.unit_id)
    may_change = _may_change(visitor)
    return render(
        request,
        "unit.html",
        status_code=409 if attempt.trouble else 200,
        record=record,
        line=record.line,
        attempt=attempt,
        done=done,
        may_change=may_change,
        zones=ZONES,
        own_zone=record.line.timezone,
        zone_of=_zone_of,
        policies=_policies(office) if may_change else [],
        parents=_parents(office, visitor, record) if may_change else [],
        offices=OFFICES,
        actings=ACTINGS,
        page=PAGE,
    )


def _parents(office: FrontOffice, visitor: Visitor, record: UnitRecord) -> list[tuple[int, str]]:
    """Units that this one may stand below: neither itself nor what is below it, nor what is closed."""
    with office.database.read() as session:
        tree = UnitTree.load(session.connection())
    own = tree.within(record.line.id)
    return [(unit_id, name) for unit_id, name in choose_unit(office, visitor, "").open if unit_id not in own]


def _policies(office: FrontOffice) -> list[tuple[str, str]]:
    with office.database.read() as session:
        return [(line.policy.name, line.policy.title) for line in read_book(session, office.today())]


def _zone_of(key: str) -> str:
    return zone_name(ZoneInfo(key))


def _is_gone(line: UnitLine, today: date) -> bool:
    return line.valid_until is not None and line.valid_until < today


def _walk(line: UnitLine) -> list[UnitLine]:
    return [line, *(each for below in line.units for each in _walk(below))]
