"""What the recogniser says about a frame: where the faces are and what they look like."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Vector = npt.NDArray[np.float32]


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
    def centre(self) -> tuple[float, float]:
        return (self.left + self.right) / 2, (self.top + self.bottom) / 2


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
