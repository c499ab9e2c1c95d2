"""Handing in a letter with its scans, correcting one, adding scans, and looking at them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import Annotated, Final
from urllib.parse import quote

from fastapi import APIRouter, Depends, File, Form, HTTPException, Request, UploadFile
from fastapi.responses import RedirectResponse, Response

from contract.errors import BadInputError
from hub.access.accounts import Visitor
from hub.attendance.covers import parse_cover
from hub.attendance.document_list import DocumentLine, FileLine
from hub.attendance.documents import Letter, attach, correct, submit
from hub.attendance.letters import KINDS, is_cancellation
from hub.attendance.paper_files import MAX_FILE_BYTES, PaperStore
from hub.attendance.paper_previews import preview
from hub.errors import PaperError
from hub.web.guard import Office, PageVisitor, check_form, require
from hub.web.office import FrontOffice
from hub.web.pages import address, language_of, parse_day, render
from hub.web.paper_words import say
from hub.web.scope import find_in_scope, scope_of, suggestions
from hub.web.uploads import read_papers
from hub.web.views.letters import PAGE, find_letter, show

router = APIRouter()

REASONS: Final = ("cuti", "sakit", "ijin", "dinas luar", "diklat", "tugas belajar")
OFFICES: Final = tuple(
    f"{acting}{office}"
    for office in ("Atasan Langsung", "Kepala Organisasi Perangkat Daerah")
    for acting in ("", "Plt. ", "Plh. ")
)


@dataclass(frozen=True, slots=True)
class LetterForm:
    """What somebody wrote, word for word: shown again when it cannot be used."""

    person: Annotated[str, Form()] = ""
    kind: Annotated[str, Form()] = ""
    grounds: Annotated[str, Form()] = ""
    first: Annotated[str, Form()] = ""
    last: Annotated[str, Form()] = ""
    start: Annotated[str, Form()] = ""
    end: Annotated[str, Form()] = ""
    letter_number: Annotated[str, Form()] = ""
    known_by: Annotated[str, Form()] = ""
    handed_in: Annotated[str, Form()] = ""
    reason: Annotated[str, Form()] = ""

    def of_oneself(self) -> LetterForm:
        """As an employee hands it in: on the day on which they do so, whatever date they write."""
        return replace(self, handed_in="")

    def letter(self, today: date) -> Letter:
        """The letter; BadInputError says what is wrong."""
        handed_in = parse_day(self.handed_in, today)
        if handed_in is None:
            raise PaperError(f"'{self.handed_in[:20]}' is not a date.")
        return Letter(
            type=self.kind or "-",
            covers=(parse_cover(self._span()),) if self.first else (),
            reason=self.grounds or None,
            number=self.letter_number or None,
            known_by=self.known_by or None,
            handed_in=handed_in if self.handed_in else None,
        )

    def _span(self) -> str:
        last = self.last or self.first
        if self.start or self.end:
            return f"{self.first}T{self.start or '00:00'}..{last}T{self.end or '23:59'}"
        return f"{self.first}..{last}"

    @classmethod
    def of(cls, line: DocumentLine) -> LetterForm:
        """A letter on record, to be corrected; hours, and several spans, are written anew."""
        is_plain = ":" not in line.covers and "," not in line.covers
        return cls(
            person=line.name,
            kind=line.type,
            grounds=line.reason or "",
            first="" if not is_plain or line.first_day is None else line.first_day.isoformat(),
            last="" if not is_plain or line.last_day is None else line.last_day.isoformat(),
            letter_number=line.number or "",
            known_by=line.known_by or "",
            handed_in="" if line.handed_in is None else line.handed_in.isoformat(),
        )


Files = Annotated[list[UploadFile], File()]


@router.get(PAGE + "/baru")
def show_form(
    request: Request, visitor: PageVisitor, office: Office, *, pegawai: str = "", tanggal: str = ""
) -> Response:
    return _form(request, visitor, office, LetterForm(person=pegawai[:200], first=tanggal[:10]))


@router.post(PAGE + "/baru", dependencies=[Depends(check_form)])
def hand_in(
    request: Request,
    visitor: PageVisitor,
    office: Office,
    written: Annotated[LetterForm, Depends()],
    files: Files = [],  # noqa: B006 - FastAPI copies it
) -> Response:
    """Put a letter on record with its scans."""
    require(visitor, "hand_in")
    scope = scope_of(visitor)
    written = written if scope.employee_id is None else written.of_oneself()
    try:
        person = find_in_scope(office, scope, written.person, office.today())
        papers = read_papers(files)
        receipt = submit(
            office.database,
            person,
            written.letter(office.today()),
            by=visitor.username,
            now=office.now(),
            store=_store(office) if papers else None,
            files=papers,
        )
    except BadInputError as error:
        return _form(request, visitor, office, written, told=say(language_of(request), error))
    return RedirectResponse(address(f"{PAGE}/{receipt.id}", selesai="baru"), 303)


@router.get(PAGE + "/{number:int}/perbaiki")
def show_correction(request: Request, visitor: PageVisitor, office: Office, number: int) -> Response:
    line = _to_correct(visitor, office, number)
    return _form(request, visitor, office, LetterForm.of(line), of=line)


@router.post(PAGE + "/{number:int}/perbaiki", dependencies=[Depends(check_form)])
def hand_in_correction(
    request: Request,
    visitor: PageVisitor,
    office: Office,
    number: int,
    written: Annotated[LetterForm, Depends()],
    *,
    files: Files = [],  # noqa: B006 - FastAPI copies it
) -> Response:
    """Put another letter in the place of this one, which is withdrawn."""
    line = _to_correct(visitor, office, number)
    written = written if scope_of(visitor).employee_id is None else written.of_oneself()
    try:
        papers = read_papers(files)
        receipt = correct(
            office.database,
            number,
            written.letter(office.today()),
            by=visitor.username,
            reason=written.reason,
            now=office.now(),
            store=_store(office) if papers else None,
            files=papers,
        )
    except BadInputError as error:
        return _form(request, visitor, office, written, of=line, told=say(language_of(request), error))
    return RedirectResponse(address(f"{PAGE}/{receipt.id}", selesai="perbaiki"), 303)


@router.post(PAGE + "/{number:int}/berkas", dependencies=[Depends(check_form)])
def add_files(
    request: Request,
    visitor: PageVisitor,
    office: Office,
    number: int,
    files: Files = [],  # noqa: B006 - FastAPI copies it
) -> Response:
    """Attach scans to a letter in force."""
    require(visitor, "hand_in")
    line = find_letter(visitor, office, number)
    _check_own(visitor, line)
    try:
        papers = read_papers(files)
        if not papers:
            raise PaperError("Choose the files that are to be attached.")
        attach(office.database, number, _store(office), papers, by=visitor.username, now=office.now())
    except BadInputError as error:
        return show(request, visitor, office, line, told=say(language_of(request), error))
    return RedirectResponse(address(f"{PAGE}/{number}", selesai="berkas"), 303)


@router.get(PAGE + "/{number:int}/berkas/{sha256}")
def answer_file(visitor: PageVisitor, office: Office, number: int, sha256: str) -> Response:
    """A scan as it was handed in, under its content's type and nothing else."""
    file, content = _file(visitor, office, number, sha256)
    name = quote(file.name, safe="")
    headers = {"Content-Disposition": f"inline; filename*=UTF-8''{name}"}
    return Response(content, media_type=file.media_type, headers=headers)


@router.get(PAGE + "/{number:int}/pratinjau/{sha256}")
def answer_preview(visitor: PageVisitor, office: Office, number: int, sha256: str) -> Response:
    """A picture of a scan's first page; 404 when it cannot be shown."""
    file, content = _file(visitor, office, number, sha256)
    shown = preview(content, file.media_type)
    if shown is None:
        raise HTTPException(404)
    return Response(shown[0], media_type=shown[1])


def _file(visitor: Visitor, office: FrontOffice, number: int, sha256: str) -> tuple[FileLine, bytes]:
    line = find_letter(visitor, office, number)
    file = next((each for each in line.files if each.sha256 == sha256), None)
    content = office.papers.read(sha256) if office.papers is not None and file is not None else None
    if file is None or content is None:
        raise HTTPException(404)
    return file, content


def _to_correct(visitor: Visitor, office: FrontOffice, number: int) -> DocumentLine:
    require(visitor, "hand_in")
    line = find_letter(visitor, office, number)
    if is_cancellation(line.type) or line.state in ("refused", "withdrawn"):
        raise HTTPException(404)
    _check_own(visitor, line)
    return line


def _check_own(visitor: Visitor, line: DocumentLine) -> None:
    """403 for an employee whose letter somebody has worked on already: the office corrects it from then on."""
    if scope_of(visitor).employee_id is not None and line.state != "submitted":
        raise HTTPException(403)


def _store(office: FrontOffice) -> PaperStore:
    if office.papers is None:
        raise PaperError("The files have no place to be kept; say where the hub's data are.")
    return office.papers


def _form(
    request: Request,
    visitor: Visitor,
    office: FrontOffice,
    written: LetterForm,
    *,
    of: DocumentLine | None = None,
    told: str = "",
) -> Response:
    require(visitor, "hand_in")
    today = office.today()
    scope = scope_of(visitor)
    return render(
        request,
        "letter_form.html",
        status_code=409 if told else 200,
        written=written,
        of=of,
        trouble=told,
        kinds=KINDS[:-1],
        reasons=REASONS,
        offices=OFFICES,
        people=suggestions(office, scope, today) if of is None and scope.employee_id is None else [],
        for_oneself=scope.employee_id is not None,
        most_bytes=MAX_FILE_BYTES,
        page=PAGE,
    )
