"""The 68 landmarks that the challenge measures heads by.

The model is dlib's, after Kazemi and Sullivan, One millisecond face alignment with an ensemble of regression trees
(2014). It was trained on iBUG 300-W, whose licence excludes commercial use: whoever sells the challenge needs another
model with the same points, or iBUG's permission. It is read only when a policy asks for a challenge (74 MB of memory).
"""

from __future__ import annotations

from typing import Any, Final

import cv2
import numpy as np

from kiosk.camera.frame import Pixels
from kiosk.errors import PackError
from kiosk.recognizer.face import Box, Vector
from kiosk.recognizer.models.dlib_weights import file_sha256, model_path

MODEL: Final = "shape_predictor_68_face_landmarks.dat"
MODEL_SHA256: Final = "fbdc2cb80eb9aa7a758672cbfdda32ba6300efe9b6e6c7a299ff7e736b11b92f"
LICENCE: Final = "trained on iBUG 300-W, whose licence excludes commercial use"

LARGEST_DOUBT: Final = 0.06
"""Root mean square, in distances between the eyes, by which a fit may differ from the one before. A fit from a box that
lies badly puts the mouth on the chin; good ones differ by 0.01 to 0.03."""
ASTRAY: Final = 0.12
"""Two fits that differ by more are not worth a third: it would end in the same wrong place and agree with itself."""

BOX_SIDE, BOX_RAISED = 2.45, 0.06
"""The box that the model was trained with (dlib's own), in distances between the eyes around the middle of eyes and
mouth; medians over photos, see `kiosk.camera.portrait`."""
FACE_PROPORTION: Final = 0.93
"""Distance between the eyes over that from eyes to mouth. Turning the head shortens the first, nodding the second."""


Edges = tuple[float, float, float, float]
"""Left, top, right, bottom."""


class LandmarkFinder:
    """Finds the landmarks of one face over the frames of a stream; use it from one thread.

    Every face is fitted twice, the second time from the box that the first fit implies, and a third time where the two
    differ: so HOG's coarse boxes and YuNet's tall ones end in the same points, and a fit that went astray is noticed.
    """

    def __init__(self) -> None:
        self._predictor: Any = None
        self._last: tuple[Box, Vector] | None = None

    def load(self) -> None:
        """Read the model now, if that was not done yet; PackError when it is missing or damaged."""
        if self._predictor is not None:
            return
        import dlib

        path = model_path(MODEL)
        if file_sha256(path) != MODEL_SHA256:
            raise PackError(f"{path} is not the landmark model that was measured; install the package again")
        self._predictor = dlib.shape_predictor(str(path))

    def forget(self) -> None:
        """The next face is another one."""
        self._last = None

    def find(self, picture: Pixels, box: Box) -> Vector | None:
        """The face's (68, 2) float32 landmarks, iBUG order, in pixels of the (height, width, 3) BGR picture.

        None when no fit can be trusted. The first call loads the model.
        """
        self.load()
        grey = np.asarray(cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY), np.uint8)
        first = self._fit(grey, self._expected_box(box))
        points = self._fit(grey, _box_of(first))
        doubt = _difference(first, points)
        if LARGEST_DOUBT < doubt <= ASTRAY:
            before, points = points, self._fit(grey, _box_of(points))
            doubt = _difference(before, points)
        if doubt > LARGEST_DOUBT:
            self._last = None
            return None
        self._last = (box, points)
        return points

    def _expected_box(self, box: Box) -> Edges:
        """Where to begin: the last frame's landmarks, moved as the detector's box has; else a square in that box."""
        if self._last is None:
            return square_of(box)
        last, points = self._last
        grown = (box.area / last.area) ** 0.5 if last.area else 0.0
        if not 0.7 < grown < 1.4 or box.overlap(last) < 0.4:
            return square_of(box)
        before, now = np.array(last.centre, np.float32), np.array(box.centre, np.float32)
        return _box_of((points - before) * np.float32(grown) + now)

    def _fit(self, grey: Pixels, box: Edges) -> Vector:
        import dlib

        parts = self._predictor(grey, dlib.rectangle(*(round(edge) for edge in box))).parts()
        return np.array([(part.x, part.y) for part in parts], np.float32)


def moved_box(box: Box, before: Vector, now: Vector) -> Box:
    """Where the box of a face is whose landmarks have moved from `before` to `now`; its size stays."""
    x, y = (round(float(each)) for each in now.mean(axis=0) - before.mean(axis=0))
    return Box(box.left + x, box.top + y, box.right + x, box.bottom + y)


def eye_distance(points: Vector) -> float:
    """Distance between the middles of the two eyes of (68, 2) landmarks, in their unit."""
    return float(np.linalg.norm(points[42:48].mean(axis=0) - points[36:42].mean(axis=0)))


def square_of(box: Box) -> Edges:
    """A square as dlib's detector would draw it, from any detector's box: HOG's own, or YuNet's tall one."""
    x, y = box.centre
    tall = max(0.0, box.height / max(1, box.width) - 1.0)
    # A tall box begins at the hairline: its middle is a tenth of its height above that of eyes and mouth.
    half = (box.width * box.height) ** 0.5 * (1.0 + 0.1 * min(tall, 0.4)) / 2
    y += box.height * 0.25 * min(tall, 0.4)
    return x - half, y - half, x + half, y + half


def _difference(before: Vector, after: Vector) -> float:
    """Root mean square distance of two fits of one face, in distances between the eyes."""
    return float(np.sqrt(((after - before) ** 2).sum(axis=1).mean())) / max(eye_distance(after), 1.0)


def _box_of(points: Vector) -> Edges:
    """The box that the model expects around a face with these landmarks."""
    eyes, mouth = points[36:48].mean(axis=0), points[48:68].mean(axis=0)
    x, y = (eyes + mouth) / 2
    size = max(eye_distance(points), FACE_PROPORTION * float(np.linalg.norm(mouth - eyes)), 1.0)
    half, raised = BOX_SIDE * size / 2, BOX_RAISED * size
    return float(x - half), float(y - half - raised), float(x + half), float(y + half - raised)
