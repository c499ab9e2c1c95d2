from __future__ import annotations

import threading
import time
from typing import Any

import cv2
import numpy as np
import pytest

from kiosk.camera.source import SourceSettings
from kiosk.camera.webcam_source import WebcamSource
from kiosk.errors import CameraError, CameraStalledError


class ScriptedCapture:
    """A webcam that can be unplugged, hang, or send rubbish; signatures of cv2.VideoCapture."""

    def __init__(self, index: int, backend: int) -> None:
        self.opened_as = (index, backend)
        self.settings: dict[int, float] = {}
        self.frames = 0
        self.bad_reads = 0
        self.unplugged = threading.Event()
        self.hanging = threading.Event()
        self.released = threading.Event()

    def isOpened(self) -> bool:  # noqa: N802
        return self.opened_as[0] < 90

    def set(self, propId: int, value: float, /) -> bool:  # noqa: N803
        self.settings[propId] = value
        return True

    def read(self) -> tuple[bool, Any]:
        time.sleep(0.002)
        while self.hanging.is_set():
            time.sleep(0.01)
        if self.unplugged.is_set():
            return False, None
        self.frames += 1
        if self.frames % 3 == 0 and self.bad_reads:
            self.bad_reads -= 1
            return False, None
        return True, np.full((480, 640, 3), self.frames % 256, np.uint8)

    def release(self) -> None:
        self.released.set()


@pytest.fixture
def captures() -> list[ScriptedCapture]:
    return []


@pytest.fixture
def webcam(captures: list[ScriptedCapture]):
    def factory(index: int, backend: int) -> ScriptedCapture:
        captures.append(ScriptedCapture(index, backend))
        return captures[-1]

    source = WebcamSource(SourceSettings(kind="webcam", device=2), capture_factory=factory)
    yield source
    for capture in captures:
        capture.hanging.clear()
    source.stop()


def _read_until_it_fails(webcam: WebcamSource, timeout_seconds: float) -> None:
    for _ in range(1000):
        webcam.read(timeout_seconds)


def test_webcam_asks_for_motion_jpeg_and_its_size(webcam, captures) -> None:
    webcam.start()
    assert captures[0].opened_as == (2, cv2.CAP_V4L2)
    assert captures[0].settings == {
        cv2.CAP_PROP_FOURCC: cv2.VideoWriter.fourcc(*"MJPG"),
        cv2.CAP_PROP_FRAME_WIDTH: 640,
        cv2.CAP_PROP_FRAME_HEIGHT: 480,
        cv2.CAP_PROP_FPS: 15,
    }


def test_slow_reader_gets_the_newest_frame_and_sees_the_gap(webcam, captures) -> None:
    webcam.start()
    first = webcam.read(10.0)
    while captures[0].frames < 20:
        time.sleep(0.005)
    second = webcam.read(10.0)
    assert second.index > first.index + 5
    assert int(second.main[0, 0, 0]) == second.index + 1


def test_corrupt_pictures_now_and_then_are_passed_over(webcam, captures) -> None:
    webcam.start()
    captures[0].bad_reads = 6
    for _ in range(10):
        assert webcam.read(10.0) is not None


def test_unplugged_webcam_is_an_error_with_advice(webcam, captures) -> None:
    webcam.start()
    assert webcam.read(10.0) is not None
    captures[0].unplugged.set()
    with pytest.raises(CameraError, match=r"Webcam 2 stopped delivering .*check its cable") as failed:
        _read_until_it_fails(webcam, 10.0)
    assert not isinstance(failed.value, CameraStalledError)


def test_hanging_webcam_stalls_and_comes_back(webcam, captures) -> None:
    webcam.start()
    assert webcam.read(10.0) is not None
    captures[0].hanging.set()
    with pytest.raises(CameraStalledError):
        _read_until_it_fails(webcam, 0.1)
    captures[0].hanging.clear()
    assert webcam.read(10.0) is not None


def test_stop_releases_the_device(webcam, captures) -> None:
    webcam.start()
    webcam.stop()
    assert captures[0].released.wait(10.0)


def test_busy_webcam_cannot_be_opened() -> None:
    source = WebcamSource(SourceSettings(kind="webcam", device=95), capture_factory=ScriptedCapture)
    with pytest.raises(CameraError, match="Webcam 95 cannot be opened: plug it in"):
        source.start()


def test_missing_device_cannot_be_opened() -> None:
    with pytest.raises(CameraError, match="Webcam 63 cannot be opened: plug it in"):
        WebcamSource(SourceSettings(kind="webcam", device=63)).start()
