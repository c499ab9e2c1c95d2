"""Enrolment photos: read from a folder, kept by the SHA-256 of their bytes for a later change of the model."""

from __future__ import annotations

import hashlib
import os
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import cv2
import numpy as np

from contract.errors import BadInputError
from kiosk.camera.frame import Pixels

PHOTO_SUFFIXES: Final = frozenset({".jpg", ".jpeg", ".png", ".bmp", ".webp", ".tif", ".tiff"})

MAX_PHOTO_BYTES: Final = 30_000_000
LARGEST_SIDE: Final = 1_600
"""Pixels; larger photos are searched for a face in a smaller copy. What is kept is the original."""


@dataclass(frozen=True, slots=True)
class Photo:
    """A picture's bytes and where they came from."""

    name: str
    content: bytes

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.content).hexdigest()

    @classmethod
    def of_frame(cls, frame: Pixels, name: str) -> Photo:
        """A photo from a (height, width, 3) uint8 BGR frame, without loss (PNG)."""
        encoded, content = cv2.imencode(".png", frame)
        if not encoded:
            raise BadInputError(f"The frame {name} cannot be kept as a picture; take it again.")
        return cls(name, content.tobytes())

    def decode(self) -> Pixels | None:
        """(height, width, 3) uint8 BGR, upright as its EXIF says, at most LARGEST_SIDE long; None: no picture."""
        try:
            picture = cv2.imdecode(np.frombuffer(self.content, np.uint8), cv2.IMREAD_COLOR)
        except cv2.error:
            return None
        if picture is None:
            return None
        scale = LARGEST_SIDE / max(picture.shape[:2])
        if scale < 1:
            picture = cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
        return np.asarray(picture, dtype=np.uint8)

    def thumbnail(self, *, side: int) -> bytes | None:
        """A JPEG at most `side` pixels long; None: no picture."""
        picture = self.decode()
        if picture is None:
            return None
        scale = side / max(picture.shape[:2])
        small = cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA) if scale < 1 else picture
        encoded, content = cv2.imencode(".jpg", small)
        return content.tobytes() if encoded else None


class PhotoStore:
    """The folder that keeps enrolment photos."""

    def __init__(self, data_folder: Path) -> None:
        self._folder = data_folder / "enrolment"

    def keep(self, photo: Photo) -> str:
        """Write a photo once, durably; its path relative to the store. BadInputError when it cannot be written."""
        digest = photo.sha256
        suffix = Path(photo.name).suffix.lower()
        relative = f"{digest[:2]}/{digest}{suffix if suffix in PHOTO_SUFFIXES else '.img'}"
        target = self._folder / relative
        if target.exists():
            return relative
        temporary = target.with_name(f".{target.name}.{os.getpid()}")
        try:
            target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            with temporary.open("wb") as file:
                file.write(photo.content)
                file.flush()
                os.fsync(file.fileno())
            temporary.replace(target)
        except OSError as error:
            with suppress(OSError):
                temporary.unlink()
            raise BadInputError(
                f"The photo {photo.name} cannot be kept in {self._folder}: {error.strerror}."
            ) from error
        return relative

    def path(self, relative: str) -> Path:
        """Where a kept photo is."""
        return self._folder / relative

    def read(self, relative: str) -> bytes:
        """The bytes of a kept photo."""
        return self.path(relative).read_bytes()

    def remove(self, relative: str) -> None:
        """Delete a kept photo, if it is here; OSError when it cannot be deleted."""
        self.path(relative).unlink(missing_ok=True)

    def thumbnail(self, relative: str, *, side: int) -> bytes | None:
        """A kept photo as a JPEG at most `side` pixels long; None when its file is missing or is no picture."""
        try:
            photo = Photo(relative, self.read(relative))
        except OSError:
            return None
        return photo.thumbnail(side=side)


def person_name(folder: str) -> str:
    """The name of a person whose photos lie in a folder of this name: underscores are spaces."""
    return " ".join(folder.replace("_", " ").split())


def list_people(folder: Path) -> list[tuple[str, list[Path]]]:
    """(name, photo files) of each PERSON folder, by name; BadInputError when there is no folder or nobody in it.

    Underscores in a folder's name are spaces in the person's. Hidden files and files that are no photos are left out.
    """
    if not folder.is_dir():
        raise BadInputError(
            f"There is no folder {folder}; give a folder with one sub-folder of photos for each person."
        )
    people = []
    try:
        for entry in sorted(folder.iterdir()):
            if entry.is_dir() and not entry.name.startswith("."):
                people.append((person_name(entry.name), _photo_files(entry)))
    except OSError as error:
        raise BadInputError(f"The folder {folder} cannot be read: {error.strerror}.") from error
    if not people:
        raise BadInputError(f"{folder} holds no sub-folder for a person; lay photos out as {folder}/PERSON/photo.jpg.")
    return people


def read_photo(path: Path) -> Photo | None:
    """The photo in a file; None when it cannot be read or is too large to be one."""
    try:
        if path.stat().st_size > MAX_PHOTO_BYTES:
            return None
        return Photo(path.name, path.read_bytes())
    except OSError:
        return None


def _photo_files(folder: Path) -> list[Path]:
    return sorted(
        path
        for path in folder.iterdir()
        if path.is_file() and path.suffix.lower() in PHOTO_SUFFIXES and not path.name.startswith(".")
    )
