"""Pictures of one colour that a stand-in for the recogniser takes for faces: blue says who, green which frame."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, Final

import cv2
import numpy as np

from kiosk.recognizer.decision import ThresholdCurve
from kiosk.recognizer.enrolment import PhotoFault

_STEP: Final = 16
"""Between two shades, so that a JPEG's losses make nobody somebody else."""
CURVE: Final = ThresholdCurve((1, 10, 1000), (0.6, 0.7, 0.8))


def flat_jpeg(person: int, frame: int = 0, *, side: int = 32) -> bytes:
    """A JPEG that embed_flat sees as frame number `frame` of a person; person 0: there is no face."""
    picture = np.full((side, side, 3), (person * _STEP, frame * _STEP, 0), np.uint8)
    return bytes(cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, 100])[1])


def embed_flat(_pack: object, picture: Any) -> Any:
    """Frames of one person have a cosine of about 0.9, those of two people of 0."""
    person, frame = (round(int(picture[..., channel].mean()) / _STEP) for channel in (0, 1))
    if person == 0:
        return PhotoFault.NO_FACE
    noise = np.random.default_rng(1000 * person + frame).standard_normal(64)
    vector = np.zeros(128, np.float32)
    vector[person] = np.sqrt(0.9)
    vector[64:] = np.sqrt(0.1) * noise / np.linalg.norm(noise)
    return SimpleNamespace(embedding=vector, quality=None)


def flat_pack(name: str) -> Any:
    """What stands for an open pack."""
    return SimpleNamespace(name=name, curve=CURVE)
