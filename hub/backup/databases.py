"""Copies of the database, consistent while a hub writes on: SQLite's own online backup, PostgreSQL's pg_dump."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
from collections.abc import Callable, Mapping
from contextlib import closing
from pathlib import Path
from typing import Final

from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, create_engine, func, inspect, select
from sqlalchemy.engine import URL

from hub.db import Database, table_of
from hub.errors import BackupError
from hub.fleet.models import Kiosk
from hub.ingest.models import StoredRow
from hub.migrations.runner import configuration
from hub.roster.models import Employee

PAGES_AT_ONCE: Final = 1_000
_WAIT_SECONDS: Final = 0.5
_COUNTED: Final = {"employees": table_of(Employee), "kiosks": table_of(Kiosk), "punches": table_of(StoredRow)}


def read_standing(engine: Engine) -> tuple[str, dict[str, int]]:
    """Revision of the tables, and how many rows some of them have; BackupError when there are no tables."""
    with engine.connect() as connection:
        revision = MigrationContext.configure(connection).get_current_revision()
        if revision is None:
            raise BackupError("The database holds no hub's tables: there is nothing to back up.")
        return revision, _counts(connection)


def read_copy(path: Path) -> tuple[str, dict[str, int]]:
    """The same of a copy in SQLite, which stays one file."""
    engine = create_engine(f"sqlite:///{path}")
    try:
        return read_standing(engine)
    finally:
        engine.dispose()


def knows(revision: str) -> bool:
    """Whether this version of the software has the migration that a database stands at."""
    return revision in {script.revision for script in ScriptDirectory.from_config(configuration()).walk_revisions()}


def copy_sqlite(path: Path, target: Path, on_pages: Callable[[], None]) -> None:
    """A copy as of now, in one file.

    The read transaction is held throughout: without it SQLite begins anew whenever the hub has written meanwhile.
    """
    try:
        with closing(sqlite3.connect(path, isolation_level=None)) as source:
            source.execute("PRAGMA busy_timeout=30000")
            source.execute("BEGIN")
            source.execute("SELECT count(*) FROM sqlite_master").fetchone()
            with closing(sqlite3.connect(target, isolation_level=None)) as copy:
                source.backup(copy, pages=PAGES_AT_ONCE, progress=lambda *_left: on_pages())
                copy.execute("PRAGMA journal_mode=DELETE")
    except sqlite3.Error as error:
        raise BackupError(f"The database {path} could not be copied: {error}.") from error


def check_sqlite(path: Path) -> None:
    """BackupError when SQLite finds damage in a copy."""
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as copy:
            [found] = copy.execute("PRAGMA integrity_check(1)").fetchone()
    except sqlite3.Error as error:
        raise BackupError(f"The database in the backup does not open: {error}.") from error
    if found != "ok":
        raise BackupError(f"The database in the backup is damaged: {found}.")


def dump_postgresql(url: URL, target: Path, on_wait: Callable[[], None]) -> None:
    """pg_dump's custom format; BackupError says what pg_dump said. on_wait: called now and then; it may raise."""
    command = ["pg_dump", "--format=custom", "--schema=public", f"--file={target}", f"--dbname={_plain(url)}"]
    _run(command, url, on_wait=on_wait)


def list_dump(path: Path) -> int:
    """How many tables' rows a dump holds; BackupError when pg_restore cannot read it."""
    found = _run(["pg_restore", "--list", str(path)], None).count(" TABLE DATA ")
    if not found:
        raise BackupError("The database in the backup is damaged: pg_restore finds no tables in it.")
    return found


def restore_dump(path: Path, url: URL) -> None:
    """All of it or nothing."""
    flags = ["--no-owner", "--no-privileges", "--exit-on-error", "--single-transaction"]
    wanted = _run(["pg_restore", "--list", str(path)], None).splitlines()
    # The schema `public` is there in every database, and belongs to somebody else.
    kept = path.with_name("contents")
    kept.write_text("\n".join(line for line in wanted if " SCHEMA - public " not in line), encoding="utf-8")
    _run(["pg_restore", *flags, f"--use-list={kept}", f"--dbname={_plain(url)}", str(path)], url)


def has_tables(database: Database) -> bool:
    return bool(inspect(database.engine).get_table_names())


def _counts(connection: Connection) -> dict[str, int]:
    there = set(inspect(connection).get_table_names())
    return {
        name: connection.scalar(select(func.count()).select_from(table)) or 0
        for name, table in _COUNTED.items()
        if table.name in there
    }


def _plain(url: URL) -> str:
    """The address as PostgreSQL's programs take it, without the password: everybody may read a command's words."""
    return url.set(drivername="postgresql", password=None).render_as_string(hide_password=False)


def _run(command: list[str], url: URL | None, *, on_wait: Callable[[], None] = lambda: None) -> str:
    program = _program(command[0])
    environment: Mapping[str, str] = os.environ
    if url is not None and url.password is not None:
        environment = os.environ | {"PGPASSWORD": str(url.password)}
    with (
        subprocess.Popen(  # noqa: S603 - a program of PostgreSQL's
            [program, *command[1:]], env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        ) as running
    ):
        while True:
            try:
                out, trouble = running.communicate(timeout=_WAIT_SECONDS)
                break
            except subprocess.TimeoutExpired:
                try:
                    on_wait()
                except BaseException:
                    running.kill()
                    raise
    if running.returncode != 0:
        said = trouble.decode(errors="replace").strip() or f"exit code {running.returncode}"
        raise BackupError(f"{command[0]} failed: {said}")
    return out.decode(errors="replace")


def _program(name: str) -> str:
    """On PATH, else the newest of Debian's; BackupError when it is not installed."""
    installed = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), key=lambda path: float(path.parts[4]))
    found = shutil.which(name) or (str(installed[-1]) if installed else None)
    if found is None:
        raise BackupError(f"{name} is not installed: apt install postgresql-client, as new as the server or newer.")
    return found
