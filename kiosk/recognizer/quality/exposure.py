"""How well a face is lit: luminance and what clips, on the face alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from kiosk.camera.frame import Pixels
from kiosk.recognizer.quality.face_crop import FACE, FaceCrop

DARK: Final = 25
LIGHT: Final = 247
"""Luminance up to which, and from which on, a pixel counts as under- and overexposed (ISO/IEC 29794-5; OFIQ,
UnderExposurePrevention and OverExposurePrevention)."""
_SURROUNDINGS_STEP: Final = 16


@dataclass(frozen=True, slots=True)
class Exposure:
    """Light on the face, in levels of 0..255.

    mean: luminance; contrast: from its 5th to its 95th percentile (dynamic range).
    under, over: shares of the face that are under- and overexposed; around: mean luminance of the whole picture.
    """

    mean: float
    contrast: float
    under: float
    over: float
    around: float


def measure_exposure(crop: FaceCrop, picture: Pixels) -> Exposure:
    """Measure the light on a crop's face, and around it in the BGR picture that it was cut from."""
    face = crop.grey[FACE]
    low, high = np.percentile(face, (5, 95))
    around = picture[::_SURROUNDINGS_STEP, ::_SURROUNDINGS_STEP]
    return Exposure(
        mean=float(face.mean()),
        contrast=float(high - low),
        under=float((face <= DARK).mean()),
        over=float((face >= LIGHT).mean()),
        around=float(around.mean()),
    )
