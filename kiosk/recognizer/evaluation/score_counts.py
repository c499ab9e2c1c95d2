"""How often which similarity occurred, for more comparisons than fit into memory."""

from __future__ import annotations

import numpy as np

from kiosk.recognizer.evaluation.threshold_estimate import Numbers, Reals

BINS = 100_000
"""Of equal width between cosines of -1 and 1: fine enough for any threshold, and 0.8 MB."""


class ScoreCounts:
    """A histogram of cosines, beside the number of comparisons that could not be made.

    A face that was not found resembles nobody: its comparisons count, below every threshold.
    """

    def __init__(self) -> None:
        self._counts = np.zeros(BINS, np.int64)
        self._missed = 0

    def add(self, scores: Reals, *, times: int = 1) -> None:
        """Count scores of any shape; times=-1 takes them out again."""
        bins = np.clip(((scores.ravel() + 1) * (BINS / 2)).astype(np.int64), 0, BINS - 1)
        self._counts += times * np.bincount(bins, minlength=BINS)

    def add_missed(self, comparisons: int) -> None:
        self._missed += comparisons

    @property
    def comparisons(self) -> int:
        return int(self._counts.sum()) + self._missed

    @property
    def edges(self) -> Reals:
        """The (BINS + 1,) thresholds between bins, rising."""
        return np.linspace(-1, 1, BINS + 1)

    def reaching(self) -> Reals:
        """The (BINS + 1,) shares of all comparisons that reach each edge; zeros when there were none."""
        reaching = np.concatenate([np.cumsum(self._counts[::-1])[::-1], [0]])
        return np.asarray(reaching / max(1, self.comparisons), np.float64)

    def threshold_at(self, share: float) -> float:
        """The lowest edge that at most this share of the comparisons reaches."""
        return float(self.edges[np.argmax(self.reaching() <= share)])

    def coarse(self, bins: int) -> tuple[Numbers, Reals]:
        """The counts in (bins,) wider bins, for drawing, and their (bins + 1,) edges; bins must divide BINS."""
        return self._counts.reshape(bins, -1).sum(axis=1), np.linspace(-1, 1, bins + 1)
