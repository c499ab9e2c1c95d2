import numpy as np
import pytest

from kiosk.recognizer.enrolment import EnrolmentFrame, PhotoFault, embed_photo
from kiosk.recognizer.face import Box


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
    import cv2

    whole = embed_photo(pack, portrait)
    small = np.asarray(cv2.resize(portrait, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA), np.uint8)
    outcome = embed_photo(pack, small)
    assert isinstance(outcome, EnrolmentFrame)
    assert float(outcome.embedding @ whole.embedding) > 0.97


def test_embed_photo_of_two_people_side_by_side_is_refused(pack, portrait):
    import cv2

    narrow = portrait[:, 150:550]
    assert embed_photo(pack, np.asarray(cv2.hconcat([narrow, narrow]), np.uint8)) is PhotoFault.SEVERAL_FACES
