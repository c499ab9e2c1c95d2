"""Activating accounts: the office issues codes on paper, and employees make their accounts with them."""

from __future__ import annotations

from typing import Annotated, Final

from fastapi import APIRouter, Depends, Form, HTTPException, Request
from fastapi.responses import Response

from hub.access.accounts import Visitor
from hub.access.activation import activate, issue_codes, list_candidates
from hub.access.roles import Role
from hub.errors import AccountError
from hub.roster.nip import bare_nip
from hub.web import watch
from hub.web.guard import (
    FORM_COOKIE,
    Office,
    PageVisitor,
    TooManyAttemptsError,
    check_form,
    choose_unit,
    new_nonce,
    require,
    set_cookie,
)
from hub.web.office import FrontOffice
from hub.web.pages import render

router = APIRouter()

PAGE: Final = "/akun/aktivasi"
OWN_PAGE: Final = "/aktivasi"
SHOWN: Final = 300


@router.get(PAGE)
def show_candidates(request: Request, visitor: PageVisitor, office: Office, unit: str = "") -> Response:
    """Employees of the visitor's units who have no account yet."""
    return _show(request, visitor, office, unit)


@router.post(PAGE, dependencies=[Depends(check_form)])
def issue(
    request: Request,
    visitor: PageVisitor,
    office: Office,
    *,
    employee: Annotated[list[str], Form()] = [],  # noqa: B006 - FastAPI copies it
    semua: Annotated[str, Form()] = "",
    unit: Annotated[str, Form()] = "",
) -> Response:
    """Slips for those chosen, or for everybody of the unit who has no code that holds; shown this once."""
    require(visitor, "activation")
    choice, today, now = choose_unit(office, visitor, unit), office.today(), office.now()
    candidates = list_candidates(office.database, unit_id=choice.unit_id, today=today, now=now)
    if semua:
        chosen = [each.employee_id for each in candidates if each.nip and each.expires_at is None]
    else:
        chosen = list(dict.fromkeys(employee))
    if set(chosen) - {each.employee_id for each in candidates}:
        raise HTTPException(404)
    if not chosen:
        return _show(request, visitor, office, unit, trouble="activation.nobody")
    try:
        slips = issue_codes(office.database, chosen, unit_id=choice.unit_id, by=visitor.username, today=today, now=now)
    except AccountError:
        return _show(request, visitor, office, unit, trouble="activation.no_number")
    return render(
        request, "slips.html", slips=slips, where=f"{request.base_url.netloc}{OWN_PAGE}", page=PAGE, unit=unit
    )


@router.get(OWN_PAGE)
def show_form(request: Request, office: Office) -> Response:
    return _form(request, office)


@router.post(OWN_PAGE)
def make_account(
    request: Request,
    office: Office,
    *,
    number: Annotated[str, Form(max_length=64)] = "",
    code: Annotated[str, Form(max_length=64)] = "",
    password: Annotated[str, Form()] = "",
    again: Annotated[str, Form()] = "",
    token: Annotated[str, Form()] = "",
) -> Response:
    """Check the form, then the brake, then number and code; the answer never says which of them was wrong."""
    nonce = request.cookies.get(FORM_COOKIE, "")
    if not nonce or not office.sessions.is_form_token(token, nonce):
        return _form(request, office, number=number, problem="sign_in.stale", status_code=400)
    if password != again:
        return _form(request, office, number=number, code=code, problem="activation.differ", status_code=409)
    try:
        username = _try_code(request, office, number, code, password)
    except TooManyAttemptsError as error:
        response = _form(request, office, number=number, problem="sign_in.wait", seconds=error.seconds, status_code=429)
        response.headers["Retry-After"] = str(error.seconds)
        return response
    except AccountError:
        return _form(request, office, number=number, code=code, problem="activation.weak", status_code=409)
    if username is None:
        return _form(request, office, number=number, problem="activation.wrong", status_code=401)
    response = render(request, "activated.html", username=username)
    response.delete_cookie(FORM_COOKIE)
    return response


def _try_code(request: Request, office: FrontOffice, number: str, code: str, password: str) -> str | None:
    """The new account's name; TooManyAttemptsError before the code is even looked at. Counted as passwords are."""
    address = request.client.host if request.client is not None else "?"
    number_here = f"activation\0{address}\0{bare_nip(number)}"
    wait = max(office.throttle.wait_seconds(number_here), office.address_throttle.wait_seconds(address))
    if wait > 0:
        raise TooManyAttemptsError(wait)
    username = activate(office.database, number, code, password, today=office.today(), now=office.now())
    if username is None:
        office.throttle.fail(number_here)
        office.address_throttle.fail(address)
    else:
        office.throttle.succeed(number_here)
        watch.act_as(username, str(Role.EMPLOYEE))
    return username


def _show(request: Request, visitor: Visitor, office: FrontOffice, unit: str, *, trouble: str = "") -> Response:
    require(visitor, "activation")
    choice = choose_unit(office, visitor, unit)
    found = list_candidates(office.database, unit_id=choice.unit_id, today=office.today(), now=office.now())
    return render(
        request,
        "activation.html",
        status_code=409 if trouble else 200,
        people=found[:SHOWN],
        found=len(found),
        without_code=sum(bool(each.nip) and each.expires_at is None for each in found),
        choice=choice,
        trouble=trouble,
        page=PAGE,
    )


def _form(
    request: Request,
    office: FrontOffice,
    *,
    number: str = "",
    code: str = "",
    problem: str = "",
    seconds: int = 0,
    status_code: int = 200,
) -> Response:
    nonce = request.cookies.get(FORM_COOKIE) or new_nonce()
    response = render(
        request,
        "activate.html",
        status_code=status_code,
        token=office.sessions.form_token(nonce),
        number=number,
        code=code,
        problem=problem,
        seconds=seconds,
    )
    set_cookie(request, response, FORM_COOKIE, nonce)
    return response
