"""What is drawn on the live picture: rings, the place for the face, the way there, and faces that wait."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QImage, QPainter

from kiosk.recognizer.face import Box
from kiosk.ui.bridge import Bridge
from kiosk.ui.preview import Preview, in_place, is_aside

GREY = 90
SIDE = 480


@pytest.fixture
def preview(qt: object) -> Preview:
    item = Preview()
    item.setSize(QRectF(0, 0, SIDE, SIDE).size())
    return item


def painted(
    preview: Preview, box: Box | None, others: tuple[Box, ...] = (), *, guided: bool = False, waiting: str = "Tunggu"
) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    """Where the picture was drawn over, (SIDE, SIDE) 0 or 1: a grey frame, seen as in a mirror."""
    bridge = Bridge()
    bridge.show_frame(np.full((SIDE, SIDE, 3), GREY, np.uint8), box, others)
    bridge._take_picture()
    preview.setProperty("kiosk", bridge)
    preview.setProperty("guided", guided)
    preview.setProperty("waiting", waiting)
    image = QImage(SIDE, SIDE, QImage.Format.Format_RGB32)
    painter = QPainter(image)
    preview.paint(painter)
    painter.end()
    preview.setProperty("kiosk", Bridge())
    pixels = np.frombuffer(image.constBits(), np.uint8).reshape(SIDE, SIDE, 4)[:, :, :3]
    return (np.abs(pixels.astype(int) - GREY).max(axis=2) > 30).astype(np.uint8)


def test_face_beside_its_place_is_shown_the_way(preview: Preview) -> None:
    """The face is at the left of the camera's picture, so at the right of the mirror: the arrow points left."""
    beside = Box(30, 190, 110, 270)
    plain, guided = painted(preview, beside), painted(preview, beside, guided=True)
    between = (slice(220, 250), slice(290, 350))
    assert plain[between].sum() == 0
    assert guided[between].sum() > 100


def test_face_that_is_in_its_place_is_not_crossed_by_a_second_ring(preview: Preview) -> None:
    there = Box(175, 180, 305, 310)
    assert (painted(preview, there) == painted(preview, there, guided=True)).all()


def test_edge_of_the_place_closes_as_the_face_comes_nearer(preview: Preview) -> None:
    far, nearer = Box(220, 225, 260, 265), Box(200, 205, 280, 285)
    inside = np.zeros((SIDE, SIDE), bool)
    inside[160:330, 160:320] = True
    drawn = [painted(preview, box, guided=True)[~inside].sum() for box in (far, nearer)]
    assert drawn[0] < drawn[1]


def test_faces_that_wait_have_a_ring_and_a_word(preview: Preview) -> None:
    served, waits = Box(190, 190, 290, 290), Box(20, 200, 80, 260)
    mirrored = (slice(170, 320), slice(390, 470))
    assert painted(preview, served)[mirrored].sum() == 0
    without_word = painted(preview, served, (waits,), waiting="")[mirrored].sum()
    assert 0 < without_word < painted(preview, served, (waits,))[mirrored].sum()


def test_word_of_a_face_at_the_edge_stays_on_the_picture(preview: Preview) -> None:
    edge = Box(0, 420, 40, 480)
    drawn = painted(preview, None, (edge,), waiting="Tunggu sebentar")
    assert drawn[440:480, 300:480].sum() > 500


@pytest.mark.parametrize(
    ("x", "width", "aside", "placed"),
    [
        (0, 100, False, True),
        (40, 100, False, True),
        (60, 100, True, False),
        (0, 60, False, False),
        (0, 190, False, False),
    ],
)
def test_place_is_reached_give_or_take(x: float, width: float, aside: bool, placed: bool) -> None:
    target, ring = QRectF(0, 0, 100, 132), QRectF(0, 0, width, width * 1.32)
    ring.moveCenter(target.center() + QPointF(x, 0))
    assert (is_aside(ring, target), in_place(ring, target)) == (aside, placed)
