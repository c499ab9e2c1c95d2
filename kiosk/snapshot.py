"""The small picture of somebody who was refused: the face, and what it was held up on."""

from __future__ import annotations

from typing import Final

import cv2

from contract.evidence import MAX_SNAPSHOT_BYTES, MAX_SNAPSHOT_SIDE
from kiosk.camera.frame import Pixels
from kiosk.errors import SnapshotError
from kiosk.recognizer.face import Box

SURROUNDINGS: Final = 2.0
"""Side of the cut-out in lengths of the face: the edge of a sheet or of a telephone is seldom further away."""

_SIDES: Final = (MAX_SNAPSHOT_SIDE, 240, 160)
_QUALITIES: Final = (85, 70, 55, 40, 25)
"""Tried one after the other until the picture is small enough; the first will do for nearly every face."""


def take_snapshot(picture: Pixels, box: Box | None) -> bytes:
    """Baseline JPEG without metadata, at most MAX_SNAPSHOT_BYTES long and MAX_SNAPSHOT_SIDE pixels wide or high.

    picture: (height, width, 3) uint8 BGR. box: the face in it; None: the whole picture is taken.
    SnapshotError when there is nothing to take: a picture without pixels, or one that no JPEG can be made of.
    """
    cut = _cut_out(picture, box)
    if cut.size == 0:
        raise SnapshotError("There is no picture to take a snapshot of.")
    for side in _SIDES:
        small = _shrink(cut, side)
        for quality in _QUALITIES:
            try:
                made, jpeg = cv2.imencode(".jpg", small, [cv2.IMWRITE_JPEG_QUALITY, quality])
            except cv2.error as error:
                raise SnapshotError("No snapshot can be made of this picture.") from error
            if made and len(jpeg) <= MAX_SNAPSHOT_BYTES:
                return jpeg.tobytes()
    raise SnapshotError("No snapshot can be made of this picture.")


def _cut_out(picture: Pixels, box: Box | None) -> Pixels:
    height, width = picture.shape[:2]
    if box is None:
        return picture
    across, down = box.centre
    half = SURROUNDINGS * max(box.width, box.height) / 2
    around = Box(round(across - half), round(down - half), round(across + half), round(down + half))
    inside = around.within(width, height)
    # A box beside the picture is a detector's mistake; the picture is the evidence all the same.
    return picture[inside.top : inside.bottom, inside.left : inside.right] if inside.area else picture


def _shrink(picture: Pixels, side: int) -> Pixels:
    """At most `side` pixels wide and high; never enlarged."""
    height, width = picture.shape[:2]
    scale = side / max(height, width)
    if scale >= 1:
        return picture
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    return cv2.resize(picture, size, interpolation=cv2.INTER_AREA).astype("uint8", copy=False)
