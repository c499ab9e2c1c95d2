"""The alignment that networks of the ArcFace kind were trained with: five points onto a fixed template."""

from __future__ import annotations

import cv2
import numpy as np

from kiosk.camera.frame import Pixels
from kiosk.errors import PackError
from kiosk.recognizer.face import Chip, Detection, Face, FacePoints, Vector

TEMPLATE = np.array(
    ((38.2946, 51.6963), (73.5318, 51.5014), (56.0252, 71.7366), (41.5493, 92.3655), (70.7299, 92.2041)), np.float32
)
"""Where eyes, tip of the nose and corners of the mouth lie in a chip of 112x112 (Deng et al., ArcFace, 2019, and the
code that came with it); what is on the left of the picture comes first."""


class ArcFaceAligner:
    """Five points (eyes, tip of the nose, corners of the mouth) and the 112x112 chip; implements Aligner.

    The points come from the detector, which must be one that finds them (YuNet does).
    """

    SIDE = 112

    def landmarks(self, picture: Pixels, detection: Detection) -> Vector:  # noqa: ARG002 (the detector has looked)
        if detection.landmarks is None or detection.landmarks.shape != (5, 2):
            raise PackError("The pack's detector finds no five landmarks; pair it with the dlib aligner in its card")
        return detection.landmarks

    def chip(self, picture: Pixels, face: Face) -> Chip:
        matrix = similarity_transform(face.landmarks, TEMPLATE)
        bgr = cv2.warpAffine(picture, matrix, (self.SIDE, self.SIDE), flags=cv2.INTER_LINEAR)
        return np.ascontiguousarray(bgr[:, :, ::-1], np.uint8)

    def eye_distance(self, face: Face) -> float:
        return float(np.linalg.norm(face.landmarks[0] - face.landmarks[1]))

    def points(self, face: Face) -> FacePoints:
        return FacePoints(eyes=face.landmarks[:2], nose=face.landmarks[2], mouth=face.landmarks[3:5].mean(axis=0))


def similarity_transform(source: Vector, target: Vector) -> Vector:
    """The (2, 3) matrix of rotation, scale and shift that takes (n, 2) points nearest to others, in least squares.

    Umeyama, Least-squares estimation of transformation parameters between two point patterns (1991); in the plane,
    points are complex numbers and the solution is one division. Never mirrors. ValueError when all points are one.
    """
    from_middle, to_middle = source.mean(axis=0), target.mean(axis=0)
    z = (source - from_middle) @ np.array((1, 1j))
    w = (target - to_middle) @ np.array((1, 1j))
    size = float((z.conj() @ z).real)
    if not size > 0:
        raise ValueError("the landmarks of a face cannot all lie in one point")
    turn = (z.conj() @ w) / size
    rotation = np.array(((turn.real, -turn.imag), (turn.imag, turn.real)))
    shift = to_middle - rotation @ from_middle
    return np.concatenate([rotation, shift[:, None]], axis=1).astype(np.float32)
