"""How sharp a face is, whatever its size and contrast."""

from __future__ import annotations

from typing import Final

import cv2
import numpy as np

from kiosk.recognizer.quality.face_crop import FaceCrop, Region, place

_WIDE: Final = 7
_FLAT: Final = 1.0
"""Gradient in levels below which a face has no structure whose sharpness could be told."""
_X, _Y = place()
_INNER: Final[Region] = np.asarray((np.abs(_X) < 0.75) & (_Y > -0.35) & (_Y < 1.4))
_ACROSS, _DOWN = _INNER[:, 1:-1], _INNER[1:-1]


def measure_sharpness(crop: FaceCrop) -> float:
    """Gradients over those of the same face blurred (7x7), in the worse of two directions; 1 is a face without detail.

    Blurring what is blurred already changes little (the idea of Crete et al., The blur effect, 2007). The ratio does
    not depend on contrast, the crop not on size; the worse direction is what movement smears. Frames at an office's
    webcam have 1.26 to 2.0. A blur of 0.06 distances between the eyes, which lowers MobileFaceNet's genuine cosine
    from 0.86 to 0.53, leaves 1.2 (docs/accuracy-quality.md). A face without any structure counts as 1.
    """
    grey = crop.grey
    wide = cv2.blur(grey, (_WIDE, _WIDE))
    across = _ratio(grey[:, 2:] - grey[:, :-2], wide[:, 2:] - wide[:, :-2], _ACROSS)
    down = _ratio(grey[2:] - grey[:-2], wide[2:] - wide[:-2], _DOWN)
    return min(across, down)


def _ratio(fine: cv2.typing.MatLike, coarse: cv2.typing.MatLike, region: Region) -> float:
    steep = float(np.abs(fine[region]).mean())
    if steep < _FLAT:
        return 1.0
    return steep / max(1e-3, float(np.abs(coarse[region]).mean()))
