"""A photo as a sheet of paper that somebody holds to the camera, moved, tilted or bent: an attack to test with."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from kiosk.camera.frame import Pixels
from kiosk.camera.portrait import FaceMarks, Field, canvas_transform
from kiosk.camera.source import Flat
from kiosk.camera.visit import Pose

SHEET_EYES_PIXELS = 70.0
"""Distance between the eyes on the sheet's picture."""
SHEET_ASIDE, SHEET_ABOVE, SHEET_BELOW = 2.1, 2.5, 2.9
"""How far the sheet reaches from the middle of the face, in distances between the eyes; a passport photo's cut."""
MARGIN = 0.15
"""White rim, in distances between the eyes."""

TILT_SHARE = 1.2
"""A sheet is tilted further than a head is turned: its holder wants to see the nose move."""
SHIFT_SHARE = 0.018
"""Per degree that a head would turn, how far a moved sheet goes aside, in distances between the eyes."""
BEND_PER_DEGREE, BEND_SWAY = 0.008, 0.12
"""Curvature of bent paper, in 1 / distance between the eyes: up to 0.4, a roll five eye distances wide."""

Lengths = npt.NDArray[np.floating[Any]]


@dataclass(frozen=True, slots=True)
class Sheet:
    """A printed photo: (h, w, 4) uint8 BGRA with its rim, SHEET_EYES_PIXELS between the eyes, and whose it is."""

    person: str
    picture: Pixels


@dataclass(frozen=True, slots=True)
class SheetPose:
    """Where a sheet is and how it is held.

    eyes_pixels: distance between the printed eyes in pixels of main, were it held straight.
    x, y: where the printed face's middle is seen. Angles as in `Pose`.
    bend: curvature in 1 / distance between the eyes, positive with the middle towards the camera.
    bend_degrees: direction in which it is bent; 0 is around an upright axis.
    distance: from the camera, in distances between the eyes.
    """

    eyes_pixels: float
    x: float
    y: float
    yaw_degrees: float
    pitch_degrees: float
    roll_degrees: float
    bend: float
    bend_degrees: float
    distance: float


def make_sheet(photo: Pixels, marks: FaceMarks, person: str) -> Sheet:
    """Cut a passport photo out of a photo, upright; what the photo does not cover stays white paper."""
    across, down = round(2 * SHEET_ASIDE * SHEET_EYES_PIXELS), round((SHEET_ABOVE + SHEET_BELOW) * SHEET_EYES_PIXELS)
    middle = (SHEET_ASIDE * SHEET_EYES_PIXELS, SHEET_ABOVE * SHEET_EYES_PIXELS)
    matrix = canvas_transform(marks, eyes_pixels=SHEET_EYES_PIXELS, centre=middle)
    picture = cv2.warpAffine(
        photo, matrix, (across, down), flags=cv2.INTER_AREA, borderMode=cv2.BORDER_CONSTANT, borderValue=(238, 240, 240)
    )
    rim = round(MARGIN * SHEET_EYES_PIXELS)
    picture = cv2.copyMakeBorder(picture, rim, rim, rim, rim, cv2.BORDER_CONSTANT, value=(240, 242, 242))
    return Sheet(person, np.dstack([picture, np.full(picture.shape[:2], 255, np.uint8)]).astype(np.uint8))


def hold_sheet(pose: Pose, flat: Flat, *, seconds: float, eyes_pixels: float, distance: float) -> SheetPose:
    """How a sheet is held by somebody who wants it to do what this head does.

    flat: "moved" only shifts it, "tilted" turns it in the hands, "bent" turns and bends it.
    """
    yaw = pitch = bend = axis = 0.0
    x, y = pose.x, pose.y
    sway = math.sin(math.tau * 0.37 * seconds)
    if flat == "moved":
        x += SHIFT_SHARE * pose.yaw_degrees * eyes_pixels
        y -= SHIFT_SHARE * pose.pitch_degrees * eyes_pixels
    else:
        yaw, pitch = TILT_SHARE * pose.yaw_degrees, TILT_SHARE * pose.pitch_degrees
    if flat == "bent":
        # Around an upright axis for a turn, around a level one for a nod; and a little all the time.
        axis = 90.0 if abs(pitch) > abs(yaw) else 0.0
        bend = BEND_PER_DEGREE * max(abs(yaw), abs(pitch)) + BEND_SWAY * sway
    return SheetPose(
        eyes_pixels=eyes_pixels,
        x=x,
        y=y,
        yaw_degrees=yaw + 4.0 * sway,
        pitch_degrees=pitch,
        roll_degrees=pose.roll_degrees + 3.0 * math.sin(math.tau * 0.29 * seconds),
        bend=bend,
        bend_degrees=axis,
        distance=distance,
    )


def lay_sheet(picture: Pixels, sheet: Sheet, held: SheetPose) -> None:
    """Draw the sheet into a (h, w, 3) BGR picture, in place, as a camera sees it."""
    height, width = picture.shape[:2]
    reach = 1.5 * held.eyes_pixels * math.hypot(SHEET_ASIDE + MARGIN, SHEET_BELOW + MARGIN)
    left, right = max(0, math.floor(held.x - reach)), min(width, math.ceil(held.x + reach))
    top, bottom = max(0, math.floor(held.y - reach)), min(height, math.ceil(held.y + reach))
    if left >= right or top >= bottom:
        return
    x, y = np.meshgrid(np.arange(left, right, dtype=np.float32), np.arange(top, bottom, dtype=np.float32))
    across, down = _seen_points((x - held.x) / held.eyes_pixels, (y - held.y) / held.eyes_pixels, held)
    seen = cv2.remap(
        sheet.picture,
        (across + SHEET_ASIDE + MARGIN) * SHEET_EYES_PIXELS,
        (down + SHEET_ABOVE + MARGIN) * SHEET_EYES_PIXELS,
        cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_CONSTANT,
        borderValue=0,
    )
    under = picture[top:bottom, left:right]
    cover = cv2.cvtColor(255 - seen[..., 3], cv2.COLOR_GRAY2BGR)
    cv2.add(cv2.multiply(under, cover, scale=1 / 255), seen[..., :3], dst=under)


def _seen_points(x: Lengths, y: Lengths, held: SheetPose) -> tuple[Field, Field]:
    """Which point of the sheet each ray meets, in distances between the eyes; far outside where it meets none.

    x, y: where the rays cross the plane of the sheet's middle. The sheet is a plane or a cylinder that touches it.
    """
    turn = _rotation(held).T.astype(np.float32)
    eye = turn @ np.array((0.0, 0.0, -held.distance), np.float32)
    rays = [turn[row, 0] * x + turn[row, 1] * y + turn[row, 2] * np.float32(held.distance) for row in range(3)]
    axis = math.radians(held.bend_degrees)
    cos, sin = math.cos(axis), math.sin(axis)
    eye_a, eye_b = cos * eye[0] + sin * eye[1], -sin * eye[0] + cos * eye[1]
    ray_a, ray_b, ray_z = cos * rays[0] + sin * rays[1], -sin * rays[0] + cos * rays[1], rays[2]
    if abs(held.bend) < 1e-3:
        way = -eye[2] / ray_z
        along = eye_a + way * ray_a
    else:
        radius = 1.0 / held.bend
        a = ray_a**2 + ray_z**2
        b = eye_a * ray_a + (eye[2] - radius) * ray_z
        inside = b**2 - a * (eye_a**2 + (eye[2] - radius) ** 2 - radius**2)
        root = np.sqrt(np.maximum(inside, 0.0))
        way = (-b - root) / a if radius > 0 else (-b + root) / a
        along = radius * np.arctan2((eye_a + way * ray_a) / radius, 1.0 - (eye[2] + way * ray_z) / radius)
        along = np.where(inside >= 0, along, np.float32(99.0))
    beside = eye_b + way * ray_b
    return (
        np.asarray(cos * along - sin * beside, np.float32),
        np.asarray(sin * along + cos * beside, np.float32),
    )


def _rotation(held: SheetPose) -> Field:
    """Rotation of the sheet: x to the right, y down, z away from the camera."""
    yaw, pitch, roll = (math.radians(angle) for angle in (held.yaw_degrees, held.pitch_degrees, held.roll_degrees))
    # Yaw to the person's own left: the printed nose would point to the right of the picture.
    about_y = ((math.cos(yaw), 0.0, -math.sin(yaw)), (0.0, 1.0, 0.0), (math.sin(yaw), 0.0, math.cos(yaw)))
    about_x = ((1.0, 0.0, 0.0), (0.0, math.cos(pitch), math.sin(pitch)), (0.0, -math.sin(pitch), math.cos(pitch)))
    about_z = ((math.cos(roll), -math.sin(roll), 0.0), (math.sin(roll), math.cos(roll), 0.0), (0.0, 0.0, 1.0))
    return np.asarray(np.array(about_z) @ np.array(about_x) @ np.array(about_y), np.float32)
