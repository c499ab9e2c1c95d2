"""Ending the sessions of an account together with what makes them end, in one transaction."""

from __future__ import annotations

from hashlib import sha256

from sqlalchemy import delete
from sqlalchemy.orm import Session

from hub.access.models import AccountSession


def session_key(nonce: str) -> str:
    """What a session stands under in the database: SHA-256 of its cookie's nonce, in hex."""
    return sha256(nonce.encode()).hexdigest()


def sign_out(session: Session, username: str, *, keep: str | None = None) -> None:
    """End every session of an account but the one of the nonce `keep`; None: that one too."""
    others = AccountSession.username == username
    if keep is not None:
        others &= AccountSession.id != session_key(keep)
    session.execute(delete(AccountSession).where(others))
