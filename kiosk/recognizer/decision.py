"""When a resemblance is an identity: a threshold that grows with the gallery, and a margin to the runner-up."""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass

from kiosk.errors import PackError
from kiosk.recognizer.face import Match

DEFAULT_MARGIN = 0.02
"""Least lead over the runner-up, in cosine of the builtin pack; the model card says what it costs."""


@dataclass(frozen=True, slots=True)
class ThresholdCurve:
    """The cosine that a stranger exceeds with the target probability (FPIR, ISO/IEC 19795-1), by size of the gallery.

    sizes: numbers of people, rising; thresholds: cosines, never falling; both of the same length, at least one point.
    The more people are enrolled, the likelier a stranger resembles one of them, so one constant cannot be right: the
    library's 0.6 (as a distance) lets 37 % of strangers in at 50 people. There is no way here to ask for a constant.
    """

    sizes: tuple[int, ...]
    thresholds: tuple[float, ...]

    def __post_init__(self) -> None:
        points = len(self.sizes)
        rising = all(a < b for a, b in itertools.pairwise(self.sizes))
        never_falling = all(a <= b for a, b in itertools.pairwise(self.thresholds))
        in_range = all(-1 < t < 1 for t in self.thresholds) and all(n >= 1 for n in self.sizes)
        if not points or points != len(self.thresholds) or not (rising and never_falling and in_range):
            raise PackError("The threshold curve must list rising gallery sizes and never falling cosines below 1")

    def at(self, people: int) -> float:
        """The threshold for a gallery of that many people: linear in log N between points.

        Below the first point its threshold holds; beyond the last, the last slope goes on, up to 1.
        """
        if people <= self.sizes[0] or len(self.sizes) == 1:
            return self.thresholds[0] if people <= self.sizes[0] else self.thresholds[-1]
        after = next((n for n, size in enumerate(self.sizes) if size >= people), len(self.sizes) - 1)
        low, high = math.log(self.sizes[after - 1]), math.log(self.sizes[after])
        share = (math.log(people) - low) / (high - low)
        start, end = self.thresholds[after - 1], self.thresholds[after]
        return min(1.0, start + share * (end - start))


@dataclass(frozen=True, slots=True)
class DecisionRule:
    """What a score must reach.

    threshold: least similarity (cosine); margin: least lead over the nearest other person (cosine), against lookalikes.
    """

    threshold: float
    margin: float

    @classmethod
    def for_gallery(cls, curve: ThresholdCurve, people: int, *, margin: float = DEFAULT_MARGIN) -> DecisionRule:
        """The rule for a gallery of that many people."""
        return cls(threshold=curve.at(people), margin=margin)

    def accepts(self, match: Match) -> bool:
        """Whether this score, usually the mean over several frames, is that person."""
        return match.person is not None and match.similarity >= self.threshold and match.margin >= self.margin
