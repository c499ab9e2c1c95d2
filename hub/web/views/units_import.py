"""Units from a file: looked through line by line first, stored when every line is right."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, File, Form, Request, UploadFile
from fastapi.responses import Response

from contract.errors import BadInputError
from hub.roster.unit_import import COLUMNS, NEEDED, ImportTerms, import_units
from hub.sheets import ImportReport, LineReport
from hub.web.guard import Office, PageVisitor, check_form
from hub.web.imports import STORE, read_import, read_since, render_import
from hub.web.language import Language
from hub.web.pages import language_of
from hub.web.paper_words import in_indonesian, say
from hub.web.views.units import PAGE, require_everywhere
from hub.web.watch import note

router = APIRouter()


@router.get(PAGE + "/impor")
def show_import(request: Request, visitor: PageVisitor) -> Response:
    require_everywhere(visitor)
    return _page(request)


@router.post(PAGE + "/impor", dependencies=[Depends(check_form)])
def import_file(
    request: Request,
    visitor: PageVisitor,
    office: Office,
    *,
    file: Annotated[UploadFile | None, File()] = None,
    since: Annotated[str, Form()] = "",
    basis: Annotated[str, Form()] = "",
    deed: Annotated[str, Form()] = "",
) -> Response:
    """Look through a file of units, and store it when that is asked for and no line is wrong."""
    require_everywhere(visitor)
    note(act="units.import" if deed == STORE else "units.check", unit=None)
    today = office.today()
    try:
        first = read_since(since, today)
        sheet = read_import(file, COLUMNS, NEEDED)
        terms = ImportTerms(
            by=visitor.username,
            now=office.now(),
            today=today,
            zone=office.zone.key,
            since=first,
            basis=basis[:300],
            dry_run=deed != STORE,
        )
        report = import_units(office.database, sheet, terms)
    except BadInputError as error:
        return _page(request, told=say(language_of(request), error), since=since, basis=basis)
    return _page(request, report=report, since=since, basis=basis)


def _page(
    request: Request, *, report: ImportReport | None = None, told: str = "", since: str = "", basis: str = ""
) -> Response:
    language = language_of(request)
    return render_import(
        request,
        "units_import.html",
        COLUMNS,
        lambda line: _on_page(language, line),
        report=report,
        told=told,
        since=since[:20],
        basis=basis[:300],
        page=PAGE,
    )


def _on_page(language: Language, line: LineReport) -> str:
    """A line's sentence; the refusal that it quotes in the page's language."""
    if language.code != "id":
        return line.words.en
    where, colon, sentence = line.words.id.partition(": ")
    return where + colon + (in_indonesian(sentence) or sentence)
