"""The tail of what strangers score: fitted to people drawn with replacement, so that its uncertainty is known."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from kiosk.recognizer.calibration.impostors import ImpostorScores, Indices

TAIL_SHARE: Final = 0.2
"""A tail begins where so many of the best scores are higher: at the 80th percentile."""

DRAWS: Final = 100

_BODY_SHARE: Final = 0.5
_STEADYING_PEOPLE: Final = 30
_STEADYING_RATIO: Final = 0.75
"""What lies above the median is known better than what lies above the 80th percentile. So the mean excess of the tail
is drawn towards 0.75 of that above the median (measured: 0.80-0.82 for MobileFaceNet, 0.68-0.73 for dlib, at 30 to 200
people of LFW), with the weight that 30 people have; it halves what 30 people's scales scatter by, and costs nothing
where there are hundreds."""
_STEADIED_UP_TO: Final = 1_000

_KEPT_STEADIED: Final = 0.75
_KEPT: Final = 0.4
"""Scores of which the best in a gallery is lower with this likelihood are dropped. A draw's gallery misses a third of
the people, so more is kept than the tail itself needs."""
_MOST_SCORES: Final = 400_000
"""Scores that every draw works through, about; beyond, fewer frames of each person are taken as probes."""

_SAFE_FACTOR: Final = 2.0
_SAFE_SHARE: Final = 0.95
_INTERVAL: Final = (0.05, 0.95)

Reals = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Tails:
    """The tails of a bootstrap's draws, arrays of one length: a score of at least `start` has the chance `share`, and
    above it the chance falls by e with every `scale`."""

    start: Reals
    share: Reals
    scale: Reals

    @property
    def mean_scale(self) -> float:
        return float(self.scale.mean())

    def chance(self, threshold: float) -> float:
        """A stranger's chance of reaching the threshold, averaged over the draws."""
        return float(np.mean(self.share * np.exp(-np.maximum(0.0, threshold - self.start) / self.scale)))

    def threshold(self, target: float) -> float:
        """The lowest at which the chance is at most the target on average, and twice it in 95 % of the draws."""
        safe = float(np.quantile(self.each(_SAFE_FACTOR * target), _SAFE_SHARE))
        low, high = float(self.start.min()), max(safe, float(self.each(target).max()))
        for _ in range(60):
            middle = (low + high) / 2
            low, high = (middle, high) if self.chance(middle) > target else (low, middle)
        return max(high, safe)

    def interval(self, target: float) -> tuple[float, float]:
        """Between which thresholds 90 % of the draws would put it by themselves."""
        low, high = np.quantile(self.each(target), _INTERVAL)
        return float(low), float(high)

    def each(self, target: float) -> Reals:
        """Where each draw's own chance is the target; never below where its tail starts."""
        return np.asarray(self.start + self.scale * np.log(np.maximum(self.share / target, 1.0)))


def draw_tails(scores: ImpostorScores, gallery: int, *, draws: int = DRAWS, seed: int = 1) -> Tails:
    """Draw the people with replacement, and fit the tail of the best other person in galleries of that size.

    A person who was drawn twice counts twice as a stranger and stands in the gallery once. Where fewer people were
    drawn than the gallery holds, chances are raised in proportion.
    One draw takes some 30 ms for 400,000 scores, and all of them 50 MB.
    """
    ranked = _Ranked.of(scores, gallery)
    rng = np.random.default_rng(seed)
    evenly = np.full(scores.owners, 1 / scores.owners)
    tails = [ranked.tail(rng.multinomial(scores.owners, evenly)) for _ in range(draws)]
    start, share, scale = np.array(tails, np.float64).T
    return Tails(start, share, scale)


@dataclass(frozen=True, slots=True)
class _Ranked:
    """The scores that can be the best in a gallery with some likelihood, probe after probe, best first.

    first: for each score the place where its probe begins; order: the places by falling score.
    last: whether a probe had further scores that were not kept. weight: of each probe, so that everybody counts alike
    however many frames they have.
    """

    gallery: int
    people: int
    owners: int
    score: Reals
    other: Indices
    owner: Indices
    first: npt.NDArray[np.intp]
    last: npt.NDArray[np.bool_]
    weight: Reals
    order: npt.NDArray[np.intp]

    @classmethod
    def of(cls, scores: ImpostorScores, gallery: int) -> _Ranked:
        """Keep what lies above the percentile that any draw's tail may begin at."""
        kept = scores.scores.shape[1]
        cut = _cut(scores, gallery)
        wanted = (scores.scores >= cut).sum(axis=1)
        chosen = _thinned(scores.owner, share=_MOST_SCORES / max(1, int(wanted.sum())))
        owner = scores.owner[chosen]
        weight = 1 / np.bincount(owner, minlength=scores.owners)[owner]
        probe, rank = np.nonzero(np.arange(kept) < wanted[chosen][:, None])
        score = scores.scores[chosen][probe, rank].astype(np.float64)
        return cls(
            gallery=gallery,
            people=scores.people,
            owners=scores.owners,
            score=score,
            other=scores.others[chosen][probe, rank],
            owner=owner[probe],
            first=np.arange(len(probe)) - rank,
            last=(rank == kept - 1) & (kept < scores.people - 1),
            weight=weight[probe],
            order=np.argsort(-score, kind="stable"),
        )

    def tail(self, drawn: npt.NDArray[np.int64]) -> tuple[float, float, float]:
        """Start, share and scale of the tail when each owner was drawn so many times."""
        present = drawn[: self.people] > 0
        others = max(1, int(present.sum()) - 1)
        counted = present[self.other]
        before = np.concatenate([[0], np.cumsum(counted)])
        better = before[:-1] - before[self.first]
        chance = none_better(others, self.gallery, int(better.max()) + 1)
        best = chance[better] - chance[better + counted]
        # Who is further down is less alike, so the tail is not made lighter by taking the last one kept for them.
        best += np.where(self.last, chance[better + counted], 0.0)
        weight = (best * self.weight * drawn[self.owner])[self.order]
        reached = np.cumsum(weight)
        start, share, scale = self._above(weight, reached, TAIL_SHARE)
        if self.people <= _STEADIED_UP_TO:
            _, _, body = self._above(weight, reached, _BODY_SHARE)
            own = self.people / (self.people + _STEADYING_PEOPLE)
            scale = own * scale + (1 - own) * _STEADYING_RATIO * body
        return start, share * max(1.0, self.gallery / others), max(scale, 1e-6)

    def _above(self, weight: Reals, reached: Reals, share: float) -> tuple[float, float, float]:
        """The score that this share of the probes exceeds, the share exactly, and the mean excess."""
        above = min(int(np.searchsorted(reached, share * self.owners)) + 1, len(reached))
        score = self.score[self.order[:above]]
        total = max(float(reached[above - 1]), 1e-12)
        return float(score[-1]), total / self.owners, float(weight[:above] @ (score - score[-1])) / total


def none_better(others: int, gallery: int, ranks: int) -> Reals:
    """(ranks + 1,) how likely none of the best 0, 1, 2, … of `others` people is in a gallery drawn from them.

    Hypergeometric: drawing whole galleries again and again would come to the same, slowly.
    """
    drawn = min(gallery, others)
    steps = np.arange(ranks)
    left = np.maximum(others - steps, 1)
    return np.concatenate([[1.0], np.cumprod(np.clip((others - steps - drawn) / left, 0.0, 1.0))])


def _cut(scores: ImpostorScores, gallery: int) -> float:
    """The score that the best other person of a gallery reaches for as large a share of the probes as is kept."""
    weight = 1 / np.bincount(scores.owner, minlength=scores.owners)[scores.owner]
    chance = none_better(scores.people - 1, gallery, scores.scores.shape[1])
    share = _KEPT_STEADIED if scores.people <= _STEADIED_UP_TO else _KEPT
    low, high = -1.0, float(scores.scores.max())
    for _ in range(25):
        middle = (low + high) / 2
        reached = weight @ (1 - chance[(scores.scores >= middle).sum(axis=1)])
        low, high = (middle, high) if reached >= share * scores.owners else (low, middle)
    return low


def _thinned(owner: Indices, *, share: float) -> npt.NDArray[np.intp]:
    """Rows of the probes to use: all of them, or about this share of everybody's, at least one each."""
    if share >= 1:
        return np.arange(len(owner))
    counts = np.bincount(owner)
    place = np.arange(len(owner)) - (np.cumsum(counts) - counts)[owner]
    return np.flatnonzero(place < np.maximum(1, np.floor(share * counts))[owner])
