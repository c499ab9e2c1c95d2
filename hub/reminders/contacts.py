"""Where people are reached: added, ended and listed; what each wishes."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Final

import msgspec
from sqlalchemy import select
from sqlalchemy.orm import Session

from hub.access.models import Account
from hub.db import Database
from hub.errors import ReminderError
from hub.reminders.models import ReminderContact, ReminderWish
from hub.reminders.moments import KINDS
from hub.roster.models import Employee
from hub.roster.officers import officer_name

QUIET: Final = (20 * 60, 5 * 60)
"""Nobody is disturbed from 20:00 to 05:00 who has not said otherwise."""

_ADDRESS: Final = re.compile(r"[A-Za-z0-9+@._:-]{3,200}")


class ContactLine(msgspec.Struct, frozen=True, kw_only=True):
    """A contact in use. address: shortened, enough to tell which it is. quiet_from, quiet_until: HH:MM, local."""

    id: int
    employee_id: str | None
    account: str | None
    owner: str
    gateway: str
    address: str
    without: tuple[str, ...]
    quiet_from: str
    quiet_until: str
    added_by: str
    added_at: datetime


def add_contact(
    database: Database,
    *,
    employee_id: str | None = None,
    account: str | None = None,
    gateway: str,
    address: str,
    gateways: Collection[str],
    by: str,
    now: datetime,
) -> int:
    """Let somebody be reached at an address of a gateway; the contact's number.

    ReminderError when the gateway is not among the hub's, the address holds what no address does, or nobody has it.
    """
    if gateway not in gateways:
        known = ", ".join(sorted(gateways)) or "none: name them under [gateways] in the hub's settings"
        raise ReminderError(f"There is no gateway '{gateway}'; there are: {known}.")
    if not _ADDRESS.fullmatch(address):
        raise ReminderError(f"'{address}' is no address: 3 to 200 letters, digits and + @ . _ : - without spaces.")
    if (employee_id is None) == (account is None):
        raise ReminderError("Say whose address it is: an employee's or an account's, one of them.")
    with database.write() as session:
        if employee_id is not None and session.get(Employee, employee_id) is None:
            raise ReminderError(f"There is no employee '{employee_id}'.")
        if account is not None and session.get(Account, account) is None:
            raise ReminderError(f"There is no account '{account}'; `presensi hub account list` shows them.")
        same = select(ReminderContact.id).where(
            ReminderContact.employee_id == employee_id if account is None else ReminderContact.account == account,
            ReminderContact.gateway == gateway,
            ReminderContact.address == address,
            ReminderContact.ended_at.is_(None),
        )
        if session.scalar(same) is not None:
            raise ReminderError("This address is known already.")
        made = ReminderContact(
            employee_id=employee_id,
            account=account,
            gateway=gateway,
            address=address,
            added_by=officer_name(by),
            added_at=now,
        )
        session.add(made)
        session.flush()
        return made.id


def end_contact(database: Database, contact: int, *, by: str, now: datetime) -> None:
    """Reach nobody there any more; ReminderError when it is not in use."""
    with database.write() as session:
        row = _in_use(session, contact)
        row.ended_by, row.ended_at = officer_name(by), now


def set_wish(
    database: Database,
    contact: int,
    *,
    without: Collection[str] = (),
    quiet: tuple[int, int] = QUIET,
    by: str,
    now: datetime,
) -> None:
    """What a contact does not want to hear, and when it is left alone: minutes from midnight, equal for never."""
    strange = sorted(set(without) - set(KINDS))
    if strange:
        raise ReminderError(f"'{strange[0]}' is no kind of reminder: choose among {', '.join(KINDS)}.")
    if not all(0 <= minute < 24 * 60 for minute in quiet):
        raise ReminderError("Quiet hours are times of the day, HH:MM.")
    with database.write() as session:
        _in_use(session, contact)
        wish = session.get(ReminderWish, contact)
        if wish is None:
            wish = ReminderWish(contact_id=contact)
            session.add(wish)
        wish.without = [kind for kind in KINDS if kind in without]
        wish.quiet_from, wish.quiet_until = quiet
        wish.set_by, wish.set_at = officer_name(by), now


def list_contacts(database: Database, *, employee_id: str | None = None) -> list[ContactLine]:
    """Contacts in use, by owner: all, or one employee's."""
    query = (
        select(ReminderContact, ReminderWish, Employee.name)
        .outerjoin(ReminderWish, ReminderWish.contact_id == ReminderContact.id)
        .outerjoin(Employee, Employee.id == ReminderContact.employee_id)
        .where(ReminderContact.ended_at.is_(None))
    )
    if employee_id is not None:
        query = query.where(ReminderContact.employee_id == employee_id)
    with database.read() as session:
        lines = [
            ContactLine(
                id=contact.id,
                employee_id=contact.employee_id,
                account=contact.account,
                owner=name or contact.account or "",
                gateway=contact.gateway,
                address=shown(contact.address),
                without=tuple(wish.without) if wish else (),
                quiet_from=_clock(wish.quiet_from if wish else QUIET[0]),
                quiet_until=_clock(wish.quiet_until if wish else QUIET[1]),
                added_by=contact.added_by,
                added_at=contact.added_at,
            )
            for contact, wish, name in session.execute(query)
        ]
    return sorted(lines, key=lambda line: (line.owner.casefold(), line.id))


class Reachable(msgspec.Struct, frozen=True, kw_only=True):
    """A contact, as the planner needs it. quiet: minutes from midnight, from and to."""

    id: int
    gateway: str
    without: frozenset[str]
    quiet: tuple[int, int]


def reach(session: Session, column: str) -> Mapping[str, list[Reachable]]:
    """Contacts in use by their owner; column: `employee_id` or `account`."""
    owner = getattr(ReminderContact, column)
    query = (
        select(owner, ReminderContact.id, ReminderContact.gateway, ReminderWish)
        .outerjoin(ReminderWish, ReminderWish.contact_id == ReminderContact.id)
        .where(ReminderContact.ended_at.is_(None), owner.is_not(None))
        .order_by(ReminderContact.id)
    )
    found: dict[str, list[Reachable]] = {}
    for name, contact, gateway, wish in session.execute(query):
        without = frozenset(wish.without) if wish else frozenset()
        quiet = (wish.quiet_from, wish.quiet_until) if wish else QUIET
        found.setdefault(name, []).append(Reachable(id=contact, gateway=gateway, without=without, quiet=quiet))
    return found


def shown(address: str) -> str:
    """An address that somebody recognises as their own, and nobody else can use."""
    name, at, host = address.partition("@")
    if at:
        return f"{name[:2]}***@{host}"
    return f"***{address[-3:]}"


def _in_use(session: Session, contact: int) -> ReminderContact:
    row = session.get(ReminderContact, contact)
    if row is None or row.ended_at is not None:
        raise ReminderError(f"There is no contact {contact} in use; `presensi hub reminder contacts` shows them.")
    return row


def _clock(minute: int) -> str:
    return f"{minute // 60:02d}:{minute % 60:02d}"
