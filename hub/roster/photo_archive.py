"""A ZIP of photos as somebody sent it: looked into before anything is unpacked, and read one photo at a time."""

from __future__ import annotations

import hashlib
import os
import re
import secrets
import shutil
import stat
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import BinaryIO, Final

from hub.attendance.paper_files import MAX_FILE_BYTES, PaperFile
from hub.errors import PaperError
from hub.kept_files import MIN_FREE_BYTES
from hub.roster.nip import DIGITS
from hub.roster.photos import Photo

MAX_ARCHIVE_BYTES: Final = 128 << 20
MAX_FILES: Final = 5_000
MAX_UNPACKED_BYTES: Final = 512 << 20
MOST_PACKED: Final = 50
"""Times that a photo may shrink in an archive; JPEG and PNG are packed already and hardly shrink at all."""
_SMALL: Final = 64 << 10
MOST_PHOTOS: Final = 20
"""Of one person; further ones tell a recogniser nothing new."""
SUFFIXES: Final = frozenset({".jpg", ".jpeg", ".png"})

_NUMBER: Final = re.compile(rf"([0-9]{{{DIGITS}}})(?![0-9])")
_CHUNK: Final = 1 << 20
_SIGNS: Final = (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n")


@dataclass(frozen=True, slots=True)
class Listed:
    """The photos under one name. label: the name as it was written; files: their names inside the archive."""

    label: str
    files: tuple[str, ...]


def list_people(path: Path, name: str) -> list[Listed]:
    """Whose photos an archive holds, by label; PaperError says why it is not taken. name: as it was handed in.

    A photo is of the NIP that its name begins with, else of the folder that it lies in, else of its own name.
    """
    found: dict[str, list[str]] = {}
    with _opened(path, name) as archive:
        members = [each for each in archive.infolist() if not each.is_dir() and not _is_litter(each.filename)]
        _check(members, name)
        for each in members:
            inside = PurePosixPath(each.filename)
            numbered = _NUMBER.match(inside.name)
            label = numbered[1] if numbered else inside.parent.name or inside.stem
            found.setdefault(label[:200], []).append(each.filename)
    if not any(is_photo(file) for files in found.values() for file in files):
        raise PaperError(f"{name} holds no JPEG or PNG photo; name each by the NIP, or lay it in a folder named so.")
    return [Listed(label, tuple(sorted(files))) for label, files in sorted(found.items())]


def read_photos(path: Path, files: tuple[str, ...]) -> Iterator[tuple[str, Photo | str]]:
    """The photos of these names one after the other; a code instead of one that is none.

    Codes: no-photo (another kind of file), too-many, too-large, unreadable (damaged, enormous, or not what it says).
    """
    with _opened(path, path.name) as archive:
        for number, file in enumerate(files):
            shown = PurePosixPath(file).name[:200]
            if not is_photo(file) or stat.S_ISLNK(archive.getinfo(file).external_attr >> 16):
                yield shown, "no-photo"
            elif number >= MOST_PHOTOS:
                yield shown, "too-many"
            else:
                yield shown, _read(archive, file)


def is_photo(file: str) -> bool:
    """Whether its name says that it is a photo of a kind that is taken."""
    return PurePosixPath(file).suffix.lower() in SUFFIXES


def _read(archive: zipfile.ZipFile, file: str) -> Photo | str:
    try:
        with archive.open(file) as member:
            content = member.read(MAX_FILE_BYTES + 1)
    except (OSError, RuntimeError, zipfile.BadZipFile, zlib.error, NotImplementedError):
        return "unreadable"
    return sent_photo(PurePosixPath(file).name, content)


def sent_photo(name: str, content: bytes) -> Photo | str:
    """A photo out of what somebody sent, looked into before it is decoded; a code when it is none.

    Codes: too-large, no-photo (neither JPEG nor PNG), unreadable (damaged, enormous in pixels, not what its name says).
    """
    if len(content) > MAX_FILE_BYTES:
        return "too-large"
    if not content.startswith(_SIGNS):
        return "no-photo"
    try:
        file = PaperFile.of_content(name, content).check_photo()
    except PaperError:
        return "unreadable"
    return Photo(file.name, file.content)


def _opened(path: Path, name: str) -> zipfile.ZipFile:
    try:
        return zipfile.ZipFile(path)
    except (OSError, zipfile.BadZipFile, NotImplementedError, ValueError) as error:
        raise PaperError(f"{name} is no ZIP archive that opens; pack the photos into one.") from error


def _check(members: list[zipfile.ZipInfo], name: str) -> None:
    """PaperError for an archive that is locked, wants to get out of its folder, or unpacks to more than photos do."""
    if len(members) > MAX_FILES:
        raise PaperError(f"{name} holds more than {MAX_FILES} files; split it.")
    for each in members:
        if each.flag_bits & 0x1:
            raise PaperError(f"{name} is locked by a password; pack the photos without one.")
        if not _is_inside(each):
            raise PaperError(f"{name} holds a file with a path out of its folder; pack the photos anew.")
        if each.file_size > _SMALL and each.file_size > MOST_PACKED * max(1, each.compress_size):
            raise PaperError(f"{name} holds a file that unpacks to far more than a photo does; send photos alone.")
    unpacked = sum(each.file_size for each in members)
    if unpacked > MAX_UNPACKED_BYTES:
        raise PaperError(f"{name} unpacks to {unpacked >> 20} MB; at most {MAX_UNPACKED_BYTES >> 20} MB: split it.")


def _is_inside(member: zipfile.ZipInfo) -> bool:
    # orig_filename: zipfile cuts names at a NUL, and turns a backslash on other systems only.
    written = member.orig_filename
    parts = written.split("/")
    return written.isprintable() and "\\" not in written and ":" not in parts[0] and not {"", "..", "."} & set(parts)


def _is_litter(file: str) -> bool:
    """What operating systems leave in archives."""
    parts = PurePosixPath(file).parts
    return "__MACOSX" in parts or (bool(parts) and parts[-1] in {".DS_Store", "Thumbs.db", "desktop.ini"})


class ArchiveStore:
    """The folder `archives` in the hub's data folder; a file is there until it is done with."""

    def __init__(self, data_folder: Path) -> None:
        self._folder = data_folder / "archives"

    def keep(self, file: BinaryIO, name: str) -> str:
        """Write an archive durably; its SHA-256. PaperError when it is too large, or cannot be written."""
        temporary = self._folder / f".{secrets.token_hex(8)}"
        digest, size = hashlib.sha256(), 0
        try:
            self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            if shutil.disk_usage(self._folder).free < MIN_FREE_BYTES + MAX_ARCHIVE_BYTES:
                raise PaperError(f"{name} cannot be kept: the hub's disk is nearly full; free it, and try again.")
            descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
            with os.fdopen(descriptor, "wb") as target:
                while chunk := file.read(_CHUNK):
                    size += len(chunk)
                    if size > MAX_ARCHIVE_BYTES:
                        raise PaperError(f"{name} has more than {MAX_ARCHIVE_BYTES >> 20} MB; split it.")
                    digest.update(chunk)
                    target.write(chunk)
                target.flush()
                os.fsync(target.fileno())
            temporary.replace(self.path(digest.hexdigest()))
        except OSError as error:
            raise PaperError(f"{name} cannot be kept: {error.strerror}; see to the hub's folder.") from error
        finally:
            with suppress(OSError):
                temporary.unlink()
        return digest.hexdigest()

    def path(self, sha256: str) -> Path:
        """Where the archive of this SHA-256 is."""
        return self._folder / f"{sha256}.zip"

    def remove(self, sha256: str) -> None:
        """Delete an archive, if it is here."""
        with suppress(OSError):
            self.path(sha256).unlink()
