"""Whether a mask or sunglasses hide a face: image measures, no trained model.

What is compared lies within one face, so its own skin and the light on it are the measure. Thresholds come from faces
at an office's webcam and from LFW on one side and from masks and glasses drawn onto them on the other; what is found
and missed stands in docs/accuracy-quality.md. Jilbab, beard and ordinary glasses are no occlusion: the regions lie
inside the oval that a jilbab leaves free, the nose's tip decides with the cheeks, and a lens must be dark below the eye
too.
"""

from __future__ import annotations

from typing import Final

import cv2
import numpy as np

from kiosk.recognizer.face import Vector
from kiosk.recognizer.quality.face_crop import FaceCrop, Region, place

_X, _Y = place()
_ASIDE = np.abs(_X)
_BETWEEN_EYES: Final[Region] = np.asarray((_ASIDE < 0.16) & (_Y > -0.28) & (_Y < 0.14))
_UNDER_EYES: Final[Region] = np.asarray((_ASIDE > 0.25) & (_ASIDE < 0.68) & (_Y > 0.22) & (_Y < 0.33))
_NOSE: Final[Region] = np.asarray((_ASIDE < 0.20) & (_Y > 0.52) & (_Y < 0.78))
_CHEEKS: Final[Region] = np.asarray((_ASIDE > 0.35) & (_ASIDE < 0.65) & (_Y > 0.60) & (_Y < 1.00))
_MOUTH: Final[Region] = np.asarray((_ASIDE < 0.35) & (_Y > 0.92) & (_Y < 1.32))
_SKIN_ABOVE: Final[Region] = _BETWEEN_EYES | _UNDER_EYES
_SKIN_BELOW: Final[Region] = _NOSE | _CHEEKS
_LENSES: Final[tuple[Region, ...]] = tuple(
    np.asarray(((side * _X - 0.55) / 0.30) ** 2 + ((_Y - 0.10) / 0.20) ** 2 < 1) for side in (-1, 1)
)

HALF: Final = 0.5
"""Share of the skin's luminance below which a lens region counts as dark: sunglasses let light through twice."""
PLAIN: Final = 0.06
FOREIGN: Final = 0.20
"""A mouth's contrast below PLAIN + FOREIGN * difference in colour is a mouth that is not there. All 400 frames at the
office's webcam have 0.17 and more; the drawn masks mostly less than 0.06."""
_GAMMA: Final = 2.2
_STEEPNESS: Final = 2.5


def measure_eye_cover(crop: FaceCrop) -> float:
    """How much of the eyes' regions is darker than half the skin below, 0..1, in the eye that is covered less.

    It stands for what ISO/IEC 29794-5 calls eyes visible. Frames at an office's webcam reach 0.35, real sunglasses in
    LFW begin at 0.5; mirrored and light lenses are not seen.
    """
    grey = cv2.GaussianBlur(crop.grey, (0, 0), 0.8)
    skin = float(np.median(grey[_SKIN_BELOW]))
    return min(float((grey[lens] < HALF * skin).mean()) for lens in _LENSES)


def measure_mouth_cover(crop: FaceCrop) -> float:
    """How surely nose and mouth are covered, 0..1, even chances at 0.5 (ISO/IEC 29794-5: mouth occlusion prevention).

    A mouth shows as something darker than its surroundings; the less of it there is and the less nose *and* cheeks look
    like the skin around the eyes, the surer. A mask with a bold pattern has contrast of its own and is not seen.
    """
    return min(1.0, max(0.0, 0.5 + _STEEPNESS * (PLAIN + FOREIGN * _difference(crop) - _mouth_contrast(crop))))


def _mouth_contrast(crop: FaceCrop) -> float:
    """How much darker the darkest part of the mouth is than its surroundings, as a share of their luminance."""
    wide = cv2.GaussianBlur(crop.grey, (0, 0), 5)
    fine = cv2.GaussianBlur(crop.grey, (0, 0), 1.5)
    # 8 levels: in the dark a camera's noise is no structure.
    return float(((wide - fine) / (wide + 8))[_MOUTH].max())


def _difference(crop: FaceCrop) -> float:
    """How unlike the skin around the eyes nose and cheeks are, whichever is more like it.

    In logarithms of linear light: the distance in (red : green, blue : green), which shade hardly changes, and a part
    for what is darker than shade makes it.
    """
    smooth = cv2.GaussianBlur(crop.pixels, (0, 0), 1.0)
    colours = [_colour(smooth, region) for region in (_SKIN_ABOVE, _NOSE, _CHEEKS)]
    skin, nose, cheeks = colours
    tint = min(float(np.hypot(*(part - skin)[:2])) for part in (nose, cheeks))
    darker = float(skin[2] - max(nose[2], cheeks[2]))
    return min(1.2, tint + 0.35 * max(0.0, darker - 0.7))


def _colour(picture: cv2.typing.MatLike, region: Region) -> Vector:
    """(3,): log red over green, log blue over green, log brightness of a region's median, in linear light."""
    blue, green, red = (np.median(picture[region], axis=0) / 255 + 0.01) ** _GAMMA
    return np.array((np.log(red / green), np.log(blue / green), np.log((blue + green + red) / 3)), np.float32)
