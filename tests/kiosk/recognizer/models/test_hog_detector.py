import dlib
import numpy as np
import pytest

from kiosk.errors import PackError
from kiosk.recognizer.face import Box, Detection
from kiosk.recognizer.models.dlib_hog import first_detectors, upright_detector
from kiosk.recognizer.models.hog_detector import HogDetector


def near(box: Box, *, x: float, y: float, width: float) -> bool:
    return np.hypot(box.centre[0] - x, box.centre[1] - y) < 0.3 * width and 0.6 < box.width / width < 1.6


@pytest.fixture
def detector() -> HogDetector:
    return HogDetector()


def test_find_on_a_wall_finds_nobody(detector, wall, make_frame):
    assert [detector.find(make_frame(wall, index)) for index in range(4)] == [[]] * 4


def test_find_sees_a_near_face_in_the_small_stream(detector, portrait, make_frame, monkeypatch):
    monkeypatch.setattr(detector, "_second_pass", lambda main: pytest.fail("the second pass was needed"))
    (found,) = detector.find(make_frame(portrait))
    assert 160 <= found.box.width <= 220
    assert found.score > 0.5


def searched_shares(detector, monkeypatch) -> list[float]:
    """Of the small stream, how much each search took; searches of the full frame count as more than 1."""
    shares: list[float] = []
    detect = detector._detect
    monkeypatch.setattr(
        detector, "_detect", lambda grey, **how: shares.append(grey.size / (320 * 240)) or detect(grey, **how)
    )
    return shares


def test_find_follows_a_sure_face_and_looks_at_the_whole_now_and_then(detector, portrait, make_frame, monkeypatch):
    boxes = [detector.find(make_frame(portrait, 0))[0].box]
    shares = searched_shares(detector, monkeypatch)
    boxes += [detector.find(make_frame(portrait, index))[0].box for index in range(1, 11)]
    assert [share == 1.0 for share in shares] == [False] * 4 + [True] + [False] * 4 + [True]
    assert max(share for share in shares if share < 1.0) < 0.6
    assert all(box.overlap(boxes[0]) > 0.5 for box in boxes)


def test_find_forgets_nobody_who_stands_beside_the_followed_face(detector, portrait, make_frame):
    box = detector.find(make_frame(portrait))[0].box
    x, _ = box.centre
    half = portrait[:, round(x) - 160 : round(x) + 160]
    both = np.concatenate([half, half], axis=1)
    seen = [detector.find(make_frame(both, index)) for index in range(1, 12)]
    # The first may still be followed from before.
    assert [len(found) for found in seen[5:]] == [2] * 6
    alone = np.concatenate([half, np.full_like(half, 120)], axis=1)
    seen = [detector.find(make_frame(alone, index)) for index in range(12, 18)]
    assert len(seen[-1]) == 1


@pytest.mark.parametrize("moved", [(-200, 0), (200, 0), (0, 120)])
def test_find_sees_a_face_that_jumped_in_the_very_same_frame(detector, portrait, wall, make_frame, moved):
    """Somebody else, or a stream that stood still: nothing is lost by having looked in the wrong place first."""
    before = detector.find(make_frame(portrait, 0))[0].box
    shifted = wall.copy()
    x, y = moved
    height, width = portrait.shape[:2]
    left, top = max(0, x), max(0, y)
    part = portrait[max(0, -y) : height - max(0, y), max(0, -x) : width - max(0, x)]
    shifted[top : top + part.shape[0], left : left + part.shape[1]] = part
    found = detector.find(make_frame(shifted, 1))
    centre = before.centre
    assert before.left + x >= 0
    assert before.right + x <= 640
    assert before.bottom + y <= 480
    assert any(near(each.box, x=centre[0] + x, y=centre[1] + y, width=before.width) for each in found)


def test_find_forgets_a_face_that_left(detector, portrait, wall, make_frame):
    assert detector.find(make_frame(portrait, 0))
    assert detector.find(make_frame(wall, 1)) == []
    assert detector.find(make_frame(portrait, 2))


@pytest.mark.parametrize("scale", [0.5, 0.6, 0.75])
def test_find_sees_a_far_face_by_the_second_pass(detector, portrait, wall, place, make_frame, scale):
    near_box = detector.find(make_frame(portrait))[0].box
    far = place(portrait, wall, scale)
    x = 320 + (near_box.centre[0] - portrait.shape[1] / 2) * scale
    y = 240 + (near_box.centre[1] - portrait.shape[0] / 2) * scale
    for index in range(3):
        found = detector.find(make_frame(far, index))
        if found:
            break
    assert any(near(detection.box, x=x, y=y, width=near_box.width * scale) for detection in found)


def test_find_keeps_a_far_face_in_every_frame_once_found(detector, portrait, wall, place, make_frame):
    far = place(portrait, wall, 0.5)
    found = [bool(detector.find(make_frame(far, index))) for index in range(8)]
    first = found.index(True)
    assert first <= 2
    assert all(found[first:])


def test_find_makes_the_second_pass_only_every_few_frames(wall, make_frame, monkeypatch):
    detector = HogDetector(second_pass_every=3)
    passes: list[int] = []
    monkeypatch.setattr(detector, "_second_pass", lambda main: passes.append(1) or [])
    for index in range(9):
        detector.find(make_frame(wall, index))
    assert len(passes) == 3


def test_find_keeps_boxes_inside_the_frame(detector, portrait, make_frame):
    half = portrait[:, 300:].copy()
    for index in range(3):
        for detection in detector.find(make_frame(half, index)):
            box = detection.box
            assert 0 <= box.left < box.right <= half.shape[1]
            assert 0 <= box.top < box.bottom <= half.shape[0]


@pytest.mark.parametrize("scale", [0.35, 0.5, 1.0, 3.0])
def test_search_finds_the_face_of_a_still_picture_at_any_size(detector, portrait, scale):
    import cv2

    picture = np.asarray(cv2.resize(portrait, None, fx=scale, fy=scale), np.uint8)
    width = detector.search(portrait, smallest=40)[0].box.width * scale
    found = detector.search(picture, smallest=40)
    assert any(0.6 < detection.box.width / width < 1.6 for detection in found)


def test_search_on_a_tiny_picture_finds_nobody(detector):
    assert detector.search(np.zeros((3, 5, 3), np.uint8), smallest=40) == []


def test_detector_refuses_impossible_settings():
    with pytest.raises(ValueError, match="second_pass"):
        HogDetector(second_pass_every=0)


def test_upright_detector_is_a_part_of_the_whole(portrait):
    import cv2

    whole = dlib.get_frontal_face_detector()
    part = upright_detector(whole)
    assert (whole.num_detectors, part.num_detectors) == (5, 3)
    grey = cv2.cvtColor(portrait, cv2.COLOR_BGR2GRAY)
    (box,), (score,), _ = whole.run(grey, 0, 0.0)
    (part_box,), (part_score,), _ = part.run(grey, 0, 0.0)
    assert (part_box, part_score) == (box, score)


def test_upright_detector_of_an_unknown_format_is_the_whole(caplog):
    class Strange:
        num_detectors = 5

        def save(self, path):
            with open(path, "wb") as file:
                file.write(b"\x01\x63" * 9)

    strange = Strange()
    assert upright_detector(strange) is strange
    assert "the whole face detector is used" in caplog.text


@pytest.mark.parametrize("cut", [0, 10, 60, 40_000])
def test_first_detectors_of_a_cut_file_is_refused(cut, tmp_path):
    dlib.get_frontal_face_detector().save(str(tmp_path / "whole"))
    with pytest.raises(PackError):
        first_detectors((tmp_path / "whole").read_bytes()[:cut], 3, of=5)


def test_search_takes_the_size_at_which_a_weak_face_scores_highest(detector, wall, monkeypatch):
    scores = iter([0.05, -1.0, 0.4, -1.0, 0.2, -1.0])
    box = Box(10, 10, 110, 110)

    def detect(grey, **_):
        score = next(scores)
        return [Detection(box, score)] if score > 0 else []

    monkeypatch.setattr(detector, "_detect", detect)
    assert [found.score for found in detector.search(wall, smallest=80)] == [0.4]
    assert next(scores, None) is None


def test_search_looks_once_when_a_face_is_sure(detector, wall, monkeypatch):
    looks: list[float] = []

    def detect(grey, *, scale, **_):
        looks.append(scale)
        return [Detection(Box(10, 10, 110, 110), 1.0)]

    monkeypatch.setattr(detector, "_detect", detect)
    detector.search(wall, smallest=80)
    assert len(looks) == 1


def test_search_finds_a_face_that_lies_between_two_sizes(detector, shared):
    import cv2

    photo = cv2.imread(str(shared / "data/faces/lfw/John_Paul_II/John_Paul_II_0007.jpg"))
    assert any(near(found.box, x=125, y=135, width=95) for found in detector.search(photo, smallest=40))
