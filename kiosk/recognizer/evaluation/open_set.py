"""Searches in galleries, some of people who are in them and some of strangers, and their error rates."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from kiosk.recognizer.evaluation.threshold_estimate import (
    Flags,
    Numbers,
    Reals,
    estimate_threshold,
    quantile_threshold,
    share_interval,
)

Scores = npt.NDArray[np.float32]

MISSED: Final = -1.0
"""The score of a photo without a face: no threshold is as low."""
_NOBODY: Final = -2.0
"""The score of a rival where there is none."""
_CURVE_POINTS: Final = 400


@dataclass(frozen=True, slots=True)
class Searches:
    """What came of the searches in all galleries of one size.

    own: (m,), a probe's score to its own template; rival: (m,), to the best of the others in the gallery, below -1 when
    there are none; owners: (m,), whose probe, as numbers. best: (k,), a stranger's best score; strangers: (k,), whose.
    Scores are MISSED where the photo shows no face.
    """

    own: Scores
    rival: Scores
    owners: Numbers
    best: Scores
    strangers: Numbers

    @property
    def named(self) -> Scores:
        """(m,): the score at which a probe is given its own name; MISSED where it never is."""
        return np.where(self.own > self.rival, self.own, np.float32(MISSED))


class SearchTally:
    """Collects searches, gallery by gallery."""

    def __init__(self) -> None:
        self._parts: list[Searches] = []

    def add(self, scores: Scores, owners: Numbers, people: Numbers, gallery: Numbers) -> None:
        """Search one gallery for the photos that were compared with all templates.

        scores: (rows, templates); owners: (rows,), whose template is a photo's own, -1 for a stranger's photo;
        people: (rows,), whose photo it is; gallery: (size,), the templates that are in the gallery.
        """
        place = np.full(scores.shape[1] + 1, -1, np.int64)  # one more, so that owner -1 is in no gallery
        place[gallery] = np.arange(len(gallery))
        mated, foreign = place[owners] >= 0, owners < 0
        within = scores[:, gallery]
        rivals = within[mated]  # a copy: it was picked by flags
        rows, columns = np.arange(len(rivals)), place[owners[mated]]
        own = rivals[rows, columns]
        rivals[rows, columns] = _NOBODY
        self._parts.append(
            Searches(own, rivals.max(axis=1), people[mated], within[foreign].max(axis=1), people[foreign])
        )

    def searches(self) -> Searches:
        return Searches(*(np.concatenate([getattr(part, name) for part in self._parts]) for name in Searches.__slots__))


@dataclass(frozen=True, slots=True)
class OpenSetRates:
    """Error rates against galleries of one size at one target, as shares in [0, 1] of single photos.

    threshold: from strangers who are not among those that fpir is measured on; estimator: how.
    fpir: strangers given a name; fnir: people of the gallery refused or named wrongly; the latter is the sum of
    not_detected, misnamed (the best score is another's and reaches the threshold) and refused (the rest).
    hindsight_threshold: what would just have held the target for the strangers that fpir is measured on;
    hindsight_fnir: at that. Intervals are of CONFIDENCE, by bootstrap over people; those of rates take the threshold as
    it is.
    setting_strangers, test_strangers: people; probes, searches: photos of staff and of strangers, over all galleries.
    """

    gallery: int
    enrol: int
    target_fpir: float
    threshold: float
    fpir: float
    fnir: float
    estimator: str
    threshold_interval: tuple[float, float]
    fpir_interval: tuple[float, float]
    fnir_interval: tuple[float, float]
    not_detected: float
    misnamed: float
    refused: float
    hindsight_threshold: float
    hindsight_fnir: float
    setting_strangers: int
    test_strangers: int
    probes: int
    searches: int


@dataclass(frozen=True, slots=True)
class OpenSetCurve:
    """Both rates at rising thresholds, each (points,), for galleries of one size and all strangers."""

    gallery: int
    thresholds: Reals
    fpir: Reals
    fnir: Reals


def measure_open_set(
    searches: Searches,
    setting: Flags,
    *,
    gallery: int,
    enrol: int,
    target: float,
    resamples: int,
    rng: np.random.Generator,
) -> OpenSetRates:
    """Set the threshold by the strangers' searches that `setting` (k,) marks, and measure on the others.

    Both parts must hold at least one search, and share no person.
    """
    best, strangers = searches.best[~setting], searches.strangers[~setting]
    estimate = estimate_threshold(
        searches.best[setting], searches.strangers[setting], target=target, resamples=resamples, rng=rng
    )
    accepted = best >= estimate.threshold
    failed = searches.named < estimate.threshold
    not_detected = searches.own == MISSED
    misnamed = (searches.rival >= estimate.threshold) & (searches.rival >= searches.own)
    hindsight = quantile_threshold(best, target)
    return OpenSetRates(
        gallery=gallery,
        enrol=enrol,
        target_fpir=target,
        threshold=estimate.threshold,
        fpir=float(accepted.mean()),
        fnir=float(failed.mean()),
        estimator=estimate.estimator,
        threshold_interval=estimate.interval,
        fpir_interval=share_interval(accepted, strangers, resamples=resamples, rng=rng),
        fnir_interval=share_interval(failed, searches.owners, resamples=resamples, rng=rng),
        not_detected=float(not_detected.mean()),
        misnamed=float(misnamed.mean()),
        refused=float((failed & ~not_detected & ~misnamed).mean()),
        hindsight_threshold=hindsight,
        hindsight_fnir=float((searches.named < hindsight).mean()),
        setting_strangers=len(np.unique(searches.strangers[setting])),
        test_strangers=len(np.unique(strangers)),
        probes=len(searches.own),
        searches=len(best),
    )


def draw_curve(searches: Searches, *, gallery: int) -> OpenSetCurve:
    """The error rates at thresholds spread over all scores that occurred."""
    named, best = np.sort(searches.named), np.sort(searches.best)
    levels = np.linspace(0, 1, _CURVE_POINTS)
    # The interesting ends of both are rare: points are as dense in the tails as the scores allow.
    tail = np.quantile(best, 1 - np.geomspace(1 / len(best), 1, _CURVE_POINTS))
    thresholds = np.unique(np.concatenate([np.quantile(named, levels), tail]).astype(np.float64))
    thresholds = thresholds[thresholds > MISSED]
    return OpenSetCurve(
        gallery=gallery,
        thresholds=thresholds,
        fpir=1 - np.searchsorted(best, thresholds, side="left") / len(best),
        fnir=np.searchsorted(named, thresholds, side="left") / len(named),
    )
