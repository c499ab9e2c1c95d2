"""The pictures of an enrolment: cut out around the face, as JPEG, and looked at as the hub will look at them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

import cv2
import numpy as np

from contract.enrolment import MAX_FRAME_BYTES, Pose
from kiosk.camera.frame import Pixels
from kiosk.errors import SnapshotError
from kiosk.recognizer.enrolment import EnrolmentFrame, PhotoFault, embed_photo
from kiosk.recognizer.face import Box, FacePoints, Vector
from kiosk.recognizer.packs.pack import Pack

SURROUNDINGS: Final = 2.4
"""Side of the cut-out in lengths of the face: all of the head, and little of whoever stands behind."""
_QUALITIES: Final = (95, 90, 80, 70)
_LARGEST_SIDE: Final = 900
_THUMB_SIDE: Final = 220
_EYES: Final = ((36, 42), (42, 48))
_NOSE_TIP: Final = 30
_MOUTH_CORNERS: Final = (48, 54)


@dataclass(frozen=True, slots=True)
class Photograph:
    """One picture that will travel. jpeg: as it will be sent; embedding: of the very same bytes, as at the hub."""

    jpeg: bytes
    thumb: bytes
    embedding: Vector
    pose: Pose
    taken_at: datetime


def take_photograph(
    pack: Pack, picture: Pixels, box: Box, *, pose: Pose, taken_at: datetime
) -> Photograph | PhotoFault:
    """Cut out the face of a (height, width, 3) BGR picture and check it; a fault where the hub would refuse it.

    SnapshotError when no JPEG can be made of it.
    """
    cut = _cut_out(picture, box)
    jpeg = _encode(cut)
    seen = embed_photo(pack, np.asarray(cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_COLOR), np.uint8))
    if not isinstance(seen, EnrolmentFrame):
        return seen
    return Photograph(jpeg, _encode(_shrink(cut, _THUMB_SIDE)), seen.embedding, pose, taken_at)


def face_points(landmarks: Vector) -> FacePoints:
    """What 68 landmarks (iBUG order) are of a face, for its pose."""
    eyes = np.stack([landmarks[first:last].mean(axis=0) for first, last in _EYES]).astype(np.float32)
    mouth = landmarks[list(_MOUTH_CORNERS)].mean(axis=0).astype(np.float32)
    return FacePoints(eyes, landmarks[_NOSE_TIP], mouth)


def _cut_out(picture: Pixels, box: Box) -> Pixels:
    height, width = picture.shape[:2]
    across, down = box.centre
    half = SURROUNDINGS * max(box.width, box.height) / 2
    around = Box(round(across - half), round(down - half), round(across + half), round(down + half))
    inside = around.within(width, height)
    return _shrink(picture[inside.top : inside.bottom, inside.left : inside.right], _LARGEST_SIDE)


def _shrink(picture: Pixels, side: int) -> Pixels:
    scale = side / max(1, *picture.shape[:2])
    if scale >= 1:
        return picture
    size = (max(1, round(picture.shape[1] * scale)), max(1, round(picture.shape[0] * scale)))
    return np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA), np.uint8)


def _encode(picture: Pixels) -> bytes:
    if picture.size == 0:
        raise SnapshotError("There is no picture to enrol from.")
    for quality in _QUALITIES:
        try:
            made, jpeg = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, quality])
        except cv2.error as error:
            raise SnapshotError("No photograph can be made of this picture.") from error
        if made and len(jpeg) <= MAX_FRAME_BYTES:
            return jpeg.tobytes()
    raise SnapshotError("No photograph can be made of this picture.")
