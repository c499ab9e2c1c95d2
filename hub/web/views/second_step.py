"""Setting up the second step at sign-in: a telephone's codes, and the codes for whoever has lost it."""

from __future__ import annotations

from io import BytesIO
from typing import Annotated

import segno
from fastapi import APIRouter, Depends, Form, HTTPException, Request
from fastapi.responses import RedirectResponse, Response

from hub.access.second_step import SecondSteps, count_recovery_codes, drop_second_step
from hub.errors import SecondStepKeyError
from hub.web.guard import (
    Office,
    SettlingVisitor,
    TooManyAttemptsError,
    check_form,
    current_guest,
    lacks_second_step,
    try_code,
    try_password,
)
from hub.web.office import FrontOffice
from hub.web.pages import render

router = APIRouter(prefix="/akun/dua-langkah")

Code = Annotated[str, Form(max_length=64)]
Password = Annotated[str, Form(max_length=200)]


@router.get("")
def show_second_step(request: Request, visitor: SettlingVisitor, office: Office) -> Response:
    """Whether there is one; while one is being set up, what the telephone scans."""
    return _page(request, visitor, office)


@router.get("/qr.svg")
def show_qr(visitor: SettlingVisitor, office: Office) -> Response:
    """The secret that waits for its first code, to be scanned; 404 when none does."""
    offer = _steps(office).offer(visitor.username)
    if offer is None:
        raise HTTPException(404)
    drawn = BytesIO()
    segno.make(offer.uri, micro=False).save(drawn, kind="svg", scale=6, border=4, light="white")
    return Response(drawn.getvalue(), media_type="image/svg+xml")


@router.post("/mulai", dependencies=[Depends(check_form)])
def begin(request: Request, visitor: SettlingVisitor, office: Office, password: Password = "") -> Response:
    """Make a secret, for whoever shows the password again."""
    if visitor.second_step:
        return RedirectResponse("/akun/dua-langkah", 303)
    problem = _check_password(request, office, visitor, password)
    if problem is not None:
        return problem
    _steps(office).begin(visitor.username)
    return RedirectResponse("/akun/dua-langkah", 303)


@router.post("/sahkan", dependencies=[Depends(check_form)])
def confirm(request: Request, visitor: SettlingVisitor, office: Office, code: Code = "") -> Response:
    """The first code: from now on codes are asked for. The recovery codes are shown this once."""
    codes = _steps(office).confirm(visitor.username, code, keep=_nonce(request))
    if codes is None:
        return _page(request, visitor, office, problem="second_step.wrong", status_code=401)
    return render(request, "recovery_codes.html", codes=codes, first=True)


@router.post("/kode", dependencies=[Depends(check_form)])
def renew(request: Request, visitor: SettlingVisitor, office: Office, code: Code = "") -> Response:
    """Other recovery codes, for whoever has a right code; those before count no more."""
    refused = _check_code(request, office, visitor, code)
    if refused is not None:
        return refused
    codes = _steps(office).replace_recovery_codes(visitor.username, keep=_nonce(request))
    return render(request, "recovery_codes.html", codes=codes, first=False)


@router.post("/hapus", dependencies=[Depends(check_form)])
def switch_off(
    request: Request, visitor: SettlingVisitor, office: Office, *, password: Password = "", code: Code = ""
) -> Response:
    """Ask for the password only, for whoever shows both once more."""
    if visitor.role in office.second_step_roles:
        raise HTTPException(403)
    refused = _check_password(request, office, visitor, password) or _check_code(request, office, visitor, code)
    if refused is not None:
        return refused
    drop_second_step(office.database, visitor.username, keep=_nonce(request))
    return RedirectResponse("/akun/dua-langkah", 303)


def _page(
    request: Request, visitor: SettlingVisitor, office: FrontOffice, *, problem: str = "", status_code: int = 200,
    seconds: int = 0,
) -> Response:  # fmt: skip
    steps = office.second_steps
    return render(
        request,
        "second_step.html",
        status_code=status_code,
        possible=steps is not None,
        offer=steps.offer(visitor.username) if steps is not None else None,
        left=count_recovery_codes(office.database, visitor.username),
        required=lacks_second_step(office, visitor),
        may_end=visitor.role not in office.second_step_roles,
        problem=problem,
        seconds=seconds,
    )


def _nonce(request: Request) -> str | None:
    """Of the session in use, which goes on where all others end."""
    guest = current_guest(request)
    return guest.nonce if guest is not None else None


def _steps(office: FrontOffice) -> SecondSteps:
    steps = office.second_steps
    if steps is None:
        raise HTTPException(404)
    return steps


def _check_password(request: Request, office: FrontOffice, visitor: SettlingVisitor, password: str) -> Response | None:
    """None when it is right; else the page that says why not."""
    try:
        right = try_password(request, office, visitor.username, password) is not None
    except TooManyAttemptsError as error:
        return _page(request, visitor, office, problem="sign_in.wait", seconds=error.seconds, status_code=429)
    return None if right else _page(request, visitor, office, problem="second_step.password", status_code=401)


def _check_code(request: Request, office: FrontOffice, visitor: SettlingVisitor, code: str) -> Response | None:
    """None when it is right; else the page that says why not."""
    try:
        right = try_code(office, visitor.username, code)
    except TooManyAttemptsError as error:
        return _page(request, visitor, office, problem="sign_in.wait", seconds=error.seconds, status_code=429)
    except SecondStepKeyError:
        return _page(request, visitor, office, problem="sign_in.code.no_key", status_code=503)
    return None if right else _page(request, visitor, office, problem="second_step.wrong", status_code=401)
