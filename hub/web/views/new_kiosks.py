"""Kiosks that ask to be let in, for the technician who stands before one of them with a telephone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Form, HTTPException, Request
from fastapi.responses import RedirectResponse, Response

from contract.errors import BadInputError
from hub.access.accounts import Visitor
from hub.fleet.claims import approve_claim, list_claims, refuse_claim
from hub.web import watch
from hub.web.guard import Office, PageVisitor, check_form, choose_unit, require
from hub.web.office import FrontOffice
from hub.web.pages import address, language_of, render
from hub.web.paper_words import say

router = APIRouter()

PAGE: Final = "/kiosk-baru"
SHOWN_SETTLED: Final = 20
_ACTS: Final[dict[str, str]] = {"setujui": "claim.approve", "tolak": "claim.refuse"}


@dataclass(frozen=True, slots=True)
class ClaimForm:
    """What somebody wrote. keys: which of several claims of a name."""

    code: Annotated[str, Form(max_length=32)] = ""
    unit: Annotated[str, Form(max_length=16)] = ""
    because: Annotated[str, Form(max_length=600)] = ""
    keys: Annotated[str, Form(max_length=64)] = ""


@router.get(PAGE)
def show_claims(request: Request, visitor: PageVisitor, office: Office) -> Response:
    """Those that wait, and the last that were answered."""
    _admit(visitor)
    return _show(request, visitor, office)


@router.post(PAGE + "/{device}/{deed}", dependencies=[Depends(check_form)])
def answer(
    request: Request,
    visitor: PageVisitor,
    office: Office,
    *,
    device: str,
    deed: str,
    written: Annotated[ClaimForm, Depends()],
) -> Response:
    """One of _ACTS; 409 and the page with the reason when it cannot be."""
    _admit(visitor)
    if deed not in _ACTS:
        raise HTTPException(404)
    unit = next(
        (name for id, name in choose_unit(office, visitor, written.unit).choices if str(id) == written.unit), None
    )
    watch.note(act=_ACTS[deed], device=device[:63])
    try:
        _do(office, device[:63].replace("\0", ""), deed, written, unit=unit, by=visitor.username)
    except BadInputError as error:
        told = say(language_of(request), error)
        return _show(request, visitor, office, told=told, about=device, written=written, status_code=409)
    return RedirectResponse(address(PAGE, selesai=deed, kiosk=device), 303)


def _do(office: FrontOffice, device: str, deed: str, written: ClaimForm, *, unit: str | None, by: str) -> None:
    if deed == "tolak":
        keys = written.keys.replace("\0", "")
        refuse_claim(office.database, device, code=None, keys=keys, because=written.because, by=by, now=office.now())
        return
    if office.claims is None:
        raise HTTPException(409)
    signer, code = office.claims.signer, written.code
    approve_claim(office.database, signer, device, code=code, unit=unit, by=by, now=office.now())


def _admit(visitor: Visitor) -> None:
    """A kiosk that asks belongs to no unit yet."""
    require(visitor, "tend")
    if visitor.unit_id is not None:
        raise HTTPException(403)


def _show(
    request: Request,
    visitor: Visitor,
    office: FrontOffice,
    *,
    told: str = "",
    about: str = "",
    written: ClaimForm | None = None,
    status_code: int = 200,
) -> Response:
    lines = list_claims(office.database, now=office.now(), every=True)
    waiting = [line for line in lines if line.state == "open"]
    names = [line.device for line in waiting]
    return render(
        request,
        "new_kiosks.html",
        status_code=status_code,
        waiting=waiting,
        doubled={name for name in names if names.count(name) > 1},
        settled=[line for line in reversed(lines) if line.state != "open"][:SHOWN_SETTLED],
        has_authority=office.claims is not None,
        units=choose_unit(office, visitor, "").open,
        told=told,
        about=about,
        written=written or ClaimForm(),
        done=request.query_params.get("selesai", ""),
        done_kiosk=request.query_params.get("kiosk", "")[:63],
        page=PAGE,
    )
