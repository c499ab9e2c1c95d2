"""Files that are there whole or not at all, readable by their owner only unless somebody else needs them."""

from __future__ import annotations

import fcntl
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from provisioning.errors import FolderError

OWNER_ONLY: Final = 0o600
FOR_EVERYBODY: Final = 0o644


def write_whole(path: Path, content: bytes, *, mode: int = OWNER_ONLY) -> None:
    """Put `content` at `path`, in place of what stood there; it is on the disk when this returns.

    A stick with FAT keeps no modes; the file is written there all the same. Raises FolderError.
    """
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    try:
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            os.replace(temporary, path)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise
        _sync_folder(path.parent)
    except OSError as error:
        raise FolderError(f"{path} could not be written: {error.strerror}.") from error


def make_private_folder(folder: Path) -> None:
    """Make the folder (0700) where it is not there yet; raises FolderError."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise FolderError(f"The folder {folder} could not be made: {error.strerror}.") from error


@contextmanager
def held(folder: Path) -> Iterator[None]:
    """One process at a time works in this folder; others wait. Raises FolderError when it cannot be opened."""
    try:
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    except OSError as error:
        raise FolderError(f"The folder {folder} cannot be opened: {error.strerror}.") from error
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
