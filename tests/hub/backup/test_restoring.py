"""A backup comes back where nothing is, or beside what was there; never over it."""

from __future__ import annotations

import stat
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from contract.codec import unseal
from contract.receipt import Receipt
from hub.backup.manifest import read_manifest
from hub.backup.restoring import restore_backup
from hub.db import open_database, table_of
from hub.errors import BackupError
from hub.fleet.alarms import AlarmBook
from hub.ingest.heartbeats import HeartbeatRecorder, StateDelivery
from hub.ingest.models import StoredRow
from hub.ingest.recorder import Recorder
from hub.keys import load_hub_key
from hub.migrations.runner import migrate
from tests.hub.backup.conftest import Place, SmallHub
from tests.hub.backup.test_verifying import rewrite

MakeEmpty = Callable[[str], Place]


def test_restored_hub_is_the_one_that_was_backed_up(small_hub: SmallHub, make_empty: MakeEmpty) -> None:
    path = small_hub.back_up().backup.path
    before = small_hub.rows()
    small_hub.record(3)
    empty = make_empty(small_hub.url)
    restored = restore_backup(path, data_folder=empty.folder, database_url=empty.url)
    assert restored.moved_aside == ()
    assert empty.rows() == before
    assert load_hub_key(empty.folder).verify_key.text == small_hub.key.verify_key.text
    assert stat.S_IMODE((empty.folder / "hub.key").stat().st_mode) == 0o600
    [picture] = (empty.folder / "snapshots").rglob("*.jpg")
    assert picture.read_bytes() == b"a picture"
    assert not list(empty.folder.parent.glob(".*"))


def test_punches_that_the_backup_lacks_are_asked_for_and_none_is_doubled(
    small_hub: SmallHub, make_empty: MakeEmpty
) -> None:
    path = small_hub.back_up().backup.path
    small_hub.record(7)
    everything = small_hub.rows()
    empty = make_empty(small_hub.url)
    restore_backup(path, data_folder=empty.folder, database_url=empty.url)
    journal = small_hub.journal
    with open_database(empty.url) as database:
        key = load_hub_key(empty.folder)
        desk = HeartbeatRecorder(
            database=database, hub_key=key, now=small_hub.clock, alarms=AlarmBook(now=small_hub.clock)
        )
        [answer] = desk.record([StateDelivery(journal.device, journal.heartbeat(receipt=9), False)])
        receipt = unseal(
            answer.payload, Receipt, key=small_hub.key.verify_key, purpose="receipt", device=journal.device
        )
        assert (receipt.version, receipt.upto, receipt.missing) == (10, 5, ((6, 12),))
        recorder = Recorder(database=database, hub_key=key, now=small_hub.clock)
        recorder.record([journal.delivery(6), journal.delivery(4, 8)])
    assert empty.rows() == everything


def test_full_hub_is_refused_and_moved_aside_when_asked(small_hub: SmallHub) -> None:
    path = small_hub.back_up().backup.path
    before = small_hub.rows()
    small_hub.record(3)
    after = small_hub.rows()
    small_hub.database.close()
    with pytest.raises(BackupError, match="--replace moves it aside"):
        restore_backup(path, data_folder=small_hub.folder, database_url=small_hub.url)
    assert small_hub.rows() == after
    moved_to = path.rename(small_hub.folder.parent / f"{small_hub.folder.name}-{path.name}")
    restored = restore_backup(moved_to, data_folder=small_hub.folder, database_url=small_hub.url, replace=True)
    assert small_hub.rows() == before
    asides = [Path(name) for name in restored.moved_aside if name.startswith("/")]
    assert len(asides) == 1
    assert (asides[0] / "hub.key").exists()
    if small_hub.database.dialect == "sqlite":
        assert Place(asides[0], f"sqlite:///{asides[0] / 'hub.db'}").rows() == after
        return
    [schema] = [name.removeprefix("schema ") for name in restored.moved_aside if name.startswith("schema ")]
    with open_database(small_hub.url) as database, database.engine.connect() as connection:
        old = f"SELECT count(*) FROM {schema}.{table_of(StoredRow).name}"
        assert connection.exec_driver_sql(old).scalar() == len(after)
        connection.rollback()
        connection.exec_driver_sql(f"DROP SCHEMA {schema} CASCADE")
        connection.commit()


def test_running_hub_is_not_restored_over(small_hub: SmallHub) -> None:
    path = small_hub.back_up().backup.path
    with small_hub.database.engine.connect() as connection:
        connection.exec_driver_sql("SELECT 1")
        with pytest.raises(BackupError, match="stop"):
            restore_backup(path, data_folder=small_hub.folder, database_url=small_hub.url, replace=True)
    assert len(small_hub.rows()) == 5


def test_older_tables_are_upgraded(small_hub: SmallHub, make_empty: MakeEmpty) -> None:
    migrate(small_hub.database, "0035")
    path = small_hub.back_up().backup.path
    empty = make_empty(small_hub.url)
    assert restore_backup(path, data_folder=empty.folder, database_url=empty.url).upgraded_from == "0035"
    assert len(empty.rows()) == 5
    with open_database(empty.url) as database, database.engine.connect() as connection:
        assert connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar() != "0035"


def test_newer_tables_and_the_other_kind_are_refused(small_hub: SmallHub, make_empty: MakeEmpty) -> None:
    path = small_hub.back_up().backup.path
    empty = make_empty(small_hub.url)

    def from_the_future(kept: dict[str, bytes]) -> None:
        manifest = read_manifest(kept["manifest.json"])
        kept["manifest.json"] = msgspec.json.encode(msgspec.structs.replace(manifest, revision="9999"))

    newer = rewrite(path, from_the_future)
    with pytest.raises(BackupError, match="newer than this software"):
        restore_backup(newer, data_folder=empty.folder, database_url=empty.url)
    other = "postgresql://nobody@127.0.0.1:1/none" if empty.url.startswith("sqlite") else "sqlite:////nowhere/hub.db"
    with pytest.raises(BackupError, match="is set up for"):
        restore_backup(path, data_folder=empty.folder, database_url=other)
    assert not empty.folder.exists()


def test_damaged_backup_changes_nothing(small_hub: SmallHub, make_empty: MakeEmpty) -> None:
    path = rewrite(small_hub.back_up().backup.path, lambda kept: kept.update({"files/hub.pub": b"another"}))
    small_hub.database.close()
    with pytest.raises(BackupError, match="was changed"):
        restore_backup(path, data_folder=small_hub.folder, database_url=small_hub.url, replace=True)
    assert len(small_hub.rows()) == 5
    assert (small_hub.folder / "hub.pub").read_text(encoding="ascii").strip() == small_hub.key.verify_key.text


def test_sqlite_elsewhere_comes_back_elsewhere(tmp_path_factory: pytest.TempPathFactory, small_hub: SmallHub) -> None:
    if small_hub.database.dialect != "sqlite":
        pytest.skip("about SQLite")
    place = tmp_path_factory.mktemp("elsewhere")
    path = small_hub.back_up().backup.path
    for replace in (False, True):
        restore_backup(
            path, data_folder=place / "hub", database_url=f"sqlite:///{place / 'db' / 'h.db'}", replace=replace
        )
    assert len(Place(place, f"sqlite:///{place / 'db' / 'h.db'}").rows()) == 5
    assert len(list((place / "db").glob("h.db.before-*"))) == 1
