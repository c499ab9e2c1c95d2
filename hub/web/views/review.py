"""Punches that somebody must look at: beside their pictures, accepted or refused with a reason, one or many."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Final, Literal

import msgspec
from fastapi import APIRouter, Depends, Form, HTTPException, Request
from fastapi.responses import RedirectResponse, Response

from contract.errors import BadInputError
from hub.access.accounts import Visitor
from hub.attendance.corrections import decide_punches, list_outside
from hub.recap.monthly import Month
from hub.refusals.overview import Picture
from hub.review.decisions import decide_reviews
from hub.review.queue import find_review, list_reviews
from hub.roster.portraits import portrait_files
from hub.web.guard import Choice, Office, PageVisitor, check_form, choose_unit, require
from hub.web.office import FrontOffice
from hub.web.pages import address, language_of, render
from hub.web.paper_words import say
from hub.web.scope import check_person, own_employee, scope_of
from hub.web.watch import note

router = APIRouter()

PAGE: Final = "/tinjauan"
SHOWN: Final = 60
"""Cards on a page: two pictures each, and nobody looks carefully at more at once."""
PORTRAIT_SIDE: Final = 320

Queue = Literal["wajah", "jendela"]
"""wajah: without the face alone, on duty elsewhere, without a place; jendela: outside the windows, or disavowed."""


class Card(msgspec.Struct, frozen=True, kw_only=True):
    """A punch of either queue. why: keys of phrases `review.why.…`; similarity None: no face was compared."""

    key: str
    employee_id: str
    name: str
    unit: str | None
    work_date: date
    at: datetime
    device: str
    why: tuple[str, ...]
    picture: Picture
    similarity: float | None = None
    threshold: float | None = None
    letter: str | None = None
    latitude: float | None = None
    longitude: float | None = None
    beyond_m: float | None = None


@router.get(PAGE)
def show_reviews(
    request: Request, visitor: PageVisitor, office: Office, *, antrean: str = "wajah", month: str = "", unit: str = ""
) -> Response:
    """What waits in one of the two queues, the oldest first."""
    return _show(request, visitor, office, antrean=antrean, month=month, unit=unit)


@router.post(PAGE, dependencies=[Depends(check_form)])
def decide(
    request: Request,
    visitor: PageVisitor,
    office: Office,
    *,
    antrean: Annotated[str, Form()] = "wajah",
    month: Annotated[str, Form()] = "",
    unit: Annotated[str, Form()] = "",
    punch: Annotated[list[str], Form()] = [],  # noqa: B006 - FastAPI copies it
    putusan: Annotated[str, Form()] = "",
    reason: Annotated[str, Form()] = "",
) -> Response:
    """Let the chosen punches stand, or count for nothing; all of them or none."""
    require(visitor, "review")
    if putusan not in ("terima", "tolak"):
        raise HTTPException(400)
    accepted, queue = putusan == "terima", _queue(antrean)
    cards = _cards(office, choose_unit(office, visitor, unit), queue, _month(office, month))
    if set(punch) - {card.key for card in cards}:
        # Decided by somebody else meanwhile, or never this visitor's to decide.
        return _show(request, visitor, office, antrean=antrean, month=month, unit=unit, trouble="review.gone")
    decided = [card for card in cards if card.key in punch]
    note(
        act="review.accept" if accepted else "review.refuse",
        employees=[card.employee_id for card in decided],
        punches=[card.key for card in decided],
    )
    language = language_of(request)
    own = own_employee(office, visitor)
    if own is not None and any(card.employee_id == own and card.key in punch for card in cards):
        return _show(request, visitor, office, antrean=antrean, month=month, unit=unit, trouble="review.own_refused")
    why = reason if reason.strip() or not accepted else language("review.seen")
    by, now = visitor.username, office.now()
    try:
        if queue == "wajah":
            decide_reviews(office.database, punch, confirmed=accepted, by=by, reason=why, now=now)
        else:
            decide_punches(office.database, punch, accepted=accepted, by=by, reason=why, now=now)
    except BadInputError as error:
        told = say(language, error)
        return _show(request, visitor, office, antrean=antrean, month=month, unit=unit, told=told, chosen=punch)
    return RedirectResponse(
        address(PAGE, antrean=antrean, month=month, unit=unit, selesai=len(punch), hasil=putusan), 303
    )


@router.get(PAGE + "/scan/{device}/{epoch}/{seq}")
def show_snapshot(visitor: PageVisitor, office: Office, device: str, epoch: str, seq: str) -> Response:
    """The snapshot that was taken with a punch; 404 where there is none, or it is none of the visitor's."""
    require(visitor, "review")
    key = f"{device}/{epoch}/{seq}"
    if "\0" in key or not (seq.isascii() and seq.isdigit() and len(seq) < 17):
        raise HTTPException(404)
    try:
        line = find_review(office.database, office.snapshots, key, unit_id=visitor.unit_id)
    except BadInputError as error:
        raise HTTPException(404) from error
    note(employees=[line.employee_id], punches=[line.key])
    jpeg = office.snapshots.read(line.evidence) if office.snapshots is not None and line.evidence is not None else None
    if jpeg is None:
        raise HTTPException(404)
    return Response(jpeg, media_type="image/jpeg")


@router.get(PAGE + "/wajah/{employee_id}")
def show_portrait(visitor: PageVisitor, office: Office, employee_id: str) -> Response:
    """A small enrolment picture of one of the visitor's people; 404 for anybody else."""
    require(visitor, "review")
    check_person(office, scope_of(visitor), employee_id, office.today())
    file = portrait_files(office.database, [employee_id]).get(employee_id)
    jpeg = office.photos.thumbnail(file, side=PORTRAIT_SIDE) if office.photos is not None and file is not None else None
    if jpeg is None:
        raise HTTPException(404)
    return Response(jpeg, media_type="image/jpeg")


def _show(
    request: Request,
    visitor: Visitor,
    office: FrontOffice,
    *,
    antrean: str,
    month: str,
    unit: str,
    trouble: str = "",
    told: str = "",
    chosen: list[str] | None = None,
) -> Response:
    require(visitor, "review")
    queue, of_month = _queue(antrean), _month(office, month)
    choice = choose_unit(office, visitor, unit)
    cards = _cards(office, choice, queue, of_month)
    shown = cards[:SHOWN]
    language = language_of(request)
    return render(
        request,
        "review.html",
        status_code=409 if trouble or told else 200,
        cards=shown,
        waiting=len(cards),
        portraits=portrait_files(office.database, {card.employee_id for card in shown}),
        own=own_employee(office, visitor),
        queue=queue,
        month=of_month,
        choice=choice,
        trouble=language(trouble) if trouble else told,
        chosen=set(chosen or ()),
        done=_done(request),
        page=PAGE,
    )


def _cards(office: FrontOffice, choice: Choice, queue: Queue, month: Month) -> list[Card]:
    if queue == "wajah":
        return [
            Card(
                key=line.key,
                employee_id=line.employee_id,
                name=line.name,
                unit=line.unit,
                work_date=line.work_date,
                at=line.at,
                device=line.device,
                why=line.concerns,
                picture=line.picture,
                similarity=line.similarity,
                threshold=line.threshold,
                letter=line.letter,
                latitude=line.latitude,
                longitude=line.longitude,
                beyond_m=line.beyond_m,
            )
            for line in list_reviews(office.database, office.snapshots, unit_id=choice.unit_id)
        ]
    return [
        Card(
            key=line.key,
            employee_id=line.employee_id,
            name=line.name,
            unit=line.unit,
            work_date=line.work_date,
            at=line.at,
            device=line.device,
            why=(line.side,),
            picture="none",
        )
        for line in list_outside(office.database, month.first, month.last, unit_id=choice.unit_id)
    ]


def _queue(text: str) -> Queue:
    if text == "wajah":
        return "wajah"
    if text == "jendela":
        return "jendela"
    raise HTTPException(404)


def _month(office: FrontOffice, text: str) -> Month:
    try:
        return Month.parse(text) if text else Month.of(office.today())
    except BadInputError as error:
        raise HTTPException(400) from error


def _done(request: Request) -> tuple[int, str] | None:
    """What the page before has done, told once: how many, and which way; None: nothing."""
    count, result = request.query_params.get("selesai", ""), request.query_params.get("hasil", "")
    if result not in ("terima", "tolak") or not (count.isascii() and count.isdigit() and len(count) < 6):
        return None
    return int(count), result
