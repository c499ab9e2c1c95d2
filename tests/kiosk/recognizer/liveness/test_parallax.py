"""Parallax: what a head does that paper does not."""

from __future__ import annotations

import numpy as np
import pytest

from kiosk.recognizer.liveness.parallax import homography, neutral_of, parallax, project, yaw
from tests.factories.heads import Held, head, sheet


def test_homography_of_a_plane_is_found_again() -> None:
    points = np.random.default_rng(1).uniform(0, 400, (16, 2))
    matrix = np.array(((1.1, 0.2, 30.0), (-0.1, 0.9, 12.0), (2e-4, -1e-4, 1.0)))
    found = homography(points, project(matrix, points))
    assert found is not None
    np.testing.assert_allclose(found / found[2, 2], matrix, atol=1e-9)


def test_homography_of_one_point_is_none() -> None:
    assert homography(np.ones((5, 2)), np.ones((5, 2))) is None


def test_head_that_turns_left_moves_its_nose_to_the_right_of_the_picture() -> None:
    turned = parallax(head(), head(Held(left=25)))
    assert turned is not None
    assert turned.across > 0.15
    assert turned.profile > 0.09
    assert turned.yaw > 0.1
    assert abs(turned.up) < 0.03
    mirrored = parallax(head(), head(Held(left=-25)))
    assert mirrored is not None
    assert (mirrored.across, mirrored.profile) == (pytest.approx(-turned.across), pytest.approx(-turned.profile))


def test_head_that_looks_up_moves_its_nose_up() -> None:
    lifted = parallax(head(), head(Held(up=22)))
    assert lifted is not None
    assert lifted.up > 0.15
    assert max(abs(lifted.across), abs(lifted.profile)) < 0.01


def test_head_that_comes_nearer_grows_and_does_nothing_else() -> None:
    near = parallax(head(), head(Held(nearer=1.25)))
    assert near is not None
    assert near.growth == pytest.approx(0.26, abs=0.03)
    assert max(abs(near.across), abs(near.up)) < 0.05


@pytest.mark.parametrize("left", [-45, -20, 15, 45])
@pytest.mark.parametrize("up", [-25, 0, 25])
def test_flat_paper_leaves_nothing_however_it_is_tilted(left: float, up: float) -> None:
    tilted = parallax(sheet(), sheet(Held(left=left, up=up, nearer=1.1)))
    assert tilted is not None
    assert max(abs(tilted.across), abs(tilted.up), abs(tilted.profile), tilted.residual) < 1e-3


@pytest.mark.parametrize("left", [15, 30, 45])
@pytest.mark.parametrize("bend", [0.2, 0.4, 0.6, -0.3])
def test_rolled_paper_shows_no_profile(left: float, bend: float) -> None:
    """Its middle comes forward as a nose does, but bridge, tip and lips stay on one line."""
    rolled = parallax(sheet(), sheet(Held(left=left, bend=bend)))
    assert rolled is not None
    assert abs(rolled.profile) < 0.02


def test_neutral_view_is_the_median_wherever_the_face_stood() -> None:
    views = [head(noise=1.5, seed=seed) * 1.1**seed + seed for seed in range(5)]
    measured = parallax(neutral_of(views), head())
    assert measured is not None
    assert max(abs(measured.across), abs(measured.up)) < 0.05


def test_face_that_looks_ahead_has_no_yaw() -> None:
    assert yaw(head()) == pytest.approx(0, abs=0.01)
    assert yaw(head(Held(left=20))) > 0.08


@pytest.mark.parametrize("broken", [np.zeros((68, 2)), np.ones((68, 2)) * np.arange(68)[:, None]], ids=["dot", "line"])
def test_what_is_no_face_is_not_measured(broken: np.ndarray) -> None:
    measured = parallax(broken.astype(np.float32), head())
    assert measured is None or np.isfinite(measured.across)
    assert parallax(np.zeros((68, 2), np.float32), head()) is None
