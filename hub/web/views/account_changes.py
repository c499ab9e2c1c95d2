"""What the administrator does about an account: roles, who it is, shutting it, and another password."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import RedirectResponse, Response

from contract.errors import BadInputError
from hub.access.accounts import Visitor, link_account
from hub.access.administration import disable_account, enable_account, end_assignment, reset_password
from hub.access.assignments import Acting, grant_role
from hub.access.second_step import drop_second_step
from hub.errors import AccountError
from hub.roster.finding import find_person
from hub.web.account_words import say_account
from hub.web.guard import Office, PageVisitor, check_form, choose_unit
from hub.web.office import FrontOffice
from hub.web.pages import address, language_of, parse_day
from hub.web.views.accounts import PAGE, administer, find, read_role, show_account
from hub.web.watch import note

router = APIRouter(prefix=PAGE + "/{username}", dependencies=[Depends(check_form)])

NOBODY: Final = "-"
LONGEST_REASON: Final = 200


@router.post("/peran")
def grant(
    request: Request,
    visitor: PageVisitor,
    office: Office,
    username: str,
    *,
    role: Annotated[str, Form()] = "",
    unit: Annotated[str, Form()] = "",
    first: Annotated[str, Form()] = "",
    last: Annotated[str, Form()] = "",
    acting: Annotated[str, Form()] = "",
    letter: Annotated[str, Form()] = "",
) -> Response:
    """A further role, from one day to another, for an acting holder with the letter's number."""

    def give(account: str) -> None:
        grant_role(
            office.database,
            account,
            read_role(role),
            unit_id=choose_unit(office, visitor, unit).unit_id,
            first=_day(first) or office.today(),
            last=_day(last),
            acting=next((each for each in Acting if each == acting), None),
            letter=letter or None,
            by=visitor.username,
            now=office.now(),
        )

    return _change(request, visitor, office, username, step="peran", change=give)


@router.post("/peran/{assignment_id:int}/akhiri")
def end(request: Request, visitor: PageVisitor, office: Office, username: str, assignment_id: int) -> Response:
    """End a role from now on."""
    number, by, now = min(assignment_id, 2**31 - 1), visitor.username, office.now()

    def take(account: str) -> None:
        end_assignment(office.database, account, number, by=by, now=now)

    return _change(request, visitor, office, username, step="akhiri", change=take)


@router.post("/nonaktif")
def disable(request: Request, visitor: PageVisitor, office: Office, username: str) -> Response:
    def shut(account: str) -> None:
        disable_account(office.database, account, now=office.now())

    return _change(request, visitor, office, username, step="nonaktif", change=shut)


@router.post("/aktif")
def enable(request: Request, visitor: PageVisitor, office: Office, username: str) -> Response:
    def reopen(account: str) -> None:
        enable_account(office.database, account)

    return _change(request, visitor, office, username, step="aktif", change=reopen)


@router.post("/sandi")
def replace_password(request: Request, visitor: PageVisitor, office: Office, username: str) -> Response:
    """A password that counts once, shown once."""
    administer(visitor, username)
    line = find(office, username)
    return show_account(
        request, visitor, office, line.username, password=reset_password(office.database, line.username)
    )


@router.post("/pegawai")
def link(
    request: Request, visitor: PageVisitor, office: Office, username: str, person: Annotated[str, Form()] = ""
) -> Response:
    """Say which employee an account is, by name, NIP or id; `-`: nobody that is known."""
    text = person.strip()[:200].replace("\0", "")

    def tie(account: str) -> None:
        if not text:
            raise AccountError("Say whom it is about: a name or a NIP.")
        employee_id = None
        if text != NOBODY:
            with office.database.read() as session:
                employee_id = find_person(session, text, on=office.today())
            note(employees=[employee_id])
        link_account(office.database, account, employee_id)

    return _change(request, visitor, office, username, step="pegawai", change=tie)


@router.post("/dua-langkah")
def reset_second_step(
    request: Request, visitor: PageVisitor, office: Office, username: str, reason: Annotated[str, Form()] = ""
) -> Response:
    """Ask for the password only until another second step is set up; why stands in the trail, and sessions end."""
    why = " ".join(reason.replace("\0", "").split())

    def drop(account: str) -> None:
        if not 0 < len(why) <= LONGEST_REASON:
            raise AccountError(f"Say why, and how you made sure that it is them, in 1 to {LONGEST_REASON} characters.")
        note(reason=why)
        if not drop_second_step(office.database, account):
            raise AccountError(f"{account} has no second step; the sessions have ended.")

    return _change(request, visitor, office, username, step="dua-langkah", change=drop)


def _change(
    request: Request,
    visitor: Visitor,
    office: FrontOffice,
    username: str,
    *,
    step: str,
    change: Callable[[str], None],
) -> Response:
    """Do something about the account of this name, and show it: with what was done, or why it was refused.

    403 and 404 as `administer` and `find`; change raises BadInputError.
    """
    administer(visitor, username)
    line = find(office, username)
    try:
        change(line.username)
    except BadInputError as error:
        return show_account(request, visitor, office, line.username, told=say_account(language_of(request), error))
    return RedirectResponse(address(f"{PAGE}/{line.username}", selesai=step), 303)


def _day(text: str) -> date | None:
    """A date of a form; None when nothing is written, AccountError when it is none."""
    if not text:
        return None
    day = parse_day(text, date.min)
    if day is None:
        raise AccountError(f"'{text[:20]}' is not a date.")
    return day
