"""Evaluation of made-up embeddings, whose error rates are known."""

import math

import numpy as np
import pytest

from kiosk.errors import DatasetError
from kiosk.recognizer.evaluation.enrolment_draw import Samples, assign_roles, draw_enrolment
from kiosk.recognizer.evaluation.open_set import MISSED, Searches, SearchTally, draw_curve, measure_open_set
from kiosk.recognizer.evaluation.performance import EvaluationPlan, evaluate
from kiosk.recognizer.face import normalised


def crowd(*groups: tuple[int, int], spread: float = 0.5, dimensions: int = 32, seed: int = 1) -> Samples:
    """People as random directions, (people, photos of each) for each group; photos scatter by `spread`."""
    rng = np.random.default_rng(seed)
    counts = np.concatenate([np.full(people, photos) for people, photos in groups])
    people = np.repeat(np.arange(len(counts)), counts)
    centres = rng.standard_normal((len(counts), dimensions))
    rows = centres[people] + spread * rng.standard_normal((len(people), dimensions))
    return Samples(normalised(rows.astype(np.float32)), people)


def without_faces(samples: Samples, rows) -> Samples:
    embeddings = samples.embeddings.copy()
    embeddings[rows] = 0
    return Samples(embeddings, samples.people, samples.sessions, samples.outsiders)


# Who is what ----------------------------------------------------------------------------------------------------------


def test_roles_make_strangers_of_people_with_too_few_photos():
    roles = assign_roles(crowd((3, 6), (4, 5), (5, 1)), enrol=5)
    assert roles.staff == (0, 1, 2)
    assert roles.strangers == tuple(range(3, 12))


def test_roles_make_strangers_of_outsiders_however_many_photos_they_have():
    samples = crowd((3, 6))
    roles = assign_roles(Samples(samples.embeddings, samples.people, outsiders=frozenset({1})), enrol=5)
    assert roles.staff == (0, 2)
    assert roles.strangers == (1,)


def test_roles_name_those_whose_photos_show_too_few_faces():
    samples = without_faces(crowd((3, 6)), [0, 1])
    roles = assign_roles(samples, enrol=5)
    assert roles.failed_to_enrol == (0,)
    assert roles.staff == (1, 2)


def test_roles_without_anybody_to_enrol_are_an_error():
    with pytest.raises(DatasetError, match="Nobody has 5 photos"):
        assign_roles(crowd((9, 5)), enrol=5)


def test_draw_enrols_with_faces_only_and_never_probes_with_what_was_tried():
    samples = without_faces(crowd((40, 12)), np.arange(0, 480, 4))
    roles = assign_roles(samples, enrol=5)
    draw = draw_enrolment(samples, roles, enrol=5, rng=np.random.default_rng(1))
    assert np.allclose(np.linalg.norm(draw.templates, axis=1), 1, atol=1e-5)
    assert (samples.people[draw.probes] == np.array(roles.staff)[draw.owners]).all()
    assert len(np.unique(draw.probes)) == len(draw.probes) < 480 - 40 * 5
    # A quarter of all photos has no face, and so about a quarter of the probes.
    assert 1 - samples.detected[draw.probes].mean() == pytest.approx(0.25, abs=0.06)


def test_draw_by_session_probes_with_other_sessions_only():
    samples = crowd((4, 12), (2, 12))
    sessions = np.tile([0] * 6 + [1] * 6, 6)
    sessions[48:] = 0  # the last two have one session only
    told = Samples(samples.embeddings, samples.people, sessions)
    roles = assign_roles(told, enrol=5)
    assert roles.staff == (0, 1, 2, 3)
    assert roles.strangers == (4, 5)
    draw = draw_enrolment(told, roles, enrol=5, rng=np.random.default_rng(2))
    for owner in range(4):
        assert len(set(sessions[draw.probes[draw.owners == owner]].tolist())) == 1
        assert (draw.owners == owner).sum() == 6


# Open set -------------------------------------------------------------------------------------------------------------


def gaussian_searches(*, missed: int = 0) -> Searches:
    """Strangers score N(0.2, 0.05), staff N(0.5, 0.05); rivals never win; the first `missed` probes show no face."""
    rng = np.random.default_rng(5)
    own = rng.normal(0.5, 0.05, 40_000).astype(np.float32)
    rival = np.full(40_000, 0.1, np.float32)
    own[:missed] = rival[:missed] = MISSED
    best = rng.normal(0.2, 0.05, 600_000).astype(np.float32)
    return Searches(own, rival, np.arange(40_000) % 400, best, np.arange(600_000) % 3_000)


def measure(searches: Searches, target: float):
    setting = searches.strangers % 2 == 0
    return measure_open_set(
        searches, setting, gallery=50, enrol=5, target=target, resamples=40, rng=np.random.default_rng(1)
    )


@pytest.mark.parametrize(("target", "deviations"), [(1e-2, 2.3263), (1e-3, 3.0902)])
def test_open_set_of_gaussian_scores_has_the_rates_of_the_textbook(target, deviations):
    rates = measure(gaussian_searches(), target)
    threshold = 0.2 + deviations * 0.05
    fnir = 0.5 * math.erfc((0.5 - threshold) / 0.05 / math.sqrt(2))
    assert rates.threshold == pytest.approx(threshold, abs=0.004)
    assert rates.fpir == pytest.approx(target, rel=0.25)
    assert rates.fnir == pytest.approx(fnir, abs=0.002)
    assert rates.fpir_interval[0] <= rates.fpir <= rates.fpir_interval[1]
    assert (rates.setting_strangers, rates.test_strangers) == (1_500, 1_500)


def test_open_set_counts_a_photo_without_a_face_as_a_refusal():
    rates = measure(gaussian_searches(missed=4_000), 1e-2)
    assert rates.not_detected == pytest.approx(0.1)
    assert rates.fnir == pytest.approx(0.1, abs=0.005)
    assert rates.not_detected + rates.misnamed + rates.refused == pytest.approx(rates.fnir)


def test_open_set_counts_another_persons_name_as_an_error():
    found = gaussian_searches()
    found.rival[:2_000] = 0.9
    rates = measure(found, 1e-2)
    assert rates.misnamed == pytest.approx(0.05)
    assert rates.fnir == pytest.approx(0.05, abs=0.005)


def test_open_set_halves_share_nobody():
    result = evaluate(crowd((12, 8), (61, 1)), EvaluationPlan(galleries=(10,)))
    for rates in result.open_set:
        assert rates.setting_strangers + rates.test_strangers == 61
        assert rates.searches == rates.test_strangers * 20


def test_curve_falls_in_one_rate_and_rises_in_the_other():
    curve = draw_curve(gaussian_searches(), gallery=50)
    assert (np.diff(curve.fpir) <= 0).all()
    assert (np.diff(curve.fnir) >= 0).all()
    assert curve.fpir.max() > 0.9
    assert curve.fnir.max() > 0.9


def test_tally_searches_only_in_the_gallery():
    scores = np.array([[0.9, 0.2, 0.8], [0.1, 0.3, 0.7], [0.5, 0.6, 0.4]], np.float32)
    tally = SearchTally()
    tally.add(scores, np.array([0, 2, -1]), np.array([10, 12, 99]), np.array([1, 0]))
    found = tally.searches()
    assert found.own == pytest.approx([0.9])  # the owner of the second photo is not in this gallery
    assert found.rival == pytest.approx([0.2])
    assert found.owners.tolist() == [10]
    assert found.best == pytest.approx([0.6])
    assert found.strangers.tolist() == [99]


def test_tally_knows_no_rival_in_a_gallery_of_one():
    tally = SearchTally()
    tally.add(np.array([[-0.9]], np.float32), np.array([0]), np.array([7]), np.array([0]))
    assert tally.searches().named == pytest.approx([-0.9])


# The whole ------------------------------------------------------------------------------------------------------------


def test_evaluate_of_people_far_apart_errs_nowhere():
    result = evaluate(crowd((30, 8), (300, 1), spread=0.1, dimensions=128), EvaluationPlan(galleries=(10, 30)))
    assert [rate.tmr for rate in result.verification.rates[:3]] == [1.0, 1.0, 1.0]
    assert all(rates.fnir == 0 for rates in result.open_set)
    assert all(rates.fpir <= 0.05 for rates in result.open_set)
    assert [(rates.gallery, rates.target_fpir) for rates in result.open_set] == [
        (10, 1e-2),
        (10, 1e-3),
        (30, 1e-2),
        (30, 1e-3),
    ]


def test_evaluate_of_noise_matches_as_often_as_chance():
    result = evaluate(crowd((40, 8), (300, 1), spread=1e3), EvaluationPlan(galleries=(10,)))
    assert result.verification.rates[0].tmr == pytest.approx(0.01, abs=0.02)
    assert result.open_set[0].fnir > 0.9


def test_evaluate_counts_impostors_against_templates_of_others():
    result = evaluate(crowd((10, 7), (20, 1)), EvaluationPlan(galleries=(5,)))
    assert result.verification.impostor_comparisons == 10 * 2 * 9 + 20 * 10
    assert result.verification.genuine.comparisons == 20 * 10 * 2


def test_evaluate_counts_missed_probes_as_non_matches():
    samples = crowd((30, 40), (50, 1), spread=0.1, dimensions=128)
    result = evaluate(without_faces(samples, np.arange(0, 1200, 10)), EvaluationPlan(galleries=(10,)))
    assert result.verification.rates[0].tmr == pytest.approx(0.9, abs=0.01)
    assert result.open_set[0].not_detected == pytest.approx(0.1, abs=0.02)


def test_evaluate_marks_rates_that_the_photos_can_hardly_show_and_leaves_out_others():
    result = evaluate(crowd((10, 7), (20, 1)), EvaluationPlan(galleries=(5,)))
    assert [rate.rough for rate in result.verification.rates] == [False, True, True, True]  # 380 comparisons a draw
    assert [rate.tmr is None for rate in result.verification.rates] == [False, False, True, True]


def test_evaluate_skips_galleries_that_people_cannot_fill_and_open_sets_without_strangers():
    result = evaluate(crowd((12, 8)), EvaluationPlan(galleries=(10, 50)))
    assert result.too_large == (50,)
    assert result.open_set == result.curves == ()


def test_evaluate_is_the_same_again_and_for_each_size_by_itself():
    samples = crowd((20, 8), (100, 1), spread=1.0)
    both = evaluate(samples, EvaluationPlan(galleries=(5, 10)))
    one = evaluate(samples, EvaluationPlan(galleries=(10,)))
    assert both.open_set[2:] == one.open_set
    assert evaluate(samples, EvaluationPlan(galleries=(10,), seed=2)).open_set != one.open_set
