"""Whoever is signed in: their roles, and where else they are signed in."""

from __future__ import annotations

from functools import partial
from typing import Annotated

from fastapi import APIRouter, Depends, Form, HTTPException, Request
from fastapi.responses import RedirectResponse, Response

from hub.access.accounts import authenticate, set_password
from hub.access.assignments import list_assignments
from hub.access.session_rows import choose_role, end_sessions, list_sessions
from hub.errors import AccountError
from hub.web.guard import (
    SESSION_COOKIE,
    Office,
    PageVisitor,
    PasswordVisitor,
    SettlingVisitor,
    TooManyAttemptsError,
    check_form,
    current_guest,
    open_session,
    password_visitor,
    set_cookie,
    try_password,
)
from hub.web.pages import render

router = APIRouter()


@router.get("/akun")
def show_account(request: Request, visitor: PageVisitor, office: Office) -> Response:
    """One's own account; nobody sees another's here."""
    return render(
        request,
        "account.html",
        roles=list_assignments(office.database, visitor.username, now=office.now),
        sessions=list_sessions(office.database, visitor.username, now=office.now()),
    )


@router.post("/akun/peran", dependencies=[Depends(check_form)])
def switch_role(
    request: Request, visitor: SettlingVisitor, office: Office, role: Annotated[int, Form()] = 0
) -> Response:
    """Go on in another of one's own roles that count today; 404 for one that does not."""
    guest = current_guest(request)
    if guest is None or role not in {choice.id for choice in visitor.choices}:
        raise HTTPException(404)
    choose_role(office.database, guest.nonce, role)
    return RedirectResponse("/", 303)


@router.get("/akun/sandi", dependencies=[Depends(password_visitor)])
def show_password_form(request: Request) -> Response:
    return render(request, "password.html", problem="", seconds=0)


@router.post("/akun/sandi", dependencies=[Depends(check_form)])
def change_password(
    request: Request,
    visitor: PasswordVisitor,
    office: Office,
    *,
    password: Annotated[str, Form()] = "",
    new: Annotated[str, Form()] = "",
    again: Annotated[str, Form()] = "",
) -> Response:
    """Another password for whoever shows the present one; every session of the account ends, and a new one begins."""
    page = partial(render, request, "password.html", seconds=0)
    try:
        right = try_password(request, office, visitor.username, password) is not None
    except TooManyAttemptsError as error:
        return render(request, "password.html", status_code=429, problem="sign_in.wait", seconds=error.seconds)
    if not right:
        return page(status_code=401, problem="second_step.password")
    if new != again:
        return page(status_code=409, problem="activation.differ")
    if new == password:
        return page(status_code=409, problem="password.same")
    try:
        set_password(office.database, username=visitor.username, password=new)
    except AccountError:
        return page(status_code=409, problem="activation.weak")
    end_sessions(office.database, visitor.username)
    fresh = authenticate(office.database, visitor.username, new, now=office.now)
    response = RedirectResponse("/", 303)
    if fresh is not None:
        set_cookie(request, response, SESSION_COOKIE, open_session(office, fresh))
    return response
