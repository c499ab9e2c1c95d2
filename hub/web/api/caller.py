"""Who asks the interface: a program with a token, or somebody who has signed in; and what they may ask for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any, Final

from fastapi import Depends, HTTPException, Request

from hub.access.accounts import Visitor
from hub.access.roles import Right, may
from hub.access.tokens import Scope, find_holder
from hub.roster.units import UnitTree
from hub.web.guard import TooManyAttemptsError, api_visitor, current_guest
from hub.web.office import FrontOffice, front_office
from hub.web.watch import act_as, note

_NEEDED: Final[dict[Scope, Right]] = {
    "employees:read": "enrolment",
    "punches:read": "recap",
    "days:read": "recap",
    "recaps:read": "recap",
    "pay:read": "months",
    "documents:read": "papers",
    "documents:write": "hand_in",
    "kiosks:read": "fleet",
    "metrics:read": "fleet",
}
"""Which right of a role stands for a scope."""

CHALLENGE: Final = 'Basic realm="Presensi", charset="UTF-8", Bearer realm="Presensi"'


@dataclass(frozen=True, slots=True)
class Caller:
    """name: `token:NAME` or the account's. unit_id: reaches this unit and those below it; None: all.

    by_cookie: other sites can make a browser send it, so it may only read.
    """

    name: str
    scopes: frozenset[Scope]
    unit_id: int | None
    by_cookie: bool = False


def identify(request: Request) -> Caller:
    """Who asks; HTTPException 401, 403 or 429 for everybody else."""
    office = front_office(request)
    scheme, _, shown = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        return _holder(request, office, shown.strip())
    try:
        visitor = api_visitor(request)
    except HTTPException as error:
        if error.status_code == 401:
            error.headers = {"WWW-Authenticate": CHALLENGE}
        raise
    return _of_visitor(visitor, by_cookie=current_guest(request) is not None)


def _holder(request: Request, office: FrontOffice, token: str) -> Caller:
    address = f"token\0{request.client.host if request.client is not None else '?'}"
    wait = office.address_throttle.wait_seconds(address)
    if wait > 0:
        raise TooManyAttemptsError(wait)
    holder = find_holder(office.database, token, now=office.now())
    if holder is None:
        office.address_throttle.fail(address)
        raise HTTPException(401, "This token is unknown, expired or revoked.", headers={"WWW-Authenticate": CHALLENGE})
    act_as(f"api-token:{holder.name}", unit_id=holder.unit_id)
    return Caller(f"token:{holder.name}", holder.scopes, holder.unit_id)


def _of_visitor(visitor: Visitor, *, by_cookie: bool) -> Caller:
    """Somebody with rights over their own record alone has none here: the interface is about units."""
    of_role = (scope for scope, right in _NEEDED.items() if may(visitor.role, right))
    scopes: frozenset[Scope] = frozenset() if may(visitor.role, "own") else frozenset(of_role)
    return Caller(visitor.username, scopes, visitor.unit_id, by_cookie=by_cookie)


def caller_of(request: Request) -> Caller:
    """Who asks, as the application's gate has found out."""
    caller: Caller = request.state.caller
    return caller


def needs(scope: Scope) -> Any:
    """A dependency: who asks, if they may do this; 403 otherwise."""

    def check(caller: Annotated[Caller, Depends(caller_of)]) -> Caller:
        if scope not in caller.scopes:
            raise HTTPException(403, f"This needs the scope {scope}.")
        if scope.endswith(":write") and caller.by_cookie:
            raise HTTPException(403, "Writing needs a token, or a name and password with the request.")
        return caller

    return Depends(check)


def reach(office: FrontOffice, caller: Caller, asked: int | None) -> frozenset[int] | None:
    """Ids of the units that an answer may be about: those asked for, or all that the caller reaches; None: every one.

    404 when there is no such unit, 403 when it is beyond the caller's.
    """
    if asked is None and caller.unit_id is None:
        return None
    with office.database.read() as session:
        tree = UnitTree.load(session.connection())
    allowed = None if caller.unit_id is None else frozenset(tree.within(caller.unit_id))
    if asked is None:
        return allowed
    try:
        tree.node(asked)
    except KeyError as error:
        raise HTTPException(404, f"There is no unit {asked}.") from error
    note(unit=asked)
    if allowed is not None and asked not in allowed:
        raise HTTPException(403, f"Unit {asked} is beyond what this caller may see.")
    return frozenset(tree.within(asked))
