"""The archive: a ZIP of database, files and manifest, written as a stream and read with every hash checked."""

from __future__ import annotations

import hashlib
import os
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Final, Self

import msgspec

from hub.backup.manifest import MANIFEST, Entry, Manifest, read_manifest
from hub.errors import BackupError

CHUNK: Final = 1 << 20
_MOST_MANIFEST: Final = 512 << 20
_DAMAGE: Final = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError)

OnBytes = Callable[[int], None]
"""Called with how many bytes were worked on; it may raise to end the work."""


def open_private(path: Path) -> IO[bytes]:
    """A new file that only its owner may read."""
    return os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600), "w+b")


class ArchiveWriter:
    """Writes into an open file; `finish` puts the manifest behind everything else."""

    def __init__(self, file: IO[bytes], on_bytes: OnBytes) -> None:
        self._zip = zipfile.ZipFile(file, "w")
        self._on_bytes = on_bytes
        self.entries: list[Entry] = []

    def add(self, name: str, source: IO[bytes], *, squeeze: bool = False) -> None:
        """Copy a file, of whatever size, piece by piece; squeeze: compress it."""
        about = zipfile.ZipInfo(name)
        about.compress_type = zipfile.ZIP_DEFLATED if squeeze else zipfile.ZIP_STORED
        about.external_attr = 0o100600 << 16
        digest, size = hashlib.sha256(), 0
        with self._zip.open(about, "w", force_zip64=True) as target:
            while piece := source.read(CHUNK):
                target.write(piece)
                digest.update(piece)
                size += len(piece)
                self._on_bytes(len(piece))
        self.entries.append(Entry(name=name, size=size, sha256=digest.hexdigest()))

    def abandon(self) -> None:
        """Forget the file, which is no archive: nothing more is written to it."""
        self._zip.fp = None

    def finish(self, manifest: Manifest) -> None:
        about = zipfile.ZipInfo(MANIFEST)
        about.compress_type = zipfile.ZIP_DEFLATED
        about.external_attr = 0o100600 << 16
        self._zip.writestr(about, msgspec.json.format(msgspec.json.encode(manifest)))
        self._zip.close()


class ArchiveReader:
    """An archive whose list of files is what its manifest says; use it in a with block.

    BackupError, wherever the archive is not what a hub wrote.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        with self._sentences():
            self._zip = zipfile.ZipFile(path)
        try:
            self.manifest = self._read_manifest()
        except BaseException:
            self._zip.close()
            raise

    def copy(self, entry: Entry, target: IO[bytes] | None, on_bytes: OnBytes) -> None:
        """Read a file to its end, into `target` or nowhere; BackupError when its bytes are not those that were kept."""
        digest, size = hashlib.sha256(), 0
        with self._sentences(), self._zip.open(entry.name) as source:
            while piece := self._read(source):
                size += len(piece)
                if size > entry.size:
                    break
                digest.update(piece)
                on_bytes(len(piece))
                if target is not None:
                    target.write(piece)
        if size != entry.size or digest.hexdigest() != entry.sha256:
            raise BackupError(f"{self.path}: {entry.name} was changed after the backup was made; take another backup.")

    def close(self) -> None:
        self._zip.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exception: object) -> None:
        self.close()

    def _read_manifest(self) -> Manifest:
        names = self._zip.namelist()
        if MANIFEST not in names or self._zip.getinfo(MANIFEST).file_size > _MOST_MANIFEST:
            raise BackupError(f"{self.path} is no backup of a hub: it holds no {MANIFEST}.")
        with self._sentences(), self._zip.open(MANIFEST) as file:
            content = file.read(_MOST_MANIFEST + 1)
        found = read_manifest(content)
        if sorted(names) != sorted([MANIFEST, *(entry.name for entry in found.entries)]):
            raise BackupError(f"{self.path} does not hold the files that its {MANIFEST} names; take another backup.")
        return found

    def _read(self, source: IO[bytes]) -> bytes:
        return source.read(CHUNK)

    @contextmanager
    def _sentences(self) -> Iterator[None]:
        try:
            yield
        except BackupError:
            raise
        except _DAMAGE as error:
            raise BackupError(
                f"{self.path} is truncated, damaged or no backup of a hub ({error}); take another backup."
            ) from error
        except FileNotFoundError as error:
            raise BackupError(f"There is no backup {self.path}.") from error
