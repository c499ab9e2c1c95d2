"""Labelled photos on disk, DIR/PERSON/file, and what a pack makes of them."""

from __future__ import annotations

import re
import statistics
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import cv2
import numpy as np

from kiosk.camera.frame import Pixels
from kiosk.errors import DatasetError
from kiosk.recognizer.evaluation.enrolment_draw import Samples
from kiosk.recognizer.face import Face, Vector
from kiosk.recognizer.packs.pack import Pack

SMALLEST_FACE: Final = 40
"""Width in pixels of the smallest face that is looked for, as at enrolment."""

LARGEST_SIDE: Final = 1_600
"""Larger photos are read smaller, as at enrolment."""


@dataclass(frozen=True, slots=True)
class LabelledPhoto:
    """A file, whose photo it is, and the session that it is from; None: sessions are not told apart."""

    path: Path
    person: str
    session: str | None = None


@dataclass(frozen=True, slots=True)
class EmbeddedPhotos:
    """What a pack made of photos, in their order.

    photos: those that could be read; unreadable: the others. embeddings: (n, d), unit norm, of picture and mirror image
    together, zeros where no face was found. milliseconds: of processor time to detect, align and embed, the median over
    photos with a face; None when there was none.
    """

    photos: tuple[LabelledPhoto, ...]
    embeddings: Vector
    unreadable: tuple[Path, ...]
    milliseconds: float | None


def list_labelled(folder: Path) -> list[LabelledPhoto]:
    """All files of DIR/PERSON/file whose name does not begin with a dot, by name; DatasetError when there are none."""
    if not folder.is_dir():
        raise DatasetError(f"There is no folder {folder}; give one that holds PERSON/photo.jpg")
    try:
        photos = [
            LabelledPhoto(path, person.name)
            for person in sorted(folder.iterdir())
            if person.is_dir() and not person.name.startswith(".")
            for path in sorted(person.iterdir())
            if path.is_file() and not path.name.startswith(".")
        ]
    except OSError as error:
        raise DatasetError(f"The folder {error.filename} cannot be read ({error.strerror}); mend its rights") from error
    if not photos:
        raise DatasetError(f"There are no photos in {folder}; put them there as PERSON/photo.jpg")
    return photos


def compile_session(pattern: str) -> re.Pattern[str]:
    """The expression whose first group is the session in a file's name; DatasetError when it cannot be."""
    try:
        compiled = re.compile(pattern)
    except re.error as error:
        raise DatasetError(f"--by-session {pattern} is no regular expression: {error}") from error
    if not compiled.groups:
        raise DatasetError(f"--by-session {pattern} has no group; put the part that names the session in brackets")
    return compiled


def split_sessions(
    photos: Iterable[LabelledPhoto], pattern: re.Pattern[str]
) -> tuple[list[LabelledPhoto], list[LabelledPhoto]]:
    """The photos with their sessions, and those whose names do not have one; DatasetError when none has."""
    told, others = [], []
    for photo in photos:
        found = pattern.search(photo.path.name)
        if found is None or found[1] is None:
            others.append(photo)
        else:
            told.append(LabelledPhoto(photo.path, photo.person, found[1]))
    if not told:
        raise DatasetError(f"--by-session {pattern.pattern} fits no file; the first is called {others[0].path.name}")
    return told, others


def read_photo(path: Path) -> Pixels | None:
    """(height, width, 3) uint8 BGR, upright, at most LARGEST_SIDE long; None when it is no picture."""
    try:
        picture = cv2.imdecode(np.frombuffer(path.read_bytes(), np.uint8), cv2.IMREAD_COLOR)
    except (OSError, cv2.error):
        return None
    if picture is None:
        return None
    scale = LARGEST_SIDE / max(picture.shape[:2])
    if scale < 1:
        picture = cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    return np.asarray(picture, np.uint8)


def embed_central_face(pack: Pack, picture: Pixels) -> Vector | None:
    """The (d,) unit-norm embedding of the face nearest the picture's centre, and of its mirror image; None: no face.

    A labelled photo is cut around its person, whatever the size of faces behind.
    """
    found = pack.detector.search(picture, smallest=SMALLEST_FACE)
    if not found:
        return None
    height, width = picture.shape[:2]
    nearest = min(found, key=lambda d: np.hypot(d.box.centre[0] - width / 2, d.box.centre[1] - height / 2))
    face = Face(nearest.box, pack.aligner.landmarks(picture, nearest), nearest.score)
    return pack.embedder.embed(pack.aligner.chip(picture, face), mirror=True)


def embed_photos(pack: Pack, photos: Iterable[LabelledPhoto]) -> EmbeddedPhotos:
    """Read and embed the photos one by one; DatasetError when none can be read."""
    read, unreadable, embeddings, milliseconds = [], [], [], []
    for photo in photos:
        picture = read_photo(photo.path)
        if picture is None:
            unreadable.append(photo.path)
            continue
        started = time.process_time()
        embedding = embed_central_face(pack, picture)
        if embedding is not None:
            milliseconds.append((time.process_time() - started) * 1e3)
        read.append(photo)
        embeddings.append(embedding)
    if not read:
        raise DatasetError(f"None of the {len(unreadable)} files is a picture; give JPEG or PNG files")
    found = [embedding for embedding in embeddings if embedding is not None]
    nowhere = np.zeros_like(found[0]) if found else np.zeros(pack.card.input.dimensions, np.float32)
    return EmbeddedPhotos(
        photos=tuple(read),
        embeddings=np.stack([nowhere if embedding is None else embedding for embedding in embeddings]),
        unreadable=tuple(unreadable),
        milliseconds=statistics.median(milliseconds) if milliseconds else None,
    )


def to_samples(
    photos: Sequence[LabelledPhoto], embeddings: Vector, *, outsiders: frozenset[str] = frozenset()
) -> Samples:
    """Number the people and sessions of photos, one row of (n, d) embeddings each; outsiders never enrol."""
    names, people = np.unique([photo.person for photo in photos], return_inverse=True)
    sessions = None
    if any(photo.session is not None for photo in photos):
        _, sessions = np.unique([photo.session or "" for photo in photos], return_inverse=True)
    return Samples(
        embeddings=embeddings,
        people=people.astype(np.int64),
        sessions=None if sessions is None else sessions.astype(np.int64),
        outsiders=frozenset(number for number, name in enumerate(names.tolist()) if name in outsiders),
    )
