"""What the recogniser says about a frame: where the faces are and what they look like."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Vector = npt.NDArray[np.float32]
Chip = npt.NDArray[np.uint8]
"""One aligned face, (side, side, 3) uint8, RGB: what an embedder takes."""


@dataclass(frozen=True, slots=True)
class Box:
    """A face's rectangle in pixels of Frame.main; right and bottom are exclusive."""

    left: int
    top: int
    right: int
    bottom: int

    @property
    def width(self) -> int:
        return self.right - self.left

    @property
    def height(self) -> int:
        return self.bottom - self.top

    @property
    def area(self) -> int:
        return max(0, self.width) * max(0, self.height)

    @property
    def centre(self) -> tuple[float, float]:
        return (self.left + self.right) / 2, (self.top + self.bottom) / 2

    def overlap(self, other: Box) -> float:
        """Intersection over union of the two rectangles, in [0, 1]."""
        width = min(self.right, other.right) - max(self.left, other.left)
        height = min(self.bottom, other.bottom) - max(self.top, other.top)
        if width <= 0 or height <= 0:
            return 0.0
        shared = width * height
        return shared / (self.area + other.area - shared)

    def within(self, width: int, height: int) -> Box:
        """The part of this box inside a picture of that size; may be empty (area 0), never inside out."""
        left, top = min(max(self.left, 0), width), min(max(self.top, 0), height)
        return Box(left, top, max(left, min(self.right, width)), max(top, min(self.bottom, height)))


@dataclass(frozen=True, slots=True)
class Detection:
    """What a detector found, before alignment.

    box: in pixels of Frame.main (or of the still picture that was searched).
    score: the detector's own confidence (unitless, comparable only within one detector).
    landmarks: (n, 2) float32 when the detector itself finds them (YuNet does), None when the aligner must.
    """

    box: Box
    score: float
    landmarks: Vector | None = None


@dataclass(frozen=True, slots=True)
class Face:
    """One face found in one frame.

    box: where, in pixels of Frame.main.
    landmarks: (n, 2) float32 in pixels of Frame.main; n is 5 for the builtin pack.
    score: the detector's own confidence (unitless, comparable only within one detector).
    """

    box: Box
    landmarks: Vector
    score: float


@dataclass(frozen=True, slots=True)
class FacePoints:
    """A face's landmarks by what they are, whichever set a pack has; all float32, in pixels of the picture.

    eyes: (2, 2), their middles, the one further left in the picture first.
    nose: (2,), its tip when `mouth` is known (YuNet's five points), else its base (dlib's).
    mouth: (2,), middle between its corners; None when the set does not know it.
    """

    eyes: Vector
    nose: Vector
    mouth: Vector | None = None


@dataclass(frozen=True, slots=True)
class Match:
    """An embedding held against the gallery.

    person: opaque id of the nearest person; None when the gallery is empty.
    similarity: cosine in [-1, 1] to that person.
    runner_up: cosine to the nearest *other* person; -1 when there is none.
    """

    person: str | None
    similarity: float
    runner_up: float

    @property
    def margin(self) -> float:
        return self.similarity - self.runner_up


def normalised(vectors: Vector) -> Vector:
    """Scale (d,) or (n, d) vectors to unit length; ValueError for zero or non-finite ones, which have no direction."""
    lengths = np.linalg.norm(vectors, axis=-1, keepdims=True)
    if not np.all(np.isfinite(lengths)) or not np.all(lengths > 0):
        raise ValueError("an embedding of length zero or infinity has no direction")
    return np.asarray(vectors / lengths, np.float32)
