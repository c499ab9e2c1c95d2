"""A backup made: copied, packed, verified, and only then given its name and the old ones deleted."""

from __future__ import annotations

import fcntl
import os
import secrets
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

import msgspec

from hub.backup.archive import ArchiveWriter, OnBytes, open_private
from hub.backup.databases import copy_sqlite, dump_postgresql, read_copy, read_standing
from hub.backup.folder import files_of
from hub.backup.history import NAME
from hub.backup.manifest import FILES, Kind, Manifest
from hub.backup.verifying import verify_backup
from hub.db import Database
from hub.errors import BackupError

_TIME: Final = "%Y%m%dT%H%M%SZ"
_PLAIN: Final = {".jpg", ".jpeg", ".png", ".zip", ".pdf", ".xlsx"}
"""Such files are compressed already."""


@dataclass(frozen=True, slots=True)
class KeptBackup:
    """A backup in the folder, as its name says. expires_on: the local day from which it is deleted, when a newer one is
    there."""

    path: Path
    made_at: datetime
    expires_on: date
    bytes: int


@dataclass(frozen=True, slots=True)
class BackupMade:
    """deleted: names of the old ones that went."""

    backup: KeptBackup
    files: int
    counts: dict[str, int]
    deleted: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class BackupShelf:
    """The folder of one hub's backups; several hubs may share it, each deletes its own only.

    hub: name of the data folder. keep: for how long; zone: of the day that is said.
    """

    folder: Path
    hub: str
    keep: timedelta
    zone: ZoneInfo

    def kept(self) -> list[KeptBackup]:
        """The newest first."""
        found = []
        for path in self.folder.glob(f"{NAME}{self.hub}-*.zip"):
            try:
                made_at = datetime.strptime(path.stem.rpartition("-")[2], _TIME).replace(tzinfo=UTC)
                size = path.stat().st_size
            except (ValueError, FileNotFoundError):
                continue  # not one of ours, or deleted meanwhile
            found.append(KeptBackup(path, made_at, (made_at + self.keep).astimezone(self.zone).date(), size))
        return sorted(found, key=lambda kept: kept.made_at, reverse=True)

    def place(self, made_at: datetime) -> Path:
        return self.folder / f"{NAME}{self.hub}-{made_at.strftime(_TIME)}.zip"

    def delete_expired(self, now: datetime) -> tuple[str, ...]:
        """The newest stays, whatever its age."""
        expired = [kept.path for kept in self.kept()[1:] if kept.made_at + self.keep <= now]
        for path in expired:
            path.unlink(missing_ok=True)
        return tuple(path.name for path in expired)


def make_backup(
    database: Database,
    data_folder: Path,
    shelf: BackupShelf,
    *,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
    on_bytes: OnBytes = lambda _bytes: None,
) -> BackupMade:
    """Copy database and folder while the hub runs. BackupError when it cannot be; then nothing new is in the folder.

    on_bytes: called as the work goes on, with the bytes since its last call, several times the backup's size in all;
    what it raises ends the work.
    """
    try:
        shelf.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        with _alone(shelf), _scratch(shelf) as scratch:
            made_at = now().astimezone(UTC)
            place = shelf.place(made_at)
            if place.exists():
                raise BackupError(f"{place} is there already: a backup was made within this second.")
            # The database first: what it names is in the folder already, and files are never changed.
            revision, counts = _copy_database(database, scratch / "database", on_bytes)
            kind: Kind = "sqlite" if database.dialect == "sqlite" else "postgresql"
            manifest = Manifest(made_at=made_at, hub=shelf.hub, kind=kind, revision=revision, counts=counts, entries=[])
            live = Path(database.engine.url.database or "") if kind == "sqlite" else None
            files = files_of(data_folder, leave=(live, shelf.folder))
            packed = _pack(scratch / "archive", scratch / "database", manifest, files, on_bytes)
            verify_backup(scratch / "archive", scratch=scratch, on_bytes=on_bytes)
            (scratch / "archive").rename(place)
            _sync_folder(shelf.folder)
            deleted = shelf.delete_expired(made_at)
    except OSError as error:
        raise BackupError(
            f"No backup was made in {shelf.folder}: {error.strerror or error}. The backups that are there stay."
        ) from error
    kept = next(kept for kept in shelf.kept() if kept.path == place)
    return BackupMade(kept, packed, counts, deleted)


def _copy_database(database: Database, copy: Path, on_bytes: OnBytes) -> tuple[str, dict[str, int]]:
    """Revision of the copy, and its counts."""
    url = database.engine.url
    if database.dialect == "sqlite":
        copy_sqlite(Path(url.database or ""), copy, lambda: on_bytes(0))
        return read_copy(copy)
    revision, counts = read_standing(database.engine)
    dump_postgresql(url, copy, lambda: on_bytes(0))
    if read_standing(database.engine)[0] != revision:
        raise BackupError("The tables were brought to a newer form meanwhile: make the backup again.")
    return revision, counts


def _pack(target: Path, copy: Path, manifest: Manifest, files: Iterator[tuple[str, Path]], on_bytes: OnBytes) -> int:
    """Write the archive, the database's copy (which is deleted) first; how many files of the folder it holds."""
    with open_private(target) as file:
        archive = ArchiveWriter(file, on_bytes)
        try:
            _fill(archive, copy, manifest, files)
        except BaseException:
            archive.abandon()
            raise
        file.flush()
        os.fsync(file.fileno())
    return len(archive.entries) - 1


def _fill(archive: ArchiveWriter, copy: Path, manifest: Manifest, files: Iterator[tuple[str, Path]]) -> None:
    with copy.open("rb") as source:
        archive.add(manifest.database, source, squeeze=manifest.kind == "sqlite")
    copy.unlink()
    for inner, path in files:
        try:
            source = path.open("rb")
        except FileNotFoundError:
            continue  # erased by age meanwhile
        with source:
            archive.add(f"{FILES}{inner}", source, squeeze=path.suffix not in _PLAIN)
    archive.finish(msgspec.structs.replace(manifest, entries=archive.entries))


@contextmanager
def _alone(shelf: BackupShelf) -> Iterator[None]:
    """One backup of a hub at a time; whatever one that was killed has left is deleted."""
    with (shelf.folder / f".presensi-{shelf.hub}.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise BackupError(f"Another backup is being made in {shelf.folder}: wait until it has ended.") from error
        for left in shelf.folder.glob(f".presensi-{shelf.hub}.part-*"):
            shutil.rmtree(left)
        yield


@contextmanager
def _scratch(shelf: BackupShelf) -> Iterator[Path]:
    folder = shelf.folder / f".presensi-{shelf.hub}.part-{secrets.token_hex(4)}"
    folder.mkdir(mode=0o700)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
