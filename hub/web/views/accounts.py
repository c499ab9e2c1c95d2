"""Accounts of others, for the administrator: the list, a new one, and one with its roles."""

from __future__ import annotations

from typing import Annotated, Final

from fastapi import APIRouter, Depends, Form, HTTPException, Request
from fastapi.responses import Response

from contract.errors import BadInputError
from hub.access.accounts import (
    AccountLine,
    Visitor,
    add_account,
    check_username,
    find_account,
    generate_password,
    list_accounts,
)
from hub.access.administration import require_other_password
from hub.access.assignments import Acting, list_assignments
from hub.access.roles import PAGE_ROLES, Role
from hub.errors import AccountError
from hub.web.account_words import say_account
from hub.web.guard import Office, PageVisitor, check_form, choose_unit, require
from hub.web.office import FrontOffice
from hub.web.pages import language_of, render
from hub.web.watch import note

router = APIRouter()

PAGE: Final = "/akun/daftar"
SHOWN: Final = 200


@router.get(PAGE)
def show_accounts(request: Request, visitor: PageVisitor, office: Office, q: str = "", role: str = "") -> Response:
    """Every account, or those whose name or employee has the words."""
    return _list(request, visitor, office, q=q, role=role)


@router.post(PAGE, dependencies=[Depends(check_form)])
def add(
    request: Request,
    visitor: PageVisitor,
    office: Office,
    *,
    username: Annotated[str, Form()] = "",
    role: Annotated[str, Form()] = "",
    unit: Annotated[str, Form()] = "",
) -> Response:
    """Make an account with its first role; the password is shown this once, and opens it once."""
    administer(visitor)
    name, of_unit = username.strip().lower(), choose_unit(office, visitor, unit)
    password = generate_password()
    try:
        check_username(name)
        note(account=name)
        add_account(
            office.database,
            username=name,
            password=password,
            role=read_role(role),
            unit=dict(of_unit.choices)[of_unit.unit_id] if of_unit.unit_id is not None else None,
            by=visitor.username,
            now=office.now,
        )
        require_other_password(office.database, name)
    except BadInputError as error:
        told = say_account(language_of(request), error)
        return _list(request, visitor, office, told=told, written=(username[:64], role, unit))
    return show_account(request, visitor, office, name, password=password)


@router.get(PAGE + "/{username}")
def show_one(request: Request, visitor: PageVisitor, office: Office, username: str) -> Response:
    """One account: its roles, who it is, and what may be done about it."""
    return show_account(request, visitor, office, username)


def administer(visitor: Visitor, username: str | None = None) -> None:
    """403 unless the visitor administers accounts of every unit; 403 for changes of their own account, too."""
    require(visitor, "accounts")
    if visitor.unit_id is not None or username == visitor.username:
        raise HTTPException(403)


def read_role(text: str) -> Role:
    """A role that signs in to pages; AccountError for anything else."""
    role = next((each for each in PAGE_ROLES if each == text), None)
    if role is None:
        raise AccountError("Choose a role.")
    return role


def find(office: FrontOffice, username: str) -> AccountLine:
    """The account of this name, which the trail is told; 404 when there is none."""
    line = find_account(office.database, username[:64].replace("\0", ""), now=office.now)
    if line is None:
        raise HTTPException(404)
    note(account=line.username)
    return line


def show_account(
    request: Request, visitor: Visitor, office: FrontOffice, username: str, *, told: str = "", password: str = ""
) -> Response:
    """The page of an account. told: why the last step was refused; password: a new one, shown this once."""
    administer(visitor)
    line = find(office, username)
    done = request.query_params.get("selesai", "")
    return render(
        request,
        "account_of.html",
        status_code=409 if told else 200,
        line=line,
        roles=list_assignments(office.database, line.username, ended=True, now=office.now),
        choosable=PAGE_ROLES,
        actings=tuple(Acting),
        choice=choose_unit(office, visitor, ""),
        is_own=line.username == visitor.username,
        told=told,
        password=password,
        done=done if done in ("peran", "akhiri", "nonaktif", "aktif", "pegawai", "dua-langkah") else "",
        page=f"{PAGE}/{line.username}",
        list_page=PAGE,
    )


def _list(
    request: Request,
    visitor: Visitor,
    office: FrontOffice,
    *,
    q: str = "",
    role: str = "",
    told: str = "",
    written: tuple[str, str, str] = ("", "", ""),
) -> Response:
    administer(visitor)
    asked = " ".join(q.split())[:100]
    words = asked.casefold()
    found = [
        line
        for line in list_accounts(office.database, now=office.now)
        if words in f"{line.username} {line.employee or ''}".casefold() and (not role or told or line.role == role)
    ]
    return render(
        request,
        "accounts.html",
        status_code=409 if told else 200,
        lines=found[:SHOWN],
        found=len(found),
        asked=asked,
        of_role=role if not told else "",
        choosable=PAGE_ROLES,
        choice=choose_unit(office, visitor, ""),
        told=told,
        written=written,
        page=PAGE,
    )
