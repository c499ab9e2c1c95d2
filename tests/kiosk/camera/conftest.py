"""Clips, stand-ins and settings for the camera's tests."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType

import cv2
import numpy as np
import pytest

STAND_INS = Path(__file__).parent / "stand_ins"
MakeClip = Callable[..., Path]


@pytest.fixture(autouse=True)
def _quick_detector(quick_face_detector: None) -> None:
    """For every test of the camera: photos are searched for faces."""


@pytest.fixture
def make_clip(tmp_path: Path) -> MakeClip:
    """Return a function that writes a clip whose frame n has the grey value 10 + 6 n."""

    def write(
        *, frames: int = 12, fps: float = 15.0, size: tuple[int, int] = (320, 240), name: str = "clip.mp4"
    ) -> Path:
        path = tmp_path / name
        codec = "mp4v" if path.suffix == ".mp4" else "MJPG"
        writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*codec), fps, size)
        assert writer.isOpened()
        for number in range(frames):
            writer.write(np.full((size[1], size[0], 3), 10 + 6 * number, np.uint8))
        writer.release()
        return path

    return write


@pytest.fixture
def stand_ins(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Make the modules in stand_ins importable, here and in processes that inherit our import path."""
    monkeypatch.syspath_prepend(str(STAND_INS))
    yield
    for name in ("picamera2", "broken_sources"):
        sys.modules.pop(name, None)


@pytest.fixture
def picamera2(stand_ins: None, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The stand-in for picamera2, freshly imported."""
    monkeypatch.delitem(sys.modules, "picamera2", raising=False)
    import picamera2

    return picamera2
