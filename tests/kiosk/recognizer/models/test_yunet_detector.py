import cv2
import numpy as np
import pytest

from kiosk.errors import PackError
from kiosk.recognizer.models.yunet_detector import YuNetDetector


@pytest.fixture
def detector(models):
    return YuNetDetector(models / "yunet/face_detection_yunet_2023mar.onnx")


def test_yunet_finds_a_face_with_its_points_in_place(detector, portrait, make_frame):
    (found,) = detector.find(make_frame(portrait))
    left_eye, right_eye, nose, left_mouth, right_mouth = found.landmarks
    assert left_eye[0] < nose[0] < right_eye[0]
    assert max(left_eye[1], right_eye[1]) < nose[1] < min(left_mouth[1], right_mouth[1])
    assert all(
        found.box.left <= x <= found.box.right and found.box.top <= y <= found.box.bottom for x, y in found.landmarks
    )


@pytest.mark.parametrize("scale", [1.0, 0.7, 0.45])
def test_yunet_finds_the_same_face_at_every_size(detector, portrait, wall, place, make_frame, scale):
    (whole,) = detector.find(make_frame(place(portrait, wall, 1.0)))
    (small,) = detector.find(make_frame(place(portrait, wall, scale)))
    assert small.box.width == pytest.approx(whole.box.width * scale, rel=0.12)


def test_yunet_finds_nobody_on_a_wall(detector, wall, make_frame):
    assert detector.find(make_frame(wall)) == []
    assert detector.search(wall, smallest=40) == []


def test_yunet_searches_a_large_photo_for_a_small_face(detector, portrait):
    ground = np.full((1400, 1800, 3), 128, np.uint8)
    small = cv2.resize(portrait, None, fx=0.35, fy=0.35, interpolation=cv2.INTER_AREA)
    ground[900 : 900 + small.shape[0], 1300 : 1300 + small.shape[1]] = small
    (found,) = detector.search(ground, smallest=40)
    assert found.box.left > 1300
    assert found.box.top > 900
    assert detector.search(ground, smallest=300) == []


def test_yunet_takes_portrait_and_landscape_in_turn(detector, portrait, make_frame):
    upright = np.ascontiguousarray(portrait[:, 100:500])
    for picture in (portrait, upright, portrait):
        assert len(detector.find(make_frame(picture))) == 1


def test_yunet_of_a_damaged_file_is_refused(tmp_path):
    (tmp_path / "net.onnx").write_bytes(b"nothing")
    with pytest.raises(PackError, match="install the pack again"):
        YuNetDetector(tmp_path / "net.onnx")
