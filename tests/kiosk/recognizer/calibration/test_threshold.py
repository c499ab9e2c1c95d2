import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.recognizer.calibration.impostors import (
    Enrolled,
    genuine_floor,
    impostor_scores,
    own_scores,
    pair_similarities,
    pairs_beyond_the_tail,
)
from kiosk.recognizer.calibration.lookalikes import find_lookalikes
from kiosk.recognizer.calibration.tails import Tails, draw_tails, none_better
from kiosk.recognizer.calibration.threshold import (
    LEAST_PEOPLE,
    MOST_LOWERED,
    MOST_RAISED,
    bounded,
    calibrate,
    calibrate_galleries,
)
from kiosk.recognizer.decision import ThresholdCurve
from kiosk.recognizer.face import normalised


def crowd(count: int, frames: int = 5, *, seed: int = 1, spread: float = 0.35, dimensions: int = 32):
    """People as random directions: among them a stranger's scores have a tail that can be computed."""
    rng = np.random.default_rng(seed)
    centres = rng.standard_normal((count, 1, dimensions))
    rows = centres + spread * rng.standard_normal((count, frames, dimensions))
    return {f"{seed}-{i}": normalised(person.astype(np.float32)) for i, person in enumerate(rows)}


@pytest.fixture(scope="module")
def staff():
    return crowd(120)


def chance(people, threshold, *, seed=9, count=20_000):
    """The share of strangers who reach the threshold in the gallery of all these people."""
    strangers = np.concatenate(list(crowd(count, 1, seed=seed).values()))
    return float(((strangers @ Enrolled.of(people).centroids.T).max(axis=1) >= threshold).mean())


@pytest.mark.parametrize("count", [30, 120])
def test_threshold_holds_the_target_on_strangers(count):
    shares = []
    for seed in range(5):
        people = crowd(count, seed=seed)
        found = calibrate(people, gallery=count)
        shares.append(chance(people, found.threshold))
    assert np.mean(shares) < 1e-3
    assert max(shares) < 4e-3


def test_threshold_rises_with_the_gallery_and_with_the_strictness(staff):
    found = calibrate_galleries(staff, [10, 40, 120])
    assert found[10].threshold < found[40].threshold < found[120].threshold
    assert calibrate(staff, gallery=40, target=1e-4).threshold > found[40].threshold
    assert all(each.low < each.high and each.scale > 0 for each in found.values())


def test_calibration_says_what_it_is_made_of(staff):
    found = calibrate(staff, gallery=50)
    assert (found.people, found.gallery, found.frames, found.target) == (120, 50, 1, 1e-3)
    assert found.impostors == 600 * 119
    assert "exponential tail" in found.estimator


def test_same_people_give_the_same_threshold(staff):
    assert calibrate(staff, gallery=50) == calibrate(staff, gallery=50)


def test_too_few_people_leave_the_decision_to_the_card():
    assert calibrate(crowd(LEAST_PEOPLE - 1), gallery=20) is None


def test_few_people_do_not_go_below_the_card():
    card = ThresholdCurve((1,), (0.95,))
    assert calibrate(crowd(40), gallery=40, card=card).threshold == pytest.approx(0.95)
    assert calibrate(crowd(120), gallery=40, card=card).threshold < 0.95


@pytest.mark.parametrize("target", [0.0, 0.2, 1.0])
def test_impossible_target_is_refused(staff, target):
    with pytest.raises(ValueError, match="target"):
        calibrate(staff, gallery=50, target=target)


# One face under two names, twins --------------------------------------------------------------------------------------


def test_double_is_left_out_and_does_not_move_the_threshold(staff):
    halves = dict(staff)
    (name, frames), *_ = crowd(1, 10, seed=77).items()
    with_one = calibrate(halves | {name: frames[:5]}, gallery=100)
    with_both = calibrate(halves | {name: frames[:5], "again": frames[5:]}, gallery=100)
    assert with_both.left_out == ((name, "again"),)
    assert with_both.threshold == pytest.approx(with_one.threshold, abs=2 * with_one.scale)


def test_nobody_is_left_out_of_a_crowd_without_doubles():
    left_out = 0
    for seed in range(10):
        enrolled = Enrolled.of(crowd(60, seed=seed))
        left_out += len(pairs_beyond_the_tail(enrolled, floor=genuine_floor(enrolled)))
    assert left_out == 0


def twin_of(frames, others, share):
    return normalised(((1 - share) * others + share * normalised(frames.mean(axis=0))).astype(np.float32))


def test_lookalikes_tell_a_double_from_twins(staff):
    people = dict(staff) | crowd(2, 10, seed=5)
    people["double"] = people["5-0"][5:]
    people["5-0"] = people["5-0"][:5]
    people["twin"] = twin_of(people["5-1"], crowd(1, 10, seed=6)["6-0"], 0.62)
    found = {(pair.first, pair.second): pair for pair in find_lookalikes(people, threshold=0.75)}
    assert found.keys() == {("5-0", "double"), ("5-1", "twin")}
    assert found["5-0", "double"].kind == "same"
    assert found["5-1", "twin"].kind == "alike"
    assert found["5-0", "double"].lead < found["5-1", "twin"].lead


def test_lead_is_not_known_of_a_single_frame():
    people = crowd(20, 3) | {"a": crowd(1, 1, seed=8)["8-0"]}
    people["b"] = people["a"]
    (pair,) = find_lookalikes(people, threshold=0.99)
    assert (pair.first, pair.second, pair.lead) == ("a", "b", None)


# The arithmetic -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("block_rows", [1, 7, 10_000])
def test_blocks_give_what_the_plain_computation_gives(block_rows):
    people = crowd(40, 3)
    enrolled = Enrolled.of(people)
    plain = enrolled.frames @ enrolled.centroids.T
    plain[np.arange(120), enrolled.owner] = -np.inf
    scores = impostor_scores(enrolled, smallest_gallery=40, block_rows=block_rows)
    best = -np.sort(-plain, axis=1)[:, : scores.scores.shape[1]]
    np.testing.assert_allclose(scores.scores, best, atol=1e-6)
    np.testing.assert_allclose(np.take_along_axis(plain, scores.others, axis=1), best, atol=1e-6)
    pairs = {(pair.first, pair.second): pair for pair in find_lookalikes(people, threshold=0.3, block_rows=block_rows)}
    whole = {(pair.first, pair.second): pair for pair in find_lookalikes(people, threshold=0.3)}
    assert pairs.keys() == whole.keys()
    assert all(pairs[key].similarity == pytest.approx(whole[key].similarity, abs=1e-6) for key in whole)


def test_pairs_that_are_left_out_are_not_compared():
    people = crowd(10, 2)
    enrolled = Enrolled.of(people)
    scores = impostor_scores(enrolled, smallest_gallery=10, left_out=[("1-0", "1-3")])
    compared = {(int(o), int(x)) for row, o in enumerate(scores.owner) for x in scores.others[row, :8]}
    assert (0, 3) not in compared
    assert (3, 0) not in compared
    assert (0, 4) in compared


def test_consensus_probes_are_means_of_that_many_frames():
    people = crowd(5, 4)
    enrolled = Enrolled.of(people)
    scores = impostor_scores(enrolled, smallest_gallery=5, frames=3)
    first = normalised(people["1-0"][:3].mean(axis=0))
    expected = np.sort(enrolled.centroids[1:] @ first)[::-1]
    np.testing.assert_allclose(scores.scores[0], expected, atol=1e-6)
    assert len(scores.owner) == 20
    assert len(impostor_scores(enrolled, smallest_gallery=5, frames=9).owner) == 5


@given(others=st.integers(1, 60), gallery=st.integers(1, 80))
def test_best_in_a_drawn_gallery_has_the_hypergeometric_chance(others, gallery):
    drawn = min(gallery, others)
    expected = [math.comb(others - rank, drawn) / math.comb(others, drawn) for rank in range(others + 1)]
    np.testing.assert_allclose(none_better(others, gallery, others), expected, atol=1e-9)


def test_strangers_are_probes_and_stand_in_no_gallery(staff):
    enrolled = Enrolled.of(staff)
    scores = impostor_scores(enrolled, smallest_gallery=50, strangers=crowd(30, 1, seed=4))
    assert len(scores.owner) == 630
    assert scores.others.max() < 120
    assert calibrate(staff, gallery=50, strangers=crowd(400, 1, seed=4)) != calibrate(staff, gallery=50)


def test_own_scores_leave_the_frame_itself_out():
    people = crowd(3, 4)
    frames = people["1-1"]
    others = normalised(frames[[0, 1, 3]].mean(axis=0))
    assert own_scores(Enrolled.of(people))[6] == pytest.approx(float(frames[2] @ others), abs=1e-5)


def test_pair_similarity_is_the_mean_of_both_directions():
    people = crowd(3, 4)
    enrolled = Enrolled.of(people)
    both = (people["1-0"] @ enrolled.centroids[2]).mean() + (people["1-2"] @ enrolled.centroids[0]).mean()
    assert pair_similarities(enrolled, [0])[0, 2] == pytest.approx(both / 2, abs=1e-5)


def test_tail_of_an_exponential_is_found():
    rng = np.random.default_rng(1)
    scores = impostor_scores(Enrolled.of(crowd(300, 1)), smallest_gallery=300)
    exponential = rng.exponential(0.02, scores.scores.shape[0]).astype(np.float32)
    one = type(scores)(exponential[:, None], scores.others[:, :1] * 0, scores.owner, 300, 300)
    tails = draw_tails(one, 300)
    present = tails.scale[tails.scale > 1e-4]
    assert present.mean() == pytest.approx(0.02, rel=0.2)


def test_threshold_keeps_the_mean_chance_and_the_safe_share():
    rng = np.random.default_rng(2)
    tails = Tails(0.3 + 0.02 * rng.standard_normal(200), np.full(200, 0.2), np.abs(rng.normal(0.03, 0.01, 200)) + 0.01)
    threshold = tails.threshold(1e-3)
    assert tails.chance(threshold) <= 1e-3
    each = tails.share * np.exp(-np.maximum(0, threshold - tails.start) / tails.scale)
    assert (each <= 2e-3 + 1e-9).mean() >= 0.95


@given(
    threshold=st.floats(0, 0.99), previous=st.floats(0, 0.99), scale=st.floats(0.001, 0.1), again=st.integers(0, 100)
)
def test_bounds_hold_one_night_and_let_many_nights_arrive(threshold, previous, scale, again):
    one = bounded(threshold, previous, scale=scale)
    assert previous - MOST_LOWERED * scale - 1e-9 <= one <= previous + MOST_RAISED * scale + 1e-9
    assert min(threshold, previous) - 1e-9 <= one <= max(threshold, previous) + 1e-9
    for _ in range(3000):
        one = bounded(threshold, one, scale=scale)
    assert one == pytest.approx(threshold, abs=1e-6)
    assert bounded(threshold, None, scale=scale) == threshold


def test_threshold_is_raised_faster_than_lowered():
    assert MOST_RAISED > MOST_LOWERED > 0
