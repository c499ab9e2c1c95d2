"""Folders of files that are named by the SHA-256 of their bytes, and readable by the hub only."""

from __future__ import annotations

import errno
import hashlib
import os
import re
import secrets
import shutil
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Final

MIN_FREE_BYTES: Final = 256 << 20
"""What files leave of the disk: the last room is for the database."""

_NAME: Final = re.compile(r"[0-9a-f]{64}")


class KeptFiles:
    """Files `ab/abcd…` in a folder of the hub's data folder; suffix: behind every name."""

    def __init__(self, folder: Path, suffix: str = "") -> None:
        self._folder = folder
        self._suffix = suffix

    def keep(self, content: bytes) -> str:
        """Write a file durably, whether it is there already or not; its SHA-256.

        OSError when it cannot be written, or the disk is nearly full; nothing half written is left under its name.
        """
        name = hashlib.sha256(content).hexdigest()
        if self.read(name) == content:
            return name
        if shutil.disk_usage(self._folder.parent).free < MIN_FREE_BYTES:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        target = self.path(name)
        for folder in (self._folder, target.parent):
            folder.mkdir(exist_ok=True, mode=0o700)
        # Several processes may write the same file at once.
        temporary = target.with_name(f".{name}.{secrets.token_hex(8)}")
        try:
            descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
            with os.fdopen(descriptor, "wb") as file:
                file.write(content)
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
        """Whether a file is in this folder."""
        return _NAME.fullmatch(name) is not None and self.path(name).is_file()

    def read(self, name: str) -> bytes | None:
        """A file's bytes; None when it is not here, cannot be read, or is not what was kept."""
        if _NAME.fullmatch(name) is None:
            return None
        try:
            content = self.path(name).read_bytes()
        except OSError:
            return None
        return content if hashlib.sha256(content).hexdigest() == name else None

    def remove(self, name: str) -> None:
        """Delete a file, if it is here; OSError when it cannot be deleted."""
        self.path(name).unlink(missing_ok=True)

    def kept_before(self, moment: datetime) -> list[str]:
        """SHA-256 of the files that were written before a moment, ascending."""
        found = []
        for path in self._folder.glob(f"??/*{self._suffix}"):
            name = path.name.removesuffix(self._suffix)
            with suppress(OSError):
                if _NAME.fullmatch(name) and path.stat().st_mtime < moment.timestamp():
                    found.append(name)
        return sorted(found)

    def path(self, name: str) -> Path:
        """Where the file of this SHA-256 is, or would be."""
        return self._folder / name[:2] / f"{name}{self._suffix}"


def _sync_folder(folder: Path) -> None:
    """Bring a new name to the disk: whoever sent the file may delete it as soon as it hears that it is kept."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
