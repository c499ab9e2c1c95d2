"""The benchmark of spoilt pictures of strangers."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.hard_strangers import accepted, darkened, far, kinds, moved
from kiosk.camera.portrait import FaceMarks
from kiosk.recognizer.decision import DecisionRule

RULE = DecisionRule(threshold=0.8, margin=0.05)


@pytest.fixture
def marks() -> FaceMarks:
    """Eyes sixty pixels apart."""
    points = np.zeros((68, 2), np.float32)
    points[36:42], points[42:48] = (70, 80), (130, 80)
    return FaceMarks((40.0, 40.0, 160.0, 160.0), points)


def test_stranger_is_named_above_the_threshold_and_with_the_margin_only() -> None:
    axes = np.eye(3, dtype=np.float32)
    stranger = np.array([0.9, 0.4, 0.17], np.float32)
    assert accepted(stranger, [axes, axes[1:]], RULE) == 0.5
    alike = np.stack([axes[0], np.array([0.99, 0.14, 0], np.float32)])
    assert accepted(stranger, [alike], RULE) == 0.0


def test_every_kind_gives_a_picture_of_the_same_size(marks: FaceMarks) -> None:
    picture = np.random.default_rng(1).integers(0, 255, (200, 200, 3)).astype(np.uint8)
    spoilt = [spoil(picture, marks, 1) for name, spoil in kinds().items() if not name.startswith(("mask", "sun"))]
    assert {each.shape for each in spoilt} == {picture.shape}
    assert {each.dtype for each in spoilt} == {picture.dtype}
    for spoil in (far(16), moved(0.3), darkened(0.12)):
        assert np.abs(spoil(picture, marks, 1).astype(int) - picture).mean() > 5
