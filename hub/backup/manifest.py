"""What a backup says about itself, and which names may stand in one. Pure."""

from __future__ import annotations

import re
from datetime import datetime
from pathlib import PurePosixPath
from typing import Final, Literal

import msgspec

from hub.errors import BackupError

MANIFEST: Final = "manifest.json"
FILES: Final = "files/"
DATABASE_NAMES: Final = {"sqlite": "database.sqlite", "postgresql": "database.pgdump"}
_FORM: Final = 1

Kind = Literal["sqlite", "postgresql"]

_SHA256: Final = re.compile(r"[0-9a-f]{64}")


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """One file of the archive: its name there, its bytes and their SHA-256."""

    name: str
    size: int
    sha256: str


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """made_at: aware UTC, when the database was copied. hub: the name of the data folder (`folder.id`). revision: of
    the tables. counts: rows of some tables, for people to compare; on PostgreSQL they are from just before the dump."""

    made_at: datetime
    hub: str
    kind: Kind
    revision: str
    counts: dict[str, int]
    entries: list[Entry]
    form: int = _FORM

    @property
    def database(self) -> str:
        """The name of the database's copy within the archive."""
        return DATABASE_NAMES[self.kind]

    @property
    def bytes(self) -> int:
        """What everything takes once it is unpacked."""
        return sum(entry.size for entry in self.entries)


def read_manifest(content: bytes) -> Manifest:
    """BackupError for whatever no hub wrote, names that lead elsewhere among it."""
    try:
        found = msgspec.json.decode(content, type=Manifest)
    except msgspec.MsgspecError as error:
        raise BackupError(f"The backup's {MANIFEST} cannot be read: {error}.") from error
    if found.form != _FORM:
        raise BackupError("The backup was written by a newer version of Presensi: restore it with that version.")
    names = [entry.name for entry in found.entries]
    if len(set(names)) != len(names) or found.database not in names:
        raise BackupError(f"The backup's {MANIFEST} names no database, or a file twice.")
    for entry in found.entries:
        if entry.name != found.database:
            inner_path(entry.name)
        if entry.size < 0 or not _SHA256.fullmatch(entry.sha256):
            raise BackupError(f"The backup's {MANIFEST} gives no usable size and hash of {entry.name!r}.")
    return found


def inner_path(name: str) -> PurePosixPath:
    """Where in the data folder a file of the archive belongs; BackupError when that would be outside."""
    inner = name.removeprefix(FILES)
    parts = inner.split("/")
    if inner == name or "\\" in name or "\0" in name or any(part in {"", ".", ".."} for part in parts):
        raise BackupError(f"The backup holds {name!r}, which leads out of the hub's folder: no hub wrote it.")
    return PurePosixPath(*parts)
