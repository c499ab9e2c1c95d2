"""A backup looked through: every byte against its hash, and the database opened."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from hub.backup.archive import ArchiveReader, OnBytes, open_private
from hub.backup.databases import check_sqlite, knows, list_dump
from hub.backup.manifest import Manifest
from hub.errors import BackupError


@dataclass(frozen=True, slots=True)
class VerifiedBackup:
    """bytes: unpacked. known: whether this version of the software can restore it. counts: rows, as when it was made;
    tables: how many a PostgreSQL dump holds, None for SQLite."""

    path: Path
    made_at: datetime
    kind: str
    revision: str
    known: bool
    files: int
    bytes: int
    counts: dict[str, int]
    tables: int | None


def verify_backup(
    path: Path, *, scratch: Path | None = None, on_bytes: OnBytes = lambda _bytes: None
) -> VerifiedBackup:
    """BackupError says what is wrong with it. The database is unpacked for a while, in `scratch` or beside the file."""
    with _room(path, scratch) as room, ArchiveReader(path) as archive:
        manifest = archive.manifest
        copy = room / "verified"
        try:
            for entry in manifest.entries:
                if entry.name != manifest.database:
                    archive.copy(entry, None, on_bytes)
                    continue
                with open_private(copy) as target:
                    archive.copy(entry, target, on_bytes)
            tables = check_database(copy, manifest)
        finally:
            copy.unlink(missing_ok=True)
    return VerifiedBackup(
        path=path,
        made_at=manifest.made_at,
        kind=manifest.kind,
        revision=manifest.revision,
        known=knows(manifest.revision),
        files=len(manifest.entries) - 1,
        bytes=manifest.bytes,
        counts=manifest.counts,
        tables=tables,
    )


def check_database(copy: Path, manifest: Manifest) -> int | None:
    """Whether the unpacked database opens and is whole; the tables of a dump."""
    if manifest.kind == "sqlite":
        check_sqlite(copy)
        return None
    return list_dump(copy)


@contextmanager
def _room(path: Path, scratch: Path | None) -> Iterator[Path]:
    if scratch is not None:
        yield scratch
        return
    beside = path.parent if os.access(path.parent, os.W_OK) else None
    try:
        with tempfile.TemporaryDirectory(prefix=".presensi-verify-", dir=beside) as room:
            yield Path(room)
    except OSError as error:
        raise BackupError(f"{path} could not be verified: {error.strerror or error}.") from error
