"""Draws what a camera in an office sees: a wall, and in front of it a person in some pose, with a sensor's noise."""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np

from kiosk.camera.frame import Pixels
from kiosk.camera.portrait import (
    CANVAS_SIZE,
    CENTRE,
    DEPTH_SHRINK,
    EYES_PIXELS,
    FACE_ASIDE,
    FACE_RAISED,
    FACE_WIDTH,
    Field,
    Portrait,
)
from kiosk.camera.sheet import Sheet, hold_sheet, lay_sheet
from kiosk.camera.source import Flat
from kiosk.camera.visit import Pose

FIELD_OF_VIEW_DEGREES = 66.0
"""Across the longer side: the Raspberry Pi camera module 3."""

FACE_METRES, EYES_METRES = 0.16, 0.063
FOLLOW_STEPS = 10
"""Fixed-point steps when a turned head is looked up in its photo; the rest error is below a tenth of a pixel."""

NOISE_LEVELS = 2.6
"""Standard deviation, of 255, of the sensor's noise in office light."""

NOISE_MARGIN = 61
TILE_STEPS = (37, 23)
BOX_DEPTH = 0.75
"""The part of a head's depth that a detector's box follows when the head turns."""


@dataclass(frozen=True, slots=True)
class FaceSpot:
    """Where the face truly is, as dlib's detector would draw it: pixels of main, right and bottom exclusive."""

    left: int
    top: int
    right: int
    bottom: int


class Scene:
    """Draws frames of one size; the same seed draws the same pictures.

    standing_face_pixels: the width of a face at which the photo's own perspective is right; nearer, the nose grows
    faster than the ears, as it does before a lens.
    """

    def __init__(self, *, size: tuple[int, int], standing_face_pixels: float, seed: int) -> None:
        self._width, self._height = size
        self._standing_face_pixels = standing_face_pixels
        chance = np.random.default_rng(seed)
        self._office = _draw_office(size, chance)
        grain = chance.normal(0.0, NOISE_LEVELS, (self._height + NOISE_MARGIN, self._width + NOISE_MARGIN, 3))
        # A sensor's colours are interpolated from its neighbours', so its noise is a little coarser than a pixel.
        self._grain = np.clip(cv2.GaussianBlur(grain, (0, 0), 0.6) * 1.6, -24, 24).astype(np.int16)

    def draw(self, portrait: Portrait | None, pose: Pose | None, index: int) -> tuple[Pixels, FaceSpot | None]:
        """Draw frame number `index` as (height, width, 3) uint8 BGR.

        Returns it with the true place of the face, None when there is none or its middle is out of the picture.
        """
        picture = self._office.copy()
        spot = None
        if portrait is not None and pose is not None:
            self._place(picture, portrait, pose)
            spot = self._spot(pose)
        return self._grained(picture, index), spot

    def draw_sheet(self, sheet: Sheet, pose: Pose | None, flat: Flat, index: int, *, seconds: float) -> Pixels:
        """Draw frame number `index` with a sheet of paper that does what a head in this pose would do.

        seconds: of the scene; a hand is never quite still.
        """
        picture = self._office.copy()
        if pose is not None:
            eyes, distance = pose.face_pixels / FACE_WIDTH, self._distance(pose.face_pixels)
            lay_sheet(picture, sheet, hold_sheet(pose, flat, seconds=seconds, eyes_pixels=eyes, distance=distance))
        return self._grained(picture, index)

    def _grained(self, picture: Pixels, index: int) -> Pixels:
        """The picture with the sensor's noise of frame number `index`."""
        across, down = index * TILE_STEPS[0] % NOISE_MARGIN, index * TILE_STEPS[1] % NOISE_MARGIN
        grain = self._grain[down : down + self._height, across : across + self._width]
        return np.asarray(cv2.add(picture, grain, dtype=cv2.CV_8U), dtype=np.uint8)

    def _place(self, picture: Pixels, portrait: Portrait, pose: Pose) -> None:
        scale = pose.face_pixels / (FACE_WIDTH * EYES_PIXELS)
        left = max(0, math.floor(pose.x - CENTRE[0] * scale * 1.05))
        right = min(self._width, math.ceil(pose.x + (CANVAS_SIZE[0] - CENTRE[0]) * scale * 1.05))
        top = max(0, math.floor(pose.y - CENTRE[1] * scale * 1.05))
        if left >= right or top >= self._height:
            return
        to_canvas = _frame_to_canvas(pose, scale, left, top)
        size = (right - left, self._height - top)
        level = min(len(portrait.levels) - 1, max(0, round(-math.log2(scale) - 0.3)))
        person = self._warp(portrait, pose, to_canvas, size, level)
        under = picture[top:, left:right]
        cover = cv2.cvtColor(255 - person[..., 3], cv2.COLOR_GRAY2BGR)
        cv2.add(cv2.multiply(under, cover, scale=1 / 255), person[..., :3], dst=under)

    def _warp(self, portrait: Portrait, pose: Pose, to_canvas: Field, size: tuple[int, int], level: int) -> Pixels:
        x, y = np.meshgrid(np.arange(size[0], dtype=np.float32), np.arange(size[1], dtype=np.float32))
        matrix = to_canvas
        source_x = matrix[0, 0] * x + matrix[0, 1] * y + matrix[0, 2]
        source_y = matrix[1, 0] * x + matrix[1, 1] * y + matrix[1, 2]
        shift = self._turned_head(portrait, pose)
        # The head's shift, known on a coarse grid of the canvas, seen from the frame.
        coarse = (matrix / DEPTH_SHRINK).astype(np.float64)
        flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
        seen = cv2.warpAffine(shift, coarse, size, flags=flags, borderMode=cv2.BORDER_CONSTANT, borderValue=0)
        source_x += seen[..., 0]
        source_y += seen[..., 1]
        shrunk = 2.0**-level
        # Below the canvas the clothes go on as they are in its last row.
        lowest = portrait.levels[level].shape[0] - 1.5
        return np.asarray(
            cv2.remap(
                portrait.levels[level],
                source_x * shrunk,
                np.minimum(source_y * shrunk, lowest),
                cv2.INTER_LINEAR,
                borderMode=cv2.BORDER_CONSTANT,
                borderValue=0,
            ),
            dtype=np.uint8,
        )

    def _turned_head(self, portrait: Portrait, pose: Pose) -> Field:
        """Return, per point of the coarse canvas, how far away in the photo its colour is: (h, w, 2), canvas pixels.

        A point z in front of the head's axis moves by z sin(angle) when the head turns, and away from the middle by
        d / (d - z) when it is seen from d instead of from far away. This is solved backwards by fixed-point iteration.
        """
        height, width = portrait.depth.shape
        x, y = np.meshgrid(np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32))
        centre_x, centre_y = CENTRE[0] / DEPTH_SHRINK, CENTRE[1] / DEPTH_SHRINK
        eyes = EYES_PIXELS / DEPTH_SHRINK
        across = math.sin(math.radians(pose.yaw_degrees)) * eyes
        up = -math.sin(math.radians(pose.pitch_degrees)) * eyes
        distance = self._distance(pose.face_pixels)
        standing = self._distance(self._standing_face_pixels)
        source_x, source_y = x, y
        for _ in range(FOLLOW_STEPS):
            depth = cv2.remap(portrait.depth, source_x, source_y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
            growth = (1.0 - depth / distance) / (1.0 - depth / standing)
            source_x = centre_x + (x - centre_x - across * depth) * growth
            source_y = centre_y + (y - centre_y - up * depth) * growth
        return np.dstack([source_x - x, source_y - y]).astype(np.float32) * DEPTH_SHRINK

    def _distance(self, face_pixels: float) -> float:
        """Return how far away a face of this width is, in distances between the eyes."""
        focal_pixels = max(self._width, self._height) / 2 / math.tan(math.radians(FIELD_OF_VIEW_DEGREES / 2))
        return focal_pixels * FACE_METRES / face_pixels / EYES_METRES

    def _spot(self, pose: Pose) -> FaceSpot | None:
        eyes = pose.face_pixels / FACE_WIDTH
        x = pose.x + eyes * (FACE_ASIDE + BOX_DEPTH * math.sin(math.radians(pose.yaw_degrees)))
        y = pose.y - eyes * (FACE_RAISED + BOX_DEPTH * math.sin(math.radians(pose.pitch_degrees)))
        if not (0 <= x < self._width and 0 <= y < self._height):
            return None
        half = pose.face_pixels / 2
        return FaceSpot(round(x - half), round(y - half), round(x + half), round(y + half))


def _frame_to_canvas(pose: Pose, scale: float, left: int, top: int) -> Field:
    """Return the 2x3 matrix from pixels of the frame's part that begins at (left, top) to pixels of the canvas."""
    angle = math.radians(pose.roll_degrees)
    cos, sin = math.cos(angle) / scale, math.sin(angle) / scale
    offset_x, offset_y = left - pose.x, top - pose.y
    return np.array(
        [
            [cos, sin, cos * offset_x + sin * offset_y + CENTRE[0]],
            [-sin, cos, -sin * offset_x + cos * offset_y + CENTRE[1]],
        ],
        np.float32,
    )


def _draw_office(size: tuple[int, int], chance: np.random.Generator) -> Pixels:
    """Draw an office out of focus: wall, window, door, noticeboard, cupboard."""
    width, height = size
    down = np.linspace(0.0, 1.0, height, dtype=np.float32)[:, None, None]
    wall = np.array((196.0, 205.0, 208.0), np.float32) * (1.04 - 0.16 * down)
    room = np.repeat(wall, width, axis=1)

    def panel(left: float, top: float, right: float, bottom: float, colour: tuple[int, int, int]) -> None:
        first, last = (round(left * width), round(top * height)), (round(right * width), round(bottom * height))
        cv2.rectangle(room, first, last, [float(part) for part in colour], cv2.FILLED)

    shift = float(chance.uniform(-0.03, 0.03))
    panel(0.04 + shift, 0.10, 0.24 + shift, 0.58, (150, 150, 146))
    panel(0.055 + shift, 0.12, 0.135 + shift, 0.56, (238, 236, 228))
    panel(0.145 + shift, 0.12, 0.225 + shift, 0.56, (232, 230, 224))
    panel(0.76 + shift, 0.08, 0.95 + shift, 1.0, (92, 112, 138))
    panel(0.775 + shift, 0.10, 0.935 + shift, 1.0, (104, 126, 152))
    panel(0.36 + shift, 0.06, 0.62 + shift, 0.26, (118, 128, 116))
    for column in range(4):
        left = 0.38 + 0.06 * column + shift
        panel(left, 0.09, left + 0.04, 0.09 + float(chance.uniform(0.06, 0.13)), (214, 222, 226))
    panel(0.0, 0.72, 0.30 + shift, 1.0, (128, 138, 144))
    blurred = cv2.GaussianBlur(room, (0, 0), width / 90)
    x, y = np.meshgrid(np.linspace(-1, 1, width, dtype=np.float32), np.linspace(-1, 1, height, dtype=np.float32))
    shade = 1.0 - 0.13 * (x**2 + y**2) - 0.05 * x
    return np.clip(blurred * shade[..., None], 0, 255).astype(np.uint8)
