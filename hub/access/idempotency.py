"""A request that is sent twice is done once: what was answered to a key is answered to it again, for a week."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Final

from sqlalchemy import delete, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from hub.access.token_models import ApiAnswer
from hub.db import Database, unwitnessed

KEPT: Final = timedelta(days=7)
GIVEN_UP: Final = timedelta(minutes=1)
"""After that whoever was making the answer has died."""

_KEY: Final = re.compile(r"[A-Za-z0-9._:-]{8,64}")


class KeyTakenError(Exception):
    """Raised when a key came with another request before, or with one that is still being answered."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What was answered. body: as it was sent."""

    status: int
    body: bytes


def is_key(text: str) -> bool:
    """Whether this can be an Idempotency-Key: 8 to 64 letters, digits, dots, colons, hyphens and underscores."""
    return _KEY.fullmatch(text) is not None


@unwitnessed()
def claim(database: Database, caller: str, key: str, request: bytes, *, now: datetime) -> Answer | None:
    """What was answered to this request before; None: it is new, and whoever asked answers it now.

    KeyTakenError when the key belongs to another request, or to one that is being answered at this moment.
    """
    hashed = sha256(request).hexdigest()
    try:
        return _claim(database, caller, key, hashed, now)
    except IntegrityError as error:
        # Somebody put the key on record between our look and our write.
        raise KeyTakenError("This request is being answered at this moment; ask again in a while.") from error


def _claim(database: Database, caller: str, key: str, hashed: str, now: datetime) -> Answer | None:
    with database.write() as session:
        session.execute(delete(ApiAnswer).where(ApiAnswer.made_at <= now - KEPT))
        row = session.get(ApiAnswer, (caller, key), with_for_update=True)
        if row is None:
            session.add(ApiAnswer(caller=caller, key=key, request_hash=hashed, made_at=now))
            return None
        if row.request_hash != hashed:
            raise KeyTakenError("This Idempotency-Key came with another request before; take a new one.")
        if row.status is not None and row.body is not None:
            return Answer(row.status, row.body)
        if now - row.made_at < GIVEN_UP:
            raise KeyTakenError("This request is being answered at this moment; ask again in a while.")
        row.made_at = now
        return None


def keep(session: Session, caller: str, key: str, answer: Answer) -> None:
    """Remember what is answered, in the transaction that does what was asked: whoever dies after it has done both.

    KeyTakenError when somebody answered it meanwhile, so that nothing is done twice.
    """
    kept = session.execute(
        update(ApiAnswer)
        .where(ApiAnswer.caller == caller, ApiAnswer.key == key, ApiAnswer.status.is_(None))
        .values(status=answer.status, body=answer.body)
        .returning(ApiAnswer.key)
    )
    if kept.scalar() is None:
        raise KeyTakenError("This request was answered by another process meanwhile; ask again.")


@unwitnessed()
def release(database: Database, caller: str, key: str) -> Answer | None:
    """Nothing was done here: the key may come again, with a request that can be.

    What somebody else answered to it meanwhile, who was thought to be dead; None: nobody.
    """
    with database.write() as session:
        row = session.get(ApiAnswer, (caller, key), with_for_update=True)
        if row is not None and row.status is not None and row.body is not None:
            return Answer(row.status, row.body)
        if row is not None:
            session.delete(row)
        return None
