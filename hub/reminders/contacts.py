"""Where people are reached: added, ended and listed; what each wishes."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Final

import msgspec
from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from hub.access.models import Account
from hub.db import Database
from hub.errors import ReminderError
from hub.reminders.addresses import Channel, check_address
from hub.reminders.models import ReminderContact, ReminderWish
from hub.reminders.moments import KINDS
from hub.roster.models import Employee
from hub.roster.officers import officer_name

QUIET: Final = (20 * 60, 5 * 60)
"""Nobody is disturbed from 20:00 to 05:00 who has not said otherwise."""

MOST: Final = 8
"""So many addresses somebody adds for themselves."""


class ContactLine(msgspec.Struct, frozen=True, kw_only=True):
    """A contact in use. quiet_from, quiet_until: HH:MM, local.

    address: shortened, enough to tell which it is; whole for its owner.
    """

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
    channel: Channel = "other",
    most: int | None = None,
    by: str,
    now: datetime,
) -> int:
    """Let somebody be reached at an address of a gateway; the contact's number.

    channel: what the gateway reaches; most: so many the owner has at most. ReminderError when the gateway is not among
    the hub's, the address cannot be one of its channel, nobody has it, or its owner has enough of them.
    """
    if gateway not in gateways:
        known = ", ".join(sorted(gateways)) or "none: name them under [gateways] in the hub's settings"
        raise ReminderError(f"There is no gateway '{gateway}'; there are: {known}.")
    check_address(channel, address)
    if (employee_id is None) == (account is None):
        raise ReminderError("Say whose address it is: an employee's or an account's, one of them.")
    with database.write() as session:
        if employee_id is not None and session.get(Employee, employee_id) is None:
            raise ReminderError(f"There is no employee '{employee_id}'.")
        if account is not None and session.get(Account, account) is None:
            raise ReminderError(f"There is no account '{account}'; `presensi hub account list` shows them.")
        in_use = select(ReminderContact.gateway, ReminderContact.address).where(
            ReminderContact.employee_id == employee_id if account is None else ReminderContact.account == account,
            ReminderContact.ended_at.is_(None),
        )
        known_ones = [(row.gateway, row.address) for row in session.execute(in_use)]
        if (gateway, address) in known_ones:
            raise ReminderError("This address is known already.")
        if most is not None and len(known_ones) >= most:
            raise ReminderError(f"Nobody has more than {most} addresses in use; end one first.")
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


def list_contacts(
    database: Database, *, employee_id: str | None = None, account: str | None = None, whole: bool = False
) -> list[ContactLine]:
    """Contacts in use, by owner: all, or those of an employee, of an account, or of both.

    whole: addresses as they are, for their owner.
    """
    query = (
        select(ReminderContact, ReminderWish, Employee.name)
        .outerjoin(ReminderWish, ReminderWish.contact_id == ReminderContact.id)
        .outerjoin(Employee, Employee.id == ReminderContact.employee_id)
        .where(ReminderContact.ended_at.is_(None))
    )
    owners = [
        column == owner
        for column, owner in ((ReminderContact.employee_id, employee_id), (ReminderContact.account, account))
        if owner is not None
    ]
    if owners:
        query = query.where(or_(*owners))
    with database.read() as session:
        lines = [
            ContactLine(
                id=contact.id,
                employee_id=contact.employee_id,
                account=contact.account,
                owner=name or contact.account or "",
                gateway=contact.gateway,
                address=contact.address if whole else shown(contact.address),
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
