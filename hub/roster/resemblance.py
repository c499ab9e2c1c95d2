"""Whether pictures show one person, and whether that is somebody whom we know; pure: vectors in, indices out."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

import numpy as np

from kiosk.recognizer.decision import ThresholdCurve
from kiosk.recognizer.face import Vector, normalised

FEWEST_PEOPLE: Final = 10
"""Doubles are judged as if at least so many were enrolled. The first to be enrolled meet one or two others, and that
gallery's threshold is one which two of eight East Asian office workers reach with builtin (benchmarks.enrolment)."""

FEWEST_FRAMES: Final = 3
"""Of two pictures that differ nobody can say which is the wrong one."""


@dataclass(frozen=True, slots=True)
class Grouping:
    """Which frames show the person that most of them show. kept, left_out: indices, ascending.

    several: no group is more than half of the frames, so nobody knows whose enrolment this is.
    """

    kept: tuple[int, ...]
    left_out: tuple[int, ...]
    several: bool


def group(frames: Vector, threshold: float) -> Grouping:
    """Find the (k, d) unit-norm frames that do not show the same person as the others.

    threshold: the cosine that one stranger in a thousand reaches with one person (the curve's first point). Frames are
    joined into two groups by average linkage (Sokal and Michener 1958). The smaller one is left out when the centroids
    of the two do not reach the threshold, and are twice as far from each other as the frames of the closer group are
    from the mean of its others: light, pose and years apart keep a person's own frames below the threshold too. Then
    what is left is looked at again. Frames of as many people as there are frames say nothing and are kept. Rates:
    `python -m benchmarks.enrolment`.
    """
    kept = list(range(len(frames)))
    left_out: list[int] = []
    while len(kept) >= FEWEST_FRAMES:
        larger, smaller = _two_groups(frames[kept])
        parts = frames[kept][larger], frames[kept][smaller]
        between = float(normalised(parts[0].mean(axis=0)) @ normalised(parts[1].mean(axis=0)))
        typical = max(_typical(part) for part in parts if len(part) > 1)
        if between >= min(threshold, 2 * typical - 1):
            break
        left_out += [kept[index] for index in smaller]
        kept = [kept[index] for index in sorted(larger)]
        if 2 * len(kept) <= len(frames):
            return Grouping((), tuple(range(len(frames))), several=True)
    return Grouping(tuple(kept), tuple(sorted(left_out)), several=False)


def double_threshold(curve: ThresholdCurve, people: int) -> float:
    """The cosine from which somebody new is taken for one of so many people who are enrolled already."""
    return curve.at(max(people, FEWEST_PEOPLE))


class KnownFaces:
    """Everybody's centroid in one pack, growing with what is enrolled."""

    def __init__(self) -> None:
        self._rows: dict[str, int] = {}
        self._sums = np.zeros((0, 0), np.float32)

    def __len__(self) -> int:
        return len(self._rows)

    def add(self, person: str, frame: Vector) -> None:
        """Take one more (d,) unit-norm frame of a person."""
        row = self._rows.setdefault(person, len(self._rows))
        if row >= len(self._sums):
            grown = np.zeros((max(16, 2 * len(self._sums)), len(frame)), np.float32)
            if len(self._sums):
                grown[: len(self._sums)] = self._sums
            self._sums = grown
        self._sums[row] += frame

    def nearest(self, frame: Vector, *, but: Collection[str] = ()) -> tuple[str, float] | None:
        """Whom a (d,) unit-norm vector resembles most, apart from `but`, and by what cosine; None: there is nobody."""
        people = [person for person in self._rows if person not in but]
        if not people:
            return None
        sums = self._sums[[self._rows[person] for person in people]]
        similarities = (sums @ frame) / np.maximum(np.linalg.norm(sums, axis=1), 1e-9)
        best = int(similarities.argmax())
        return people[best], float(similarities[best])


def _two_groups(frames: Vector) -> tuple[list[int], list[int]]:
    """Indices of the larger and of the smaller of two groups, joined by average linkage."""
    groups = [[index] for index in range(len(frames))]
    linkage = frames @ frames.T
    np.fill_diagonal(linkage, -np.inf)
    while len(groups) > 2:
        one, other = sorted(divmod(int(linkage.argmax()), len(groups)))
        sizes = len(groups[one]), len(groups[other])
        joined = (sizes[0] * linkage[one] + sizes[1] * linkage[other]) / sum(sizes)
        linkage[one], linkage[:, one] = joined, joined
        linkage[one, one] = -np.inf
        linkage = np.delete(np.delete(linkage, other, axis=0), other, axis=1)
        groups[one] += groups.pop(other)
    larger, smaller = sorted(groups, key=len, reverse=True)
    return larger, smaller


def _typical(frames: Vector) -> float:
    """The mean cosine of (k, d) frames, k >= 2, to the centroid of the others."""
    others = normalised(frames.sum(axis=0) - frames)
    return float(np.sum(frames * others, axis=1).mean())
