"""Which roles an account has, where, and from when to when; every change is a row with its author."""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Final
from zoneinfo import ZoneInfo

import msgspec
from sqlalchemy import ColumnElement, Select, or_, select
from sqlalchemy.orm import Session

from hub.access.models import Account, RoleAssignment
from hub.access.roles import Role
from hub.db import Database
from hub.errors import AccountError
from hub.roster.models import DEFAULT_TIMEZONE, Unit
from hub.roster.officers import officer_name
from hub.roster.units import check_open_unit

LONGEST_LETTER: Final = 100


class Acting(StrEnum):
    """Plt (pelaksana tugas): the office is vacant; Plh (pelaksana harian): its holder is away."""

    PLT = "plt"
    PLH = "plh"


class AssignmentLine(msgspec.Struct, frozen=True, kw_only=True):
    """A role of an account. unit None: every unit. valid_from, valid_until None: since it exists, without end.

    withdrawn_at None: nobody ended it. leads: the one that counts today. id: of the entry.
    """

    username: str
    role: str
    unit: str | None
    valid_from: date | None
    valid_until: date | None
    acting: str | None
    letter: str | None
    set_by: str
    set_at: datetime
    withdrawn_at: datetime | None
    withdrawn_by: str | None
    leads: bool
    id: int
    unit_id: int | None


def grant_role(
    database: Database,
    username: str,
    role: Role,
    *,
    unit_id: int | None,
    first: date,
    last: date | None = None,
    acting: Acting | None = None,
    letter: str | None = None,
    by: str,
    now: datetime,
) -> None:
    """Give an account a role at a unit and those below it (None: everywhere), beside those that it has.

    AccountError when there is no such account, the dates are the wrong way round, an acting holder has no letter, or
    the account has this role there already on one of these days.
    """
    officer = officer_name(by)
    if last is not None and last < first:
        raise AccountError(f"It would end on {last}, before it begins on {first}.")
    number = _letter_number(letter, acting)
    with database.write() as session:
        _check_account(session, username)
        check_open_unit(session, unit_id, first)
        held = session.scalars(
            _standing(username, role, unit_id).where(
                or_(RoleAssignment.valid_until.is_(None), RoleAssignment.valid_until >= first),
                *(
                    []
                    if last is None
                    else [or_(RoleAssignment.valid_from.is_(None), RoleAssignment.valid_from <= last)]
                ),
            )
        ).first()
        if held is not None:
            raise AccountError(f"{username} is {role} there already{_days(held)}; end that first.")
        session.add(
            RoleAssignment(
                username=username,
                role=str(role),
                unit_id=unit_id,
                valid_from=first,
                valid_until=last,
                acting=None if acting is None else str(acting),
                letter=number,
                set_by=officer,
                set_at=now,
            )
        )


def end_role(database: Database, username: str, role: Role, *, unit_id: int | None, by: str, now: datetime) -> int:
    """Take a role at a unit (None: that for every unit) from an account, from now on; how many entries that ended.

    AccountError when the account has no such role there, or would leave nobody who administers accounts.
    """
    officer = officer_name(by)
    with database.write() as session:
        _check_account(session, username)
        entries = session.scalars(_standing(username, role, unit_id)).all()
        if not entries:
            raise AccountError(f"{username} is not {role} there; nothing was changed.")
        if is_for_accounts(role, unit_id):
            check_another_administrator(session, username, now)
        for entry in entries:
            entry.withdrawn_at, entry.withdrawn_by = now, officer
        return len(entries)


def list_assignments(
    database: Database,
    username: str | None = None,
    *,
    ended: bool = False,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> list[AssignmentLine]:
    """Roles by account, the oldest first; username None: of everybody. ended: also those that somebody ended."""
    query = (
        select(RoleAssignment, Unit.name)
        .outerjoin(Unit, Unit.id == RoleAssignment.unit_id)
        .order_by(RoleAssignment.username, RoleAssignment.id)
    )
    if username is not None:
        query = query.where(RoleAssignment.username == username)
    if not ended:
        query = query.where(RoleAssignment.withdrawn_at.is_(None))
    with database.read() as session:
        if username is not None:
            _check_account(session, username)
        found = session.execute(query).all()
        leading = leading_roles(session, now(), username)
    return [_line(entry, unit, leading.get(entry.username)) for entry, unit in found]


def accounts_in_role(session: Session, role: Role, now: datetime) -> set[str]:
    """Names of accounts that have a role for every unit at a moment, whether or not it leads."""
    return {
        entry.username for entry, _ in _in_force(session, now, None) if entry.role == role and entry.unit_id is None
    }


def holders_of(session: Session, roles: Collection[Role], now: datetime) -> list[tuple[str, str, int | None]]:
    """Accounts in use that have one of these roles at a moment: name, role and unit (None: every unit)."""
    open_ones = set(session.scalars(select(Account.username).where(Account.disabled_at.is_(None))))
    return [
        (entry.username, entry.role, entry.unit_id)
        for entry, _ in _in_force(session, now, None)
        if entry.role in roles and entry.username in open_ones
    ]


def is_for_accounts(role: str, unit_id: int | None) -> bool:
    """Whether a role at a unit (None: for every unit) is one that administers accounts."""
    return role == Role.ADMINISTRATOR and unit_id is None


def check_another_administrator(session: Session, username: str, now: datetime) -> None:
    """AccountError when nobody else would be left who may administer accounts."""
    administrators = accounts_in_role(session, Role.ADMINISTRATOR, now)
    if username not in administrators:
        return
    # Locked in one order, so that two administrators cannot disable each other at the same moment.
    query = select(Account).where(Account.username.in_(administrators)).order_by(Account.username).with_for_update()
    open_ones = [account.username for account in session.scalars(query) if account.disabled_at is None]
    if username in open_ones and len(open_ones) == 1:
        raise AccountError(f"{username} is the last administrator; make another one first.")


class RoleChoice(msgspec.Struct, frozen=True, kw_only=True):
    """A role that counts at a moment, as somebody chooses it. unit None: every unit."""

    id: int
    role: str
    unit: str | None
    acting: str | None


def roles_in_force(session: Session, username: str, now: datetime) -> list[tuple[RoleAssignment, RoleChoice]]:
    """The roles of an account that count at a moment, the one that leads last."""
    return [
        (entry, RoleChoice(id=entry.id, role=entry.role, unit=unit, acting=entry.acting))
        for entry, unit in _in_force(session, now, username)
    ]


def leading_roles(session: Session, now: datetime, username: str | None = None) -> dict[str, RoleAssignment]:
    """By account, the role that counts at a moment: of those in force the one that begins last, of these the newest.

    So an acting holder acts, and has the old role again on the day after. Days are local to the role's unit. The role
    of programs is none to sign in with, and left out.
    username None: of everybody.
    """
    return {entry.username: entry for entry, _unit in _in_force(session, now, username)}


def _in_force(session: Session, now: datetime, username: str | None) -> list[tuple[RoleAssignment, str | None]]:
    """Roles that count at a moment, each with its unit's name, in the order of which a later one leads."""
    query = (
        select(RoleAssignment, Unit.timezone, Unit.name)
        .outerjoin(Unit, Unit.id == RoleAssignment.unit_id)
        .where(RoleAssignment.withdrawn_at.is_(None), RoleAssignment.role != str(Role.INTEGRATION))
    )
    if username is not None:
        query = query.where(RoleAssignment.username == username)
    in_force = [
        (entry, unit)
        for entry, zone, unit in session.execute(query)
        if _holds(entry, _local_date(now, zone or DEFAULT_TIMEZONE))
    ]
    return sorted(in_force, key=lambda found: (found[0].valid_from or date.min, found[0].id))


def _holds(entry: RoleAssignment, on: date) -> bool:
    begun = entry.valid_from is None or entry.valid_from <= on
    return begun and (entry.valid_until is None or on <= entry.valid_until)


def _local_date(now: datetime, timezone: str) -> date:
    return now.astimezone(ZoneInfo(timezone)).date()


def _standing(username: str, role: Role, unit_id: int | None) -> Select[RoleAssignment]:
    """Entries of a role at exactly this unit that nobody ended."""
    at: ColumnElement[bool] = RoleAssignment.unit_id.is_(None) if unit_id is None else RoleAssignment.unit_id == unit_id
    return select(RoleAssignment).where(
        RoleAssignment.username == username,
        RoleAssignment.role == str(role),
        RoleAssignment.withdrawn_at.is_(None),
        at,
    )


def _letter_number(letter: str | None, acting: Acting | None) -> str | None:
    number = " ".join((letter or "").split())
    if acting is not None and not number:
        raise AccountError("An acting holder has a letter that says so; give its number.")
    if len(number) > LONGEST_LETTER or not number.isprintable():
        raise AccountError(f"A letter's number has at most {LONGEST_LETTER} characters.")
    return number or None


def _check_account(session: Session, username: str) -> None:
    if session.get(Account, username) is None:
        raise AccountError(f"There is no account '{username}'.")


def _days(entry: RoleAssignment) -> str:
    begins = f" from {entry.valid_from}" if entry.valid_from else ""
    return begins + (f" to {entry.valid_until}" if entry.valid_until else "")


def _line(entry: RoleAssignment, unit: str | None, leading: RoleAssignment | None) -> AssignmentLine:
    return AssignmentLine(
        username=entry.username,
        role=entry.role,
        unit=unit,
        valid_from=entry.valid_from,
        valid_until=entry.valid_until,
        acting=entry.acting,
        letter=entry.letter,
        set_by=entry.set_by,
        set_at=entry.set_at,
        withdrawn_at=entry.withdrawn_at,
        withdrawn_by=entry.withdrawn_by,
        leads=leading is not None and leading.id == entry.id,
        id=entry.id,
        unit_id=entry.unit_id,
    )
