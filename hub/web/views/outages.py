"""Times without working terminals: declared, ended, and their Lampiran I entered as a whole or not at all."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Final
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, File, Form, HTTPException, Request, UploadFile
from fastapi.responses import RedirectResponse, Response

from contract.errors import BadInputError
from hub.access.accounts import Visitor
from hub.access.roles import may
from hub.attendance.manual import list_entries
from hub.attendance.manual_sheet import SheetReport, import_sheet
from hub.attendance.outages import REPORTED_TO, OutageLine, declare_outage, end_outage, list_outages
from hub.attendance.paper_files import MAX_FILE_BYTES
from hub.errors import PaperError
from hub.roster.units import UnitTree
from hub.web.guard import Office, PageVisitor, check_form, choose_unit, require
from hub.web.office import FrontOffice
from hub.web.pages import address, language_of, parse_day, render
from hub.web.paper_words import say
from hub.web.uploads import read_optional, read_sheet_upload

router = APIRouter()

PAGE: Final = "/gangguan"


@dataclass(frozen=True, slots=True)
class OutageForm:
    """What somebody wrote, word for word."""

    unit: Annotated[str, Form()] = ""
    began: Annotated[str, Form()] = ""
    ended: Annotated[str, Form()] = ""
    reported_to: Annotated[str, Form()] = REPORTED_TO
    reason: Annotated[str, Form()] = ""


@router.get(PAGE)
def show_outages(request: Request, visitor: PageVisitor, office: Office) -> Response:
    """Outages that concern the visitor's units, the latest first."""
    return _show(request, visitor, office)


@router.post(PAGE, dependencies=[Depends(check_form)])
def declare(
    request: Request, visitor: PageVisitor, office: Office, written: Annotated[OutageForm, Depends()]
) -> Response:
    require(visitor, "outage")
    choice = choose_unit(office, visitor, written.unit)
    zone = _zone(office, choice.unit_id)
    try:
        number = declare_outage(
            office.database,
            choice.unit_id,
            began_at=_local(written.began, zone),
            ended_at=_local(written.ended, zone) if written.ended else None,
            reason=written.reason,
            reported_to=written.reported_to,
            by=visitor.username,
            now=office.now(),
        )
    except BadInputError as error:
        return _show(request, visitor, office, written=written, told=say(language_of(request), error))
    return RedirectResponse(address(f"{PAGE}/{number}", selesai="baru"), 303)


@router.get(PAGE + "/{number:int}")
def show_outage(request: Request, visitor: PageVisitor, office: Office, number: int) -> Response:
    return _show_one(request, visitor, office, _find(visitor, office, number))


@router.post(PAGE + "/{number:int}/akhiri", dependencies=[Depends(check_form)])
def end(
    request: Request, visitor: PageVisitor, office: Office, number: int, ended: Annotated[str, Form()] = ""
) -> Response:
    """Say that an outage is over, now or at a time."""
    require(visitor, "outage")
    line = _find(visitor, office, number)
    if not _is_own(visitor, office, line):
        raise HTTPException(403)
    try:
        ended_at = _local(ended, _zone(office, line.unit_id)) if ended else office.now()
        end_outage(office.database, number, ended_at=ended_at, now=office.now())
    except BadInputError as error:
        return _show_one(request, visitor, office, line, told=say(language_of(request), error))
    return RedirectResponse(address(f"{PAGE}/{number}", selesai="akhiri"), 303)


@router.post(PAGE + "/{number:int}/lembar", dependencies=[Depends(check_form)])
def take_sheet(
    request: Request,
    visitor: PageVisitor,
    office: Office,
    number: int,
    *,
    day: Annotated[str, Form()] = "",
    periksa: Annotated[str, Form()] = "",
    sheet: Annotated[UploadFile | None, File()] = None,
    scan: Annotated[UploadFile | None, File()] = None,
) -> Response:
    """Check a unit's Lampiran I line by line, and enter it unless a line has an error or only a check was asked for."""
    require(visitor, "enter")
    line = _find(visitor, office, number)
    try:
        work_date = parse_day(day, office.today())
        if work_date is None:
            raise PaperError(f"'{day[:20]}' is not a date.")
        content = read_sheet_upload(sheet)
        name = sheet.filename if sheet is not None and sheet.filename else ""
        report = import_sheet(
            office.database,
            content,
            outage_id=number,
            work_date=work_date,
            by=visitor.username,
            now=office.now(),
            dry_run=bool(periksa),
            reason=f"Lampiran I, {''.join(each for each in name if each.isprintable())[-200:]}",
            store=office.papers,
            scan=read_optional(scan),
            unit_id=visitor.unit_id,
        )
    except BadInputError as error:
        return _show_one(request, visitor, office, line, day=day, told=say(language_of(request), error))
    return _show_one(request, visitor, office, line, day=day, report=report)


def _visible(visitor: Visitor, office: FrontOffice) -> list[OutageLine]:
    """Those of the visitor's units, of those below, and of those above that reach them."""
    require(visitor, "papers")
    lines = list_outages(office.database)
    if visitor.unit_id is None:
        return lines
    with office.database.read() as session:
        tree = UnitTree.load(session.connection())
    seen = {None, *tree.within(visitor.unit_id), *tree.above(visitor.unit_id)}
    return [line for line in lines if line.unit_id in seen]


def _is_own(visitor: Visitor, office: FrontOffice, line: OutageLine) -> bool:
    """Whether an outage is of the visitor's units alone, and so theirs to end."""
    if visitor.unit_id is None:
        return True
    with office.database.read() as session:
        return line.unit_id in UnitTree.load(session.connection()).within(visitor.unit_id)


def _find(visitor: Visitor, office: FrontOffice, number: int) -> OutageLine:
    line = next((each for each in _visible(visitor, office) if each.id == number), None)
    if line is None:
        raise HTTPException(404)
    return line


def _zone(office: FrontOffice, unit_id: int | None) -> ZoneInfo:
    if unit_id is None:
        return office.zone
    with office.database.read() as session:
        return UnitTree.load(session.connection()).zone_of(unit_id)


def _local(text: str, zone: ZoneInfo) -> datetime:
    """A local time as a browser's field gives it; PaperError for anything else."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise PaperError(f"'{text[:30]}' is not a date.") from error
    return moment.replace(tzinfo=zone) if moment.tzinfo is None else moment


def _show(
    request: Request, visitor: Visitor, office: FrontOffice, *, written: OutageForm | None = None, told: str = ""
) -> Response:
    choice = choose_unit(office, visitor, "")
    return render(
        request,
        "outages.html",
        status_code=409 if told else 200,
        lines=_visible(visitor, office),
        choice=choice,
        written=written or OutageForm(unit=str(choice.unit_id or ""), reported_to=REPORTED_TO),
        now_local=f"{office.now().astimezone(office.zone):%Y-%m-%dT%H:%M}",
        trouble=told,
        page=PAGE,
    )


def _show_one(
    request: Request,
    visitor: Visitor,
    office: FrontOffice,
    line: OutageLine,
    *,
    day: str = "",
    report: SheetReport | None = None,
    told: str = "",
) -> Response:
    zone = _zone(office, line.unit_id)
    language = language_of(request)
    done = request.query_params.get("selesai", "")
    return render(
        request,
        "outage.html",
        status_code=409 if told or (report is not None and report.errors) else 200,
        zone=zone,
        line=line,
        entries=list_entries(office.database, outage_id=line.id, unit_id=visitor.unit_id),
        may_end=line.ended_at is None and may(visitor.role, "outage") and _is_own(visitor, office, line),
        day=day or f"{line.began_at.astimezone(zone):%Y-%m-%d}",
        own_unit=visitor.unit_id if visitor.unit_id is not None else line.unit_id,
        report=report,
        errors={}
        if report is None
        else {each.line: say(language, PaperError(each.error or "")) for each in report.errors},
        trouble=told,
        done=done if done in ("baru", "akhiri") else "",
        most_bytes=MAX_FILE_BYTES,
        page=PAGE,
    )
