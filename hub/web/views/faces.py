"""Enrolling one person at the hub's pages: consent, pictures from the camera or out of files, the proposal."""

from __future__ import annotations

from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, File, Form, HTTPException, Request, UploadFile
from fastapi.responses import JSONResponse, RedirectResponse, Response

from hub.access.accounts import Visitor
from hub.attendance.paper_files import MAX_FILE_BYTES
from hub.errors import EnrolmentError
from hub.roster.enrolment_report import RECOMMENDED_FRAMES
from hub.roster.finding import Whereabouts, find_whereabouts
from hub.roster.page_enrolment import (
    Going,
    Looked,
    begin,
    drop,
    going,
    picture_of,
    propose_taken,
    standing,
    take_file,
    take_frame,
)
from hub.roster.photo_archive import sent_photo
from hub.roster.photos import PhotoStore
from hub.roster.picture_proposal import RefusedProposal
from hub.roster.recogniser import Recogniser
from hub.web.guard import Office, PageVisitor, check_form, require
from hub.web.language import Language
from hub.web.office import FrontOffice
from hub.web.pages import address, language_of, render
from hub.web.phrases_faces import CONSENT
from hub.web.uploads import MAX_FILES, shown_name
from hub.web.views.people import check_unit
from hub.web.watch import note

router = APIRouter()

PAGE: Final = "/pegawai/{employee_id}/wajah"
PICTURE_SIDE: Final = 320
MAX_FRAME_BYTES: Final = 512 << 10
"""Of a frame: the page sends JPEGs of 640 pixels, which stay well below it."""


@router.get(PAGE)
def show_enrolling(
    request: Request, visitor: PageVisitor, office: Office, employee_id: str, *, diusulkan: int = 0, lain: int = 0
) -> Response:
    """Where somebody is enrolled; the only page that may ask for the camera."""
    person = _find(visitor, office, employee_id)
    return _show(request, visitor, office, person, proposed=diusulkan, left_out=lain)


@router.post(PAGE + "/mulai", dependencies=[Depends(check_form)])
def consent(request: Request, visitor: PageVisitor, office: Office, employee_id: str) -> Response:
    """The person has read and agrees: pictures may be taken from now on."""
    person = _find(visitor, office, employee_id)
    language = language_of(request)
    try:
        begin(office.database, person.id, author=visitor.username, language=language.code, now=office.now())
    except RefusedProposal as refusal:
        return _show(request, visitor, office, person, refused=_words(language, refusal))
    return RedirectResponse(_place(person), 303)


@router.post(PAGE + "/gambar", dependencies=[Depends(check_form)])
def take_picture(
    request: Request,
    visitor: PageVisitor,
    office: Office,
    employee_id: str,
    *,
    picture: Annotated[UploadFile | None, File()] = None,
) -> Response:
    """Look at one frame of the camera, and say what the person should do next."""
    person = _find(visitor, office, employee_id)
    found, recogniser, language = _going(visitor, office, person), _recogniser(office), language_of(request)
    if found is None:
        return JSONResponse({"words": language("face.refused.ended"), "ended": True}, 409)
    content = picture.file.read(MAX_FRAME_BYTES + 1) if picture is not None else b""
    photo = sent_photo("kamera.jpg", content) if len(content) <= MAX_FRAME_BYTES else "too-large"
    if isinstance(photo, str):
        return JSONResponse({"words": language(f"face.photo.{photo}")}, 400)
    try:
        looked = take_frame(office.database, recogniser, found, photo, now=office.now())
    except EnrolmentError:
        return JSONResponse({"words": language("face.no_pack"), "ended": True}, 503)
    after = _going(visitor, office, person) or found
    return JSONResponse(_told(language, looked, after))


@router.post(PAGE + "/berkas", dependencies=[Depends(check_form)])
def take_files(
    request: Request,
    visitor: PageVisitor,
    office: Office,
    employee_id: str,
    *,
    files: Annotated[list[UploadFile] | None, File()] = None,
) -> Response:
    """Look at photos out of files, each with its own answer."""
    person = _find(visitor, office, employee_id)
    recogniser, language = _recogniser(office), language_of(request)
    lines = []
    for upload in [each for each in files or [] if each.filename][:MAX_FILES]:
        found = _going(visitor, office, person)
        if found is None:
            return _show(request, visitor, office, person, refused=language("face.refused.ended"))
        name = shown_name(upload.filename or "?")
        photo = sent_photo(name, upload.file.read(MAX_FILE_BYTES + 1))
        try:
            looked = (
                Looked(photo)
                if isinstance(photo, str)
                else take_file(office.database, recogniser, found, photo, now=office.now())
            )
        except EnrolmentError:
            return _show(request, visitor, office, person, refused=language("face.no_pack"))
        lines.append((name, looked.fault))
    return _show(request, visitor, office, person, lines=lines)


@router.get(PAGE + "/foto/{number:int}")
def show_picture(visitor: PageVisitor, office: Office, employee_id: str, number: int) -> Response:
    """A small copy of a picture that was taken and not proposed yet; only for whoever takes them."""
    person = _find(visitor, office, employee_id)
    found = _going(visitor, office, person)
    photo = picture_of(office.database, found, number) if found is not None and number < 2**31 else None
    jpeg = photo.thumbnail(side=PICTURE_SIDE) if photo is not None else None
    if jpeg is None:
        raise HTTPException(404)
    return Response(jpeg, media_type="image/jpeg")


@router.post(PAGE + "/usulkan", dependencies=[Depends(check_form)])
def propose(
    request: Request, visitor: PageVisitor, office: Office, employee_id: str, kembar: Annotated[str, Form()] = ""
) -> Response:
    """Let what was taken wait for a second person."""
    person = _find(visitor, office, employee_id)
    found, recogniser, language = _going(visitor, office, person), _recogniser(office), language_of(request)
    if found is None:
        return _show(request, visitor, office, person, refused=language("face.refused.ended"))
    if kembar:
        require(visitor, "master")
    try:
        count, unlike = propose_taken(
            office.database,
            recogniser,
            _photos(office),
            found,
            now=office.now(),
            today=office.today(),
            lookalike=bool(kembar),
        )
    except RefusedProposal as refusal:
        words = _words(language, refusal)
        return _show(request, visitor, office, person, refused=words, double=refusal.code == "double")
    except EnrolmentError:
        return _show(request, visitor, office, person, refused=language("face.no_pack"))
    return RedirectResponse(address(_place(person), diusulkan=count, lain=unlike or ""), 303)


@router.post(PAGE + "/batal", dependencies=[Depends(check_form)])
def cancel(visitor: PageVisitor, office: Office, employee_id: str) -> Response:
    """Forget what was taken."""
    person = _find(visitor, office, employee_id)
    found = _going(visitor, office, person)
    if found is not None:
        drop(office.database, found, now=office.now())
    return RedirectResponse(_place(person), 303)


def _show(
    request: Request,
    visitor: Visitor,
    office: FrontOffice,
    person: Whereabouts,
    *,
    proposed: int = 0,
    left_out: int = 0,
    refused: str = "",
    double: bool = False,
    lines: list[tuple[str, str | None]] | None = None,
) -> Response:
    frames, waiting = standing(office.database, person.id)
    found = _going(visitor, office, person)
    return render(
        request,
        "face.html",
        status_code=409 if refused else 200,
        person=person,
        place=_place(person),
        frames=frames,
        waiting=waiting,
        going=found,
        consent=range(len(CONSENT)),
        thin=found is not None and 0 < len(found.pictures) < RECOMMENDED_FRAMES,
        proposed=proposed,
        left_out=left_out,
        refused=refused,
        double=double,
        lines=lines or [],
        most_bytes=MAX_FILE_BYTES,
    )


def _told(language: Language, looked: Looked, after: Going) -> dict[str, Any]:
    """What the page shows after a frame: a sentence, the next pose, and how far it has come."""
    wanted = after.wanted
    code = looked.fault
    if code is None:
        words = language("face.hint.hold") if wanted is not None else language("face.all_there")
    else:
        words = language(f"face.hint.{code}" if language.knows(f"face.hint.{code}") else f"face.photo.{code}")
    return {
        "words": words,
        "fault": code,
        "picture": looked.picture,
        "wanted": wanted,
        "ask": language(f"face.ask.{wanted}") if wanted is not None else language("face.all_there"),
        "poses": [{"pose": each.pose, "kept": each.kept, "of": each.of} for each in after.poses],
        "count": len(after.pictures),
    }


def _find(visitor: Visitor, office: FrontOffice, employee_id: str) -> Whereabouts:
    """404 for nobody, and for somebody of another unit."""
    require(visitor, "enrol")
    person = find_whereabouts(office.database, employee_id, office.today())
    if person is None:
        raise HTTPException(404)
    note(employees=[person.id], unit=person.unit_id)
    check_unit(office, visitor, person.unit_id)
    return person


def _going(visitor: Visitor, office: FrontOffice, person: Whereabouts) -> Going | None:
    return going(office.database, person.id, visitor.username, now=office.now())


def _recogniser(office: FrontOffice) -> Recogniser:
    if office.recogniser is None:
        raise HTTPException(503)
    return office.recogniser


def _photos(office: FrontOffice) -> PhotoStore:
    if office.photos is None:
        raise HTTPException(503)
    return office.photos


def _words(language: Language, refusal: RefusedProposal) -> str:
    return language(f"face.refused.{refusal.code}", who=refusal.other)


def _place(person: Whereabouts) -> str:
    return address(f"/pegawai/{person.id}/wajah")
