import gc
import os

import numpy as np
import psutil
import pytest

from kiosk.recognizer.consensus import Consensus, Identity, Look
from kiosk.recognizer.face import Box, Face
from kiosk.recognizer.gallery import Gallery
from kiosk.recognizer.recognizer import Recognizer, Usability, choose_served, prominence

LEFT, RIGHT, SMALL = Box(20, 140, 220, 340), Box(400, 140, 600, 340), Box(300, 200, 340, 240)


def face(box: Box) -> Face:
    return Face(box, np.zeros((5, 2), np.float32), 1.0)


@pytest.fixture
def crowd(wall):
    """Red stands left, blue right."""
    picture = wall.copy()
    picture[LEFT.top : LEFT.bottom, LEFT.left : LEFT.right] = (0, 0, 255)
    picture[RIGHT.top : RIGHT.bottom, RIGHT.left : RIGHT.right] = (255, 0, 0)
    return picture


@pytest.fixture
def colours() -> Gallery:
    return Gallery({"red": np.array([[255.0, 1, 1]]), "blue": np.array([[1.0, 1, 255]])})


def test_look_at_nobody_is_empty(colour_pack, wall, make_frame, colours):
    assert Recognizer(colour_pack([])).look(make_frame(wall), colours) == []


def test_look_matches_the_face_that_is_served_and_lists_the_others(colour_pack, crowd, make_frame, colours):
    nearer_right = Box(390, 140, 600, 350)
    served, other = Recognizer(colour_pack([LEFT, nearer_right])).look(make_frame(crowd), colours)
    assert (served.served, served.match.person, served.face.box) == (True, "blue", nearer_right)
    assert np.linalg.norm(served.embedding) == pytest.approx(1, abs=1e-6)
    assert (other.served, other.match, other.embedding) == (False, None, None)
    assert other.usability is Usability.USABLE


def test_look_stays_with_the_face_that_it_serves(colour_pack, crowd, make_frame, colours):
    larger_left = Box(10, 120, 260, 370)
    recognizer = Recognizer(colour_pack([RIGHT], [RIGHT, larger_left], [larger_left]))
    people = [recognizer.look(make_frame(crowd, index), colours)[0].match.person for index in range(3)]
    assert people == ["blue", "blue", "red"]


def test_look_asks_a_small_face_to_come_nearer_and_does_not_embed_it(
    colour_pack, colour_network, crowd, make_frame, colours
):
    (sighting,) = Recognizer(colour_pack([SMALL], network=colour_network)).look(make_frame(crowd), colours)
    assert sighting.usability is Usability.COME_NEARER
    assert (sighting.served, sighting.match) == (True, None)
    assert colour_network.pictures == 0


def test_look_embeds_one_picture_a_frame_however_many_faces(colour_pack, colour_network, crowd, make_frame, colours):
    recognizer = Recognizer(colour_pack([LEFT, RIGHT], [LEFT, RIGHT], network=colour_network))
    for index in range(2):
        recognizer.look(make_frame(crowd, index), colours)
    assert colour_network.pictures == 2


def test_look_embeds_picture_and_mirror_image_in_turn(pack, portrait, make_frame, colours, monkeypatch):
    # The same box in every frame: a face that is followed gets one that is some pixels off.
    monkeypatch.setattr("kiosk.recognizer.models.hog_detector.FOLLOWED_FRAMES", 0)
    gallery = Gallery({}, dimensions=128)
    recognizer = Recognizer(pack)
    first, second, third = (recognizer.look(make_frame(portrait, i), gallery)[0].embedding for i in range(3))
    np.testing.assert_array_equal(first, third)
    assert 0.9 < float(first @ second) < 0.99999


def test_embed_is_of_unit_length(pack, portrait, make_frame):
    recognizer, frame = Recognizer(pack), make_frame(portrait)
    (found,) = recognizer.find(frame)
    assert found.landmarks.shape == (5, 2)
    for mirror in (True, False):
        assert np.linalg.norm(recognizer.embed(frame, found, mirror=mirror)) == pytest.approx(1, abs=1e-6)


@pytest.mark.parametrize(
    ("boxes", "before", "served"),
    [
        ([], None, None),
        ([SMALL, LEFT], None, LEFT),
        ([LEFT, Box(220, 140, 420, 340)], None, Box(220, 140, 420, 340)),
        ([LEFT, RIGHT], Box(30, 150, 230, 350), LEFT),
        ([LEFT, RIGHT], Box(280, 0, 300, 20), RIGHT),
    ],
    ids=["nobody", "largest", "central", "same as before", "somebody else"],
)
def test_choose_served(boxes, before, served):
    chosen = choose_served([face(box) for box in boxes], width=640, height=480, before=before)
    assert (chosen.box if chosen else None) == served


def test_prominence_falls_to_a_quarter_in_the_corner():
    middle, corner = Box(310, 230, 330, 250), Box(630, 470, 650, 490)
    assert prominence(middle, width=640, height=480) == pytest.approx(400)
    assert prominence(corner, width=640, height=480) == pytest.approx(100)


def test_person_in_front_of_the_camera_is_recognised_and_a_stranger_is_not(pack, portrait, shared, make_frame):
    import cv2

    from kiosk.recognizer.enrolment import EnrolmentFrame, embed_photo

    people: dict[str, list] = {}
    for path in sorted((shared / "data/faces/demo").glob("*/*")):
        outcome = embed_photo(pack, np.asarray(cv2.imread(str(path)), np.uint8))
        if isinstance(outcome, EnrolmentFrame):
            people.setdefault(path.parent.name, []).append(outcome.embedding)
    everybody = Gallery({person: np.stack(frames) for person, frames in people.items()})
    others = Gallery({person: np.stack(frames) for person, frames in people.items() if person != "obama"})
    for gallery, expected in ((everybody, "obama"), (others, None)):
        recognizer, consensus = Recognizer(pack), Consensus(rule=pack.rule(len(gallery)), gallery=gallery)
        verdicts = []
        for index in range(12):
            (sighting,) = recognizer.look(make_frame(portrait, index), gallery)
            verdicts.append(consensus.observe(sighting.face.box, Look(sighting.embedding, sighting.match), index / 15))
        named = {verdict.person for verdict in verdicts if isinstance(verdict, Identity)}
        assert named == ({expected} if expected else set())


def test_look_at_hundreds_of_frames_does_not_grow(pack, portrait, make_frame):
    gallery = Gallery({"ana": np.ones((1, 128))})
    recognizer, process = Recognizer(pack), psutil.Process(os.getpid())
    frames = [make_frame(portrait, index) for index in range(4)]
    sizes = []
    for block in range(5):
        for index in range(60):
            recognizer.look(frames[(block + index) % 4], gallery)
        gc.collect()
        sizes.append(process.memory_info().rss)
    assert sizes[-1] - sizes[1] < 8 * 2**20


def test_face_that_need_not_be_known_is_measured_and_not_embedded(crowd, make_frame, colours, colour_pack):
    recognizer = Recognizer(colour_pack([LEFT], [LEFT]))
    (known,) = recognizer.look(make_frame(crowd, 0), colours)
    assert known.match.person == "red"
    (other,) = recognizer.look(make_frame(crowd, 1), colours, embed=False)
    assert (other.embedding, other.match) == (None, None)
    assert (other.served, other.usability, other.quality) == (True, known.usability, known.quality)
