"""Frames of one person and of several, and who is nearest: on vectors whose likeness is known."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from hub.roster.resemblance import FEWEST_PEOPLE, Grouping, KnownFaces, double_threshold, group
from kiosk.recognizer.decision import ThresholdCurve

THRESHOLD = 0.6
DIMENSIONS = 64


def frames_of(person: int, count: int, *, likeness: float = 0.9) -> Any:
    """Unit vectors whose cosine to each other is about `likeness`; those of two people are at right angles."""
    seeds = np.random.default_rng(person)
    rows = np.zeros((count, DIMENSIONS), np.float32)
    rows[:, person] = np.sqrt(likeness)
    noise = seeds.standard_normal((count, DIMENSIONS - 8))
    rows[:, 8:] = np.sqrt(1 - likeness) * noise / np.linalg.norm(noise, axis=1, keepdims=True)
    return rows


@pytest.mark.parametrize("count", [1, 2, 3, 5, 30])
@pytest.mark.parametrize("likeness", [0.4, 0.9])
def test_frames_of_one_person_are_all_kept(count: int, likeness: float) -> None:
    """Also where they are less alike than the threshold: then nothing else is nearer to each of them."""
    grouping = group(frames_of(0, count, likeness=likeness), THRESHOLD)
    assert grouping == Grouping(tuple(range(count)), (), several=False)


@pytest.mark.parametrize(("own", "foreign"), [(2, 1), (5, 1), (4, 2), (7, 3)])
def test_frames_of_somebody_else_are_left_out(own: int, foreign: int) -> None:
    frames = np.concatenate([frames_of(1, foreign), frames_of(0, own)])
    assert group(frames, THRESHOLD) == Grouping(tuple(range(foreign, own + foreign)), tuple(range(foreign)), False)


def test_frames_of_two_others_are_both_left_out() -> None:
    frames = np.concatenate([frames_of(0, 5), frames_of(1, 1), frames_of(2, 1)])
    assert group(frames, THRESHOLD).left_out == (5, 6)


@pytest.mark.parametrize("counts", [(3, 3), (2, 2, 2), (3, 2, 2), (2, 1, 1)])
def test_nobody_is_chosen_where_nobody_has_most_frames(counts: tuple[int, ...]) -> None:
    frames = np.concatenate([frames_of(person, count) for person, count in enumerate(counts)])
    grouping = group(frames, THRESHOLD)
    assert (grouping.several, grouping.kept) == (True, ())


def test_two_frames_that_differ_say_nothing() -> None:
    frames = np.concatenate([frames_of(0, 1), frames_of(1, 1)])
    assert group(frames, THRESHOLD).kept == (0, 1)


def test_nearest_person_is_found_among_many() -> None:
    known = KnownFaces()
    assert known.nearest(frames_of(0, 1)[0]) is None
    for person in range(8):
        for frame in frames_of(person, 5):
            known.add(f"person-{person}", frame)
    centroid = frames_of(3, 3).mean(axis=0)
    centroid /= np.linalg.norm(centroid)
    nearest = known.nearest(centroid)
    assert nearest is not None
    assert nearest[0] == "person-3"
    assert nearest[1] > 0.9
    other = known.nearest(centroid, but={"person-3"})
    assert other is not None
    assert other[0] != "person-3"
    assert other[1] < 0.5
    assert len(known) == 8


def test_many_people_are_taken_in() -> None:
    known = KnownFaces()
    vectors = np.random.default_rng(5).standard_normal((300, DIMENSIONS)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    for number, vector in enumerate(vectors):
        known.add(str(number), vector)
    nearest = known.nearest(vectors[217])
    assert nearest is not None
    assert nearest[0] == "217"
    assert nearest[1] == pytest.approx(1, abs=1e-5)


def test_first_people_are_judged_as_if_ten_were_enrolled() -> None:
    curve = ThresholdCurve((1, FEWEST_PEOPLE, 100), (0.5, 0.6, 0.7))
    assert [double_threshold(curve, people) for people in (1, 2, FEWEST_PEOPLE, 100)] == [0.6, 0.6, 0.6, 0.7]
