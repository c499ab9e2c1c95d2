"""From scores of strangers to the threshold that a given share of them reaches, and how sure that is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

Reals = npt.NDArray[np.floating]
Numbers = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

EMPIRICAL: Final = "empirical quantile"

TAIL_FROM: Final = 0.95
"""Quantile above which the exponential tail is fitted. Of those tried for the model cards' curves (empirical quantile,
exponential and generalised Pareto tails from several quantiles) it held the target best on other people."""

TAIL_PEOPLE: Final = 10
"""With fewer people than this above the quantile the tail begins lower, at the median at the lowest."""

CONFIDENCE: Final = 0.95


@dataclass(frozen=True, slots=True)
class ThresholdEstimate:
    """A threshold and where it comes from.

    threshold: scores from it on are accepted; estimator: in words; interval: of CONFIDENCE, over people.
    """

    threshold: float
    estimator: str
    interval: tuple[float, float]


def estimate_threshold(
    scores: Reals, people: Numbers, *, target: float, resamples: int, rng: np.random.Generator
) -> ThresholdEstimate:
    """The threshold that a share `target` of the scores reaches.

    scores: (n,), n >= 1; people: (n,), whose score it is. With fewer than one person expected above the threshold no
    quantile of theirs can say where it lies: then an exponential tail does (from 30 people and for a target of 0.1 %,
    the quantile let in 0.94 % of other strangers, the tail 0.11 %: EVIDENCE.md, accuracy of recognition).
    """
    names, owners = np.unique(people, return_inverse=True)
    order = np.argsort(scores)
    ranked, owners = scores[order], owners[order]
    tail_from = None if target * len(names) >= 1 else tail_start(len(names))
    sampled = [
        _weighted_threshold(ranked, weights[owners], target=target, tail_from=tail_from)
        for weights in redrawn(len(names), resamples, rng)
    ]
    return ThresholdEstimate(
        threshold=_weighted_threshold(ranked, np.ones(len(ranked)), target=target, tail_from=tail_from),
        estimator=EMPIRICAL if tail_from is None else f"exponential tail above the {tail_from:.3g} quantile",
        interval=interval_of(np.asarray(sampled)),
    )


def tail_start(people: int) -> float:
    """The quantile above which to fit a tail to scores of that many people."""
    return float(np.clip(1 - TAIL_PEOPLE / people, 0.5, TAIL_FROM))


def tail_threshold(scores: Reals, target: float, *, tail_from: float = TAIL_FROM) -> float:
    """Where an exponential tail above a quantile of the (n,) scores falls to the target share."""
    return _weighted_threshold(np.sort(scores), np.ones(len(scores)), target=target, tail_from=tail_from)


def quantile_threshold(scores: Reals, target: float) -> float:
    """The lowest threshold that at most the target share of the (n,) scores reaches."""
    return _weighted_threshold(np.sort(scores), np.ones(len(scores)), target=target, tail_from=None)


def share_interval(events: Flags, people: Numbers, *, resamples: int, rng: np.random.Generator) -> tuple[float, float]:
    """The interval of a share of events, by bootstrap over people (Efron 1979): one person's photos err together.

    events: (n,), n >= 1; people: (n,), whose event it is.
    """
    names, owners, trials = np.unique(people, return_inverse=True, return_counts=True)
    happened = np.bincount(owners, weights=events, minlength=len(names))
    weights = np.stack(list(redrawn(len(names), resamples, rng)))
    return interval_of((weights @ happened) / (weights @ trials))


def redrawn(people: int, resamples: int, rng: np.random.Generator) -> Iterator[Reals]:
    """How often each of the people is drawn when as many are drawn with replacement; so many times over."""
    for _ in range(resamples):
        yield np.bincount(rng.integers(people, size=people), minlength=people).astype(np.float64)


def interval_of(sampled: Reals) -> tuple[float, float]:
    """The two-sided interval of CONFIDENCE that holds the sampled values."""
    low, high = np.quantile(sampled, ((1 - CONFIDENCE) / 2, (1 + CONFIDENCE) / 2))
    return float(low), float(high)


def _weighted_threshold(ranked: Reals, weights: Reals, *, target: float, tail_from: float | None) -> float:
    """The threshold for rising scores that count `weights` times; tail_from: None takes the scores as they are."""
    above = np.cumsum(weights[::-1])[::-1] / weights.sum()  # the share of each score and of all higher ones
    if tail_from is None:
        # The highest score that too many reach; whatever lies above it is reached by few enough.
        return _just_above(float(ranked[np.flatnonzero(above > target)[-1]]))
    start = float(ranked[np.flatnonzero(above > 1 - tail_from)[-1]])
    first = int(np.searchsorted(ranked, start, side="right"))
    if first == len(ranked) or not above[first] > 0:
        return _just_above(start)
    excess = float(np.average(ranked[first:] - start, weights=weights[first:]))
    return start + excess * max(0.0, float(np.log(above[first] / target)))


def _just_above(score: float) -> float:
    return float(np.nextafter(np.float32(score), np.float32(np.inf)))
