"""Recaps and forms as files: Lampiran I to III as PDF and XLSX, recaps also as CSV."""

from __future__ import annotations

from typing import Final, Literal

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import Response

from contract.errors import BadInputError
from hub.recap.daily import daily
from hub.recap.exports import export, export_letter, export_sheet
from hub.recap.forms.lampiran_i import blank_lampiran_i
from hub.recap.forms.lampiran_iii import lampiran_iii
from hub.recap.monthly import Month, monthly
from hub.web.guard import Office, PageVisitor, choose_unit, require
from hub.web.pages import language_of, parse_day, render
from hub.web.paper_words import say
from hub.web.scope import find_in_scope, scope_of

router = APIRouter()

PAGE: Final = "/unduh"
TableFormat = Literal["pdf", "xlsx", "csv"]
FormFormat = Literal["pdf", "xlsx"]

_TYPES: Final[dict[str, str]] = {
    "pdf": "application/pdf",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv; charset=utf-8",
}


@router.get(PAGE + "/harian.{form}")
def download_day(visitor: PageVisitor, office: Office, form: str, date: str = "", unit: str = "") -> Response:
    """Lampiran I of a day."""
    require(visitor, "recap")
    choice, day, kind = choose_unit(office, visitor, unit), parse_day(date, office.today()), _table_format(form)
    if day is None:
        raise HTTPException(400)
    found = daily(office.database, day, choice.unit_id)
    return _file(export(office.database, found, kind, bom=True), f"lampiran-i-{day}", kind)


@router.get(PAGE + "/bulanan.{form}")
def download_month(visitor: PageVisitor, office: Office, form: str, month: str = "", unit: str = "") -> Response:
    """Lampiran II of a month."""
    require(visitor, "recap")
    choice, kind = choose_unit(office, visitor, unit), _table_format(form)
    try:
        chosen = Month.parse(month) if month else Month.of(office.today())
    except BadInputError as error:
        raise HTTPException(400) from error
    found = monthly(office.database, chosen, choice.unit_id)
    return _file(export(office.database, found, kind, bom=True), f"lampiran-ii-{chosen.text}", kind)


@router.get(PAGE + "/lampiran-i-kosong.{form}")
def download_blank(visitor: PageVisitor, office: Office, form: str, date: str = "", unit: str = "") -> Response:
    """Lampiran I with the names alone, for writing by hand while terminals do not work."""
    require(visitor, "papers")
    choice, day, kind = choose_unit(office, visitor, unit), parse_day(date, office.today()), _form_format(form)
    if day is None:
        raise HTTPException(400)
    with office.database.read() as session:
        sheet = blank_lampiran_i(session, day, choice.unit_id)
    return _file(export_sheet(sheet, kind), f"lampiran-i-kosong-{day}", kind)


@router.get(PAGE + "/lampiran-iii.{form}")
def download_cancellation(
    request: Request,
    visitor: PageVisitor,
    office: Office,
    form: str,
    *,
    person: str = "",
    day: str = "",
    letter_number: str = "",
) -> Response:
    """Lampiran III for a person and a day, to be signed; dotted lines for what is not given."""
    require(visitor, "enter")
    kind, today = _form_format(form), office.today()
    chosen = parse_day(day, today)
    if chosen is None:
        raise HTTPException(400)
    scope = scope_of(visitor)
    try:
        employee_id = find_in_scope(office, scope, person, chosen) if person.strip() else None
        with office.database.read() as session:
            letter = lampiran_iii(
                session,
                unit_id=scope.unit_id if employee_id is None else None,
                employee_id=employee_id,
                day=chosen if day else None,
                number=letter_number[:100] or None,
                supervisor_id=None,
                today=today,
            )
    except BadInputError as error:
        return render(request, "error.html", status_code=404, title=say(language_of(request), error))
    return _file(export_letter(letter, kind), f"lampiran-iii-{chosen}", kind)


def _table_format(text: str) -> TableFormat:
    if text in ("pdf", "xlsx", "csv"):
        return text  # type: ignore[return-value]
    raise HTTPException(404)


def _form_format(text: str) -> FormFormat:
    if text in ("pdf", "xlsx"):
        return text  # type: ignore[return-value]
    raise HTTPException(404)


def _file(content: bytes, name: str, form: str) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{name}.{form}"'}
    return Response(content, media_type=_TYPES[form], headers=headers)
