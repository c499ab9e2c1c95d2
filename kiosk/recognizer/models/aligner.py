"""From a face in a frame to the upright, centred picture that an embedder was trained on."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

import dlib
import numpy as np

from kiosk.camera.frame import Pixels
from kiosk.errors import PackError
from kiosk.recognizer.face import Box, Chip, Detection, Face, FacePoints, Vector


class Aligner(Protocol):
    """Finds landmarks and cuts the chip; an implementation must offer all four methods and keep no state."""

    def landmarks(self, picture: Pixels, detection: Detection) -> Vector:
        """Find the (n, 2) float32 landmarks of a detection, in pixels of the (height, width, 3) BGR picture."""
        ...

    def chip(self, picture: Pixels, face: Face) -> Chip:
        """Cut the aligned face out of the BGR picture, in the size that the pack's embedder takes, as RGB."""
        ...

    def eye_distance(self, face: Face) -> float:
        """The distance between the centres of the eyes, in pixels."""
        ...

    def points(self, face: Face) -> FacePoints:
        """Tell eyes, nose and mouth among the landmarks."""
        ...


class DlibAligner:
    """dlib's five points (two corners of each eye, the base of the nose) and its 150x150 chip; implements Aligner.

    The chip is bit-identical to the one `face_recognition.face_encodings(model="small")` computes from the same box.
    """

    SIDE = 150
    PADDING = 0.25

    def __init__(self, points: Path) -> None:
        """Load the five-point model; PackError when it is no such file."""
        try:
            self._predict = dlib.shape_predictor(str(points))
        except RuntimeError as error:
            raise PackError(f"{points} is not a landmark model ({error}); install the pack again") from error

    def landmarks(self, picture: Pixels, detection: Detection) -> Vector:
        # BGR in place of RGB is safe: the predictor reads (r + g + b) / 3.
        parts = self._predict(np.ascontiguousarray(picture), _rectangle(detection.box)).parts()
        return np.array([(point.x, point.y) for point in parts], np.float32)

    def chip(self, picture: Pixels, face: Face) -> Chip:
        points = [dlib.point(round(float(x)), round(float(y))) for x, y in face.landmarks]
        shape = dlib.full_object_detection(_rectangle(face.box), points)
        bgr = dlib.get_face_chip(np.ascontiguousarray(picture), shape, self.SIDE, self.PADDING)
        return np.ascontiguousarray(bgr[:, :, ::-1])  # resampling treats channels alike: same as converting first

    def eye_distance(self, face: Face) -> float:
        eyes = face.landmarks[:4].reshape(2, 2, 2).mean(axis=1)
        return float(np.linalg.norm(eyes[0] - eyes[1]))

    def points(self, face: Face) -> FacePoints:
        right, left = face.landmarks[:4].reshape(2, 2, 2).mean(axis=1)
        return FacePoints(eyes=np.stack([left, right]), nose=face.landmarks[4])


def _rectangle(box: Box) -> dlib.rectangle:
    """dlib's rectangles include their last row and column."""
    return dlib.rectangle(box.left, box.top, box.right - 1, box.bottom - 1)
