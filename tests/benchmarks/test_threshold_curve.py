import numpy as np
import pytest

from benchmarks.threshold_curve import card_text, compute_curve, measure, raised
from kiosk.recognizer.face import normalised


def crowd(count: int, frames: int, *, seed: int, alike: float = 0.0):
    """People as random directions; `alike` pulls them towards one common direction."""
    rng = np.random.default_rng(seed)
    centres = rng.standard_normal((count, 1, 32)) + alike * np.ones(32)
    rows = centres + 0.35 * rng.standard_normal((count, frames, 32))
    return {f"{seed}-{i}": normalised(person.astype(np.float32)) for i, person in enumerate(rows)}


@pytest.fixture(scope="module")
def people():
    return crowd(120, 8, seed=1) | crowd(900, 1, seed=2)


def test_curve_rises_with_the_gallery_and_holds_the_target_on_others(people):
    curve = compute_curve(people)
    assert curve.sizes == (1, 5, 10, 20, 50, 100)
    assert curve.thresholds[-1] > curve.thresholds[0]
    others = crowd(80, 8, seed=3) | crowd(4_000, 1, seed=4)
    rates = measure(others, curve, size=50, margin=0.0)
    assert rates.fpir < 2e-3
    assert rates.fnir < 0.05


def test_harder_people_raise_the_curve_and_easier_ones_do_not_lower_it(people):
    curve = compute_curve(people)
    assert raised(curve, crowd(8, 30, seed=5, alike=1.0), margin=0.0).thresholds[0] > curve.thresholds[0]
    assert raised(curve, crowd(3, 30, seed=6), margin=0.0).thresholds == pytest.approx(curve.thresholds, abs=1e-4)


def test_card_text_is_toml_that_says_the_same(people):
    import tomllib

    curve = compute_curve(people)
    rates = measure(people, curve, size=10, margin=0.02)
    read = tomllib.loads(card_text(curve, [("crowd", rates)], population="made up", margin=0.02))
    assert tuple(read["threshold_curve"]["thresholds"]) == curve.thresholds
    assert read["error_rates"][0]["fnir"] == pytest.approx(rates.fnir, abs=1e-4)
