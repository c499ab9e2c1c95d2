"""A hub with some punches, pictures and keys, on each database, and an empty place beside it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import create_engine, select, text
from sqlalchemy.engine import make_url

from contract.signing import SigningKey
from hub.backup.making import BackupMade, BackupShelf, make_backup
from hub.db import Database, open_database
from hub.ingest.models import StoredRow
from hub.ingest.recorder import Recorder
from hub.kept_files import KeptFiles
from hub.keys import load_hub_key
from tests.factories.journals import KioskJournal, SettableClock
from tests.factories.people import add_kiosk_row


@dataclass
class Place:
    """A hub's folder, and the address of its database."""

    folder: Path
    url: str

    def rows(self) -> list[tuple[str, int]]:
        with open_database(self.url) as database, database.read() as session:
            found = session.execute(select(StoredRow.epoch, StoredRow.seq).order_by(StoredRow.epoch, StoredRow.seq))
            return [(row.epoch, row.seq) for row in found]


@dataclass
class SmallHub(Place):
    """One kiosk's punches are recorded with `record`."""

    database: Database
    key: SigningKey
    journal: KioskJournal
    shelf: BackupShelf
    clock: SettableClock

    def record(self, count: int) -> None:
        first = len(self.journal.rows) + 1
        self.journal.punches(count)
        Recorder(database=self.database, hub_key=self.key, now=self.clock).record([self.journal.delivery(first)])

    def back_up(self) -> BackupMade:
        return make_backup(self.database, self.folder, self.shelf, now=self.clock)


@pytest.fixture
def small_hub(database: Database, database_url: str, tmp_path: Path, clock: SettableClock) -> SmallHub:
    folder = tmp_path if database.dialect == "sqlite" else tmp_path / "hub"
    folder.mkdir(exist_ok=True)
    key = load_hub_key(folder)
    KeptFiles(folder / "snapshots", ".jpg").keep(b"a picture")
    shelf = BackupShelf(tmp_path / "backups", "0a1b2c3d", timedelta(days=3), ZoneInfo("Asia/Jakarta"))
    journal = KioskJournal()
    add_kiosk_row(database, journal.device, journal.key.verify_key)
    hub = SmallHub(folder, database_url, database, key, journal, shelf, clock)
    hub.record(5)
    return hub


@pytest.fixture
def make_empty(
    tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
) -> Iterator[Callable[[str], Place]]:
    """An empty place on the same kind of database as an address."""
    servers: list[str] = []

    def make(like: str) -> Place:
        folder = tmp_path_factory.mktemp("restored") / "hub"
        if make_url(like).get_backend_name() == "sqlite":
            return Place(folder, f"sqlite:///{folder / 'hub.db'}")
        server = request.getfixturevalue("postgresql_url")
        servers.append(server)
        _order(server, "CREATE DATABASE restored")
        return Place(folder, server.replace("/postgres", "/restored"))

    yield make
    for server in servers:
        _order(server, "DROP DATABASE restored WITH (FORCE)")


def _order(server: str, command: str) -> None:
    engine = create_engine(server.replace("postgresql://", "postgresql+psycopg://"), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(command))
    engine.dispose()
