"""The journal's SQLite file: how it is opened, written in one piece, and mended when a card has damaged it.

Mending writes a whole new file beside the damaged one and then puts it in its place, so that a failure on the way (no
space, no power) leaves either the damaged file or the new one, and never neither.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import sqlite3
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from kiosk.errors import JournalDamagedError, JournalError, JournalFullError
from kiosk.journal_columns import check_row, read_rejected, read_settled
from kiosk.salvage import CarvedRow, carve

# The order of the columns matters: kiosk.salvage finds rows by `previous` and `hash` standing right before `bytes`.
_SCHEMA: Final = (
    """CREATE TABLE IF NOT EXISTS epoch (
    ordinal INTEGER PRIMARY KEY, epoch TEXT NOT NULL UNIQUE, reason TEXT NOT NULL, begun_at TEXT NOT NULL,
    boot TEXT NOT NULL DEFAULT '', settled TEXT NOT NULL DEFAULT '', rejected TEXT NOT NULL DEFAULT '{}',
    receipt_version INTEGER NOT NULL DEFAULT 0
)""",
    """CREATE TABLE IF NOT EXISTS row (
    ordinal INTEGER NOT NULL REFERENCES epoch, seq INTEGER NOT NULL, taken_at REAL NOT NULL,
    previous BLOB NOT NULL, hash BLOB NOT NULL, bytes BLOB NOT NULL, PRIMARY KEY (ordinal, seq)
)""",
    """CREATE TABLE IF NOT EXISTS fact (name TEXT PRIMARY KEY, value TEXT NOT NULL)""",
)

PAGE_BYTES: Final = 8192
CACHE_KIB: Final = 256
"""SQLite would keep 2 MB of pages, filling for hours; rows are read once, and the system has the file in memory."""
MAX_ROW_BYTES: Final = 7_900
"""A row must fit into one page with its hashes, or it could not be found again in a damaged file (kiosk.salvage)."""

_NO_DAMAGE: Final = frozenset(
    {
        sqlite3.SQLITE_BUSY,
        sqlite3.SQLITE_CANTOPEN,
        sqlite3.SQLITE_FULL,
        sqlite3.SQLITE_INTERRUPT,
        sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_LOCKED,
        sqlite3.SQLITE_MISUSE,
        sqlite3.SQLITE_NOMEM,
        sqlite3.SQLITE_PERM,
        sqlite3.SQLITE_PROTOCOL,
        sqlite3.SQLITE_READONLY,
    }
)
"""What the disk or the machine refuses; the rows are all there. https://sqlite.org/rescode.html"""
_UNREADABLE: Final = frozenset({sqlite3.SQLITE_IOERR_READ, sqlite3.SQLITE_IOERR_SHORT_READ})


class JournalFile:
    """One open file, not locked against threads: the journal does that.

    Every method raises JournalDamagedError when the file is damaged (then `salvage`), JournalFullError when the disk
    refuses, and JournalError when the file is closed or cannot be opened at all.
    """

    def __init__(self, path: Path, *, now: Callable[[], datetime]) -> None:
        self.path = path
        self._now = now
        self._connection: sqlite3.Connection | None = None
        self._lock: int | None = None
        self._found_in_log: list[CarvedRow] = []

    # Using ----------------------------------------------------------------------------------------------------------

    def fetch(self, statement: str, values: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        """All rows that a statement gives."""
        with self._told():
            return self._connected().execute(statement, values).fetchall()

    def change(self, statement: str, values: Sequence[object] = ()) -> sqlite3.Cursor:
        """Carry out one statement; see `transaction` for when it is on disk."""
        with self._told():
            return self._connected().execute(statement, values)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing; when the block has ended, what it wrote is on disk."""
        self.change("BEGIN IMMEDIATE")
        try:
            yield
            self.change("COMMIT")
        except BaseException:
            # A full disk may have ended the transaction already.
            if self._connection is not None and self._connection.in_transaction:
                self.change("ROLLBACK")
            raise

    def close(self) -> None:
        self._disconnect()
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    def _connected(self) -> sqlite3.Connection:
        if self._connection is None:
            raise JournalError("The journal is closed.")
        return self._connection

    @contextmanager
    def _told(self) -> Iterator[None]:
        """Tell damage from a disk that refuses."""
        try:
            yield
        except UnicodeDecodeError as error:
            # SQLite's own words about a damaged schema quote it.
            raise JournalDamagedError(f"The journal {self.path} is damaged: {error.reason}.") from error
        except sqlite3.Error as error:
            if self._is_damage(error):
                raise JournalDamagedError(f"The journal {self.path} is damaged: {error}.") from error
            raise JournalFullError(
                f"The journal {self.path} cannot be written or read: {error}. Free disk space, then try again."
            ) from error

    def _is_damage(self, error: sqlite3.Error) -> bool:
        code = getattr(error, "sqlite_errorcode", None)
        if code is None:  # not from SQLite itself: text that is no text any more, or a mistake in our use of it
            return isinstance(error, sqlite3.OperationalError)
        if code & 0xFF == sqlite3.SQLITE_READONLY:
            # A damaged header can forbid writing; a disk or an owner that forbids it says so itself.
            return os.access(self.path, os.W_OK) and os.access(self.path.parent, os.W_OK)
        return code in _UNREADABLE or code & 0xFF not in _NO_DAMAGE

    # Opening --------------------------------------------------------------------------------------------------------

    def open(self) -> None:
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self._lock_out_others()
            self._finish_salvage()
            # Before SQLite sees it: a log in which one page is damaged ends there for SQLite, and is then overwritten.
            self._found_in_log = carve([self._beside("-wal")])
        except OSError as error:
            self.close()
            raise JournalError(f"Cannot open the journal {self.path}: {error.strerror}.") from error
        try:
            self._connect()
            self._prepare()
            self._check_log()
        except JournalFullError as error:
            self.close()
            raise JournalError(f"Cannot use the journal: {error}") from error
        self._found_in_log = []

    def _lock_out_others(self) -> None:
        """Two programs on one journal would give one number to two punches; the lock goes with the process."""
        lock = os.open(self._beside(".lock"), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            os.close(lock)
            raise JournalError(f"Another kiosk program uses the journal {self.path}; stop it first.") from error
        self._lock = lock

    def _connect(self) -> None:
        with self._told():
            self._connection = sqlite3.connect(self.path, isolation_level=None, check_same_thread=False, timeout=10)

    def _disconnect(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _prepare(self) -> None:
        self.change(f"PRAGMA page_size = {PAGE_BYTES}")
        self.change("PRAGMA journal_mode = WAL")
        self.change("PRAGMA synchronous = FULL")
        self.change(f"PRAGMA cache_size = -{CACHE_KIB}")
        damage = self.fetch("PRAGMA quick_check(1)")[0][0]
        if damage != "ok":
            raise JournalDamagedError(f"The journal {self.path} is damaged: {damage}.")
        for statement in _SCHEMA:
            self.change(statement)
        self._check_epochs()
        self._check_rows()

    def _check_epochs(self) -> None:
        for epoch, reason, boot, settled, rejected, version in self.fetch(
            "SELECT epoch, reason, boot, settled, rejected, receipt_version FROM epoch"
        ):
            if not all(isinstance(each, str) for each in (epoch, reason, boot)) or not isinstance(version, int):
                raise JournalDamagedError("an epoch is not what was written")
            read_settled(settled)
            read_rejected(rejected)

    def _check_rows(self) -> None:
        """Hold every row against its hash and its place."""
        with self._told():
            for columns in self._connected().execute(
                "SELECT epoch, seq, previous, hash, bytes FROM row LEFT JOIN epoch USING (ordinal)"
            ):
                check_row(*columns)

    def _check_log(self) -> None:
        """Whole rows in the log that SQLite did not take from it: it was damaged (or torn by a power cut)."""
        newest = dict(self.fetch("SELECT epoch, max(seq) FROM row JOIN epoch USING (ordinal) GROUP BY epoch"))
        if any(each.row.seq > newest.get(each.row.epoch, 0) for each in self._found_in_log):
            raise JournalDamagedError(f"The log of the journal {self.path} is damaged: it holds rows of its own.")

    # Mending --------------------------------------------------------------------------------------------------------

    def salvage(self, *, epoch: str, boot: str) -> tuple[Path, int]:
        """Go on with a new file that holds the rows that can be proven whole, and a new epoch after them.

        Returns the damaged file's new name, and how many rows there are. JournalFullError: there is no room for it; the
        damaged file is still in its place, and `salvage` can be tried again.
        """
        facts = self._readable_facts()
        try:
            # Before closing: SQLite removes the log when it closes the file.
            carved = carve([self.path, self._beside("-wal")], more=self._found_in_log)
            self._disconnect()
            self._build(carved, facts=facts, epoch=epoch, boot=boot)
            aside = self._finish_salvage() or self.path
        except (OSError, sqlite3.Error) as error:
            self._remove_building()
            raise JournalFullError(
                f"The journal {self.path} is damaged and cannot be mended now: {error}. Free disk space first."
            ) from error
        finally:
            self._disconnect()
            self._connect()
        self._prepare()
        self._found_in_log = []
        return aside, len(carved)

    def _build(self, carved: list[CarvedRow], *, facts: Mapping[str, str], epoch: str, boot: str) -> None:
        """Write the new file; its name says when it is complete."""
        self._remove_building()
        with contextlib.closing(sqlite3.connect(self._beside(".salvaging"), isolation_level=None)) as fresh:
            fresh.execute(f"PRAGMA page_size = {PAGE_BYTES}")
            fresh.execute("PRAGMA synchronous = FULL")
            fresh.execute("BEGIN IMMEDIATE")
            for statement in _SCHEMA:
                fresh.execute(statement)
            epochs = dict.fromkeys(each.row.epoch for each in carved)
            reasons = [(each, "born", "") for each in epochs] + [(epoch, "salvaged", boot)]
            for ordinal, (each, reason, its_boot) in enumerate(reasons, start=1):
                fresh.execute(
                    "INSERT INTO epoch (ordinal, epoch, reason, begun_at, boot) VALUES (?, ?, ?, ?, ?)",
                    (ordinal, each, reason, self._now().isoformat(), its_boot),
                )
            ordinals = {each: ordinal for ordinal, each in enumerate(epochs, start=1)}
            fresh.executemany(
                "INSERT INTO row VALUES (?, ?, ?, ?, ?, ?)",
                (
                    (ordinals[row.epoch], row.seq, row.taken_at.timestamp(), each.previous, each.hash, each.content)
                    for each, row in ((carved_row, carved_row.row) for carved_row in carved)
                ),
            )
            fresh.executemany("INSERT INTO fact VALUES (?, ?)", facts.items())
            fresh.execute("COMMIT")
        self._beside(".salvaging").rename(self._beside(".salvaged"))
        self._sync_folder()

    def _finish_salvage(self) -> Path | None:
        """Put a complete new file in the place of the damaged one: its new name; None when there is none to place.

        Also done when a journal is opened, because the power may have gone between the steps.
        """
        if not self._beside(".salvaged").exists():
            return None
        aside = self.path.with_name(f"{self.path.name}.damaged-{self._now():%Y%m%dT%H%M%S}-{uuid.uuid4().hex[:6]}")
        for suffix in ("-wal", "-shm", ""):
            if self._beside(suffix).exists():
                self._beside(suffix).rename(aside.with_name(aside.name + suffix))
        self._beside(".salvaged").rename(self.path)
        self._sync_folder()
        return aside

    def _readable_facts(self) -> dict[str, str]:
        """What was remembered (lock, last command), as far as it can still be read."""
        try:
            found = self.fetch("SELECT name, value FROM fact")
        except JournalError:
            return {}
        return {name: value for name, value in found if isinstance(name, str) and isinstance(value, str)}

    def _remove_building(self) -> None:
        for suffix in (".salvaging", ".salvaging-journal"):
            with contextlib.suppress(OSError):
                self._beside(suffix).unlink(missing_ok=True)

    def _beside(self, suffix: str) -> Path:
        return self.path.with_name(self.path.name + suffix)

    def _sync_folder(self) -> None:
        descriptor = os.open(self.path.parent, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
