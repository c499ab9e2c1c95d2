"""The picture of somebody who was refused: small, plain, and with some of what is around the face."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from contract.evidence import MAX_SNAPSHOT_BYTES, MAX_SNAPSHOT_SIDE
from hub.refusals.jpeg import jpeg_size
from kiosk.camera.frame import Pixels
from kiosk.errors import SnapshotError
from kiosk.recognizer.face import Box
from kiosk.snapshot import SURROUNDINGS, take_snapshot
from tests.factories.snapshots import BOX, picture


def decoded(jpeg: bytes) -> Pixels:
    return np.asarray(cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_COLOR), np.uint8)


def test_snapshot_is_a_plain_jpeg_within_its_bounds() -> None:
    """As the hub looks at it, which lets in nothing but this."""
    jpeg = take_snapshot(picture(), BOX)
    assert len(jpeg) <= MAX_SNAPSHOT_BYTES
    assert jpeg_size(jpeg) == (300, 300)
    assert decoded(jpeg).shape == (300, 300, 3)


def test_snapshot_shows_the_face_with_its_surroundings() -> None:
    scene = np.zeros((480, 640, 3), np.uint8)
    scene[BOX.top : BOX.bottom, BOX.left : BOX.right] = 255
    shown = decoded(take_snapshot(scene, BOX))[..., 0]
    middle, edge = shown[shown.shape[0] // 2], shown[5]
    assert edge.max() < 30
    assert abs(np.mean(middle > 128) - 1 / SURROUNDINGS) < 0.03


@pytest.mark.parametrize(
    "box",
    [
        Box(-100, -80, 60, 90),
        Box(600, 400, 900, 700),
        Box(0, 0, 640, 480),
        Box(2000, 2000, 2100, 2100),
        Box(300, 200, 300, 200),
        None,
    ],
)
def test_snapshot_of_a_face_at_the_edge_or_of_none_is_a_picture(box: Box | None) -> None:
    width, height = jpeg_size(take_snapshot(picture(), box))
    assert 0 < max(width, height) <= MAX_SNAPSHOT_SIDE


def test_small_picture_is_not_enlarged() -> None:
    assert jpeg_size(take_snapshot(picture(width=60, height=40), None)) == (60, 40)


@pytest.mark.parametrize("shape", [(1, 4000), (4000, 1)])
def test_thin_picture_keeps_a_pixel(shape: tuple[int, int]) -> None:
    assert min(jpeg_size(take_snapshot(picture(width=shape[0], height=shape[1]), None))) == 1


def test_picture_that_compresses_badly_is_made_smaller() -> None:
    noise = np.random.default_rng(1).integers(0, 256, (320, 320, 3), dtype=np.uint8)
    jpeg = take_snapshot(noise, None)
    assert len(jpeg) <= MAX_SNAPSHOT_BYTES
    assert jpeg_size(jpeg)[0] < MAX_SNAPSHOT_SIDE


def test_no_picture_is_no_snapshot() -> None:
    with pytest.raises(SnapshotError, match="no picture"):
        take_snapshot(np.zeros((0, 640, 3), np.uint8), None)
