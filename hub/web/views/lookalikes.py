"""People whose faces a kiosk can hardly tell apart: two people, or one person on record twice."""

from __future__ import annotations

from typing import Annotated, Final

from fastapi import APIRouter, Depends, Form, HTTPException, Request
from fastapi.responses import RedirectResponse, Response

from contract.errors import BadInputError
from hub.access.accounts import Visitor
from hub.errors import PaperError
from hub.roster.lookalike_pairs import Pair, waiting_pairs
from hub.roster.lookalikes import Verdict, settle_lookalike
from hub.web.guard import Office, PageVisitor, check_form, require
from hub.web.office import FrontOffice
from hub.web.pages import address, language_of, render
from hub.web.paper_words import say
from hub.web.scope import own_employee
from hub.web.watch import note

router = APIRouter()

PAGE: Final = "/pegawai/mirip"
SHOWN_PAIRS: Final = 50
VERDICTS: Final[dict[str, Verdict]] = {"dua": "different", "satu": "same"}


@router.get(PAGE)
def show_pairs(request: Request, visitor: PageVisitor, office: Office, selesai: str = "") -> Response:
    """The pairs of the visitor's units that wait for somebody's word."""
    require(visitor, "approval")
    return _show(request, visitor, office, done=selesai if selesai in VERDICTS else "")


@router.post(PAGE, dependencies=[Depends(check_form)])
def settle(
    request: Request,
    visitor: PageVisitor,
    office: Office,
    *,
    one: Annotated[str, Form()] = "",
    other: Annotated[str, Form()] = "",
    putusan: Annotated[str, Form()] = "",
) -> Response:
    """Say of a pair that they are two people, or one."""
    require(visitor, "approval")
    pair = next((each for each in _pairs(visitor, office) if (each.one.id, each.other.id) == (one, other)), None)
    if pair is None or putusan not in VERDICTS:
        raise HTTPException(404)
    note(employees=[one, other])
    try:
        if own_employee(office, visitor) in (one, other):
            raise PaperError("The pair is about yourself; somebody else must decide.")
        settle_lookalike(
            office.database, one, other, settled_as=VERDICTS[putusan], settled_by=visitor.username, now=office.now
        )
    except BadInputError as error:
        return _show(request, visitor, office, told=say(language_of(request), error))
    return RedirectResponse(address(PAGE, selesai=putusan), 303)


def _pairs(visitor: Visitor, office: FrontOffice) -> list[Pair]:
    return waiting_pairs(office.database, office.today(), visitor.unit_id)


def _show(request: Request, visitor: Visitor, office: FrontOffice, *, done: str = "", told: str = "") -> Response:
    pairs = _pairs(visitor, office)
    note(employees=[each.id for pair in pairs[:SHOWN_PAIRS] for each in (pair.one, pair.other)], unit=visitor.unit_id)
    return render(
        request,
        "lookalikes.html",
        status_code=409 if told else 200,
        pairs=pairs[:SHOWN_PAIRS],
        waiting=len(pairs),
        own=own_employee(office, visitor),
        done=done,
        trouble=told,
        page=PAGE,
    )
