import numpy as np
import pytest

from kiosk.recognizer.evaluation.threshold_estimate import (
    EMPIRICAL,
    estimate_threshold,
    quantile_threshold,
    share_interval,
    tail_start,
    tail_threshold,
)


def chance(seed: int = 1) -> np.random.Generator:
    return np.random.default_rng(seed)


def test_tail_threshold_finds_the_quantile_of_an_exponential():
    sample = chance().exponential(0.01, 200_000).astype(np.float32)
    assert tail_threshold(sample, 1e-3) == pytest.approx(0.01 * np.log(1000), rel=0.03)


def test_tail_threshold_reaches_below_the_datas_resolution():
    thresholds = [tail_threshold(chance(seed).exponential(0.01, 400), 1e-4) for seed in range(40)]
    assert np.mean(thresholds) == pytest.approx(0.01 * np.log(10_000), rel=0.1)


def test_tail_threshold_of_scores_that_are_all_alike_lies_just_above_them():
    threshold = tail_threshold(np.full(50, 0.5, np.float32), 1e-3)
    assert 0.5 < threshold < 0.5001


@pytest.mark.parametrize("target", [0.01, 0.1, 0.013])
def test_quantile_threshold_is_the_lowest_that_holds_the_target(target):
    scores = chance().normal(size=1_000).astype(np.float32)
    threshold = quantile_threshold(scores, target)
    assert (scores >= threshold).mean() <= target
    assert (scores >= scores[scores < threshold].max()).mean() > target


@pytest.mark.parametrize(("people", "quantile"), [(4, 0.5), (40, 0.75), (200, 0.95), (5_000, 0.95)])
def test_tail_start_leaves_some_people_above(people, quantile):
    assert tail_start(people) == pytest.approx(quantile)


@pytest.mark.parametrize(("target", "empirical"), [(1e-2, True), (1e-3, False)])
def test_estimate_threshold_names_its_estimator_by_what_the_people_can_show(target, empirical):
    scores = chance().exponential(0.01, 5_000)
    estimate = estimate_threshold(scores, np.arange(5_000) % 500, target=target, resamples=200, rng=chance(2))
    assert (estimate.estimator == EMPIRICAL) == empirical
    assert ("exponential tail" in estimate.estimator) != empirical
    assert estimate.threshold == pytest.approx(-0.01 * np.log(target), rel=0.1)
    assert estimate.interval[0] < estimate.threshold < estimate.interval[1]


def test_share_interval_is_wider_when_a_persons_photos_err_together():
    events = chance().random(1_000) < 0.2
    apart = share_interval(events, np.arange(1_000), resamples=500, rng=chance(2))
    together = share_interval(np.repeat(events[:50], 20), np.repeat(np.arange(50), 20), resamples=500, rng=chance(2))
    assert apart[0] < 0.2 < apart[1]
    assert together[1] - together[0] > 2 * (apart[1] - apart[0])
