"""The folder that keeps the snapshots of refused presentations, by the SHA-256 of their bytes."""

from __future__ import annotations

import errno
import os
import re
import secrets
import shutil
from contextlib import suppress
from pathlib import Path
from typing import Final

from contract.evidence import snapshot_hash

MIN_FREE_BYTES: Final = 256 << 20
"""What pictures leave of the disk: the last room is for the database."""

_NAME: Final = re.compile(r"[0-9a-f]{64}")


class SnapshotStore:
    """Files `snapshots/ab/abcd….jpg` in the hub's data folder, readable by the hub only."""

    def __init__(self, data_folder: Path) -> None:
        self._folder = data_folder / "snapshots"

    def keep(self, jpeg: bytes) -> str:
        """Write a snapshot durably, whether it is there already or not; its SHA-256.

        OSError when it cannot be written, or the disk is nearly full; nothing half written is left under its name.
        """
        name = snapshot_hash(jpeg)
        if self.read(name) == jpeg:
            return name
        if shutil.disk_usage(self._folder.parent).free < MIN_FREE_BYTES:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        target = self._path(name)
        for folder in (self._folder, target.parent):
            folder.mkdir(exist_ok=True, mode=0o700)
        # Several workers may write the same picture at once.
        temporary = target.with_name(f".{name}.{secrets.token_hex(8)}")
        try:
            descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
            with os.fdopen(descriptor, "wb") as file:
                file.write(jpeg)
                file.flush()
                os.fsync(file.fileno())
            temporary.replace(target)
        except OSError:
            with suppress(OSError):
                temporary.unlink()
            raise
        for folder in (target.parent, self._folder, self._folder.parent):
            _sync_folder(folder)
        return name

    def has(self, name: str) -> bool:
        """Whether a snapshot is in this folder."""
        return _NAME.fullmatch(name) is not None and self._path(name).is_file()

    def read(self, name: str) -> bytes | None:
        """A snapshot's bytes; None when it is not here, cannot be read, or is not what was kept."""
        if _NAME.fullmatch(name) is None:
            return None
        try:
            jpeg = self._path(name).read_bytes()
        except OSError:
            return None
        return jpeg if snapshot_hash(jpeg) == name else None

    def _path(self, name: str) -> Path:
        return self._folder / name[:2] / f"{name}.jpg"


def _sync_folder(folder: Path) -> None:
    """Bring a new name to the disk: the kiosk deletes its copy as soon as it hears that this one is kept."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
