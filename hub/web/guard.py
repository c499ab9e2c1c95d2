"""Who is asking, what they may see, and whether a form is ours."""

from __future__ import annotations

import base64
import binascii
import logging
import math
import secrets
from dataclasses import dataclass
from typing import Annotated, Final

from fastapi import Depends, Form, HTTPException, Request
from fastapi.responses import Response
from sqlalchemy import select

from hub.access.accounts import Visitor, authenticate, find_visitor
from hub.access.roles import FleetRight, MasterRight, OfficeRight, Right, SystemRight, may
from hub.access.session_rows import begin_session, chosen_role, use_session
from hub.access.sessions import new_ticket
from hub.errors import SecondStepKeyError
from hub.roster.models import Unit
from hub.roster.units import UnitTree
from hub.web.office import FrontOffice, front_office
from hub.web.watch import act_as, note, note_failed_sign_in

logger = logging.getLogger(__name__)

SESSION_COOKIE: Final = "presensi_session"
FORM_COOKIE: Final = "presensi_form"
STEP_COOKIE: Final = "presensi_step"
"""Between the password and the code."""


BY_ITSELF: Final = "diam"
"""In the query of what an open page asks for by itself, like pictures that come with its stream."""
BY_ITSELF_COOKIE: Final = "presensi_diam"
"""Set by a page for the moment in which it loads itself anew; in the query the page's links would carry it on."""


class SignInRequiredError(Exception):
    """Raised when a page needs somebody who has signed in."""


class SecondStepRequiredError(Exception):
    """Raised when somebody who has signed in must set up a second step first."""


class PasswordRequiredError(Exception):
    """Raised when somebody who has signed in must choose another password first."""


@dataclass(frozen=True, slots=True)
class Guest:
    """Somebody signed in, and the nonce that the forms of the session are bound to."""

    visitor: Visitor
    nonce: str


def current_guest(request: Request) -> Guest | None:
    """Who is signed in by cookie; None: nobody. Read from the database once per request."""
    if not hasattr(request.state, "guest"):
        request.state.guest = _read_guest(request)
        if request.state.guest is not None:
            _tell_trail(request.state.guest.visitor)
    guest: Guest | None = request.state.guest
    return guest


def settling_visitor(request: Request) -> Visitor:
    """The visitor of the pages that set up a second step; others are sent to the sign-in."""
    guest = current_guest(request)
    if guest is None:
        raise SignInRequiredError
    return guest.visitor


def page_visitor(request: Request) -> Visitor:
    """The visitor of a page; others are sent to the sign-in, to choose another password, or to set up the second
    step that their role needs."""
    visitor = settling_visitor(request)
    if visitor.must_change:
        raise PasswordRequiredError
    if lacks_second_step(front_office(request), visitor):
        raise SecondStepRequiredError
    return visitor


def password_visitor(request: Request) -> Visitor:
    """The visitor of the page that changes the password: as of every page, but also with one that counts once."""
    visitor = settling_visitor(request)
    return visitor if visitor.must_change else page_visitor(request)


def watching_visitor(request: Request) -> Visitor:
    """The visitor of something that an open page asks for by itself: as of every page, but it keeps no session open."""
    request.state.by_itself = True
    return page_visitor(request)


def lacks_second_step(office: FrontOffice, visitor: Visitor) -> bool:
    """Whether the visitor's role must have a second step, and has none."""
    return visitor.role in office.second_step_roles and not visitor.second_step


def api_visitor(request: Request) -> Visitor:
    """The visitor of the JSON interface: by session, or by HTTP Basic; 401 and 429 for others.

    By name and password alone nobody comes in who has a second step, or must have one.
    """
    guest = current_guest(request)
    office = front_office(request)
    if guest is not None:
        if guest.visitor.must_change:
            raise HTTPException(403, "Choose another password first: open the pages and sign in.")
        if lacks_second_step(office, guest.visitor):
            raise HTTPException(403, "Set up the second step at sign-in first: open the pages and sign in.")
        return guest.visitor
    name, password = _basic(request)
    visitor = try_password(request, office, name, password) if name else None
    if visitor is not None and (visitor.second_step or lacks_second_step(office, visitor)):
        raise HTTPException(
            401,
            "This account needs a second step, which a name and password do not give: sign in on the pages.",
            headers={"WWW-Authenticate": 'Basic realm="Presensi", charset="UTF-8"'},
        )
    if visitor is None or visitor.must_change:
        raise HTTPException(401, headers={"WWW-Authenticate": 'Basic realm="Presensi", charset="UTF-8"'})
    _tell_trail(visitor)
    return visitor


class TooManyAttemptsError(HTTPException):
    """Raised when somebody guesses too fast; seconds: how long to wait."""

    def __init__(self, seconds: float) -> None:
        self.seconds = max(1, math.ceil(seconds))
        super().__init__(429, headers={"Retry-After": str(self.seconds)})


def try_password(request: Request, office: FrontOffice, name: str, password: str) -> Visitor | None:
    """The visitor, or None; TooManyAttemptsError before the password is even looked at.

    Counted per name at an address, and more patiently per address: nobody can lock somebody else out from elsewhere.
    """
    address = request.client.host if request.client is not None else "?"
    name_here = f"{address}\0{name[:64]}"
    wait = max(office.throttle.wait_seconds(name_here), office.address_throttle.wait_seconds(address))
    if wait > 0:
        raise TooManyAttemptsError(wait)
    visitor = authenticate(office.database, name, password, now=office.now)
    if visitor is None:
        note_failed_sign_in(name)
        office.throttle.fail(name_here)
        office.address_throttle.fail(address)
    else:
        office.throttle.succeed(name_here)
    return visitor


def try_code(office: FrontOffice, username: str, code: str) -> bool:
    """Whether this is a code of the account; TooManyAttemptsError before it is even looked at.

    Counted per account, wherever it comes from: whoever gets here has shown the password. SecondStepKeyError, which the
    log tells too, when the hub's key is not the one that it was sealed with.
    """
    steps = office.second_steps
    key = f"code\0{username}"
    wait = office.throttle.wait_seconds(key)
    if wait > 0:
        raise TooManyAttemptsError(wait)
    try:
        if steps is None:
            raise SecondStepKeyError(f"The second step of '{username}' cannot be checked: this hub has no key for it.")
        right = steps.check(username, code)
    except SecondStepKeyError as error:
        logger.error("%s", error)  # noqa: TRY400 - the sentence says it all
        raise
    if right:
        office.throttle.succeed(key)
        return True
    note_failed_sign_in(username)
    office.throttle.fail(key)
    return False


def open_session(office: FrontOffice, visitor: Visitor) -> str:
    """Begin a session that the hub remembers; the cookie for it."""
    _tell_trail(visitor)
    ticket = new_ticket(visitor)
    begin_session(office.database, ticket, now=office.now())
    return office.sessions.write(ticket)


def require(visitor: Visitor, right: Right | OfficeRight | MasterRight | SystemRight | FleetRight) -> None:
    """403 unless the visitor's role has this right."""
    if not may(visitor.role, right):
        raise HTTPException(403)


@dataclass(frozen=True, slots=True)
class Choice:
    """The unit that a recap is about. unit_id None: all of them. choices: (id, name), what the visitor may choose.

    open: of these, those that are not closed: only they are given anything new.
    """

    unit_id: int | None
    choices: tuple[tuple[int, str], ...]
    may_see_all: bool
    open: tuple[tuple[int, str], ...] = ()


def choose_unit(office: FrontOffice, visitor: Visitor, asked: str) -> Choice:
    """The unit asked for (empty: all that may be seen); 403 for one of somebody else, 404 for none at all."""
    with office.database.read() as session:
        tree = UnitTree.load(session.connection())
        allowed = None if visitor.unit_id is None else tree.within(visitor.unit_id)
        units = session.execute(select(Unit.id, Unit.name, Unit.valid_until)).all()
    today = office.today()
    shown = sorted((unit for unit in units if allowed is None or unit.id in allowed), key=lambda u: u.name.casefold())
    choices = tuple((unit.id, unit.name) for unit in shown)
    going_on = tuple((unit.id, unit.name) for unit in shown if (unit.valid_until or today) >= today)
    if not asked:
        note(unit=visitor.unit_id)
        return Choice(visitor.unit_id, choices, visitor.unit_id is None, going_on)
    unit_id = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 10 else -1
    if unit_id not in {unit.id for unit in units}:
        raise HTTPException(404)
    note(unit=unit_id)
    if allowed is not None and unit_id not in allowed:
        raise HTTPException(403)
    return Choice(unit_id, choices, visitor.unit_id is None, going_on)


def check_form(request: Request, token: Annotated[str, Form()] = "") -> None:
    """400 unless the form that was sent is one that this session was given."""
    guest = current_guest(request)
    if guest is None:
        raise SignInRequiredError
    if not front_office(request).sessions.is_form_token(token, guest.nonce):
        raise HTTPException(400)


def set_cookie(request: Request, response: Response, name: str, content: str, *, max_age: int | None = None) -> None:
    """A cookie that scripts cannot read and other sites cannot send; only over TLS where the page came over TLS."""
    response.set_cookie(
        name,
        content,
        max_age=max_age,
        httponly=True,
        samesite="lax",
        secure=request.url.scheme == "https",
    )


def new_nonce() -> str:
    return secrets.token_urlsafe(16)


def safe_return(path: str) -> str:
    """Where to go after signing in: a page of ours, whatever was asked for."""
    is_ours = path.startswith("/") and not path.startswith(("//", "/\\")) and path.isprintable()
    return path if is_ours and "\\" not in path else "/"


def _read_guest(request: Request) -> Guest | None:
    office = front_office(request)
    cookie = request.cookies.get(SESSION_COOKIE)
    ticket = office.sessions.read(cookie) if cookie else None
    if ticket is None:
        return None
    if not use_session(office.database, ticket, now=office.now(), renew=not _asks_by_itself(request)):
        return None
    with office.database.one_read():
        chosen = chosen_role(office.database, ticket.nonce)
        visitor = find_visitor(office.database, ticket.username, ticket.fingerprint, chosen=chosen, now=office.now)
    return None if visitor is None else Guest(visitor, ticket.nonce)


def _asks_by_itself(request: Request) -> bool:
    """Whether an open page asks, and not somebody before it; such a question keeps no session open."""
    watching = getattr(request.state, "by_itself", False)
    return watching or BY_ITSELF in request.query_params or BY_ITSELF_COOKIE in request.cookies


def _tell_trail(visitor: Visitor) -> None:
    act_as(visitor.username, str(visitor.role), visitor.unit_id)


def _basic(request: Request) -> tuple[str, str]:
    """Name and password of HTTP Basic (RFC 7617); both empty when there are none."""
    scheme, _, encoded = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return "", ""
    try:
        name, _, password = base64.b64decode(encoded, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError, ValueError):
        return "", ""
    return name, password


SettlingVisitor = Annotated[Visitor, Depends(settling_visitor)]
WatchingVisitor = Annotated[Visitor, Depends(watching_visitor)]
PageVisitor = Annotated[Visitor, Depends(page_visitor)]
PasswordVisitor = Annotated[Visitor, Depends(password_visitor)]
ApiVisitor = Annotated[Visitor, Depends(api_visitor)]
Office = Annotated[FrontOffice, Depends(front_office)]
