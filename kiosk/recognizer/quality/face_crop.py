"""An upright face of one size, whichever pack cut it: what the quality measures look at."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import cv2
import numpy as np
import numpy.typing as npt

from kiosk.camera.frame import Pixels
from kiosk.recognizer.face import FacePoints, Vector

EYES: Final = 32
"""Distance between the eyes in a crop, in pixels: about what embedders see (35 in ArcFace's chip, 47 in dlib's)."""
WIDTH, HEIGHT = 88, 100
CENTRE_X, CENTRE_Y = 44, 32

Region = npt.NDArray[np.bool_]


def place() -> tuple[Vector, Vector]:
    """Each pixel's (HEIGHT, WIDTH) place beside and below the middle of the eyes, in distances between them."""
    rows, columns = np.indices((HEIGHT, WIDTH), dtype=np.float32)
    return np.asarray((columns - CENTRE_X) / EYES, np.float32), np.asarray((rows - CENTRE_Y) / EYES, np.float32)


_X, _Y = place()
FACE: Final[Region] = np.asarray((_X / 0.95) ** 2 + ((_Y - 0.55) / 1.15) ** 2 < 1)
"""Brows to chin and cheek to cheek: what a jilbab leaves free."""


@dataclass(frozen=True, slots=True)
class FaceCrop:
    """A face turned upright, eyes EYES apart, their middle at (CENTRE_X, CENTRE_Y).

    pixels: (HEIGHT, WIDTH, 3) uint8 BGR; grey: (HEIGHT, WIDTH) float32, 0..255.
    inside: share of the face that lies within the picture, 0..1 (what is outside repeats the picture's edge).
    """

    pixels: Pixels
    grey: Vector
    inside: float


def crop_face(picture: Pixels, points: FacePoints) -> FaceCrop:
    """Cut the upright face out of a (height, width, 3) BGR picture; larger ones are averaged down, not sampled."""
    height, width = picture.shape[:2]
    left, right = points.eyes.astype(np.float64)
    distance = max(1e-3, float(np.hypot(*(right - left))))
    back = cv2.invertAffineTransform(_matrix(left, right))
    inside = _inside(back, width, height)
    if distance > 1.3 * EYES:
        corners = _CORNERS @ back[:, :2].T + back[:, 2]
        x, y = (int(max(0, edge)) for edge in corners.min(axis=0))
        beyond_x, beyond_y = (int(max(1, edge + 1)) for edge in corners.max(axis=0))
        part = picture[y:beyond_y, x:beyond_x]
        if part.size:
            scale = EYES / distance
            size = (max(1, round(part.shape[1] * scale)), max(1, round(part.shape[0] * scale)))
            factor = np.array((size[0] / part.shape[1], size[1] / part.shape[0]))
            picture = np.asarray(cv2.resize(part, size, interpolation=cv2.INTER_AREA), np.uint8)
            left, right = ((point - (x, y) + 0.5) * factor - 0.5 for point in (left, right))
    pixels = cv2.warpAffine(
        picture, _matrix(left, right), (WIDTH, HEIGHT), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
    )
    grey = cv2.cvtColor(pixels, cv2.COLOR_BGR2GRAY)
    return FaceCrop(np.asarray(pixels, np.uint8), np.asarray(grey, np.float32), inside)


def _matrix(left: npt.NDArray[Any], right: npt.NDArray[Any]) -> npt.NDArray[np.float64]:
    """The (2, 3) similarity from the picture to the crop."""
    along = right - left
    cos, sin = along * EYES / max(1e-6, float(along @ along))
    matrix = np.array([[cos, sin, 0.0], [-sin, cos, 0.0]])
    matrix[:, 2] = np.array((CENTRE_X, CENTRE_Y)) - matrix[:, :2] @ ((left + right) / 2)
    return matrix


_CORNERS: Final = np.array(((-1, -1), (WIDTH, -1), (-1, HEIGHT), (WIDTH, HEIGHT)), np.float64)
_SPOTS: Final = np.argwhere(FACE)[::17, ::-1].astype(np.float64)


def _inside(back: npt.NDArray[Any], width: int, height: int) -> float:
    """The share of the face (every 17th pixel is looked at) that the picture covers; back: from crop to picture."""
    spots = _SPOTS @ back[:, :2].T + back[:, 2]
    covered = (spots >= 0).all(axis=1) & (spots[:, 0] <= width - 1) & (spots[:, 1] <= height - 1)
    return float(covered.mean())
