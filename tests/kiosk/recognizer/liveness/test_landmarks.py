"""The 68 landmarks: the same from any detector's box, and none rather than wrong ones."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from kiosk.camera.frame import Pixels
from kiosk.errors import PackError
from kiosk.recognizer.face import Box
from kiosk.recognizer.liveness import landmarks as landmarks_module
from kiosk.recognizer.liveness.landmarks import LandmarkFinder, eye_distance
from kiosk.recognizer.models.hog_detector import HogDetector
from kiosk.recognizer.models.yunet_detector import YuNetDetector


@pytest.fixture(scope="session")
def loaded() -> LandmarkFinder:
    finder = LandmarkFinder()
    finder.load()
    return finder


@pytest.fixture
def finder(loaded: LandmarkFinder) -> LandmarkFinder:
    loaded.forget()
    return loaded


@pytest.fixture
def box(portrait: Pixels, make_frame: Any) -> Box:
    (found,) = HogDetector().find(make_frame(portrait))
    return found.box


def test_points_lie_where_a_face_has_them(finder: LandmarkFinder, portrait: Pixels, box: Box) -> None:
    points = finder.find(portrait, box)
    assert points is not None
    assert (points.shape, points.dtype) == ((68, 2), np.float32)
    eyes, nose, mouth, chin = points[36:48].mean(axis=0), points[30], points[48:68].mean(axis=0), points[8]
    assert eyes[1] < nose[1] < mouth[1] < chin[1]
    assert 0.3 * box.width < eye_distance(points) < 0.6 * box.width


def test_boxes_of_both_detectors_end_in_the_same_points(
    finder: LandmarkFinder, portrait: Pixels, box: Box, models: Path, make_frame: Any
) -> None:
    (tall,) = YuNetDetector(models / "yunet/face_detection_yunet_2023mar.onnx").find(make_frame(portrait))
    one = finder.find(portrait, box)
    finder.forget()
    other = finder.find(portrait, tall.box)
    assert one is not None
    assert other is not None
    assert np.sqrt(((one - other) ** 2).sum(axis=1).mean()) < 0.05 * eye_distance(one)


def test_wall_has_no_landmarks_that_can_be_trusted(finder: LandmarkFinder, wall: Pixels, portrait: Pixels) -> None:
    assert finder.find(wall, Box(200, 150, 360, 310)) is None


def test_box_beside_the_face_gives_none_or_the_face(finder: LandmarkFinder, portrait: Pixels, box: Box) -> None:
    true = finder.find(portrait, box)
    assert true is not None
    finder.forget()
    shifted = dataclasses.replace(box, top=box.top + box.height // 2, bottom=box.bottom + box.height // 2)
    found = finder.find(portrait, shifted)
    assert found is None or np.abs(found - true).max() < 0.25 * eye_distance(true)


def test_damaged_model_is_not_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "points.dat").write_bytes(b"not a model")
    monkeypatch.setattr(landmarks_module, "model_path", lambda _name: tmp_path / "points.dat")
    with pytest.raises(PackError, match="not the landmark model"):
        LandmarkFinder().load()
