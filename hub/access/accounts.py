"""Accounts: made on the command line, checked at sign-in."""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from hashlib import sha256
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from hub.access.assignments import RoleChoice, leading_roles, roles_in_force
from hub.access.models import Account, RoleAssignment
from hub.access.roles import Role
from hub.access.second_step import accounts_with_second_step, has_second_step
from hub.db import Database
from hub.errors import AccountError
from hub.roster.models import Employee, Unit
from hub.roster.nip import DIGITS, bare_nip
from hub.roster.units import check_open_unit

MIN_PASSWORD_CHARACTERS: Final = 10
MAX_PASSWORD_CHARACTERS: Final = 200
"""Longer ones are refused before they are hashed, so that nobody can keep the hub busy with them."""

_USERNAME: Final = re.compile(r"[a-z0-9][a-z0-9._-]{1,63}")

Now = Callable[[], datetime]


@dataclass(frozen=True, slots=True)
class Visitor:
    """Somebody who has signed in, in the role that counts now (`leading_roles`), or in another that they chose.

    unit_id: sees this unit and those below it; None: sees all. fingerprint: changes with the password.
    second_step: whether the account is asked for a code after the password. employee_id: who they are, where that is
    known. choices: the roles that count now, the one that leads last. assignment_id: which of them it is.
    must_change: whether they have to choose another password first.
    """

    username: str
    role: Role
    unit_id: int | None
    fingerprint: str
    second_step: bool = False
    employee_id: str | None = None
    choices: tuple[RoleChoice, ...] = ()
    assignment_id: int | None = None
    must_change: bool = False


@dataclass(frozen=True, slots=True)
class AccountLine:
    """An account as a list shows it. unit None: sees every unit. employee: who they are, where that is known.

    has_role: without a role that counts now, nobody signs in with it.
    """

    username: str
    role: str
    unit: str | None
    created_at: datetime
    disabled_at: datetime | None
    employee: str | None = None
    has_role: bool = True
    second_step: bool = False


@lru_cache(maxsize=1)
def _hasher() -> PasswordHasher:
    """Argon2id with the library's parameters (RFC 9106, low-memory profile)."""
    return PasswordHasher()


@lru_cache(maxsize=1)
def _nobodys_hash() -> str:
    """Checked when there is no such account, so that the answer takes as long as for one that exists."""
    return _hasher().hash(secrets.token_hex())


def add_account(
    database: Database,
    *,
    username: str,
    password: str,
    role: Role,
    unit: str | None = None,
    by: str = "presensi",
    now: Now = lambda: datetime.now(UTC),
) -> None:
    """Make an account with its first role; AccountError says what is wrong with the name, the password or the unit.

    BadInputError when the unit is closed.
    """
    check_username(username)
    check_password(password, username=username)
    password_hash = _hasher().hash(password)
    try:
        with database.write() as session:
            unit_id = None
            if unit is not None:
                unit_id = session.scalar(select(Unit.id).where(Unit.name == unit))
                if unit_id is None:
                    raise AccountError(f"There is no unit '{unit}'; write its name as it stands on the recap.")
            made_at = now()
            check_open_unit(session, unit_id, made_at.date())
            session.add(
                Account(
                    username=username, password_hash=password_hash, role=str(role), unit_id=unit_id, created_at=made_at
                )
            )
            session.flush()
            session.add(RoleAssignment(username=username, role=str(role), unit_id=unit_id, set_by=by, set_at=made_at))
    except IntegrityError as error:
        raise AccountError(f"There is an account '{username}' already; choose another name.") from error


def hash_password(password: str) -> str:
    """Argon2id, as it is stored."""
    return _hasher().hash(password)


def link_account(database: Database, username: str, employee_id: str | None) -> None:
    """Say which employee an account is (None: nobody's that is known), so that they approve nothing of their own."""
    with database.write() as session:
        account = session.get(Account, username)
        if account is None:
            raise AccountError(f"There is no account '{username}'.")
        account.employee_id = employee_id


def set_password(database: Database, *, username: str, password: str) -> None:
    """Give an account another password; everybody signed in with the old one is signed out."""
    check_password(password, username=username)
    with database.write() as session:
        account = session.get(Account, username)
        if account is None:
            raise AccountError(f"There is no account '{username}'.")
        account.password_hash, account.must_change = _hasher().hash(password), False


def list_accounts(database: Database, *, now: Now = lambda: datetime.now(UTC)) -> list[AccountLine]:
    """All accounts by name, with the role and unit that count now, else with those that they were made with."""
    query = (
        select(Account, Employee.name)
        .outerjoin(Employee, Employee.id == Account.employee_id)
        .order_by(Account.username)
    )
    with database.read() as session:
        leading = leading_roles(session, now())
        stepping = accounts_with_second_step(session)
        units = {row.id: row.name for row in session.execute(select(Unit.id, Unit.name))}
        return [
            _account_line(account, leading.get(account.username), units, who, second_step=account.username in stepping)
            for account, who in session.execute(query)
        ]


def find_account(database: Database, username: str, *, now: Now = lambda: datetime.now(UTC)) -> AccountLine | None:
    """One account as the list shows it; None when there is no such account."""
    query = (
        select(Account, Employee.name)
        .outerjoin(Employee, Employee.id == Account.employee_id)
        .where(Account.username == username)
    )
    with database.read() as session:
        leading = leading_roles(session, now(), username).get(username)
        units = {row.id: row.name for row in session.execute(select(Unit.id, Unit.name))}
        second_step = has_second_step(session, username)
        found = session.execute(query).first()
        return None if found is None else _account_line(found[0], leading, units, found[1], second_step=second_step)


def authenticate(
    database: Database, username: str, password: str, *, now: Now = lambda: datetime.now(UTC)
) -> Visitor | None:
    """The visitor whose name (of the account, or the employee's number) and password these are; None for anything else,
    after the same time.

    Also None for an account without a role that counts now.
    """
    if len(password) > MAX_PASSWORD_CHARACTERS:
        return None
    with database.read() as session:
        account = session.get(Account, username[:64]) or _account_of_number(session, username)
        roles = [] if account is None else roles_in_force(session, account.username, now())
        second_step = account is not None and has_second_step(session, account.username)
    stored = _nobodys_hash() if account is None else account.password_hash
    try:
        _hasher().verify(stored, password)
    except (VerificationError, InvalidHashError):
        return None
    if account is None or account.disabled_at is not None or not roles:
        return None
    return _to_visitor(account, roles, second_step=second_step)


def find_visitor(
    database: Database,
    username: str,
    fingerprint: str,
    *,
    chosen: int | None = None,
    now: Now = lambda: datetime.now(UTC),
) -> Visitor | None:
    """Somebody who signed in before; None when the account is gone, disabled, roleless or has another password.

    chosen: the role that they chose; where it counts no more, the one that leads stands for it.
    """
    with database.read() as session:
        account = session.get(Account, username)
        roles = [] if account is None else roles_in_force(session, account.username, now())
        second_step = has_second_step(session, username)
    if account is None or account.disabled_at is not None or not roles:
        return None
    visitor = _to_visitor(account, roles, second_step=second_step, chosen=chosen)
    return visitor if secrets.compare_digest(visitor.fingerprint, fingerprint) else None


def check_username(username: str) -> None:
    """AccountError unless the name can be an account's: one of small letters, and nobody's NIP."""
    if not _USERNAME.fullmatch(username):
        raise AccountError(
            f"'{username[:64]}' cannot be an account's name: use 2 to 64 small letters, digits, dots and hyphens."
        )
    if username.isdigit() and len(username) == DIGITS:
        raise AccountError("A NIP cannot be an account's name: names stand in the audit trail, and numbers do not.")


def check_password(password: str, *, username: str) -> None:
    """AccountError unless the password is long enough and not the name itself (NIST SP 800-63B: length, not signs)."""
    if not MIN_PASSWORD_CHARACTERS <= len(password) <= MAX_PASSWORD_CHARACTERS:
        raise AccountError(
            f"A password has {MIN_PASSWORD_CHARACTERS} to {MAX_PASSWORD_CHARACTERS} characters; this one has "
            f"{len(password)}."
        )
    if password.casefold() == username.casefold() or len(set(password)) < 4:
        raise AccountError("This password is too easy to guess; choose another.")


def generate_password() -> str:
    """A password for a first account, easy to read and to type."""
    letters = "abcdefghjkmnpqrstuvwxyz23456789"
    return "-".join("".join(secrets.choice(letters) for _ in range(4)) for _ in range(4))


def _account_of_number(session: Session, text: str) -> Account | None:
    """The account of the employee with this NIP or NI PPPK; None when there is none, or more than one."""
    digits = bare_nip(text[:64])
    if not (digits.isascii() and digits.isdigit() and len(digits) == DIGITS):
        return None
    query = select(Account).join(Employee, Employee.id == Account.employee_id).where(Employee.nip == digits)
    found = session.scalars(query.limit(2)).all()
    return found[0] if len(found) == 1 else None


def _to_visitor(
    account: Account,
    roles: Sequence[tuple[RoleAssignment, RoleChoice]],
    *,
    second_step: bool,
    chosen: int | None = None,
) -> Visitor:
    acts_as = next((entry for entry, _choice in roles if entry.id == chosen), roles[-1][0])
    return Visitor(
        username=account.username,
        role=Role(acts_as.role),
        unit_id=acts_as.unit_id,
        fingerprint=sha256(account.password_hash.encode()).hexdigest()[:32],
        second_step=second_step,
        employee_id=account.employee_id,
        choices=tuple(choice for _entry, choice in roles),
        assignment_id=acts_as.id,
        must_change=account.must_change,
    )


def _account_line(
    account: Account,
    leading: RoleAssignment | None,
    units: Mapping[int, str],
    employee: str | None,
    *,
    second_step: bool,
) -> AccountLine:
    counts = leading or account
    return AccountLine(
        username=account.username,
        role=counts.role,
        unit=None if counts.unit_id is None else units[counts.unit_id],
        created_at=account.created_at,
        disabled_at=account.disabled_at,
        employee=employee,
        has_role=leading is not None,
        second_step=second_step,
    )
