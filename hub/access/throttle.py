"""Slows down those who guess passwords and codes: each failure beyond a few doubles the wait, also over a restart."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Final

from sqlalchemy import delete, select

from hub.access.models import SignInFailure
from hub.bulk import upsert
from hub.db import Database, table_of, unwitnessed

FREE_FAILURES: Final = 5
FREE_FAILURES_OF_AN_ADDRESS: Final = 50
"""A whole office may stand behind one address."""
LONGEST_WAIT_SECONDS: Final = 900.0
FORGET_AFTER: Final = timedelta(hours=1)


class Throttle:
    """Counts failures per key (an address, an account's name at an address) in the hub's database.

    now: aware. A clock that was set back makes nobody wait longer than twice `LONGEST_WAIT_SECONDS`.
    """

    def __init__(self, database: Database, *, now: Callable[[], datetime], free_failures: int = FREE_FAILURES) -> None:
        self._database, self._now, self._free_failures = database, now, free_failures

    def wait_seconds(self, *keys: str) -> float:
        """How long these keys still have to wait; 0 when they may try."""
        now = self._now()
        with self._database.read() as session:
            rows = session.scalars(select(SignInFailure).where(SignInFailure.key.in_([_stored(key) for key in keys])))
            return max((self._wait(row, now) for row in rows), default=0.0)

    def fail(self, *keys: str) -> None:
        """Note a failed attempt; what is long past is forgotten."""
        now = self._now()
        table = table_of(SignInFailure)
        rows = [{"key": _stored(key), "failures": 1, "last_at": now} for key in set(keys)]
        with self._database.writing_connection() as connection:
            connection.execute(delete(table).where(table.c.last_at < now - FORGET_AFTER))
            upsert(
                connection,
                table,
                rows,
                key=["key"],
                changes=lambda new: {"failures": table.c.failures + 1, "last_at": new.last_at},
            )

    def succeed(self, *keys: str) -> None:
        """Forget the failures of keys that have shown the right password."""
        stored = [_stored(key) for key in keys]
        with self._database.read() as session:
            if session.scalar(select(SignInFailure.key).where(SignInFailure.key.in_(stored)).limit(1)) is None:
                return
        with unwitnessed(), self._database.write() as session:
            session.execute(delete(SignInFailure).where(SignInFailure.key.in_(stored)))

    def _wait(self, row: SignInFailure, now: datetime) -> float:
        past = (now - row.last_at).total_seconds()
        if past < -LONGEST_WAIT_SECONDS:
            # Noted by a clock that ran ahead and was set right since.
            return 0.0
        past = max(0.0, past)
        if row.failures < self._free_failures or past > FORGET_AFTER.total_seconds():
            return 0.0
        wait = min(LONGEST_WAIT_SECONDS, 2.0 ** min(row.failures - self._free_failures, 20))
        return max(0.0, wait - past)


def _stored(key: str) -> str:
    """A name that somebody typed may be a password: it is kept as a hash only."""
    return sha256(key.encode()).hexdigest()
