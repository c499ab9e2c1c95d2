"""What a person is told whose picture does not serve, where a detector is needed that sees faces in part or covered.

The photos are the demo's; masks and lenses are drawn onto them, and the picture is moved where the person would move.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest

from tests.factories.theatre import Change, Theatre, open_theatre  # isort: skip

from benchmarks.drawn_occlusions import occlusions
from kiosk.camera.frame import Pixels
from kiosk.camera.portrait import FaceMarks, find_marks


@pytest.fixture(scope="module")
def theatre(demo_photos: Path, tmp_path_factory: pytest.TempPathFactory, model_folder: Path) -> Iterator[Theatre]:
    before = os.environ.get("PRESENSI_MODELS")
    os.environ["PRESENSI_MODELS"] = str(model_folder)
    try:
        with open_theatre(tmp_path_factory.mktemp("kiosk"), demo_photos, pack="evaluation") as made:
            yield made
    finally:
        if before is None:
            del os.environ["PRESENSI_MODELS"]
        else:
            os.environ["PRESENSI_MODELS"] = before


def marks_of(picture: Pixels) -> FaceMarks:
    return find_marks(picture, Path("standing"))


def beside(picture: Pixels) -> Pixels:
    """A third of the face is beyond the picture's left edge."""
    left, _, right, _ = marks_of(picture).box
    return shifted(picture, -(left + (right - left) / 3), 0.0, 1.0)


def too_near(picture: Pixels) -> Pixels:
    """So near that the face fills more than the picture."""
    eyes = np.stack(marks_of(picture).eyes)
    scale = 200.0 / float(np.linalg.norm(eyes[0] - eyes[1]))
    height, width = picture.shape[:2]
    middle = eyes.mean(axis=0)
    return shifted(picture, width / 2 - scale * middle[0], height * 0.6 - scale * middle[1], scale)


def against_the_window(picture: Pixels) -> Pixels:
    """A bright window behind a face in its shadow."""
    left, top, right, bottom = marks_of(picture).box
    shade = np.zeros(picture.shape[:2], np.float32)
    middle = (round((left + right) / 2), round((top + bottom) / 2))
    cv2.ellipse(shade, middle, (round(0.62 * (right - left)), round(0.8 * (bottom - top))), 0, 0, 360, 1.0, -1)
    shade = np.asarray(cv2.GaussianBlur(shade, (0, 0), 4), np.float32)[..., None]
    return np.asarray(picture * 0.1 * shade + 235 * (1 - shade), np.uint8)


def worn(kind: str) -> Change:
    return lambda picture: occlusions()[kind](picture, marks_of(picture), 1)


def shifted(picture: Pixels, x: float, y: float, scale: float) -> Pixels:
    """The picture enlarged about its corner, then moved by x and y pixels; the wall goes on beyond its edges."""
    height, width = picture.shape[:2]
    matrix = np.array([[scale, 0, x], [0, scale, y]], np.float32)
    return np.asarray(cv2.warpAffine(picture, matrix, (width, height), borderMode=cv2.BORDER_REPLICATE), np.uint8)


@pytest.mark.parametrize(
    ("change", "state"),
    [
        (beside, "approach_centre"),
        (too_near, "approach_back"),
        (against_the_window, "approach_back_light"),
        (worn("mask, surgical blue"), "approach_mask"),
        (worn("sunglasses, black"), "approach_sunglasses"),
    ],
    ids=["beside", "too near", "against the window", "mask", "sunglasses"],
)
def test_person_is_told_what_to_do(theatre: Theatre, change: Change, state: str) -> None:
    theatre.believe()
    theatre.stage.hold_up("biden", change=change)
    theatre.until(state)
    theatre.empty()
