"""A backup brought back: unpacked beside the place, checked and upgraded there, and only then put into it.

What was there before is never deleted: it is moved aside, and its new name is told.
"""

from __future__ import annotations

import os
import secrets
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError

from hub.backup.archive import ArchiveReader, OnBytes, open_private
from hub.backup.databases import has_tables, knows, restore_dump
from hub.backup.manifest import Manifest, inner_path
from hub.backup.verifying import check_database
from hub.db import Database, open_database, upgrade
from hub.errors import BackupError


@dataclass(frozen=True, slots=True)
class Restored:
    """moved_aside: new names of what was there before: folders, files, a schema."""

    made_at: datetime
    files: int
    counts: dict[str, int]
    upgraded_from: str
    moved_aside: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a hub is to come back; before: what things that are moved aside are called, behind their own names."""

    data_folder: Path
    url: str
    before: str

    @property
    def sqlite(self) -> Path | None:
        url = make_url(self.url)
        return Path(url.database or "") if url.get_backend_name() == "sqlite" else None

    @property
    def database_inside(self) -> bool:
        return self.sqlite is not None and self.sqlite.resolve().is_relative_to(self.data_folder.resolve())


def restore_backup(
    path: Path,
    *,
    data_folder: Path,
    database_url: str,
    replace: bool = False,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
    on_bytes: OnBytes = lambda _bytes: None,
) -> Restored:
    """Put the hub of a backup into an empty folder and an empty database.

    replace: move aside what is there; without it, BackupError where there is something. BackupError also for a backup
    that is damaged, of the other kind of database, or newer than this software, and while a hub runs there; nothing was
    changed then.
    """
    place = _Place(data_folder.resolve(), database_url, f"before-{now():%Y%m%dT%H%M%SZ}")
    try:
        with ArchiveReader(path) as archive:
            manifest = archive.manifest
            _refuse_unfit(manifest, place, replace=replace)
            with _beside(place.data_folder) as unpacked:
                copy = _unpack(archive, unpacked, on_bytes)
                check_database(copy, manifest)
                moved = (
                    _bring_sqlite(copy, unpacked, place)
                    if place.sqlite is not None
                    else _bring_postgresql(copy, unpacked, place)
                )
    except OSError as error:
        raise BackupError(f"{path} could not be restored: {error.strerror or error}.") from error
    return Restored(manifest.made_at, len(manifest.entries) - 1, manifest.counts, manifest.revision, tuple(moved))


def _refuse_unfit(manifest: Manifest, place: _Place, *, replace: bool) -> None:
    kind = "postgresql" if place.sqlite is None else "sqlite"
    if manifest.kind != kind:
        raise BackupError(f"The backup holds a {manifest.kind} database, and the hub is set up for {kind}: see --db.")
    if not knows(manifest.revision):
        raise BackupError(
            f"The backup's tables (revision {manifest.revision}) are newer than this software: install the newer "
            "version of Presensi first."
        )
    if place.sqlite is None:
        with open_database(place.url) as database:
            _refuse_full_schema(database, replace=replace)
    elif place.sqlite.exists():
        _refuse_running(place.sqlite)
    full = [folder for folder in (place.data_folder, place.sqlite) if folder is not None and _is_full(folder)]
    if full and not replace:
        raise BackupError(
            f"There is a hub in {full[0]} already; --replace moves it aside, and deletes nothing. Or name an empty "
            "folder with --data."
        )


def _is_full(path: Path) -> bool:
    return any(path.iterdir()) if path.is_dir() else path.exists()


def _refuse_running(path: Path) -> None:
    """Nobody else may have the file open: SQLite leaves its write-ahead log only when it is alone."""
    try:
        with closing(sqlite3.connect(path, isolation_level=None, timeout=1)) as connection:
            connection.execute("PRAGMA journal_mode=DELETE").fetchone()
    except sqlite3.OperationalError as error:
        raise BackupError(f"A hub runs on {path} ({error}): stop it first.") from error
    except sqlite3.DatabaseError:
        pass  # no database at all any more: the very reason to restore


def _refuse_full_schema(database: Database, *, replace: bool) -> None:
    others = text(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
    )
    try:
        with database.engine.connect() as connection:
            if connection.scalar(others):
                raise BackupError("Somebody is connected to the database: stop the hub first.")
        if has_tables(database) and not replace:
            raise BackupError(
                "There is a hub in the database already; --replace moves it aside, and deletes nothing. Or name an "
                "empty database with --db."
            )
    except DBAPIError as error:
        raise BackupError(f"The database does not answer: {error.orig}") from error


def _unpack(archive: ArchiveReader, unpacked: Path, on_bytes: OnBytes) -> Path:
    """Everything into `unpacked`/files; the path of the database's copy beside it."""
    copy = unpacked / "database"
    for entry in archive.manifest.entries:
        inside = entry.name != archive.manifest.database
        target = unpacked.joinpath("files", inner_path(entry.name)) if inside else copy
        target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with open_private(target) as file:
            archive.copy(entry, file, on_bytes)
            file.flush()
            os.fsync(file.fileno())
    (unpacked / "files").mkdir(exist_ok=True, mode=0o700)
    return copy


def _bring_sqlite(copy: Path, unpacked: Path, place: _Place) -> list[str]:
    path = place.sqlite
    if path is None:
        raise TypeError("no SQLite here")
    with open_database(f"sqlite:///{copy}") as database:
        upgrade(database)
    copy.chmod(0o600)
    if place.database_inside:
        inside = unpacked / "files" / path.resolve().relative_to(place.data_folder)
        inside.parent.mkdir(parents=True, exist_ok=True)
        copy.rename(inside)
        return _swap_folder(unpacked / "files", place)
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    shutil.move(copy, beside)
    _give_to_owner(beside, of=path if path.exists() else path.parent)
    moved = _move_aside([path, *(path.with_name(path.name + end) for end in ("-wal", "-shm"))], place)
    beside.rename(path)
    return moved + _swap_folder(unpacked / "files", place)


def _bring_postgresql(copy: Path, unpacked: Path, place: _Place) -> list[str]:
    moved = []
    with open_database(place.url) as database:
        schema = f"public_{place.before.replace('-', '_').lower()}"
        if full := has_tables(database):
            with database.writing_connection() as connection:
                connection.execute(text(f"ALTER SCHEMA public RENAME TO {schema}"))
                connection.execute(text("CREATE SCHEMA public"))
            moved.append(f"schema {schema}")
        try:
            restore_dump(copy, make_url(place.url))
        except BackupError:
            if full:
                with database.writing_connection() as connection:
                    connection.execute(text("DROP SCHEMA public"))  # empty: a restore is all or nothing
                    connection.execute(text(f"ALTER SCHEMA {schema} RENAME TO public"))
            raise
        upgrade(database)
    return moved + _swap_folder(unpacked / "files", place)


def _swap_folder(files: Path, place: _Place) -> list[str]:
    folder = place.data_folder
    _give_to_owner(files, of=folder if folder.exists() else folder.parent)
    files.chmod(folder.stat().st_mode & 0o777 if folder.exists() else 0o750)
    moved = _move_aside([folder], place) if folder.is_dir() and any(folder.iterdir()) else []
    files.rename(folder)
    return moved


def _move_aside(paths: list[Path], place: _Place) -> list[str]:
    moved = []
    for path in paths:
        if path.exists():
            aside = path.with_name(f"{path.name}.{place.before}")
            path.rename(aside)
            moved.append(str(aside))
    return moved


def _give_to_owner(path: Path, *, of: Path) -> None:
    """The hub's own user shall read what root has restored."""
    if os.geteuid() != 0:
        return
    owner = of.stat()
    for each in (path, *path.rglob("*")):
        os.chown(each, owner.st_uid, owner.st_gid)


@contextmanager
def _beside(folder: Path) -> Iterator[Path]:
    """A folder on the same disk, gone at the end."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    made = folder.with_name(f".{folder.name}.restoring-{secrets.token_hex(4)}")
    made.mkdir(mode=0o700)
    try:
        yield made
    finally:
        shutil.rmtree(made, ignore_errors=True)
