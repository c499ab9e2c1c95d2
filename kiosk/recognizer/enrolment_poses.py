"""Poses of an enrolment before a live camera, and what is wrong with a head for them: the same at kiosk and hub.

Frames of archives are taken as they come; kiosk.recognizer.enrolment has their gates.
"""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import replace
from typing import Final, Literal

from kiosk.recognizer.quality.assessment import ENROLMENT, Gates
from kiosk.recognizer.quality.head_pose import HeadPose

Wanted = Literal["ahead", "left", "right", "up"]
"""Left and right are the person's own."""
PoseFault = Literal["turn_left", "turn_right", "raise", "straight", "too_far"]

ORDER: Final[tuple[Wanted, ...]] = ("ahead", "left", "right", "up")
KEPT_PER_POSE: Final = 2

STRAIGHT_DEGREES: Final = 9.0
TURNED_LEAST: Final = 10.0
TURNED_MOST: Final = 27.0
"""A little aside. The hub refuses what is turned by more than 30 degrees, and its measure wanders by some."""
RAISED_LEAST: Final = 6.0
RAISED_MOST: Final = 18.0
"""Above how the same person looks ahead: noses differ by what ten degrees make (kiosk.recognizer.quality.head_pose)."""
MOST_PITCH: Final = 19.0

LEAST_EYE_DISTANCE: Final = 44.0
"""Pixels: twice what the hub asks of archives. Whoever stands here can come nearer (0.7 m before a Pi's camera)."""
LIVE_GATES: Final[Gates] = replace(
    ENROLMENT, smallest_eye_distance=LEAST_EYE_DISTANCE, most_yaw_degrees=90.0, most_pitch_degrees=90.0
)
"""The pose is for `pose_fault` to judge; the rest is asked of enrolment as everywhere."""


def pose_fault(wanted: Wanted, pose: HeadPose, straight: Sequence[float]) -> PoseFault | None:
    """What to mend before a frame counts for a pose. straight: pitches in degrees of the same person looking ahead."""
    yaw, pitch = pose.yaw_degrees, pose.pitch_degrees
    if wanted in ("left", "right"):
        turned = yaw if wanted == "left" else -yaw
        if turned > TURNED_MOST:
            return "too_far"
        if turned < TURNED_LEAST:
            return "turn_left" if wanted == "left" else "turn_right"
        return "straight" if pitch is not None and abs(pitch) > MOST_PITCH else None
    if abs(yaw) > STRAIGHT_DEGREES:
        return "straight"
    if wanted == "up":
        if pitch is None:
            return "raise"
        raised = pitch - (statistics.median(straight) if straight else 0.0)
        if raised > RAISED_MOST or pitch > MOST_PITCH:
            return "too_far"
        return "raise" if raised < RAISED_LEAST else None
    return "straight" if pitch is not None and abs(pitch) > MOST_PITCH else None
