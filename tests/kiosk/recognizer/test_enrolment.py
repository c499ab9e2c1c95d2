import cv2
import numpy as np
import pytest

from benchmarks.drawn_occlusions import SUNGLASSES, draw_glasses
from kiosk.camera.portrait import find_marks
from kiosk.recognizer.enrolment import EnrolmentFrame, PhotoFault, choose_poses, embed_photo
from kiosk.recognizer.face import Box
from kiosk.recognizer.quality.assessment import Quality
from kiosk.recognizer.quality.exposure import Exposure
from kiosk.recognizer.quality.head_pose import HeadPose


def test_embed_photo_takes_the_one_person(colour_pack, wall):
    outcome = embed_photo(colour_pack([Box(200, 100, 400, 300)]), wall, gates=None)
    assert isinstance(outcome, EnrolmentFrame)
    assert outcome.face.box == Box(200, 100, 400, 300)
    assert outcome.eye_distance == pytest.approx(80)
    assert np.linalg.norm(outcome.embedding) == pytest.approx(1, abs=1e-6)


def test_embed_photo_ignores_small_faces_behind(colour_pack, wall):
    subject = Box(200, 100, 400, 300)
    outcome = embed_photo(colour_pack([Box(20, 20, 120, 120), subject]), wall, gates=None)
    assert outcome.face.box == subject


@pytest.mark.parametrize(
    ("boxes", "fault"),
    [
        ([], PhotoFault.NO_FACE),
        ([Box(100, 100, 300, 300), Box(350, 100, 540, 290)], PhotoFault.SEVERAL_FACES),
        ([Box(300, 200, 359, 259)], PhotoFault.TOO_SMALL),
    ],
)
def test_embed_photo_says_why_not(colour_pack, wall, boxes, fault):
    assert embed_photo(colour_pack(boxes), wall) is fault


def test_embed_photo_of_a_wall_has_no_face(pack, wall):
    assert embed_photo(pack, wall) is PhotoFault.NO_FACE


@pytest.mark.parametrize("fault", PhotoFault)
def test_photo_fault_explains_in_both_languages(fault):
    assert fault.explain().endswith(".")
    assert fault.explain("en").endswith(".")
    assert fault.explain() != fault.explain("en")


@pytest.mark.parametrize("scale", [0.35, 1.0])
def test_embed_photo_works_down_to_small_pictures(pack, portrait, scale):
    whole = embed_photo(pack, portrait)
    small = np.asarray(cv2.resize(portrait, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA), np.uint8)
    outcome = embed_photo(pack, small)
    assert isinstance(outcome, EnrolmentFrame)
    assert float(outcome.embedding @ whole.embedding) > 0.97


def test_embed_photo_of_two_people_side_by_side_is_refused(pack, portrait):
    narrow = portrait[:, 150:550]
    assert embed_photo(pack, np.asarray(cv2.hconcat([narrow, narrow]), np.uint8)) is PhotoFault.SEVERAL_FACES


# Gates and poses ----------------------------------------------------------------------------------------------------


def quality_of(yaw: float, *, sharpness: float = 1.7) -> Quality:
    light = Exposure(mean=120.0, contrast=90.0, under=0.0, over=0.0, around=120.0)
    return Quality(60.0, 1.0, HeadPose(yaw, 0.0, 0.0), sharpness, light, eyes_covered=0.0, mouth_covered=0.0)


def test_embed_photo_refuses_a_blurred_face(pack, portrait):
    soft = np.asarray(cv2.GaussianBlur(portrait, (0, 0), 4.5), np.uint8)
    assert embed_photo(pack, soft) is PhotoFault.BLURRED
    assert isinstance(embed_photo(pack, soft, gates=None), EnrolmentFrame)


def test_embed_photo_refuses_sunglasses(pack, portrait, shared):
    shaded = draw_glasses(portrait, find_marks(portrait, shared), SUNGLASSES["black round"], seed=1)
    assert embed_photo(pack, shaded) is PhotoFault.SUNGLASSES


def test_choose_poses_takes_heads_that_differ():
    frames = [quality_of(yaw) for yaw in (0, 1, 0.5, 20, 21, -20, 0.2)]
    assert choose_poses(frames, 3) in ([0, 3, 5], [0, 4, 5])


def test_choose_poses_prefers_good_frames():
    frames = [quality_of(0, sharpness=1.2), quality_of(0), quality_of(0, sharpness=1.25)]
    assert choose_poses(frames, 1) == [1]


def test_choose_poses_of_few_frames_keeps_all():
    assert choose_poses([quality_of(0), None], 7) == [0, 1]
    assert choose_poses([], 7) == []


def test_choose_poses_of_unmeasured_frames_takes_the_first():
    assert choose_poses([None] * 5, 2) == [0, 1]
