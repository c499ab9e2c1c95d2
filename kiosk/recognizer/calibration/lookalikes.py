"""People whose templates a kiosk can hardly tell apart: one face under two names, twins, lookalikes."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np

from kiosk.recognizer.calibration.impostors import (
    BLOCK_ROWS,
    Enrolled,
    Pair,
    genuine_floor,
    own_scores,
    pair_similarities,
    pairs_above,
)
from kiosk.recognizer.face import Vector

LookalikeKind = Literal["same", "alike"]


@dataclass(frozen=True, slots=True)
class Lookalike:
    """Two people who are too similar; first before second in the order of their names.

    similarity: mean of each one's frames to the other's centroid. kind: same, where that is as high as people score
    with themselves (probably one face under two names), else alike (twins, a family's likeness).
    lead: least by which any frame of the two is nearer to its own person (the others of that person's frames) than to
    the other; None when one of them has a single frame.
    """

    first: str
    second: str
    similarity: float
    kind: LookalikeKind
    lead: float | None


def find_lookalikes(
    people: Mapping[str, Vector],
    *,
    threshold: float,
    floor: float | None = None,
    also: Collection[Pair] = (),
    block_rows: int = BLOCK_ROWS,
) -> tuple[Lookalike, ...]:
    """Pairs whose similarity reaches the threshold of the gallery they stand in, the most alike first.

    people: {person: (k, d) unit-norm frames}. floor: similarity from which a pair counts as one face; None: where 5 %
    of these people score lower with themselves, and where there are too few to say, every pair is `alike`.
    also: pairs to name whatever the threshold (those that calibration left out, beyond the tail of all pairs).
    One face that was enrolled twice on different days may score below the floor: the officer sees both pictures.
    """
    if len(people) < 2:
        return ()
    enrolled = Enrolled.of(people)
    least = genuine_floor(enrolled) if floor is None else floor
    own = own_scores(enrolled)
    found = []
    pairs = {(row, other): value for row, other, value in pairs_above(enrolled, threshold, block_rows=block_rows)}
    for names in also:
        row, other = sorted(enrolled.names.index(name) for name in names)
        pairs[row, other] = float(pair_similarities(enrolled, [row])[0, other])
    for (row, other), similarity in pairs.items():
        first, second = sorted((row, other), key=lambda index: enrolled.names[index])
        kind: LookalikeKind = "same" if least is not None and similarity >= least else "alike"
        lead = min(_lead(enrolled, own, first, second), _lead(enrolled, own, second, first))
        found.append(
            Lookalike(
                enrolled.names[first],
                enrolled.names[second],
                similarity,
                kind,
                lead if enrolled.counts[[first, second]].min() > 1 else None,
            )
        )
    return tuple(sorted(found, key=lambda pair: -pair.similarity))


def _lead(enrolled: Enrolled, own: Vector, person: int, other: int) -> float:
    rows = enrolled.owner == person
    return float(np.min(own[rows] - enrolled.frames[rows] @ enrolled.centroids[other]))
