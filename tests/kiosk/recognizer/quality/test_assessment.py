"""Each measure on pictures that were made worse in one way, and the gates on numbers."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import cv2
import numpy as np
import pytest

from benchmarks.drawn_occlusions import GLASSES, JILBABS, MASKS, SUNGLASSES, draw_glasses, draw_jilbab, draw_mask
from kiosk.camera.frame import Pixels
from kiosk.camera.photo_source import Photo
from kiosk.camera.portrait import find_marks
from kiosk.camera.scene import Scene
from kiosk.camera.visit import Pose
from kiosk.recognizer.face import Face, FacePoints
from kiosk.recognizer.packs.pack import Pack
from kiosk.recognizer.quality.assessment import ENROLMENT, RECOGNITION, Gates, Quality, Usability, assess
from kiosk.recognizer.quality.exposure import Exposure
from kiosk.recognizer.quality.face_crop import CENTRE_X, CENTRE_Y, EYES, crop_face
from kiosk.recognizer.quality.head_pose import HeadPose, estimate_pose

GOOD = Quality(
    eye_distance=60.0,
    inside=1.0,
    pose=HeadPose(2.0, 1.0, 0.0),
    sharpness=1.7,
    exposure=Exposure(mean=120.0, contrast=90.0, under=0.0, over=0.0, around=120.0),
    eyes_covered=0.05,
    mouth_covered=0.1,
)


@pytest.fixture(params=["builtin", "evaluation"])
def both(request: pytest.FixtureRequest, opened: Pack) -> Pack:
    """Each landmark set in turn; skips the one whose files are not at hand."""
    chosen: Pack = opened if request.param == "builtin" else request.getfixturevalue("evaluation")
    return chosen


def assessed(pack: Pack, picture: Pixels) -> Quality:
    best = max(pack.detector.search(picture, smallest=60), key=lambda found: found.box.area)
    return assess(picture, Face(best.box, pack.aligner.landmarks(picture, best), best.score), pack.aligner)


def same_face(pack: Pack, original: Pixels, changed: Pixels) -> Quality:
    """The changed picture, measured where the face is in the original: a detector need not find it any more."""
    best = max(pack.detector.search(original, smallest=60), key=lambda found: found.box.area)
    face = Face(best.box, pack.aligner.landmarks(original, best), best.score)
    return assess(changed, face, pack.aligner)


def lit(picture: Pixels, gain: float) -> Pixels:
    linear = np.clip((picture / 255.0) ** 2.2 * gain, 0, 1)
    return np.asarray(linear ** (1 / 2.2) * 255, np.uint8)


# The measures -------------------------------------------------------------------------------------------------------


def test_good_portrait_is_usable_for_both(both: Pack, portrait: Pixels) -> None:
    quality = assessed(both, portrait)
    assert RECOGNITION.judge(quality) is Usability.USABLE
    assert ENROLMENT.judge(quality) is Usability.USABLE
    assert quality.weight > 0.8
    assert quality.inside == 1.0


def test_blur_is_seen_whatever_the_size(both: Pack, portrait: Pixels) -> None:
    small = np.asarray(cv2.resize(portrait, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA), np.uint8)
    for picture in (portrait, small):
        sharp = assessed(both, picture)
        soft = np.asarray(cv2.GaussianBlur(picture, (0, 0), 0.09 * sharp.eye_distance), np.uint8)
        blurred = same_face(both, picture, soft)
        assert blurred.sharpness < RECOGNITION.least_sharpness < sharp.sharpness
        assert RECOGNITION.judge(blurred) is Usability.HOLD_STILL
        assert blurred.weight < 0.4 * sharp.weight


def test_movement_is_seen_in_either_direction(both: Pack, portrait: Pixels) -> None:
    sharp = assessed(both, portrait)
    length = round(0.45 * sharp.eye_distance)
    for size in ((length, 1), (1, length)):
        smeared = same_face(both, portrait, np.asarray(cv2.blur(portrait, size), np.uint8))
        assert smeared.sharpness < 0.85 * sharp.sharpness


def test_sharpness_does_not_depend_on_contrast(both: Pack, portrait: Pixels) -> None:
    pale = np.asarray(portrait * 0.4 + 80, np.uint8)
    assert same_face(both, portrait, pale).sharpness == pytest.approx(assessed(both, portrait).sharpness, rel=0.06)


@pytest.mark.parametrize(
    ("gain", "verdict"), [(0.008, Usability.TOO_DARK), (30.0, Usability.TOO_BRIGHT)], ids=["dark", "bright"]
)
def test_bad_light_is_told(both: Pack, portrait: Pixels, gain: float, verdict: Usability) -> None:
    quality = same_face(both, portrait, lit(portrait, gain))
    assert RECOGNITION.judge(quality) is verdict
    assert quality.weight < assessed(both, portrait).weight


def test_dark_face_before_a_window_is_lit_from_behind(both: Pack, portrait: Pixels) -> None:
    best = max(both.detector.search(portrait, smallest=60), key=lambda found: found.box.area).box
    window = np.full_like(portrait, 235)
    window[best.top : best.bottom, best.left : best.right] = lit(portrait, 0.008)[
        best.top : best.bottom, best.left : best.right
    ]
    assert RECOGNITION.judge(same_face(both, portrait, window)) is Usability.BACK_LIGHT


@pytest.mark.parametrize("degrees", [-40.0, 40.0])
def test_turned_head_is_measured_to_the_right_side(both: Pack, shared: Any, degrees: float) -> None:
    person = Photo(shared / "data/faces/demo/obama/obama.jpg", "obama").portray()
    scene = Scene(size=(640, 480), standing_face_pixels=220, seed=1)
    turned, straight = (scene.draw(person, Pose(220, 320, 240, yaw), 0)[0] for yaw in (degrees, 0.0))
    difference = assessed(both, turned).pose.yaw_degrees - assessed(both, straight).pose.yaw_degrees
    # The renderer's heads are flatter than real ones; what counts is the side, and that it is no small turn.
    assert np.sign(difference) == np.sign(degrees)
    assert abs(difference) > 12


def test_face_at_the_edge_is_partly_outside(both: Pack, portrait: Pixels) -> None:
    best = max(both.detector.search(portrait, smallest=60), key=lambda found: found.box.area)
    landmarks = both.aligner.landmarks(portrait, best)
    cut = round(float(both.aligner.points(Face(best.box, landmarks, 1.0)).eyes[:, 0].mean()))
    face = Face(best.box, np.asarray(landmarks - np.float32((cut, 0)), np.float32), best.score)
    quality = assess(np.ascontiguousarray(portrait[:, cut:]), face, both.aligner)
    assert quality.inside == pytest.approx(0.5, abs=0.08)
    assert RECOGNITION.judge(quality) in {Usability.STEP_BACK, Usability.MOVE_TO_CENTRE}


# Occlusion ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["surgical blue", "white", "black", "red", "skin"])
def test_drawn_mask_is_seen(both: Pack, portrait: Pixels, shared: Any, kind: str) -> None:
    marks = find_marks(portrait, shared)
    masked = draw_mask(portrait, marks, MASKS[kind], seed=3)
    assert RECOGNITION.judge(same_face(both, portrait, masked)) is Usability.TAKE_OFF_MASK


@pytest.mark.parametrize("kind", ["black", "black round", "brown", "green"])
def test_drawn_sunglasses_are_seen(both: Pack, portrait: Pixels, shared: Any, kind: str) -> None:
    marks = find_marks(portrait, shared)
    shaded = draw_glasses(portrait, marks, SUNGLASSES[kind], seed=3)
    assert RECOGNITION.judge(same_face(both, portrait, shaded)) is Usability.TAKE_OFF_SUNGLASSES


@pytest.mark.parametrize("kind", list(GLASSES))
def test_ordinary_glasses_are_no_occlusion(both: Pack, portrait: Pixels, shared: Any, kind: str) -> None:
    marks = find_marks(portrait, shared)
    quality = same_face(both, portrait, draw_glasses(portrait, marks, GLASSES[kind], seed=3))
    assert RECOGNITION.judge(quality) is Usability.USABLE


@pytest.mark.parametrize("kind", list(JILBABS))
def test_jilbab_is_no_occlusion(both: Pack, portrait: Pixels, shared: Any, kind: str) -> None:
    marks = find_marks(portrait, shared)
    quality = same_face(both, portrait, draw_jilbab(portrait, marks, JILBABS[kind], seed=3))
    assert RECOGNITION.judge(quality) is Usability.USABLE


# The gates ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "verdict"),
    [
        ({}, Usability.USABLE),
        ({"eye_distance": 20.0}, Usability.COME_NEARER),
        ({"inside": 0.6, "eye_distance": 120.0}, Usability.STEP_BACK),
        ({"inside": 0.6}, Usability.MOVE_TO_CENTRE),
        ({"pose": HeadPose(-50.0, 0.0, 0.0)}, Usability.LOOK_STRAIGHT),
        ({"pose": HeadPose(0.0, -40.0, 0.0)}, Usability.LOOK_STRAIGHT),
        ({"pose": HeadPose(0.0, 0.0, 50.0)}, Usability.LOOK_STRAIGHT),
        ({"pose": HeadPose(0.0, None, 0.0)}, Usability.USABLE),
        ({"sharpness": 1.1}, Usability.HOLD_STILL),
        ({"exposure": Exposure(15.0, 12.0, 0.9, 0.0, 20.0)}, Usability.TOO_DARK),
        ({"exposure": Exposure(15.0, 12.0, 0.9, 0.0, 180.0)}, Usability.BACK_LIGHT),
        ({"exposure": Exposure(240.0, 60.0, 0.0, 0.8, 200.0)}, Usability.TOO_BRIGHT),
        ({"exposure": Exposure(253.0, 5.0, 0.0, 0.98, 200.0)}, Usability.TOO_BRIGHT),
        ({"mouth_covered": 0.9}, Usability.TAKE_OFF_MASK),
        ({"eyes_covered": 0.9}, Usability.TAKE_OFF_SUNGLASSES),
        ({"mouth_covered": 0.9, "sharpness": 1.0}, Usability.HOLD_STILL),
        ({"eye_distance": 20.0, "sharpness": 1.0}, Usability.COME_NEARER),
    ],
)
def test_gates_name_what_to_mend_first(changes: dict[str, Any], verdict: Usability) -> None:
    assert RECOGNITION.judge(replace(GOOD, **changes)) is verdict


def test_enrolment_is_never_laxer_than_recognition_but_in_size() -> None:
    looser = [
        name
        for name in Gates.__dataclass_fields__
        if (getattr(ENROLMENT, name) > getattr(RECOGNITION, name)) != name.startswith(("least", "darkest"))
        and getattr(ENROLMENT, name) != getattr(RECOGNITION, name)
    ]
    assert looser == ["smallest_eye_distance"] or not looser


def test_weight_falls_with_each_measure_and_never_to_nothing() -> None:
    for changes in ({"sharpness": 1.2}, {"eyes_covered": 0.8}, {"mouth_covered": 0.8}, {"pose": HeadPose(45, 0, 0)}):
        assert 0 < replace(GOOD, **changes).weight < 0.7 * GOOD.weight
    assert replace(GOOD, sharpness=1.0, eyes_covered=1.0).weight > 0
    assert GOOD.weight == pytest.approx(1.0)


# Geometry -----------------------------------------------------------------------------------------------------------


def points(eyes: Any, nose: Any, mouth: Any = None) -> FacePoints:
    return FacePoints(
        np.array(eyes, np.float32), np.array(nose, np.float32), None if mouth is None else np.array(mouth, np.float32)
    )


def test_pose_of_a_straight_face_is_nothing() -> None:
    pose = estimate_pose(points([(100, 100), (200, 100)], (150, 158), (150, 202)))
    assert (pose.yaw_degrees, pose.pitch_degrees, pose.roll_degrees) == pytest.approx((0, 0, 0), abs=0.1)


def test_pose_has_its_signs() -> None:
    right = estimate_pose(points([(100, 100), (200, 100)], (180, 158), (160, 202)))
    up = estimate_pose(points([(100, 100), (200, 100)], (150, 145), (150, 200)))
    tilted = estimate_pose(points([(100, 100), (200, 140)], (130, 170)))
    assert right.yaw_degrees > 20
    assert up.pitch_degrees is not None
    assert up.pitch_degrees > 5
    assert tilted.roll_degrees > 15
    assert tilted.pitch_degrees is None


def test_crop_brings_the_eyes_to_their_places() -> None:
    picture = np.zeros((400, 400, 3), np.uint8)
    eyes = np.array([(130, 180), (250, 220)], np.float32)
    for x, y in eyes:
        cv2.circle(picture, (int(x), int(y)), 12, (255, 255, 255), cv2.FILLED)
    crop = crop_face(picture, FacePoints(eyes, np.array((190, 260), np.float32)))
    for x in (CENTRE_X - EYES // 2, CENTRE_X + EYES // 2):
        assert crop.grey[CENTRE_Y, x] > 200
    assert crop.grey[CENTRE_Y + 12, CENTRE_X] < 20


@pytest.mark.parametrize("eyes", [[(5, 5), (5, 5)], [(-900, -900), (-800, -900)], [(0, 0), (0.2, 0)]])
def test_crop_of_nonsense_does_not_fail(eyes: Any) -> None:
    crop = crop_face(
        np.full((40, 60, 3), 90, np.uint8), FacePoints(np.array(eyes, np.float32), np.zeros(2, np.float32))
    )
    assert crop.pixels.shape == (100, 88, 3)
    assert 0 <= crop.inside <= 1
