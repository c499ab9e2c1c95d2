"""How much enrolled people resemble one another: what a stranger's chance is estimated from.

Everything here is arithmetic on embeddings. Scores of everybody against everybody are computed in blocks, and of each
row only the best stay: 5,000 people with five frames make 125 million scores, and 60 MB of what is kept.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from kiosk.recognizer.face import Vector, normalised

Indices = npt.NDArray[np.int32]
Pair = tuple[str, str]

BLOCK_ROWS: Final = 1024
"""Probes whose scores are held at once; with 5,000 people a block and its sorting take 60 MB."""

MOST_KEPT: Final = 512
"""Best others kept of a probe, at most. Further ones decide only where galleries are a tiny part of the staff."""

_KEPT_AT_LEAST: Final = 32
_GENUINE_FLOOR: Final = 0.05
_FEWEST_GENUINE: Final = 10
_SAMPLED_PEOPLE: Final = 1000


@dataclass(frozen=True, slots=True)
class Enrolled:
    """People laid out for arithmetic.

    names: of the n people; frames: (f, d) unit norm, one person after the other; owner: (f,) row in names.
    centroids: (n, d) unit norm, as the gallery makes them.
    """

    names: tuple[str, ...]
    frames: Vector
    owner: Indices
    centroids: Vector

    @classmethod
    def of(cls, people: Mapping[str, Vector]) -> Enrolled:
        """Lay out {person: (k, d) unit-norm frames, k >= 1}; ValueError when frames have no direction together."""
        names = tuple(people)
        counts = [len(people[name]) for name in names]
        frames = np.concatenate([np.asarray(people[name], np.float32) for name in names])
        owner = np.repeat(np.arange(len(names), dtype=np.int32), counts)
        return cls(names, frames, owner, normalised(_sums(frames, counts)))

    @property
    def counts(self) -> npt.NDArray[np.intp]:
        """(n,) frames of each person."""
        return np.bincount(self.owner, minlength=len(self.names))

    @property
    def sums(self) -> Vector:
        """(n, d) sum of each person's frames."""
        return _sums(self.frames, self.counts)


@dataclass(frozen=True, slots=True)
class ImpostorScores:
    """For every probe the people whom it resembles most, and who are not its owner.

    scores: (p, k) cosines to centroids, falling along each row; others: (p, k) whose centroid that is.
    owner: (p,) whose the probe is: rows below `people` are in the galleries too, those from there on are strangers.
    owners: how many people the probes are of.
    """

    scores: Vector
    others: Indices
    owner: Indices
    people: int
    owners: int


def impostor_scores(
    enrolled: Enrolled,
    *,
    smallest_gallery: int,
    frames: int = 1,
    strangers: Mapping[str, Vector] | None = None,
    left_out: Collection[Pair] = (),
    block_rows: int = BLOCK_ROWS,
) -> ImpostorScores:
    """Score every probe against everybody else's centroid and keep the best.

    smallest_gallery: so few people may be drawn from all; decides how many scores are kept.
    frames: each probe is the normalised mean of so many frames of one person, as `Consensus` makes it.
    strangers: further probes, of people who are in no gallery. left_out: pairs that are not compared.
    """
    people = len(enrolled.names)
    probes, owner = _probes(enrolled.frames, enrolled.counts, frames)
    outsiders = Enrolled.of(strangers) if strangers else None
    if outsiders is not None:
        more, of_whom = _probes(outsiders.frames, outsiders.counts, frames)
        probes, owner = np.concatenate([probes, more]), np.concatenate([owner, of_whom + np.int32(people)])
    wanted = max(_KEPT_AT_LEAST, math.ceil(3 * people / max(1, smallest_gallery)))
    kept = max(1, min(people - 1, wanted, MOST_KEPT))
    partners = _partners(enrolled.names, left_out)
    scores = np.empty((len(probes), kept), np.float32)
    others = np.empty((len(probes), kept), np.int32)
    for start in range(0, len(probes), block_rows):
        rows = slice(start, start + block_rows)
        block = probes[rows] @ enrolled.centroids.T
        for row, who in enumerate(owner[rows]):
            if who < people:
                block[row, [who, *partners.get(int(who), ())]] = -np.inf
        best = np.argpartition(block, people - kept, axis=1)[:, people - kept :]
        values = np.take_along_axis(block, best, axis=1)
        order = np.argsort(-values, axis=1, kind="stable")
        scores[rows] = np.take_along_axis(values, order, axis=1)
        others[rows] = np.take_along_axis(best, order, axis=1)
    return ImpostorScores(scores, others, owner, people, people + (len(outsiders.names) if outsiders else 0))


def pair_similarities(enrolled: Enrolled, rows: slice | Sequence[int]) -> Vector:
    """(r, n) mean similarity of each of these people's frames to everybody's centroid, and the other way round.

    It is the score with which each would be taken for the other, on average. A person's own column is -inf.
    """
    means = enrolled.sums / enrolled.counts[:, None].astype(np.float32)
    scores = (means[rows] @ enrolled.centroids.T + enrolled.centroids[rows] @ means.T) / 2
    own = np.arange(len(enrolled.names))[rows]
    scores[np.arange(len(own)), own] = -np.inf
    return np.asarray(scores, np.float32)


def genuine_floor(enrolled: Enrolled) -> float | None:
    """Below what 5 % of the people's own scores lie: mean of each frame against the centroid of the person's others.

    None when too few people have two frames or more.
    """
    counts = enrolled.counts[enrolled.owner]
    own = own_scores(enrolled)
    several = counts > 1
    total = np.bincount(enrolled.owner[several], own[several], minlength=len(enrolled.names))
    people = np.flatnonzero(enrolled.counts > 1)
    if len(people) < _FEWEST_GENUINE:
        return None
    return float(np.quantile(total[people] / enrolled.counts[people], _GENUINE_FLOOR))


def own_scores(enrolled: Enrolled) -> Vector:
    """(f,) similarity of each frame to the centroid of the same person's other frames; 1 where there are none."""
    sums = enrolled.sums[enrolled.owner]
    with_sum = np.einsum("ij,ij->i", enrolled.frames, sums)
    rest = np.sqrt(np.maximum(np.einsum("ij,ij->i", sums, sums) - 2 * with_sum + 1, 1e-12))
    alone = enrolled.counts[enrolled.owner] == 1
    return np.asarray(np.where(alone, 1.0, (with_sum - 1) / rest), np.float32)


def pairs_beyond_the_tail(enrolled: Enrolled, *, floor: float | None, block_rows: int = BLOCK_ROWS) -> tuple[Pair, ...]:
    """Pairs so alike that they are no chance: suspected doubles and twins, who would spoil a tail fitted over them.

    The tail of all pairs is read off two quantiles, so that a few doubles cannot move it: those that three and 0.6 of a
    person's pairs exceed, exponential from the latter. A pair is beyond it when fewer than 0.01 pairs are expected to
    be as alike, or, where it is as alike as a person is to himself (`floor`), fewer than 1.
    """
    people = len(enrolled.names)
    if people < 3:
        return ()
    sampled = np.unique(np.linspace(0, people - 1, min(people, _SAMPLED_PEOPLE)).astype(int))
    sample = pair_similarities(enrolled, list(sampled))
    rare = min(0.02, 0.6 / people)
    start, further = (float(q) for q in np.quantile(sample[np.isfinite(sample)], (1 - 5 * rare, 1 - rare)))
    scale = max((further - start) / math.log(5), 1e-6)
    beyond = further + scale * math.log(max(1.0, rare * people * (people - 1) / 2))  # one pair is expected above
    strict = beyond + scale * math.log(100)
    cut = strict if floor is None else min(strict, max(beyond, floor))
    found = [(first, second) for first, second, _ in pairs_above(enrolled, cut, block_rows=block_rows)]
    return tuple((enrolled.names[first], enrolled.names[second]) for first, second in found)


def pairs_above(enrolled: Enrolled, similarity: float, *, block_rows: int = BLOCK_ROWS) -> list[tuple[int, int, float]]:
    """Rows of the two people and their similarity, for all pairs that reach this similarity."""
    found = []
    for start in range(0, len(enrolled.names), block_rows):
        block = pair_similarities(enrolled, slice(start, start + block_rows))
        for row, other in np.argwhere(block >= similarity):
            if start + row < other:
                found.append((int(start + row), int(other), float(block[row, other])))
    return found


def _sums(frames: Vector, counts: Sequence[int] | npt.NDArray[np.intp]) -> Vector:
    starts = np.cumsum([0, *counts[:-1]])
    return np.asarray(np.add.reduceat(frames, starts, axis=0), np.float32)


def _probes(frames: Vector, counts: npt.NDArray[np.intp], together: int) -> tuple[Vector, Indices]:
    """Means of `together` frames of one person, each frame in as many means; of all of them where there are fewer."""
    owner = np.repeat(np.arange(len(counts), dtype=np.int32), counts)
    if together <= 1:
        return frames, owner
    ends = np.cumsum(counts)
    rows, of_whom = [], []
    for person, (count, end) in enumerate(zip(counts, ends, strict=True)):
        for first in range(count if count > together else 1):
            rows.append(frames[end - count + (first + np.arange(min(together, count))) % count].mean(axis=0))
            of_whom.append(person)
    return normalised(np.stack(rows)), np.asarray(of_whom, np.int32)


def _partners(names: Sequence[str], pairs: Collection[Pair]) -> dict[int, list[int]]:
    row = {name: index for index, name in enumerate(names)}
    partners: dict[int, list[int]] = {}
    for first, second in pairs:
        if first in row and second in row:
            partners.setdefault(row[first], []).append(row[second])
            partners.setdefault(row[second], []).append(row[first])
    return partners
