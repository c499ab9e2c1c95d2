"""Units from a file: looked through line by line first, stored when every line is right."""

from __future__ import annotations

from typing import Annotated, Final

from fastapi import APIRouter, Depends, File, Form, Request, UploadFile
from fastapi.responses import Response

from contract.errors import BadInputError
from hub.errors import PaperError
from hub.roster.unit_import import COLUMNS, NEEDED, ImportTerms, import_units
from hub.sheets import ImportReport, LineReport, parse_sheet
from hub.web.guard import Office, PageVisitor, check_form
from hub.web.language import Language
from hub.web.pages import language_of, parse_day, render
from hub.web.paper_words import in_indonesian, say
from hub.web.uploads import MAX_TABLE_BYTES, read_table_upload
from hub.web.views.units import PAGE, require_everywhere
from hub.web.watch import note

router = APIRouter()

SHOWN_LINES: Final = 200


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
    note(act="units.import" if deed == "simpan" else "units.check", unit=None)
    today = office.today()
    try:
        first = parse_day(since, today)
        if first is None:
            raise PaperError(f"'{since[:20]}' is not a date.")
        content, name = read_table_upload(file)
        sheet = parse_sheet(content, name, COLUMNS, needed=NEEDED)
        terms = ImportTerms(
            by=visitor.username,
            now=office.now(),
            today=today,
            zone=office.zone.key,
            since=first if since else None,
            basis=basis[:300],
            dry_run=deed != "simpan",
        )
        report = import_units(office.database, sheet, terms)
    except BadInputError as error:
        return _page(request, told=say(language_of(request), error), since=since, basis=basis)
    return _page(request, report=report, since=since, basis=basis)


def _page(
    request: Request, *, report: ImportReport | None = None, told: str = "", since: str = "", basis: str = ""
) -> Response:
    order = {"error": 0, "change": 1, "new": 2, "same": 3}
    lines = [] if report is None else sorted(report.lines, key=lambda line: (order[line.action], line.line))
    language = language_of(request)
    return render(
        request,
        "units_import.html",
        status_code=409 if told or (report is not None and report.errors) else 200,
        report=report,
        lines=[(line, _on_page(language, line)) for line in lines[:SHOWN_LINES]],
        left_out=max(0, len(lines) - SHOWN_LINES),
        trouble=told,
        since=since[:20],
        basis=basis[:300],
        most_bytes=MAX_TABLE_BYTES,
        headings=[names[0] for names in COLUMNS.values()],
        page=PAGE,
    )


def _on_page(language: Language, line: LineReport) -> str:
    """A line's sentence; the refusal that it quotes in the page's language."""
    if language.code != "id":
        return line.words.en
    where, colon, sentence = line.words.id.partition(": ")
    return where + colon + (in_indonesian(sentence) or sentence)
