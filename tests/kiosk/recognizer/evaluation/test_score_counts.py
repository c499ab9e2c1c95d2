import numpy as np
import pytest

from kiosk.recognizer.evaluation.score_counts import BINS, ScoreCounts


def test_threshold_at_is_reached_by_no_more_than_the_share():
    scores = np.random.default_rng(1).normal(0, 0.2, 20_000).clip(-1, 1).astype(np.float32)
    counts = ScoreCounts()
    counts.add(scores)
    threshold = counts.threshold_at(0.01)
    assert (scores >= threshold).mean() == pytest.approx(0.01, abs=2e-4)


def test_missed_comparisons_count_below_every_threshold():
    counts = ScoreCounts()
    counts.add(np.array([0.9], np.float32))
    counts.add_missed(3)
    assert counts.comparisons == 4
    assert counts.reaching()[0] == pytest.approx(0.25)


def test_scores_can_be_taken_out_again():
    counts = ScoreCounts()
    counts.add(np.array([[0.1, 0.2], [0.3, 1.0]], np.float32))
    counts.add(np.array([0.3], np.float32), times=-1)
    heights, edges = counts.coarse(10)
    assert counts.comparisons == heights.sum() == 3
    assert heights[-1] == 1
    assert len(edges) == 11


def test_counts_of_nothing_reach_nowhere():
    assert ScoreCounts().comparisons == 0
    assert not ScoreCounts().reaching().any()
    assert len(ScoreCounts().edges) == BINS + 1
