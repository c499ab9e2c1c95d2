import msgspec
import numpy as np
import pytest

from kiosk.errors import GalleryError
from kiosk.recognizer.face import Match, normalised
from kiosk.recognizer.gallery import Gallery


def some_people(count: int, frames: int = 5, dimensions: int = 16, seed: int = 1):
    rng = np.random.default_rng(seed)
    centres = rng.standard_normal((count, 1, dimensions))
    rows = centres + 0.1 * rng.standard_normal((count, frames, dimensions))
    return {f"p{i}": person.astype(np.float32) for i, person in enumerate(rows)}


def test_gallery_empty_matches_nobody():
    assert Gallery({}).match(np.ones(128, np.float32)) == Match(None, -1.0, -1.0)


def test_gallery_of_one_has_no_runner_up():
    match = Gallery({"ana": np.eye(3, dtype=np.float32)[:1]}).match(np.array([1, 0, 0], np.float32))
    assert match == Match("ana", 1.0, -1.0)


def test_gallery_names_the_nearest_person_and_the_next_other_one():
    people = some_people(30)
    gallery = Gallery(people)
    for person, rows in people.items():
        probe = normalised(rows[0])
        centroids = {other: normalised(normalised(frames).mean(axis=0)) for other, frames in people.items()}
        cosines = {other: float(centroid @ probe) for other, centroid in centroids.items()}
        match = gallery.match(probe)
        assert match.person == person
        assert match.similarity == pytest.approx(cosines.pop(person), abs=1e-6)
        assert match.runner_up == pytest.approx(max(cosines.values()), abs=1e-6)


def test_gallery_weighs_frames_alike_whatever_their_length():
    long, short = np.array([[10, 0], [0, 1]], np.float32), np.array([[1, 0], [0, 1]], np.float32)
    np.testing.assert_allclose(Gallery({"a": long}).centroid_of("a"), Gallery({"a": short}).centroid_of("a"))


def test_gallery_of_twins_shows_no_margin():
    row = np.array([[0.6, 0.8]], np.float32)
    match = Gallery({"a": row, "b": row.copy(), "c": -row}).match(row[0])
    assert match.margin == pytest.approx(0, abs=1e-6)


@pytest.mark.parametrize(
    "frames",
    [np.zeros((1, 4)), np.full((1, 4), np.nan), np.ones(4), np.ones((0, 4)), np.array([[1, 0], [-1, 0]])],
    ids=["zero", "nan", "flat", "none", "cancelling"],
)
def test_gallery_refuses_frames_without_direction(frames):
    with pytest.raises(GalleryError, match="enrol"):
        Gallery({"ana": frames})


def test_gallery_refuses_embeddings_of_different_packs():
    with pytest.raises(GalleryError, match="same pack"):
        Gallery({"a": np.ones((1, 128)), "b": np.ones((1, 512))})
    with pytest.raises(GalleryError, match="pack"):
        Gallery({"a": np.ones((1, 128))}).match(np.ones(512, np.float32))


@pytest.mark.parametrize("people", [{}, some_people(1, frames=1), some_people(7)])
def test_gallery_comes_back_from_bytes(people):
    gallery = Gallery(people)
    again = Gallery.from_bytes(gallery.to_bytes())
    assert again.people == gallery.people
    assert again.dimensions == gallery.dimensions
    for person in people:
        np.testing.assert_allclose(again.frames_of(person), gallery.frames_of(person), atol=1e-6)
        np.testing.assert_allclose(again.centroid_of(person), gallery.centroid_of(person), atol=1e-6)


def test_gallery_from_cut_or_foreign_bytes_is_refused():
    whole = Gallery(some_people(3)).to_bytes()
    for content in (b"", b"PK\x03\x04", whole[:-1], whole + b"\0", whole[:20], whole[:8], whole[:11]):
        with pytest.raises(GalleryError):
            Gallery.from_bytes(content)


def test_gallery_from_bytes_with_changed_templates_is_refused():
    whole = bytearray(Gallery(some_people(3)).to_bytes())
    whole[-40:] = b"\x7f" * 40
    with pytest.raises(GalleryError, match="damaged"):
        Gallery.from_bytes(bytes(whole))


@pytest.mark.parametrize(
    "header",
    [
        {"dimensions": 16, "people": ["a", "a"], "frames": [1, 1]},
        {"dimensions": 16, "people": ["a"], "frames": [1, 1]},
        {"dimensions": 16, "people": ["a", "b"], "frames": [3, -1]},
        {"dimensions": 1 << 40, "people": ["a", "b"], "frames": [1, 1]},
        {"dimensions": 0, "people": ["a", "b"], "frames": [1, 1]},
        {"dimensions": 16, "people": ["a", "b"]},
        {"dimensions": 16, "people": ["a", "b"], "frames": [1, 1], "more": 1},
    ],
)
def test_gallery_from_bytes_with_a_lying_header_is_refused(header):
    contents = msgspec.json.encode(header)
    rows = normalised(np.ones((2, 16), np.float32)).tobytes()
    with pytest.raises(GalleryError):
        Gallery.from_bytes(b"PRSGAL1\n" + len(contents).to_bytes(4, "little") + contents + rows)


def test_gallery_knows_who_is_in_it():
    gallery = Gallery(some_people(2))
    assert len(gallery) == 2
    assert "p1" in gallery
    assert "p2" not in gallery
    with pytest.raises(KeyError):
        gallery.frames_of("p2")
