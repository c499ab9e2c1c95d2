"""The two streams of a frame: main, bounded in size, and the small grey one that detection runs on."""

from __future__ import annotations

import cv2
import numpy as np

from kiosk.camera.frame import LONGEST_MAIN_SIDE, Pixels

GREY_WIDTH = 320
"""Pixels, for main streams that are at least as wide as high."""

PORTRAIT_GREY_WIDTH = 240
"""Pixels, for main streams that are higher than wide.

dlib's HOG detector finds faces of 80 pixels and more. A lens that sees 66 degrees across its long side shows a face
(0.16 m) half a metre away on 79 of 320 pixels: enough, and that is what GREY_WIDTH is made for. Turned by 90 degrees
the same lens shows it on 101 of 240 pixels of a 9:16 picture, so half a metre holds there too, at 1.3 times the pixels
of a 4:3 grey stream; with the *longer* side at 320 it would be 76 of 180 pixels, and lost.
"""


def grey_size(main_width: int, main_height: int) -> tuple[int, int]:
    """Return (width, height) in pixels of the grey stream that belongs to a main stream of this size."""
    width = GREY_WIDTH if main_width >= main_height else PORTRAIT_GREY_WIDTH
    return width, max(1, round(main_height * width / main_width))


def limit_main(picture: Pixels) -> Pixels:
    """Scale a (height, width, 3) picture down so that its longer side is at most LONGEST_MAIN_SIDE; keep its aspect."""
    height, width = picture.shape[:2]
    longest = max(height, width)
    if longest <= LONGEST_MAIN_SIDE:
        return picture
    scale = LONGEST_MAIN_SIDE / longest
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    return np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA), dtype=np.uint8)


def make_grey(main: Pixels) -> Pixels:
    """Return the grey stream (height', width') uint8 of a BGR picture; it shares no memory with it."""
    size = grey_size(main.shape[1], main.shape[0])
    # Shrinking first costs a third of converting first: fewer pixels to weigh.
    small = cv2.resize(main, size, interpolation=cv2.INTER_AREA if size[0] < main.shape[1] else cv2.INTER_LINEAR)
    return np.asarray(cv2.cvtColor(small, cv2.COLOR_BGR2GRAY), dtype=np.uint8)


def fit_grey(plane: Pixels, main_width: int, main_height: int) -> Pixels:
    """Bring a camera's own grey plane to the size that belongs to its main stream; a fresh, contiguous array."""
    size = grey_size(main_width, main_height)
    if (plane.shape[1], plane.shape[0]) == size:
        return np.array(plane, dtype=np.uint8, order="C")
    return np.asarray(cv2.resize(plane, size, interpolation=cv2.INTER_AREA), dtype=np.uint8)
