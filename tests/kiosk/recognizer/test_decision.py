import pytest

from kiosk.errors import PackError
from kiosk.recognizer.decision import DecisionRule, ThresholdCurve
from kiosk.recognizer.face import Match

CURVE = ThresholdCurve((10, 100, 1000), (0.90, 0.94, 0.95))


@pytest.mark.parametrize(
    ("people", "threshold"),
    [(0, 0.90), (1, 0.90), (10, 0.90), (31.6228, 0.92), (100, 0.94), (1000, 0.95), (10_000, 0.96), (10**9, 1.0)],
)
def test_curve_rises_with_the_logarithm_of_the_gallery(people, threshold):
    assert CURVE.at(people) == pytest.approx(threshold, abs=1e-6)


def test_curve_never_falls():
    thresholds = [CURVE.at(people) for people in range(3000)]
    assert thresholds == sorted(thresholds)


def test_curve_of_one_point_holds_everywhere():
    assert {ThresholdCurve((50,), (0.9,)).at(people) for people in (1, 50, 5000)} == {0.9}


@pytest.mark.parametrize(
    ("sizes", "thresholds"),
    [((), ()), ((1, 2), (0.9,)), ((2, 1), (0.8, 0.9)), ((1, 2), (0.9, 0.8)), ((0,), (0.9,)), ((1,), (1.0,))],
)
def test_curve_that_cannot_be_is_refused(sizes, thresholds):
    with pytest.raises(PackError, match="rising"):
        ThresholdCurve(sizes, thresholds)


@pytest.mark.parametrize(
    ("match", "accepted"),
    [
        (Match("ana", 0.95, 0.90), True),
        (Match("ana", 0.94, -1.0), True),
        (Match("ana", 0.9399, 0.5), False),
        (Match("ana", 0.99, 0.98), False),
        (Match(None, -1.0, -1.0), False),
    ],
    ids=["good", "just", "below", "lookalike", "empty"],
)
def test_rule_wants_threshold_and_margin(match, accepted):
    assert DecisionRule.for_gallery(CURVE, 100, margin=0.02).accepts(match) is accepted
