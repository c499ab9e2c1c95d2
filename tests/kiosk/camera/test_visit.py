from __future__ import annotations

import itertools

import pytest

from kiosk.camera.source import STEPS, Step
from kiosk.camera.visit import ASKED_SECONDS, ASKED_YAW_DEGREES, FAR_SHARE, Pose, Visit

SIZE = (640, 480)
FRAME_SECONDS = 1 / 30


def _poses(visit: Visit) -> list[tuple[float, Pose | None]]:
    poses = []
    while not visit.over:
        poses.append((visit.seconds, visit.pose()))
        visit.advance(FRAME_SECONDS)
    return poses


def _standing_visit(face_pixels: float = 200.0) -> Visit:
    visit = Visit(size=SIZE, face_pixels=face_pixels, seed=1)
    visit.advance(2.0)
    return visit


@pytest.mark.parametrize("seed", range(6))
def test_person_comes_in_from_outside_and_leaves_again(seed: int) -> None:
    poses = _poses(Visit(size=SIZE, face_pixels=200.0, seed=seed))
    shown = [pose for _, pose in poses if pose is not None]
    for edge in (shown[0], shown[-1]):
        assert not 0 <= edge.x <= SIZE[0]
        assert edge.face_pixels == pytest.approx(200.0 * FAR_SHARE, rel=0.1)
    assert max(pose.face_pixels for pose in shown) == pytest.approx(200.0)
    assert poses[-1][1] is None


def test_nothing_jumps_between_frames() -> None:
    visit = Visit(size=SIZE, face_pixels=200.0, seed=2)
    for step in STEPS:
        visit.ask(step)
    shown = [pose for _, pose in _poses(visit) if pose is not None]
    for before, after in itertools.pairwise(shown):
        assert abs(after.yaw_degrees - before.yaw_degrees) < 5.0
        assert abs(after.pitch_degrees - before.pitch_degrees) < 4.0
        assert abs(after.face_pixels - before.face_pixels) < 12.0
        assert abs(after.y - before.y) < 6.0


@pytest.mark.parametrize(
    ("step", "measure", "least"),
    [
        ("left", lambda pose: pose.yaw_degrees, ASKED_YAW_DEGREES - 3),
        ("right", lambda pose: -pose.yaw_degrees, ASKED_YAW_DEGREES - 3),
        ("up", lambda pose: pose.pitch_degrees, 18.0),
        ("nearer", lambda pose: pose.face_pixels, 265.0),
    ],
)
def test_asked_step_is_done_and_undone(step: Step, measure, least: float) -> None:
    visit = _standing_visit()
    visit.ask(step)
    poses = [(seconds, pose) for seconds, pose in _poses(visit) if pose is not None]
    during = [measure(pose) for seconds, pose in poses if seconds < 2.0 + ASKED_SECONDS]
    after = [measure(pose) for seconds, pose in poses if seconds > 2.1 + ASKED_SECONDS]
    assert max(during) > least
    assert max(after) < least


def test_person_who_was_asked_stays_longer() -> None:
    patient = _standing_visit()
    for step in STEPS:
        patient.ask(step)
    hurried = _standing_visit()
    assert len(_poses(patient)) > len(_poses(hurried)) + 30 * ASKED_SECONDS


def test_person_who_left_hears_nothing() -> None:
    visit = Visit(size=SIZE, face_pixels=200.0, seed=1)
    while visit.present:
        visit.advance(FRAME_SECONDS)
    visit.ask("left")
    assert visit.pose() is None
    assert all(pose is None for _, pose in _poses(visit))


def test_step_asked_during_the_approach_waits_for_the_arrival() -> None:
    visit = Visit(size=SIZE, face_pixels=200.0, seed=1)
    visit.ask("left")
    poses = [(seconds, pose) for seconds, pose in _poses(visit) if pose is not None]
    assert max(pose.yaw_degrees for seconds, pose in poses if seconds < 1.6) < 5.0
    assert max(pose.yaw_degrees for _, pose in poses) > ASKED_YAW_DEGREES - 3
