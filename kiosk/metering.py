"""Exposure for the face that is served: pure, from luminances to a correction of the camera's own exposure.

libcamera meters the whole picture and knows of no face. What it can be told is a correction in steps of light (EV, see
control ExposureValue): that is how a face before a window becomes bright enough, and one under a lamp does not clip.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from kiosk.camera.frame import Frame
from kiosk.recognizer.face import Box

TARGET: Final = 120.0
"""Mean luminance (0..255) that a face is brought to: the middle of what the quality measures take for well lit."""
GAMMA: Final = 2.2
"""Pixels are about the 2.2th root of light (sRGB), so a factor between pixels is 2.2 times as many EV."""
BEGIN_EV: Final = 1.0
END_EV: Final = 0.4
"""A correction begins when the face is so far off, and ends when it is nearer than this: in between nothing moves."""
STEP_EV: Final = 0.5
MOST_EV: Final = 2.0
SETTLE_SECONDS: Final = 0.5
"""The camera's own control needs some frames after each step; judged sooner, the next step would be one too many."""
FORGET_SECONDS: Final = 4.0
"""With nobody there for so long, the next person begins without the last one's correction."""
COARSE: Final = 4
BRIGHTER_AROUND: Final = 1.25
"""Only where the surroundings are so many times as bright as the face does more exposure help. In a dark room the
camera has opened up already, and more would only be noise: there the fill light helps."""


@dataclass(frozen=True, slots=True)
class FaceLight:
    """Mean luminance, 0..255, of the middle of a face, and of everything around it."""

    face: float
    around: float


@dataclass(frozen=True, slots=True)
class Metering:
    """The correction in force (ev), when it was changed and when a face was last seen (monotonic seconds)."""

    ev: float = 0.0
    correcting: bool = False
    changed_at: float = -math.inf
    seen_at: float = -math.inf


def measure_light(frame: Frame, box: Box) -> FaceLight | None:
    """Light on a face in pixels of Frame.main, measured on Frame.grey; None when nothing of it is in the picture."""
    height, width = frame.grey.shape
    scale = frame.scale
    small = Box(*(round(side / scale) for side in (box.left, box.top, box.right, box.bottom))).within(width, height)
    inner = Box(
        small.left + small.width // 5,
        small.top + small.height // 4,
        small.right - small.width // 5,
        small.bottom - small.height // 8,
    ).within(width, height)
    if inner.area == 0:
        return None
    face = float(frame.grey[inner.top : inner.bottom, inner.left : inner.right].mean())
    # Every fourth pixel of every fourth row says as much of the surroundings, with every frame.
    coarse = frame.grey[::COARSE, ::COARSE]
    left, top, right, bottom = (-(-side // COARSE) for side in (small.left, small.top, small.right, small.bottom))
    own = coarse[top:bottom, left:right]
    rest = coarse.size - own.size
    return FaceLight(face, float(coarse.sum(dtype=np.int64) - own.sum(dtype=np.int64)) / rest if rest else face)


def follow(metering: Metering, light: FaceLight | None, now: float) -> Metering:
    """The metering after a frame; light None: it shows no face. `ev` moves by STEP_EV at most, and rarely."""
    if light is None:
        if metering.ev and now - metering.seen_at > FORGET_SECONDS:
            return Metering(changed_at=now, seen_at=metering.seen_at)
        return metering
    metering = replace(metering, seen_at=now)
    error_ev = GAMMA * math.log2(TARGET / max(light.face, 1.0))
    correcting = abs(error_ev) > (END_EV if metering.correcting else BEGIN_EV)
    metering = replace(metering, correcting=correcting)
    if not correcting or now - metering.changed_at < SETTLE_SECONDS:
        return metering
    step = max(-STEP_EV, min(STEP_EV, error_ev / 2))
    if step > 0 and metering.ev >= 0 and light.around < BRIGHTER_AROUND * light.face:
        return metering
    wanted = round(max(-MOST_EV, min(MOST_EV, metering.ev + step)), 2)
    return metering if wanted == metering.ev else replace(metering, ev=wanted, changed_at=now)
