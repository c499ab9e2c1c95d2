"""SQLite's online backup beside a hub that writes; programs of PostgreSQL that are not there."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy.engine import make_url

from hub.backup import databases
from hub.backup.databases import copy_sqlite, dump_postgresql
from hub.errors import BackupError


def test_copy_is_of_the_moment_at_which_it_began(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path, steps = tmp_path / "hub.db", 0
    with closing(sqlite3.connect(path, isolation_level=None)) as hub:
        hub.execute("PRAGMA journal_mode=WAL")
        hub.execute("CREATE TABLE punch (row BLOB)")
        hub.executemany("INSERT INTO punch VALUES (?)", [(bytes(3_000),)] * 50)
        [pages] = hub.execute("PRAGMA page_count").fetchone()

        def punch() -> None:
            nonlocal steps
            steps += 1
            assert steps <= pages, "the copy began anew"
            hub.execute("INSERT INTO punch VALUES (?)", (bytes(3_000),))

        monkeypatch.setattr(databases, "PAGES_AT_ONCE", 1)
        copy_sqlite(path, tmp_path / "copy", punch)
    with closing(sqlite3.connect(tmp_path / "copy")) as copy:
        assert copy.execute("SELECT count(*) FROM punch").fetchone() == (50,)
    assert steps == pages


def test_missing_pg_dump_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(Path, "glob", lambda *_pattern: iter(()))
    with pytest.raises(BackupError, match="pg_dump is not installed: apt install postgresql-client"):
        dump_postgresql(make_url("postgresql://presensi@127.0.0.1/presensi"), tmp_path / "dump", lambda: None)


@pytest.mark.skipif(
    shutil.which("pg_dump") is None and not [*Path("/usr/lib/postgresql").glob("*/bin/pg_dump")],
    reason="PostgreSQL is not installed here",
)
def test_server_that_is_away_is_said_without_the_password(tmp_path: Path) -> None:
    with pytest.raises(BackupError, match="pg_dump failed") as refused:
        dump_postgresql(make_url("postgresql://presensi:secret@127.0.0.1:1/presensi"), tmp_path / "dump", lambda: None)
    assert "secret" not in str(refused.value)
