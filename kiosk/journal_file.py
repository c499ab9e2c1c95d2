"""The journal's SQLite file: how it is opened, written in one piece, and mended when a card has damaged it."""

from __future__ import annotations

import fcntl
import os
import sqlite3
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Final

from contract.signing import chain_hash
from kiosk.errors import JournalError
from kiosk.salvage import CarvedRow, carve

# The order of the columns matters: kiosk.salvage finds rows by `previous` and `hash` standing right before `bytes`.
_SCHEMA: Final = (
    """CREATE TABLE IF NOT EXISTS epoch (
    ordinal INTEGER PRIMARY KEY, epoch TEXT NOT NULL UNIQUE, reason TEXT NOT NULL, begun_at TEXT NOT NULL,
    settled TEXT NOT NULL DEFAULT '[]', rejected TEXT NOT NULL DEFAULT '{}', receipt_version INTEGER NOT NULL DEFAULT 0
)""",
    """CREATE TABLE IF NOT EXISTS row (
    ordinal INTEGER NOT NULL REFERENCES epoch, seq INTEGER NOT NULL, taken_at REAL NOT NULL,
    previous BLOB NOT NULL, hash BLOB NOT NULL, bytes BLOB NOT NULL, PRIMARY KEY (ordinal, seq)
)""",
    """CREATE TABLE IF NOT EXISTS fact (name TEXT PRIMARY KEY, value TEXT NOT NULL)""",
)


class JournalFile:
    """One open file, not locked against threads: the journal does that.

    `open` raises sqlite3.DatabaseError when the file is damaged (then `salvage`), JournalError when it cannot be there.
    """

    def __init__(self, path: Path, *, now: Callable[[], datetime]) -> None:
        self.path = path
        self._now = now
        self._connection: sqlite3.Connection | None = None
        self._lock: int | None = None

    def execute(self, statement: str, values: Sequence[object] = ()) -> sqlite3.Cursor:
        if self._connection is None:
            raise JournalError("The journal is closed.")
        return self._connection.execute(statement, values)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing; when the block has ended, what it wrote is on disk."""
        self.execute("BEGIN IMMEDIATE")
        try:
            yield
            self.execute("COMMIT")
        except BaseException:
            # A full disk may have ended the transaction already.
            if self._connection is not None and self._connection.in_transaction:
                self.execute("ROLLBACK")
            raise

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    def _lock_out_others(self) -> None:
        """Two programs on one journal would give one number to two punches; the lock goes with the process."""
        lock = os.open(self._beside(".lock"), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            os.close(lock)
            raise JournalError(f"Another kiosk program uses the journal {self.path}; stop it first.") from error
        self._lock = lock

    def open(self) -> None:
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self._lock_out_others()
            self._connection = sqlite3.connect(self.path, isolation_level=None, check_same_thread=False, timeout=10)
        except (OSError, sqlite3.OperationalError) as error:
            raise JournalError(f"Cannot open the journal {self.path}: {error}.") from error
        try:
            self._prepare()
        except sqlite3.OperationalError as error:
            # Locked, read-only or full is no damage: the rows are all there.
            self.close()
            raise JournalError(f"Cannot use the journal {self.path}: {error}. Check the disk.") from error

    def _prepare(self) -> None:
        self.execute("PRAGMA page_size = 8192")
        self.execute("PRAGMA journal_mode = WAL")
        self.execute("PRAGMA synchronous = FULL")
        damage = self.execute("PRAGMA quick_check(1)").fetchone()[0]
        if damage != "ok":
            raise sqlite3.DatabaseError(damage)
        for statement in _SCHEMA:
            self.execute(statement)
        for previous, own, row_bytes in self.execute("SELECT previous, hash, bytes FROM row"):
            if chain_hash(previous, row_bytes) != own:
                raise sqlite3.DatabaseError("a row does not fit its hash")

    def salvage(self) -> tuple[Path, int]:
        """Set the damaged file aside and open a new one with the rows that can be proven whole: its name, how many."""
        self.close()
        aside = self.path.with_name(f"{self.path.name}.damaged-{self._now():%Y%m%dT%H%M%S}-{uuid.uuid4().hex[:6]}")
        carved = carve([self.path, self._beside("-wal")])
        for suffix in ("", "-wal", "-shm"):
            if self._beside(suffix).exists():
                self._beside(suffix).rename(aside.with_name(aside.name + suffix))
        self.open()
        with self.transaction():
            self._adopt(carved)
        return aside, len(carved)

    def _beside(self, suffix: str) -> Path:
        return self.path.with_name(self.path.name + suffix)

    def _adopt(self, carved: list[CarvedRow]) -> None:
        for epoch in dict.fromkeys(each.row.epoch for each in carved):
            ordinal = self.execute(
                "INSERT INTO epoch (epoch, reason, begun_at) VALUES (?, 'born', ?)", (epoch, self._now().isoformat())
            ).lastrowid
            for each in carved:
                if each.row.epoch == epoch:
                    values = (
                        ordinal,
                        each.row.seq,
                        each.row.taken_at.timestamp(),
                        each.previous,
                        each.hash,
                        each.content,
                    )
                    self.execute("INSERT INTO row VALUES (?, ?, ?, ?, ?, ?)", values)
