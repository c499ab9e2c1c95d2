"""Signing in and out, and choosing a language."""

from __future__ import annotations

from functools import partial
from typing import Annotated

from fastapi import APIRouter, Depends, Form, HTTPException, Request
from fastapi.responses import RedirectResponse, Response

from hub.access.accounts import Visitor, find_visitor
from hub.access.session_rows import end_session, end_sessions
from hub.access.sessions import STEP_SECONDS, new_ticket
from hub.errors import SecondStepKeyError
from hub.web.guard import (
    FORM_COOKIE,
    SESSION_COOKIE,
    STEP_COOKIE,
    Office,
    PageVisitor,
    TooManyAttemptsError,
    check_form,
    current_guest,
    new_nonce,
    open_session,
    safe_return,
    set_cookie,
    try_code,
    try_password,
)
from hub.web.language import COOKIE as LANGUAGE_COOKIE
from hub.web.office import FrontOffice, front_office
from hub.web.pages import address, render

router = APIRouter()

YEAR_SECONDS = 365 * 24 * 3600


@router.get("/masuk")
def show_sign_in(request: Request, kembali: str = "/") -> Response:
    """The form; whoever is signed in already goes on at once."""
    if current_guest(request) is not None:
        return RedirectResponse(safe_return(kembali), 303)
    return _form(request, kembali)


@router.post("/masuk")
def sign_in(
    request: Request,
    office: Office,
    *,
    name: Annotated[str, Form()] = "",
    password: Annotated[str, Form()] = "",
    token: Annotated[str, Form()] = "",
    kembali: Annotated[str, Form()] = "/",
) -> Response:
    """Check the form, then the brake, then the password; a new session begins with every sign-in."""
    nonce = request.cookies.get(FORM_COOKIE, "")
    if not nonce or not office.sessions.is_form_token(token, nonce):
        return _form(request, kembali, name=name, problem="sign_in.stale", status_code=400)
    try:
        visitor = try_password(request, office, name.strip().lower(), password)
    except TooManyAttemptsError as error:
        response = _form(request, kembali, name=name, problem="sign_in.wait", seconds=error.seconds, status_code=429)
        response.headers["Retry-After"] = str(error.seconds)
        return response
    if visitor is None:
        return _form(request, kembali, name=name, problem="sign_in.wrong", status_code=401)
    if visitor.second_step:
        response = RedirectResponse(address("/masuk/kode", kembali=safe_return(kembali)), 303)
        step = office.sessions.write_step(new_ticket(visitor))
        set_cookie(request, response, STEP_COOKIE, step, max_age=STEP_SECONDS)
        return response
    return _let_in(request, office, visitor, kembali)


@router.get("/masuk/kode")
def show_code_form(request: Request, kembali: str = "/") -> Response:
    """The form for the code; whoever has not shown the password lately begins anew."""
    if _waiting(request) is None:
        return RedirectResponse(address("/masuk", kembali=safe_return(kembali)), 303)
    return _form(request, kembali, template="sign_in_code.html")


@router.post("/masuk/kode")
def check_code(
    request: Request,
    office: Office,
    *,
    code: Annotated[str, Form(max_length=64)] = "",
    token: Annotated[str, Form()] = "",
    kembali: Annotated[str, Form()] = "/",
) -> Response:
    """Check the form, then the brake, then the code; only then does a session begin."""
    waiting = _waiting(request)
    if waiting is None:
        return RedirectResponse(address("/masuk", kembali=safe_return(kembali)), 303)
    nonce = request.cookies.get(FORM_COOKIE, "")
    page = partial(_form, request, kembali, template="sign_in_code.html")
    if not nonce or not office.sessions.is_form_token(token, nonce):
        return page(problem="sign_in.stale", status_code=400)
    try:
        right = try_code(office, waiting.username, code)
    except TooManyAttemptsError as error:
        response = page(problem="sign_in.wait", seconds=error.seconds, status_code=429)
        response.headers["Retry-After"] = str(error.seconds)
        return response
    except SecondStepKeyError:
        return page(problem="sign_in.code.no_key", status_code=503)
    if not right:
        return page(problem="sign_in.code.wrong", status_code=401)
    response = _let_in(request, office, waiting, kembali)
    response.delete_cookie(STEP_COOKIE)
    return response


@router.post("/keluar", dependencies=[Depends(check_form)])
def sign_out(request: Request, office: Office) -> Response:
    """End this session, here and wherever its cookie was copied to."""
    guest = current_guest(request)
    if guest is not None:
        end_session(office.database, guest.nonce)
    return _signed_out()


@router.post("/keluar/semua", dependencies=[Depends(check_form)])
def sign_out_everywhere(visitor: PageVisitor, office: Office) -> Response:
    """End every session of the account that asks, this one too."""
    end_sessions(office.database, visitor.username)
    return _signed_out()


@router.get("/bahasa/{code}")
def choose_language(request: Request, code: str, kembali: str = "/") -> Response:
    if code not in {"id", "en"}:
        raise HTTPException(404)
    response = RedirectResponse(safe_return(kembali), 303)
    set_cookie(request, response, LANGUAGE_COOKIE, code, max_age=YEAR_SECONDS)
    return response


def _let_in(request: Request, office: FrontOffice, visitor: Visitor, kembali: str) -> Response:
    response = RedirectResponse(safe_return(kembali), 303)
    set_cookie(request, response, SESSION_COOKIE, open_session(office, visitor))
    response.delete_cookie(FORM_COOKIE)
    return response


def _waiting(request: Request) -> Visitor | None:
    """Who has shown the password within the last minutes and still owes the code; None: nobody."""
    office = front_office(request)
    cookie = request.cookies.get(STEP_COOKIE)
    ticket = office.sessions.read_step(cookie) if cookie else None
    if ticket is None:
        return None
    return find_visitor(office.database, ticket.username, ticket.fingerprint, now=office.now)


def _signed_out() -> Response:
    response = RedirectResponse("/masuk", 303)
    response.delete_cookie(SESSION_COOKIE)
    return response


def _form(
    request: Request,
    kembali: str,
    *,
    name: str = "",
    problem: str = "",
    seconds: int = 0,
    status_code: int = 200,
    template: str = "sign_in.html",
) -> Response:
    nonce = request.cookies.get(FORM_COOKIE) or new_nonce()
    response = render(
        request,
        template,
        status_code=status_code,
        token=front_office(request).sessions.form_token(nonce),
        kembali=safe_return(kembali),
        name=name[:64],
        problem=problem,
        seconds=seconds,
    )
    set_cookie(request, response, FORM_COOKIE, nonce)
    return response
