"""What is on record about employees: one person's page with the move to another unit, files in and out."""

from __future__ import annotations

from typing import Annotated, Final

from fastapi import APIRouter, Depends, File, Form, HTTPException, Request, UploadFile
from fastapi.responses import RedirectResponse, Response

from contract.errors import BadInputError
from hub.access.accounts import Visitor
from hub.errors import PaperError
from hub.recap.exports import csv_of
from hub.roster.people_import import import_people
from hub.roster.people_lines import COLUMNS, NEEDED
from hub.roster.register import HEADINGS, Record, find_record, register_rows
from hub.roster.terms import transfer
from hub.sheets import ImportReport
from hub.web.guard import Office, PageVisitor, check_form, choose_unit, require
from hub.web.imports import STORE, read_import, read_since, render_import
from hub.web.office import FrontOffice
from hub.web.pages import address, language_of, parse_day, render
from hub.web.paper_words import say
from hub.web.views.people import check_unit
from hub.web.watch import note

router = APIRouter()

PAGE: Final = "/pegawai"


@router.get("/unduh/pegawai.csv")
def download_register(visitor: PageVisitor, office: Office, unit: str = "", name: str = "") -> Response:
    """Employees of the visitor's units as CSV, with the headings that an import knows."""
    require(visitor, "register")
    choice, today = choose_unit(office, visitor, unit), office.today()
    rows = register_rows(office.database, today, choice.unit_id, words=name[:100])
    headers = {"Content-Disposition": f'attachment; filename="pegawai-{today}.csv"'}
    return Response(csv_of([HEADINGS, *rows], bom=True), media_type="text/csv; charset=utf-8", headers=headers)


@router.get(PAGE + "/impor")
def show_import(request: Request, visitor: PageVisitor) -> Response:
    _require_everywhere(visitor)
    return _import_page(request)


@router.post(PAGE + "/impor", dependencies=[Depends(check_form)])
def import_file(
    request: Request,
    visitor: PageVisitor,
    office: Office,
    *,
    file: Annotated[UploadFile | None, File()] = None,
    since: Annotated[str, Form()] = "",
    make_units: Annotated[str, Form()] = "",
    deed: Annotated[str, Form()] = "",
) -> Response:
    """Look through a file, and store it when that is asked for and no line is wrong."""
    _require_everywhere(visitor)
    note(act="staff.import" if deed == STORE else "staff.check")
    today = office.today()
    try:
        first = read_since(since, today)
        report = import_people(
            office.database,
            read_import(file, COLUMNS, NEEDED),
            by=visitor.username,
            now=office.now(),
            today=today,
            dry_run=deed != STORE,
            make_units=bool(make_units),
            without_tmt=first,
        )
    except BadInputError as error:
        told = say(language_of(request), error)
        return _import_page(request, told=told, since=since, make_units=bool(make_units))
    return _import_page(request, report=report, since=since, make_units=bool(make_units))


@router.get(PAGE + "/{employee_id}/data")
def show_record(
    request: Request, visitor: PageVisitor, office: Office, employee_id: str, selesai: str = ""
) -> Response:
    """One person's record."""
    return _record_page(request, visitor, office, _find(visitor, office, employee_id), done=selesai == "pindah")


@router.post(PAGE + "/{employee_id}/pindah", dependencies=[Depends(check_form)])
def move(
    request: Request,
    visitor: PageVisitor,
    office: Office,
    employee_id: str,
    *,
    unit: Annotated[str, Form()] = "",
    since: Annotated[str, Form()] = "",
    basis: Annotated[str, Form()] = "",
) -> Response:
    """Move somebody to another unit from a day on, by a letter."""
    require(visitor, "master")
    record = _find(visitor, office, employee_id)
    try:
        first = parse_day(since, office.today()) if since else None
        if first is None:
            raise PaperError(f"'{since[:20]}' is not a date.")
        if not unit:
            raise PaperError("Choose the unit.")
        chosen = choose_unit(office, visitor, unit).unit_id
        assert chosen is not None  # noqa: S101 - a unit was named
        transfer(
            office.database,
            record.id,
            chosen,
            from_day=first,
            basis=basis,
            by=visitor.username,
            now=office.now(),
        )
    except BadInputError as error:
        told = say(language_of(request), error)
        return _record_page(request, visitor, office, record, told=told, unit=unit, since=since, basis=basis)
    return RedirectResponse(address(f"{PAGE}/{record.id}/data", selesai="pindah"), 303)


def _require_everywhere(visitor: Visitor) -> None:
    """403 unless the visitor may change employees, and of every unit: a file names any."""
    require(visitor, "master")
    if visitor.unit_id is not None:
        raise HTTPException(403)


def _find(visitor: Visitor, office: FrontOffice, employee_id: str) -> Record:
    require(visitor, "register")
    record = find_record(office.database, employee_id, office.today())
    if record is None:
        raise HTTPException(404)
    note(employees=[employee_id], unit=record.unit_id)
    check_unit(office, visitor, record.unit_id)
    return record


def _record_page(
    request: Request,
    visitor: Visitor,
    office: FrontOffice,
    record: Record,
    *,
    done: bool = False,
    told: str = "",
    unit: str = "",
    since: str = "",
    basis: str = "",
) -> Response:
    choices = [each for each in choose_unit(office, visitor, "").open if each[0] != record.unit_id]
    return render(
        request,
        "register.html",
        status_code=409 if told else 200,
        record=record,
        choices=choices,
        done=done,
        trouble=told,
        unit=unit,
        since=since,
        basis=basis[:300],
    )


def _import_page(
    request: Request,
    *,
    report: ImportReport | None = None,
    told: str = "",
    since: str = "",
    make_units: bool = False,
) -> Response:
    indonesian = language_of(request).code == "id"
    return render_import(
        request,
        "register_import.html",
        COLUMNS,
        lambda line: _on_page(line.words.id if indonesian else line.words.en),
        report=report,
        told=told,
        since=since,
        make_units=make_units,
    )


def _on_page(sentence: str) -> str:
    """A line's sentence with the form's fields in place of the command's options."""
    for said, shown in (
        ("jalankan dengan --make-units", "centang Buat unit yang belum ada"),
        ("run with --make-units", "tick Make units that are not there"),
        ("jalankan dengan --from", "isi Berlaku sejak pada formulir"),
        ("run with --from", "fill in From when in the form"),
    ):
        sentence = sentence.replace(said, shown)
    return sentence
