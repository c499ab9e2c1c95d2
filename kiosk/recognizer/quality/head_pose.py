"""How a head is held, estimated from the few landmarks that every pack has."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import numpy as np

from kiosk.recognizer.face import FacePoints

TIP_DEPTH: Final = 0.55
BASE_DEPTH: Final = 0.38
"""How far the nose's tip and its base stand before the eyes, in distances between them. The tip's is anatomy; the
base's follows from it: on the same 2,456 faces of LFW the base moves 0.69 times as far as the tip."""
MOUTH_DEPTH: Final = 0.15
TIP_BELOW: Final = 0.58
MOUTH_BELOW: Final = 1.02
"""How far below the eyes tip and mouth lie in faces that look straight ahead: medians of 400 frames of office workers
and of LFW, in distances between the eyes."""


@dataclass(frozen=True, slots=True)
class HeadPose:
    """Head pose in degrees, as ISO/IEC 29794-5 has it; rough: two people's noses differ by what ten degrees make.

    yaw: positive towards the right of the picture. roll: positive clockwise in the picture.
    pitch: positive upwards; None when the landmarks do not tell (dlib's five points know no mouth, and a long nose
    looks like a lowered head).
    """

    yaw_degrees: float
    pitch_degrees: float | None
    roll_degrees: float

    def apart(self, other: HeadPose) -> float:
        """How differently two heads are held: the angle in degrees between their directions, roll left out."""
        pitch = (self.pitch_degrees or 0.0) - (other.pitch_degrees or 0.0)
        return math.hypot(self.yaw_degrees - other.yaw_degrees, pitch)


def estimate_pose(points: FacePoints) -> HeadPose:
    """Estimate the pose from where nose and mouth lie in the frame of the eyes.

    A point that stands d before the eyes moves by d sin(yaw) while their distance shrinks by cos(yaw): what is seen is
    d tan(yaw). For pitch nose and mouth are compared with each other, so the eyes' distance falls out.
    """
    left, right = points.eyes.astype(np.float64)
    along = right - left
    distance = max(1e-6, float(np.hypot(*along)))
    x = along / distance
    y = np.array((-x[1], x[0]))
    middle = (left + right) / 2
    nose = points.nose - middle
    depth = BASE_DEPTH if points.mouth is None else TIP_DEPTH
    yaw = math.degrees(math.atan(float(nose @ x) / distance / depth))
    pitch = None
    if points.mouth is not None:
        below = float((points.mouth - middle) @ y)
        share = float(nose @ y) / below if below > 0.2 * distance else TIP_BELOW / MOUTH_BELOW
        pitch = math.degrees(math.atan2(TIP_BELOW - share * MOUTH_BELOW, max(0.05, TIP_DEPTH - share * MOUTH_DEPTH)))
    return HeadPose(yaw, pitch, math.degrees(math.atan2(x[1], x[0])))
