"""The people a kiosk knows, and who of them a face resembles most."""

from __future__ import annotations

import math
import struct
from collections.abc import Mapping

import msgspec
import numpy as np
import numpy.typing as npt

from kiosk.errors import GalleryError
from kiosk.recognizer.face import Match, Vector, normalised

FRAMES_RECOMMENDED = 5
"""Fewer enrolment frames than this make a person's centroid unreliable (measured with 5: the model card)."""

_MAGIC = b"PRSGAL1\n"
_LENGTH = struct.Struct("<I")
_UNIT_TOLERANCE = 1e-3
_MOST_FRAMES = 2_000_000
_NOBODY = Match(None, -1.0, -1.0)


class _Contents(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What stands before the raw float32 rows of a serialised gallery."""

    dimensions: int
    people: list[str]
    frames: list[int]


class Gallery:
    """Immutable set of enrolled people.

    A person is the unit-normalised mean (centroid) of the unit-normalised enrolment frames, and the frames themselves.
    The similarity to a person is the cosine to the centroid: on LFW it refuses fewer staff at the same FPIR than the
    nearest frame does (50 people, FPIR 0.1 %: 5.5 % against 10.2 % of single frames), and costs one row a person. The
    frames stay, because centroids of a changed gallery and calibration are computed from them.
    """

    def __init__(self, people: Mapping[str, Vector], *, dimensions: int | None = None) -> None:
        """Build from {opaque person id: (k, d) float array, k >= 1}; frames are normalised here.

        dimensions: d of an empty gallery, for serialisation; otherwise taken from the frames.
        Raises GalleryError when shapes differ or a frame has no direction (zero, not finite).
        """
        frames = {person: _frames(person, vectors) for person, vectors in people.items()}
        widths = {rows.shape[1] for rows in frames.values()} | ({dimensions} if dimensions is not None else set())
        if len(widths) > 1:
            raise GalleryError("The gallery mixes embeddings of different packs; enrol everyone with the same pack")
        self._dimensions = widths.pop() if widths else 0
        self._people = tuple(frames)
        self._index = {person: row for row, person in enumerate(self._people)}
        self._frames = tuple(frames.values())
        means = [rows.mean(axis=0) for rows in self._frames]
        try:
            self._centroids = normalised(np.stack(means)) if means else np.empty((0, self._dimensions), np.float32)
        except ValueError as error:
            raise GalleryError("Somebody's enrolment frames cancel each other out; enrol that person again") from error

    def __len__(self) -> int:
        """The number of people."""
        return len(self._people)

    def __contains__(self, person: str) -> bool:
        return person in self._index

    @property
    def people(self) -> tuple[str, ...]:
        return self._people

    @property
    def dimensions(self) -> int:
        """d, the length of an embedding; 0 for an empty gallery that was not told."""
        return self._dimensions

    def frames_of(self, person: str) -> Vector:
        """The person's (k, d) unit-norm enrolment frames; KeyError when unknown."""
        return self._frames[self._index[person]]

    def centroid_of(self, person: str) -> Vector:
        """The person's (d,) unit-norm centroid; KeyError when unknown."""
        return np.asarray(self._centroids[self._index[person]], np.float32)

    def match(self, embedding: Vector) -> Match:
        """Find who resembles a (d,) unit-norm embedding most, and how much the next *other* person does."""
        if not self._people:
            return _NOBODY
        if embedding.shape != (self._dimensions,):
            raise GalleryError("The embedding is not of the gallery's pack; enrol everyone with the kiosk's pack")
        similarities = self._centroids @ np.asarray(embedding, np.float32)
        best = int(similarities.argmax())
        similarity = float(similarities[best])
        similarities[best] = -1.0
        runner_up = float(similarities.max()) if len(self._people) > 1 else -1.0
        return Match(self._people[best], min(similarity, 1.0), max(-1.0, min(runner_up, 1.0)))

    def to_bytes(self) -> bytes:
        """Serialise for a cache on disk: a header with ids and counts, then raw little-endian float32 frames."""
        contents = msgspec.json.encode(
            _Contents(self._dimensions, list(self._people), [len(rows) for rows in self._frames])
        )
        rows = b"".join(np.ascontiguousarray(rows, "<f4").tobytes() for rows in self._frames)
        return _MAGIC + _LENGTH.pack(len(contents)) + contents + rows

    @classmethod
    def from_bytes(cls, content: bytes) -> Gallery:
        """Read what `to_bytes` wrote; GalleryError for anything else. Executes nothing that it reads."""
        header = len(_MAGIC) + _LENGTH.size
        if not content.startswith(_MAGIC) or len(content) < header:
            raise GalleryError("This is no gallery of this version; fetch the roster again")
        (length,) = _LENGTH.unpack_from(content, len(_MAGIC))
        try:
            contents = msgspec.json.decode(content[header : header + length], type=_Contents)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise GalleryError("The gallery's header is damaged; fetch the roster again") from error
        rows = _rows(content[header + length :], contents)
        ends = np.cumsum(contents.frames, dtype=np.int64)
        return cls(
            {p: rows[end - count : end] for p, count, end in zip(contents.people, contents.frames, ends, strict=True)},
            dimensions=contents.dimensions,
        )


def _rows(raw: bytes, contents: _Contents) -> Vector:
    """Check the header against the bytes, and the bytes against what a template can be."""
    people, frames = contents.people, contents.frames
    count = sum(frames)
    if (
        len(people) != len(frames)
        or len(set(people)) != len(people)
        or any(k < 1 for k in frames)
        or count > _MOST_FRAMES
        or not 0 <= contents.dimensions <= 1 << 14
        or len(raw) != 4 * count * contents.dimensions
        or (count and not contents.dimensions)
    ):
        raise GalleryError("The gallery's header does not fit its templates; fetch the roster again")
    rows = np.frombuffer(raw, "<f4").reshape(count, contents.dimensions).astype(np.float32)
    with np.errstate(over="ignore"):  # damaged bytes may be huge numbers: then the length is infinite, and refused
        lengths = np.linalg.norm(rows, axis=1)
    if not np.all(np.abs(lengths - 1) < _UNIT_TOLERANCE):
        raise GalleryError("The gallery's templates are damaged; fetch the roster again")
    return rows


def _frames(person: str, vectors: npt.ArrayLike) -> Vector:
    rows = np.asarray(vectors, np.float32)
    if rows.ndim != 2 or not math.prod(rows.shape):
        raise GalleryError(f"Person {person} needs enrolment frames of shape (k, d), not {rows.shape}; enrol again")
    try:
        return np.ascontiguousarray(normalised(rows))
    except ValueError as error:
        raise GalleryError(f"Person {person} has an enrolment frame without direction; enrol again") from error
