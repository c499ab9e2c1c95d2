"""The hub of the simulation: the product's ingest workers and attendance worker on one database."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from benchmarks.faults.clocks import TrueTime
from benchmarks.faults.ledger import Place
from benchmarks.faults.network import End, Network
from benchmarks.faults.points import FaultyDatabase, Points
from contract.signing import SigningKey
from hub.attendance.worker import AttendanceWorker
from hub.db import Database, open_database
from hub.fleet.alarms import AlarmBook
from hub.ingest.heartbeats import HeartbeatRecorder
from hub.ingest.models import QuarantinedRow, StoredRow
from hub.ingest.recorder import Recorder
from hub.ingest.subscriber import Subscriber


class Office:
    """A hub that can be ended, started again, and put back to an earlier copy of its database."""

    def __init__(
        self, *, store: SqliteStore, key: SigningKey, time: TrueTime, network: Network, points: Points, workers: int
    ) -> None:
        self.store = store
        self._key, self._time, self._network, self._points = key, time, network, points
        self._workers = workers
        self._ends: list[End] = []
        self._subscribers: list[Subscriber] = []
        self.database: FaultyDatabase | None = None
        self.locked = False

    @property
    def running(self) -> bool:
        return self.database is not None

    def start(self) -> None:
        self.database = database = FaultyDatabase(open_database(self.store.url).engine, self._points)
        database.locked = self.locked
        for _ in range(self._workers):
            end = self._network.end_of(None)
            alarms = AlarmBook(now=lambda: self._time.now)
            self._subscribers.append(
                Subscriber(
                    transport=end,
                    recorder=Recorder(database=database, hub_key=self._key, now=lambda: self._time.now, alarms=alarms),
                    heartbeats=HeartbeatRecorder(
                        database=database, hub_key=self._key, now=lambda: self._time.now, alarms=alarms
                    ),
                    monotonic=lambda: self._time.seconds,
                )
            )
            self._ends.append(end)
            end.start()
        self._worker = AttendanceWorker(database, now=lambda: self._time.now)

    def end_suddenly(self) -> None:
        """Whatever was not committed is gone."""
        for end in self._ends:
            end.stop()
        self._ends.clear()
        self._subscribers.clear()
        if self.database is not None:
            self.database.close()
            self.database = None

    def lock(self, *, locked: bool) -> None:
        """Somebody else holds the database."""
        self.locked = locked
        if self.database is not None:
            self.database.locked = locked

    def step(self) -> None:
        """Take in what has come, to the last message."""
        for subscriber in self._subscribers:
            while subscriber.step():
                pass

    def assess(self, *, due: bool = False) -> None:
        """Let the attendance worker work until no day waits, or the database refuses."""
        if self.database is None:
            return
        self.database.actor = "worker"
        try:
            if due:
                self._worker.mark_due_days()
            while self._worker.step().claimed:
                pass
        except SQLAlchemyError:
            return
        finally:
            if self.database is not None:
                self.database.actor = "hub"

    def places(self) -> set[Place]:
        """Every place that is stored or set aside."""
        found: set[Place] = set()
        with self.looking() as database, database.read() as session:
            for table in (StoredRow, QuarantinedRow):
                found |= {
                    (row.device, row.epoch, row.seq)
                    for row in session.execute(select(table.device, table.epoch, table.seq))
                }
        return found

    @contextmanager
    def looking(self) -> Iterator[Database]:
        """The database as it is, whether the hub runs or not."""
        if self.database is not None:
            yield self.database
            return
        with open_database(self.store.url) as database:
            yield database


class SqliteStore:
    """A hub's database in one file, made from a template, and its backup."""

    def __init__(self, folder: Path, template: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._file, self._backup = folder / "hub.db", folder / "backup.db"
        shutil.copy(template, self._file)
        self.has_backup = False

    @property
    def url(self) -> str:
        return f"sqlite:///{self._file}"

    def back_up(self) -> None:
        """Copy the database of a hub that may run."""
        self._backup.unlink(missing_ok=True)
        source, target = sqlite3.connect(self._file), sqlite3.connect(self._backup)
        source.backup(target)
        source.close()
        target.close()
        self.has_backup = True

    def restore(self) -> None:
        """Put the copy in the database's place; the hub must have ended."""
        for suffix in ("", "-wal", "-shm"):
            Path(f"{self._file}{suffix}").unlink(missing_ok=True)
        shutil.copy(self._backup, self._file)
