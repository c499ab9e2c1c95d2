"""Looking after accounts: shutting and opening them, other passwords, and an administrator who is always left."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from hub.access.accounts import generate_password, hash_password
from hub.access.assignments import check_another_administrator, is_for_accounts
from hub.access.models import Account, RoleAssignment
from hub.access.signing_out import sign_out
from hub.db import Database
from hub.errors import AccountError
from hub.roster.officers import officer_name


def disable_account(database: Database, username: str, *, now: datetime) -> None:
    """Let nobody in with an account any more, and end its sessions; its roles stay on record.

    AccountError when there is no such account, it is disabled already, or it is the last administrator's.
    """
    with database.write() as session:
        account = _account(session, username)
        if account.disabled_at is not None:
            raise AccountError(f"{username} is disabled already.")
        check_another_administrator(session, username, now)
        account.disabled_at = now
        sign_out(session, username)


def enable_account(database: Database, username: str) -> None:
    """Let somebody in again who was disabled; AccountError when nobody disabled the account."""
    with database.write() as session:
        account = _account(session, username)
        if account.disabled_at is None:
            raise AccountError(f"{username} is not disabled; nothing was changed.")
        account.disabled_at = None


def reset_password(database: Database, username: str) -> str:
    """A password that opens an account once, until its owner chooses another; all its sessions end."""
    password = generate_password()
    password_hash = hash_password(password)
    with database.write() as session:
        account = _account(session, username)
        account.password_hash, account.must_change = password_hash, True
        sign_out(session, username)
    return password


def require_other_password(database: Database, username: str) -> None:
    """Let the password of an account open it once only: its owner chooses another at the first sign-in."""
    with database.write() as session:
        _account(session, username).must_change = True


def end_assignment(database: Database, username: str, assignment_id: int, *, by: str, now: datetime) -> None:
    """End one entry of an account's roles; AccountError when it has none such, or nobody else is administrator."""
    officer = officer_name(by)
    with database.write() as session:
        entry = session.get(RoleAssignment, assignment_id)
        if entry is None or entry.username != username or entry.withdrawn_at is not None:
            raise AccountError(f"{username} has no such role; nothing was changed.")
        if is_for_accounts(entry.role, entry.unit_id):
            check_another_administrator(session, username, now)
        entry.withdrawn_at, entry.withdrawn_by = now, officer


def _account(session: Session, username: str) -> Account:
    account = session.get(Account, username)
    if account is None:
        raise AccountError(f"There is no account '{username}'.")
    return account
