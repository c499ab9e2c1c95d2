"""The threshold that fits the people at hand, from how much they resemble one another.

For every enrolment frame the best *other* person within galleries drawn at the kiosk's size is what a stranger would
have scored. People are drawn again and again with replacement (bootstrap, Efron 1979), and to each draw an exponential
tail is fitted above the 80th percentile of these maxima (the generalised Pareto tail of Pickands 1975 with shape 0; the
shapes measured there lie between -0.25 and 0.06). The threshold is the lowest at which

- a stranger's chance, averaged over the draws, is at most AIM times the target: few people, whose tail is uncertain, so
  get a higher threshold than many with the same tail; and
- it is at most twice that in 95 % of the draws: an office that is unlucky with its 30 people is still safe.

A stranger's chance is the FPIR of ISO/IEC 19795-1. The estimator was chosen by what it lets in of people that it has
not seen (docs/accuracy.md).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from kiosk.recognizer.calibration.impostors import (
    Enrolled,
    Pair,
    genuine_floor,
    impostor_scores,
    pairs_beyond_the_tail,
)
from kiosk.recognizer.calibration.tails import TAIL_SHARE, draw_tails
from kiosk.recognizer.decision import ThresholdCurve
from kiosk.recognizer.face import Vector

TARGET_FPIR: Final = 1e-3
"""A stranger's chance that is aimed at (DESIGN section 2, deciding)."""

LEAST_PEOPLE: Final = 30
"""With fewer enrolled people the model card's curve rules: of 100 offices of 20 some let in 4 % of the strangers."""

ENOUGH_PEOPLE: Final = 100
"""With fewer than this the card's threshold may be raised and not lowered: 30 people are weak evidence that an office's
strangers are easier to tell apart than everybody else's."""

FRAMES: Final = 1
"""Frames in a score. A kiosk takes a visit's best five together, but frames of one visit are so alike that a stranger
scores with them as with one (NUAA live, five frames of a session: quantiles of the best score rise by 0.002), while
enrolment frames of several days are not: with means of three the threshold scatters more (docs/accuracy.md)."""

AIM: Final = 0.6
"""Of the target, what the tail is asked for. Strangers resemble the staff a little more than the staff one another: of
900 strangers of LFW MobileFaceNet let in 1.6 to 1.8 times as many as the tails of 100 and 200 others said, 1.4 and 1.7
times as many as the best threshold in hindsight (docs/accuracy.md)."""

ESTIMATOR: Final = "exponential tail above the 80th percentile of the best other person, over a bootstrap of people"

MOST_RAISED: Final = math.log(20)
MOST_LOWERED: Final = math.log(1.5)
"""How far one night may move a threshold, in scales of the tail: as far as changes a stranger's chance by that factor.
A night of bad enrolments must neither open the door nor shut everybody out."""

HIGHEST: Final = 0.9999
"""A threshold beyond would refuse everybody; that is for an administrator to say."""

Progress = Callable[[int, int], None]
"""Called with galleries done and galleries in all."""


@dataclass(frozen=True, slots=True)
class Calibration:
    """A threshold for galleries of one size, computed from the people who are enrolled.

    threshold: cosine to deploy; low, high: where 90 % of the bootstrap's draws would put it by themselves.
    scale: by so much the threshold must rise to divide a stranger's chance by e.
    people: how many it was computed from; gallery: for how many it is; frames: in each score; target: FPIR.
    impostors: scores of one person with another that went in; left_out: pairs that did not (doubles, twins).
    """

    threshold: float
    low: float
    high: float
    scale: float
    people: int
    gallery: int
    frames: int
    target: float
    estimator: str
    impostors: int
    left_out: tuple[Pair, ...]


def calibrate(
    people: Mapping[str, Vector],
    *,
    gallery: int,
    target: float = TARGET_FPIR,
    frames: int = FRAMES,
    strangers: Mapping[str, Vector] | None = None,
    card: ThresholdCurve | None = None,
) -> Calibration | None:
    """The threshold for one gallery size; see calibrate_galleries. None: too few people, the card's curve rules."""
    found = calibrate_galleries(people, [gallery], target=target, frames=frames, strangers=strangers, card=card)
    return found.get(gallery)


def calibrate_galleries(
    people: Mapping[str, Vector],
    galleries: Iterable[int],
    *,
    target: float = TARGET_FPIR,
    frames: int = FRAMES,
    strangers: Mapping[str, Vector] | None = None,
    card: ThresholdCurve | None = None,
    progress: Progress = lambda _done, _all: None,
) -> dict[int, Calibration]:
    """Thresholds by gallery size, from {person: (k, d) unit-norm enrolment frames}; {} below LEAST_PEOPLE.

    strangers: people who are in no gallery, as further probes. card: below ENOUGH_PEOPLE no threshold is lower than
    this curve's; None: nothing holds it. The same people give the same thresholds: the draws are seeded.
    Time and memory: see draw_tails and impostor_scores; 5,000 people with five frames of 512 numbers take 20 s for one
    gallery size, 10 s more for each other one, and 400 MB.
    """
    if not 0 < target < TAIL_SHARE:
        raise ValueError(f"a target of {target} is not between 0 and {TAIL_SHARE}")
    sizes = sorted({size for size in galleries if size > 0})
    if len(people) < LEAST_PEOPLE or not sizes:
        return {}
    enrolled = Enrolled.of(people)
    apart = pairs_beyond_the_tail(enrolled, floor=genuine_floor(enrolled))
    scores = impostor_scores(enrolled, smallest_gallery=sizes[0], frames=frames, strangers=strangers, left_out=apart)
    found = {}
    for done, size in enumerate(sizes):
        progress(done, len(sizes))
        tails = draw_tails(scores, size)
        threshold = tails.threshold(AIM * target)
        if card is not None and len(people) < ENOUGH_PEOPLE:
            threshold = max(threshold, card.at(size))
        low, high = tails.interval(target)
        found[size] = Calibration(
            threshold=min(threshold, HIGHEST),
            low=low,
            high=high,
            scale=tails.mean_scale,
            people=len(people),
            gallery=size,
            frames=frames,
            target=target,
            estimator=ESTIMATOR,
            impostors=len(scores.owner) * (scores.people - 1),
            left_out=apart,
        )
    progress(len(sizes), len(sizes))
    return found


def bounded(threshold: float, previous: float | None, *, scale: float) -> float:
    """The threshold to deploy where another was deployed before: raised fast, lowered slowly; previous None: as it is.

    scale: of the tail, in cosine (Calibration.scale).
    """
    if previous is None:
        return threshold
    return min(max(threshold, previous - MOST_LOWERED * scale), previous + MOST_RAISED * scale)
