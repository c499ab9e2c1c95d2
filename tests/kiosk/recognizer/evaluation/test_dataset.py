import cv2
import numpy as np
import pytest

from kiosk.errors import DatasetError
from kiosk.recognizer.evaluation.dataset import (
    LARGEST_SIDE,
    compile_session,
    embed_central_face,
    embed_photos,
    list_labelled,
    read_photo,
    split_sessions,
    to_samples,
)
from kiosk.recognizer.face import Box


@pytest.fixture
def folder(tmp_path):
    for name in ("ani/1_s1.png", "ani/2_s2.png", "budi/1_s1.png"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        cv2.imwrite(str(tmp_path / name), np.full((60, 80, 3), 90, np.uint8))
    (tmp_path / "ani" / ".DS_Store").write_bytes(b"x")
    (tmp_path / "README.txt").write_text("not a person")
    return tmp_path


def test_list_labelled_takes_files_of_people_and_nothing_else(folder):
    assert [(p.person, p.path.name) for p in list_labelled(folder)] == [
        ("ani", "1_s1.png"),
        ("ani", "2_s2.png"),
        ("budi", "1_s1.png"),
    ]


def test_list_labelled_says_what_is_missing(tmp_path):
    with pytest.raises(DatasetError, match="no folder"):
        list_labelled(tmp_path / "nowhere")
    with pytest.raises(DatasetError, match="no photos"):
        list_labelled(tmp_path)


@pytest.mark.parametrize(("pattern", "words"), [("_s(", "no regular expression"), ("_s", "no group")])
def test_compile_session_says_what_is_wrong(pattern, words):
    with pytest.raises(DatasetError, match=words):
        compile_session(pattern)


def test_split_sessions_names_sessions_and_those_without(folder):
    told, untold = split_sessions(list_labelled(folder), compile_session(r"_s(2)"))
    assert [photo.session for photo in told] == ["2"]
    assert len(untold) == 2
    with pytest.raises(DatasetError, match="fits no file"):
        split_sessions(list_labelled(folder), compile_session("(x)"))


def test_read_photo_scales_large_ones_and_refuses_what_is_none(tmp_path):
    cv2.imwrite(str(tmp_path / "large.jpg"), np.zeros((100, 2 * LARGEST_SIDE, 3), np.uint8))
    (tmp_path / "cut.jpg").write_bytes((tmp_path / "large.jpg").read_bytes()[:20])
    (tmp_path / "empty.jpg").touch()
    assert read_photo(tmp_path / "large.jpg").shape == (50, LARGEST_SIDE, 3)
    assert read_photo(tmp_path / "cut.jpg") is None
    assert read_photo(tmp_path / "empty.jpg") is None
    assert read_photo(tmp_path / "gone.jpg") is None


def test_embed_central_face_takes_the_one_nearest_the_centre_not_the_largest(colour_pack):
    picture = np.zeros((480, 640, 3), np.uint8)
    large, central = Box(0, 0, 260, 260), Box(300, 220, 340, 260)
    picture[220:260, 300:340] = (0, 0, 200)  # red
    embedding = embed_central_face(colour_pack([large, central]), picture)
    assert embedding[0] > 0.99
    assert np.linalg.norm(embedding) == pytest.approx(1, abs=1e-6)


def test_embed_photos_keeps_those_without_a_face_and_counts_the_unreadable(folder, colour_pack):
    (folder / "budi" / "notes.txt").write_text("no picture")
    pack = colour_pack([Box(20, 20, 60, 60)], [], [Box(20, 20, 60, 60)])
    embedded = embed_photos(pack, list_labelled(folder))
    assert [photo.path.name for photo in embedded.photos] == ["1_s1.png", "2_s2.png", "1_s1.png"]
    assert embedded.unreadable == (folder / "budi" / "notes.txt",)
    assert np.linalg.norm(embedded.embeddings, axis=1) == pytest.approx([1, 0, 1], abs=1e-6)
    assert embedded.milliseconds is not None


def test_embed_photos_of_no_pictures_at_all_is_an_error(tmp_path, colour_pack):
    (tmp_path / "ani").mkdir()
    (tmp_path / "ani" / "1.jpg").write_text("no picture")
    with pytest.raises(DatasetError, match="None of the 1 files"):
        embed_photos(colour_pack(), list_labelled(tmp_path))


def test_to_samples_numbers_people_and_sessions(folder):
    photos, _ = split_sessions(list_labelled(folder), compile_session(r"_s(\d)"))
    samples = to_samples(photos, np.eye(3, dtype=np.float32), outsiders=frozenset({"budi"}))
    assert samples.people.tolist() == [0, 0, 1]
    assert samples.sessions.tolist() == [0, 1, 0]
    assert samples.outsiders == frozenset({1})
    assert to_samples(list_labelled(folder), np.eye(3, dtype=np.float32)).sessions is None
