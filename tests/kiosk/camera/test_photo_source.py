from __future__ import annotations

import itertools
from pathlib import Path

import cv2
import numpy as np
import pytest

from kiosk.camera.photo_source import PhotoSource, list_photos, render_walk_up
from kiosk.camera.source import SourceSettings
from kiosk.errors import SourceUnusableError


@pytest.fixture(scope="session")
def demo(shared: Path) -> Path:
    return shared / "data/faces/demo"


def _source(path: Path, **changes) -> PhotoSource:
    return PhotoSource(SourceSettings(kind="photo", path=str(path), pace="fast", **changes))


def _picture(path: Path) -> Path:
    cv2.imwrite(str(path), np.random.default_rng(1).integers(0, 255, (120, 160, 3), np.uint8))
    return path


def test_rendered_face_is_where_it_is_said_to_be(demo: Path) -> None:
    import dlib

    detector = dlib.get_frontal_face_detector()
    overlaps, offsets = [], []
    missed = 0
    # Several sizes, because the detector knows only some: each is a fifth larger than the one before.
    for face_pixels in (150, 180, 200, 240):
        frames = render_walk_up(demo / "rose_leslie/img1.jpg", fps=8.0, face_pixels=face_pixels, seed=3)
        for rendered in itertools.islice(frames, 14, 42, 4):
            assert rendered.face is not None
            boxes = detector(rendered.frame.main[:, :, ::-1].copy(), 0)
            missed += len(boxes) != 1
            overlaps += [_overlap(box, rendered.face) for box in boxes]
            offsets += [_offset(box, rendered.face) for box in boxes]
    assert missed <= 1
    assert np.median(overlaps) > 0.6
    assert min(overlaps) > 0.5
    assert max(offsets) < 0.15


def _offset(box, face) -> float:
    """Distance between the middles, as share of the face's width."""
    across = (box.left() + box.right() - face.left - face.right) / 2
    down = (box.top() + box.bottom() - face.top - face.bottom) / 2
    return float(np.hypot(across, down)) / (face.right - face.left)


def _overlap(box, face) -> float:
    width = min(box.right(), face.right) - max(box.left(), face.left)
    height = min(box.bottom(), face.bottom) - max(box.top(), face.top)
    shared_area = max(0, width) * max(0, height)
    return shared_area / (box.area() + (face.right - face.left) * (face.bottom - face.top) - shared_area)


@pytest.mark.parametrize("face_pixels", [80, 160, 300])
def test_face_stands_there_at_the_size_asked_for(demo: Path, face_pixels: int) -> None:
    widths = [
        rendered.face.right - rendered.face.left
        for rendered in render_walk_up(demo / "obama/obama.jpg", fps=5.0, face_pixels=face_pixels)
        if rendered.face is not None
    ]
    assert max(widths) == pytest.approx(face_pixels, abs=3)
    assert min(widths) < 0.7 * face_pixels


def test_walk_up_begins_and_ends_with_an_empty_office(demo: Path) -> None:
    rendered = list(render_walk_up(demo / "biden/biden2.jpg", fps=5.0))
    assert rendered[0].face is None
    assert [frame.face for frame in rendered[-6:]] == [None] * 6
    assert {frame.person for frame in rendered} == {None, "biden"}


def test_same_seed_renders_the_same_pictures(demo: Path) -> None:
    def pictures(seed: int) -> list[np.ndarray]:
        return [frame.frame.main for frame in render_walk_up(demo / "obama/obama.jpg", fps=2.0, seed=seed)]

    first, again, other = pictures(4), pictures(4), pictures(5)
    assert all(np.array_equal(one, two) for one, two in zip(first, again, strict=True))
    assert not all(np.array_equal(one, two) for one, two in zip(first, other, strict=True))


def test_noise_changes_from_frame_to_frame(demo: Path) -> None:
    last = [frame.frame.main.astype(int) for frame in render_walk_up(demo / "obama/obama.jpg", fps=3.0)][-3:]
    difference = float(np.std(last[1] - last[0]))
    assert 1.0 < difference < 8.0


def test_people_take_turns_and_the_office_empties_between_them(demo: Path) -> None:
    seen = []
    with _source(demo, fps=2.0) as source:
        while len({person for person in seen if person}) < 3:
            assert source.read(30.0) is not None
            seen.append(source.current_person)
    order = [person for person, _ in itertools.groupby(seen)]
    assert order == ["alex_lacamoire", None, "biden", None, "kit_harington"]


def test_looping_photo_comes_again(demo: Path) -> None:
    with _source(demo / "obama/obama.jpg", fps=1.0, loop=True) as source:
        assert all(source.read(30.0) is not None for _ in range(30))


def test_asked_steps_move_the_landmarks_as_a_head_does(demo: Path) -> None:
    still, asked = (_nose_positions(demo / "rose_leslie/img1.jpg", steps) for steps in ((), ("left", "right")))
    assert np.ptp(asked) > 0.35
    assert np.ptp(asked) > 1.8 * np.ptp(still)
    # The person's own left is the right of the picture, and "left" was asked for first.
    assert np.argmax(asked) < np.argmin(asked)


def _nose_positions(photo: Path, steps: tuple[str, ...]) -> np.ndarray:
    """Position of the nose tip along the line of the outer eye corners, over a visit, as share of that line."""
    from kiosk.camera.portrait import find_marks

    positions = []
    with _source(photo, fps=10.0) as source:
        for number in itertools.count():
            frame = source.read(30.0)
            if frame is None or number >= 60 or source.current_person is None:
                return np.array(positions)
            if number == 20:
                for step in steps:
                    source.ask(step)
            if number >= 20 and number % 2 == 0:
                points = find_marks(frame.main, photo).points
                line = points[45] - points[36]
                positions.append(float((points[30] - (points[36] + points[45]) / 2) @ line / (line @ line)))
    return np.array(positions)


def test_photo_without_a_face_is_refused_at_start(tmp_path: Path) -> None:
    path = _picture(tmp_path / "wall.png")
    with pytest.raises(SourceUnusableError, match=r"No face can be found in .*wall\.png"):
        _source(path).start()


def test_bad_photo_in_a_folder_is_named_at_start(demo: Path, tmp_path: Path) -> None:
    (tmp_path / "obama").mkdir()
    (tmp_path / "obama" / "1.jpg").symlink_to(demo / "obama/obama.jpg")
    (tmp_path / "zz").mkdir()
    (tmp_path / "zz" / "broken.jpg").write_bytes(b"not a picture")
    with pytest.raises(SourceUnusableError, match=r"broken\.jpg is not a picture"):
        _source(tmp_path).start()


@pytest.mark.parametrize("content", [b"", b"\xff\xd8\xff not really a JPEG"])
def test_unreadable_photo_is_refused_by_name(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "someone.jpg"
    path.write_bytes(content)
    with pytest.raises(SourceUnusableError, match=r"someone\.jpg is not a picture that can be read"):
        _source(path).start()


def test_missing_and_empty_folders_are_refused(tmp_path: Path) -> None:
    with pytest.raises(SourceUnusableError, match="There is no photo or folder"):
        _source(tmp_path / "nobody").start()
    (tmp_path / "notes.txt").write_text("no photo")
    with pytest.raises(SourceUnusableError, match="There are no photos in"):
        _source(tmp_path).start()


def test_photos_are_listed_with_people_taking_turns(tmp_path: Path) -> None:
    for name in ("siti/1.jpg", "siti/2.jpg", "budi/1.png", "budi/notes.txt"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    listed = [(photo.person, photo.path.name) for photo in list_photos(tmp_path)]
    assert listed == [("budi", "1.png"), ("siti", "1.jpg"), ("siti", "2.jpg")]


def test_photos_in_a_flat_folder_are_people_by_file_name(tmp_path: Path) -> None:
    for name in ("siti.jpg", "budi.JPEG"):
        (tmp_path / name).touch()
    assert [photo.person for photo in list_photos(tmp_path)] == ["budi", "siti"]
