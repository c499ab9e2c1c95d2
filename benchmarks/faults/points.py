"""Where a process can be made to end: named points that it passes, and the exception that stands for kill -9."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection, Engine, event
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session
from sqlalchemy.util import LRUCache

from hub.db import Database
from kiosk.errors import JournalFullError
from kiosk.journal_file import JournalFile

KIOSK_POINTS: Final = tuple(f"kiosk.{when}-{what}" for what in ("commit", "publish") for when in ("before", "after"))
HUB_POINTS: Final = tuple(f"hub.{when}-{what}" for what in ("commit", "receipt") for when in ("before", "after"))
WORKER_POINTS: Final = ("worker.before-commit", "worker.after-commit")


_COMPILED: Final[LRUCache[Any, Any]] = LRUCache(1000)


class Killed(BaseException):
    """The process ends here: no code of the product may catch this."""


class Points:
    """Counts how often each point is passed, and ends a process at the one that was armed."""

    def __init__(self) -> None:
        self._armed: dict[str, int] = {}
        self.kills: Counter[str] = Counter()

    def arm(self, point: str, passings: int) -> None:
        """End whoever passes this point for the n-th time from now on."""
        self._armed[point] = passings

    def disarm(self) -> None:
        self._armed.clear()

    def passing(self, point: str) -> None:
        """Raise Killed if it is time."""
        left = self._armed.get(point)
        if left is None:
            return
        if left > 1:
            self._armed[point] = left - 1
            return
        del self._armed[point]
        self.kills[point] += 1
        raise Killed(point)


class Disk:
    """What a kiosk's card does just now. full: it takes no more."""

    def __init__(self, points: Points) -> None:
        self.points = points
        self.full = False


class FaultyFile(JournalFile):
    """A journal's file on such a disk."""

    def __init__(self, path: Path, *, disk: Disk, **keywords: Any) -> None:
        super().__init__(path, **keywords)
        self._disk = disk

    def change(self, statement: str, values: Any = ()) -> sqlite3.Cursor:
        if self._disk.full and statement.startswith(("INSERT", "UPDATE", "DELETE", "COMMIT")):
            raise JournalFullError(f"The journal {self.path} cannot be written: database or disk is full.")
        if statement != "COMMIT":
            return super().change(statement, values)
        self._disk.points.passing("kiosk.before-commit")
        cursor = super().change(statement, values)
        self._disk.points.passing("kiosk.after-commit")
        return cursor


class FaultyDatabase(Database):
    """The hub's database: it may be locked, and whoever uses it may be killed at a commit.

    actor: `hub` or `worker`, whose points are passed. Once somebody was killed nothing is written any more, as by a
    process that is gone.
    """

    def __init__(self, engine: Engine, points: Points) -> None:
        # Statements are compiled once for all runs, and not anew with every start of a hub.
        super().__init__(engine.execution_options(compiled_cache=_COMPILED))
        self._points = points
        self.actor = "hub"
        self.locked = False
        self.dead = False
        if engine.dialect.name == "sqlite":
            event.listen(engine, "connect", _hurry)

    @contextmanager
    def write(self) -> Iterator[Session]:
        self._refuse()
        with super().write() as session:
            yield session
            self._pass("before-commit")
        self._pass("after-commit")

    @contextmanager
    def writing_connection(self) -> Iterator[Connection]:
        self._refuse()
        with super().writing_connection() as connection:
            yield connection
            self._pass("before-commit")
        self._pass("after-commit")

    def _refuse(self) -> None:
        if self.dead:
            raise Killed("nobody is there any more")
        if self.locked:
            error = sqlite3.OperationalError("database is locked")
            raise OperationalError("BEGIN IMMEDIATE", {}, error)

    def _pass(self, point: str) -> None:
        try:
            self._points.passing(f"{self.actor}.{point}")
        except Killed:
            self.dead = True
            raise


def _hurry(connection: sqlite3.Connection, _record: object) -> None:
    """The power never goes in a simulation, so nobody waits for a disk."""
    connection.execute("PRAGMA synchronous=OFF")
