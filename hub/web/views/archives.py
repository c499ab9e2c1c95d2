"""Archives of photos: sent as a ZIP, looked through person by person, proposed when somebody asks for it."""

from __future__ import annotations

from typing import Annotated, Final

from fastapi import APIRouter, Depends, File, Form, HTTPException, Request, UploadFile
from fastapi.responses import JSONResponse, RedirectResponse, Response

from hub.access.accounts import Visitor
from hub.errors import EnrolmentError, PaperError
from hub.roster.archive_import import begin_proposing, drop_archive, send_archive, take_step
from hub.roster.archive_report import ArchiveReport, archive_report, list_archives
from hub.roster.photo_archive import MAX_ARCHIVE_BYTES
from hub.roster.units import UnitTree
from hub.web.guard import Office, PageVisitor, check_form, require
from hub.web.office import FrontOffice
from hub.web.pages import language_of, render
from hub.web.paper_words import say
from hub.web.uploads import shown_name
from hub.web.watch import note

router = APIRouter()

PAGE: Final = "/pegawai/arsip-foto"
SHOWN_LINES: Final = 300


@router.get(PAGE)
def show_archives(request: Request, visitor: PageVisitor, office: Office) -> Response:
    require(visitor, "enrol")
    return _sending_page(request, visitor, office)


@router.post(PAGE, dependencies=[Depends(check_form)])
def send(
    request: Request,
    visitor: PageVisitor,
    office: Office,
    *,
    file: Annotated[UploadFile | None, File()] = None,
    consented: Annotated[str, Form()] = "",
) -> Response:
    """Keep an archive and find out whose photos it holds; nobody is looked at yet."""
    require(visitor, "enrol")
    note(unit=visitor.unit_id)
    language = language_of(request)
    if office.archives is None:
        raise HTTPException(503)
    if file is None or not file.filename:
        return _sending_page(request, visitor, office, trouble=language("archive.choose"))
    if not consented:
        return _sending_page(request, visitor, office, trouble=language("archive.no_consent"))
    try:
        number = send_archive(
            office.database,
            office.archives,
            file.file,
            shown_name(file.filename),
            author=visitor.username,
            unit_id=visitor.unit_id,
            now=office.now(),
            today=office.today(),
        )
    except PaperError as error:
        return _sending_page(request, visitor, office, trouble=say(language, error))
    return RedirectResponse(f"{PAGE}/{number}", 303)


@router.get(PAGE + "/{number:int}")
def show_archive(request: Request, visitor: PageVisitor, office: Office, number: int) -> Response:
    """How far an archive is, and what came of each name in it."""
    return _archive_page(request, _find(visitor, office, number))


@router.post(PAGE + "/{number:int}/langkah", dependencies=[Depends(check_form)])
def go_on(request: Request, visitor: PageVisitor, office: Office, number: int) -> Response:
    """Look at one more person: for the page's script as JSON, for a form with the page."""
    found = _find(visitor, office, number)
    if office.recogniser is None or office.photos is None or office.archives is None:
        raise HTTPException(503)
    language, looked_at = language_of(request), ""

    def tell(employee: str) -> None:
        nonlocal looked_at
        looked_at = employee
        note(employees=[employee])

    trouble = ""
    try:
        take_step(
            office.database,
            office.recogniser,
            office.photos,
            office.archives,
            number,
            now=office.now(),
            today=office.today(),
            told=tell,
        )
    except PaperError as error:
        trouble = say(language, error)
    except EnrolmentError:
        trouble = language("face.no_pack")
    after = archive_report(office.database, number) or found
    if "application/json" not in request.headers.get("Accept", ""):
        return _archive_page(request, after, trouble=trouble) if trouble else RedirectResponse(f"{PAGE}/{number}", 303)
    line = next((each for each in after.lines if each.employee_id == looked_at), None)
    told = {
        "state": after.state,
        "done": after.done,
        "all": len(after.lines),
        "words": language("archive.progress", done=language.number(after.done), all=language.number(len(after.lines))),
        "line": line.id if line is not None else None,
        "html": bytes(render(request, "archive_line.html", line=line).body).decode() if line is not None else "",
        "trouble": trouble,
    }
    return JSONResponse(told, 409 if trouble else 200)


@router.post(PAGE + "/{number:int}/usulkan", dependencies=[Depends(check_form)])
def propose(request: Request, visitor: PageVisitor, office: Office, number: int) -> Response:
    """Go through an archive that was looked through once more, and propose what can be used."""
    found = _find(visitor, office, number)
    try:
        begin_proposing(office.database, number, by=visitor.username)
    except PaperError as error:
        return _archive_page(request, found, trouble=say(language_of(request), error))
    return RedirectResponse(f"{PAGE}/{number}", 303)


@router.post(PAGE + "/{number:int}/hapus", dependencies=[Depends(check_form)])
def drop(visitor: PageVisitor, office: Office, number: int) -> Response:
    """Let an archive go."""
    _find(visitor, office, number)
    if office.archives is None:
        raise HTTPException(503)
    drop_archive(office.database, office.archives, number, now=office.now())
    return RedirectResponse(PAGE, 303)


def _find(visitor: Visitor, office: FrontOffice, number: int) -> ArchiveReport:
    """404 for no archive, and for one that may be about people of other units."""
    require(visitor, "enrol")
    found = archive_report(office.database, number) if number < 2**31 else None
    if found is None or found.state == "dropped":
        raise HTTPException(404)
    units = _units(visitor, office)
    if units is not None and found.unit_id not in units:
        raise HTTPException(404)
    note(unit=found.unit_id, number=number)
    return found


def _units(visitor: Visitor, office: FrontOffice) -> frozenset[int] | None:
    if visitor.unit_id is None:
        return None
    with office.database.read() as session:
        return frozenset(UnitTree.load(session.connection()).within(visitor.unit_id))


def _sending_page(request: Request, visitor: Visitor, office: FrontOffice, *, trouble: str = "") -> Response:
    return render(
        request,
        "archives.html",
        status_code=409 if trouble else 200,
        trouble=trouble,
        archives=list_archives(office.database, _units(visitor, office)),
        most_bytes=MAX_ARCHIVE_BYTES,
        page=PAGE,
    )


def _archive_page(request: Request, found: ArchiveReport, *, trouble: str = "") -> Response:
    return render(
        request,
        "archive.html",
        status_code=409 if trouble else 200,
        trouble=trouble,
        found=found,
        lines=found.lines[:SHOWN_LINES],
        left_out=max(0, len(found.lines) - SHOWN_LINES),
        page=f"{PAGE}/{found.id}",
    )
