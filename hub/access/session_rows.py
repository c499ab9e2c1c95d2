"""Sessions as the hub remembers them: begun, used, and ended by time, by a sign-out, or all of an account at once."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import delete, or_, select, update

from hub.access.models import Account, AccountSession
from hub.access.sessions import MAX_AGE_SECONDS, Ticket
from hub.access.signing_out import session_key, sign_out
from hub.db import Database
from hub.errors import AccountError

LONGEST: Final = timedelta(seconds=MAX_AGE_SECONDS)
IDLE: Final = timedelta(hours=1)
"""After an hour without a request somebody signs in again: OWASP advises 15 to 30 minutes at low risk,
and a lunch break is longer."""

SEEN_EVERY: Final = timedelta(minutes=5)
"""A request writes only when the last that was written lies this far back: reading a page shall not wait for ingest."""


def begin_session(database: Database, ticket: Ticket, *, now: datetime) -> None:
    """Remember a session that begins; those of the account that time has ended are forgotten."""
    with database.write() as session:
        session.execute(
            delete(AccountSession).where(
                AccountSession.username == ticket.username,
                or_(AccountSession.began_at <= now - LONGEST, AccountSession.seen_at <= now - IDLE),
            )
        )
        session.add(AccountSession(id=session_key(ticket.nonce), username=ticket.username, began_at=now, seen_at=now))


def use_session(database: Database, ticket: Ticket, *, now: datetime, renew: bool = True) -> bool:
    """Whether a session still holds at a request; from it on it holds for another `IDLE`.

    renew False: of a request that nobody made by hand, which keeps no session open.
    """
    with database.read() as session:
        row = session.get(AccountSession, session_key(ticket.nonce))
    if row is None or row.username != ticket.username:
        return False
    if now - row.began_at >= LONGEST or now - row.seen_at >= IDLE:
        return False
    if renew and now - row.seen_at >= SEEN_EVERY:
        with database.write() as session:
            session.execute(update(AccountSession).where(AccountSession.id == row.id).values(seen_at=now))
    return True


def chosen_role(database: Database, nonce: str) -> int | None:
    """Which of several roles a session is in; None: nobody chose, the one that leads."""
    with database.read() as session:
        return session.scalar(select(AccountSession.assignment_id).where(AccountSession.id == session_key(nonce)))


def choose_role(database: Database, nonce: str, assignment_id: int) -> None:
    """Remember which of several roles a session is in from now on."""
    with database.write() as session:
        session.execute(
            update(AccountSession).where(AccountSession.id == session_key(nonce)).values(assignment_id=assignment_id)
        )


def list_sessions(database: Database, username: str, *, now: datetime) -> list[AccountSession]:
    """Sessions of an account that hold at a moment, the newest first."""
    query = (
        select(AccountSession)
        .where(
            AccountSession.username == username,
            AccountSession.began_at > now - LONGEST,
            AccountSession.seen_at > now - IDLE,
        )
        .order_by(AccountSession.began_at.desc(), AccountSession.id)
    )
    with database.read() as session:
        return list(session.scalars(query))


def end_session(database: Database, nonce: str) -> None:
    """End one session; its cookie opens nothing any more, wherever a copy of it lies."""
    with database.write() as session:
        session.execute(delete(AccountSession).where(AccountSession.id == session_key(nonce)))


def end_sessions(database: Database, username: str) -> int:
    """End every session of an account; how many there were. AccountError when there is no such account."""
    with database.write() as session:
        if session.get(Account, username) is None:
            raise AccountError(f"There is no account '{username}'.")
        keys = session.scalars(select(AccountSession.id).where(AccountSession.username == username)).all()
        sign_out(session, username)
    return len(keys)
