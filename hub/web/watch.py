"""What a request turns out to be about, told by whoever knows it and put into the audit trail once.

Views and guards call `note`, `act_as` and `note_failed_sign_in`; outside a request these do nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.types import Scope

from hub.access.models import Account
from hub.access.trail.append import append
from hub.access.trail.chain import Deed, Fact, about_text
from hub.web.deeds import DEEDS, FAILED_SIGN_IN, WITHOUT_PEOPLE, DeedName
from hub.web.office import FrontOffice, front_office

NOBODY: Final = "-"
"""Stands for whoever tried to sign in under a name that is no account's."""

_MONTH: Final = re.compile(r"[0-9]{4}-[0-9]{2}")
_DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_NUMBER: Final = re.compile(r"[0-9]{1,10}")

watching: ContextVar[Watch | None] = ContextVar("watch", default=None)


def note(
    *, act: str | None = None, employees: Iterable[str] = (), unit: int | str | None = "", **facts: Fact | date
) -> None:
    """Say whom the request that runs is about, before it writes anything: ids, and no names.

    act: a word more exact than that of the address. unit None: every unit; left out: as it was said before;
    of a write the first that is said counts.
    """
    watch = watching.get()
    if watch is None:
        return
    watch.act = act or watch.act
    watch.employees.update(employees)
    watch.facts.update(facts)
    # A form that was refused is shown again, with the unit that such a page begins with.
    if unit != "" and (watch.is_read or "unit" not in watch.facts):
        watch.facts["unit"] = unit


def act_as(name: str, role: str | None = None, unit_id: int | None = None) -> None:
    """Say who asks: an account's name, or `api-token:NAME`; unit_id as in Visitor."""
    watch = watching.get()
    if watch is not None:
        watch.actor, watch.role, watch.unit_id = name, role, unit_id


def note_failed_sign_in(name: str) -> None:
    """Say that somebody showed a wrong password; the name goes into the trail only if it is an account's."""
    watch = watching.get()
    if watch is not None and watch.actor is None:
        watch.act, watch.tried = FAILED_SIGN_IN, name[:64]


@dataclass(slots=True)
class Watch:
    """One request as the trail will tell it, once. told: its entry is written, or being written;
    carried: together with a write, as done (status 200)."""

    scope: Scope
    office: FrontOffice
    act: str | None = None
    actor: str | None = None
    role: str | None = None
    unit_id: int | None = None
    tried: str | None = None
    employees: set[str] = field(default_factory=set)
    facts: dict[str, Any] = field(default_factory=dict)
    told: bool = False
    carried: bool = False
    _in_hand: bool = False

    @classmethod
    def of(cls, scope: Scope) -> Watch:
        return cls(scope, front_office(Request(scope)))

    @property
    def is_read(self) -> bool:
        return self.scope["method"] in ("GET", "HEAD")

    def before_commit(self, session: Session) -> None:
        """Put the entry of a request that writes into its first write, once it is known who asks."""
        self._in_hand = False
        if self.told or self.is_read or self.actor is None or self._route() is None:
            return
        append(session, self._deed(self.actor, 200))
        self._in_hand = True

    def after_commit(self) -> None:
        if self._in_hand:
            self.told = self.carried = True
            self._in_hand = False

    def is_owed(self, status: int) -> bool:
        """Whether an answer of this status still needs an entry.

        Every request of somebody known that is no read; reads that were answered or forbidden (404 where it
        is somebody of another unit); failed sign-ins.
        Anonymous requests leave none: anybody on the network could fill the disk with them. What wrote something and
        was refused all the same gets a second entry.
        """
        if self._route() is None:
            return False
        if self.told:
            return self.carried and status >= 400
        if self.tried is not None:
            return True
        if self.actor is None:
            return False
        if not self.is_read:
            return True
        return self.address() not in WITHOUT_PEOPLE and (
            200 <= status < 300 or status == 403 or (status == 404 and bool(self.employees))
        )

    def record(self, status: int) -> None:
        """Write the entry of an answer in a transaction of its own; none for somebody who reads their own record."""
        # First, because this watch witnesses its own write too.
        self.told = True
        with self.office.database.write() as session:
            actor = self._existing_name(session) if self.actor is None else self.actor
            if self.is_read and self.employees and self.employees == {_own_employee(session, actor)}:
                return
            append(session, self._deed(actor, status))

    def _existing_name(self, session: Session) -> str:
        known = session.scalar(select(Account.username).where(Account.username == self.tried))
        return known or NOBODY

    def _deed(self, actor: str, status: int) -> Deed:
        named = self._named()
        client = self.scope.get("client")
        return Deed(
            at=self.office.now(),
            actor=actor,
            role=self.role,
            kind="read" if self.is_read and self.tried is None else "write",
            act=self.act or named.act,
            about=about_text(self.employees, **self._facts(named)),
            address=self.address(),
            client=client[0] if client else None,
            status=status,
        )

    def _facts(self, named: DeedName) -> dict[str, Fact | date]:
        """What was noted, beside what the address says in a form that cannot be a name or a NIP."""
        path, query = self.scope.get("path_params", {}), Request(self.scope).query_params
        today = self.office.today().isoformat()
        found: dict[str, Fact | date] = {}
        month = _matching(_MONTH, path.get("text"), query.get("month"))
        day = _matching(_DAY, path.get("date"), query.get("date"), query.get("day"), query.get("from"))
        until = _matching(_DAY, query.get("to"))
        number = _matching(_NUMBER, path.get("number"), path.get("frame_id"), path.get("document_id"))
        if month or named.period == "month":
            found["month"] = month or today[:7]
        if day or named.period == "day":
            found["day"] = day or today
        if until:
            found["until"] = until
        if number:
            found["number"] = int(number)
        if self.is_read and self.actor is not None and not self.employees:
            found["unit"] = self.unit_id
        return found | self.facts

    def _named(self) -> DeedName:
        endpoint = self.scope.get("endpoint")
        module = getattr(endpoint, "__module__", "").rpartition(".")[2]
        return DEEDS.get(self.address()) or DeedName(f"{module}.{getattr(endpoint, '__name__', 'unknown')}")

    def address(self) -> str:
        """Method and route, like `GET /pegawai/{employee_id}`."""
        method = "GET" if self.is_read else self.scope["method"]
        return f"{method} {self._route()}"

    def _route(self) -> str | None:
        """The route's own address, with names in the place of what stands there; None: no route answers."""
        path = getattr(self.scope.get("route"), "path", None)
        if path is None:
            return None
        # The interface is an application of its own, which knows its addresses from its own root on.
        outer = self.scope.get("app_root_path", "")
        return str(self.scope.get("root_path", "")).removeprefix(outer) + str(path)


def _matching(form: re.Pattern[str], *texts: object) -> str | None:
    return next((str(text) for text in texts if text is not None and form.fullmatch(str(text))), None)


def _own_employee(session: Session, username: str) -> str | None:
    return session.scalar(select(Account.employee_id).where(Account.username == username))
