"""A file that is still arriving."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

import msgspec

from kiosk.recognizer.packs.card import ModelFile


class _Origin(msgspec.Struct, frozen=True):
    """Where the bytes of a part came from, so that the same server can be asked for the rest of the same thing."""

    address: str
    etag: str


class PartFile:
    """SHA256.part in a folder: what has arrived of a model file, also in a run before this one.

    It is named by what it shall become, so a cut download is resumed from any source. Methods raise OSError when the
    disk refuses.
    """

    def __init__(self, folder: Path, file: ModelFile) -> None:
        self.file = file
        self.path = folder / f"{file.sha256}.part"
        self._origin = folder / f"{file.sha256}.from"

    @property
    def size(self) -> int:
        """Bytes so far."""
        try:
            return self.path.stat().st_size
        except FileNotFoundError:
            return 0

    def is_whole(self) -> bool:
        """Whether this is the file that the card names, byte for byte."""
        if self.size != self.file.size:
            return False
        with self.path.open("rb") as content:
            return hashlib.file_digest(content, "sha256").hexdigest() == self.file.sha256

    def etag_at(self, address: str) -> str | None:
        """What that address called the thing when these bytes came from it; None when they did not, or it did not."""
        try:
            origin = msgspec.json.decode(self._origin.read_bytes(), type=_Origin)
        except (FileNotFoundError, msgspec.DecodeError, UnicodeDecodeError):
            return None
        return origin.etag if origin.address == address and origin.etag else None

    @contextmanager
    def open(self, *, start: int, address: str, etag: str | None) -> Iterator[BinaryIO]:
        """Write on from byte `start`, dropping what stood behind it; on disk when the block is left, also by an error.

        etag: None when the address has no name for what it sends.
        """
        self._origin.write_bytes(msgspec.json.encode(_Origin(address, etag or "")))
        with self.path.open("r+b" if start else "wb") as content:
            content.truncate(start)
            content.seek(start)
            try:
                yield content
            finally:
                content.flush()
                os.fsync(content.fileno())

    def move_to(self, target: Path) -> None:
        """Become the file. Public weights: whoever runs the kiosk next may read them."""
        self.path.chmod(0o644)
        self.path.replace(target)
        self._origin.unlink(missing_ok=True)

    def discard(self) -> None:
        """Begin anew next time."""
        self.path.unlink(missing_ok=True)
        self._origin.unlink(missing_ok=True)
