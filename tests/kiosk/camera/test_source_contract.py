"""One class of tests that every source must pass, whatever it films."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from kiosk.camera.frame import Frame, SourceKind
from kiosk.camera.picamera_source import PiCameraSource
from kiosk.camera.source import FrameSource, SourceSettings, open_source
from kiosk.camera.streams import grey_size
from kiosk.camera.supervisor import CaptureSupervisor
from kiosk.camera.webcam_source import WebcamSource
from kiosk.errors import CameraError

PATIENT_SECONDS = 60.0


@dataclass(frozen=True)
class Candidate:
    """A source under test: how to make one, what it must call itself, and whether its input ends."""

    make: Callable[[], FrameSource]
    kind: SourceKind
    ends: bool


class DrawnCapture:
    """A webcam with cv2.VideoCapture's signatures."""

    def __init__(self, index: int, backend: int) -> None:
        self.number = 0

    def isOpened(self) -> bool:  # noqa: N802
        return True

    def set(self, propId: int, value: float, /) -> bool:  # noqa: N803
        return True

    def read(self) -> tuple[bool, Any]:
        time.sleep(0.003)
        self.number += 1
        return True, np.full((480, 640, 3), self.number % 256, np.uint8)

    def release(self) -> None:
        pass


@pytest.fixture(
    params=["clip own", "clip fast", "clip portrait", "webcam", "picamera", "photo", "supervised clip", "supervised"]
)
def candidate(request: pytest.FixtureRequest) -> Candidate:
    name = request.param
    if "clip" in name:
        size = (480, 854) if "portrait" in name else (640, 360)
        path = request.getfixturevalue("make_clip")(frames=9, fps=60.0, size=size)
        settings = SourceSettings(kind="clip", path=str(path), pace="own" if "own" in name else "fast")
        return Candidate(lambda: _supervise(settings) if "supervised" in name else open_source(settings), "clip", True)
    if name == "webcam":
        settings = SourceSettings(kind="webcam")
        return Candidate(lambda: WebcamSource(settings, capture_factory=DrawnCapture), "webcam", False)
    if name == "picamera":
        request.getfixturevalue("picamera2")
        return Candidate(lambda: PiCameraSource(SourceSettings(kind="picamera")), "picamera", False)
    if name == "photo":
        shared: Path = request.getfixturevalue("shared")
        photo = shared / "data/faces/demo/rose_leslie/img1.jpg"
        settings = SourceSettings(kind="photo", path=str(photo), pace="fast", fps=3.0)
        return Candidate(lambda: open_source(settings), "photo", True)
    request.getfixturevalue("stand_ins")
    settings = SourceSettings(kind="webcam", fps=60.0)
    return Candidate(lambda: CaptureSupervisor(settings, opener="broken_sources:UniformSource"), "webcam", False)


def _supervise(settings: SourceSettings) -> CaptureSupervisor:
    return CaptureSupervisor(settings)


def _read(source: FrameSource) -> Frame:
    frame = source.read(PATIENT_SECONDS)
    assert frame is not None
    return frame


class TestFrameSource:
    def test_source_says_its_kind_before_it_starts(self, candidate: Candidate) -> None:
        assert candidate.make().kind == candidate.kind

    def test_frame_has_both_streams(self, candidate: Candidate) -> None:
        with candidate.make() as source:
            frame = _read(source)
        height, width, channels = frame.main.shape
        assert channels == 3
        assert max(height, width) <= 1280
        assert frame.grey.shape == grey_size(width, height)[::-1]
        assert frame.scale == pytest.approx(height / frame.grey.shape[0], rel=0.01)
        assert frame.source == candidate.kind

    def test_frame_is_contiguous_and_read_only(self, candidate: Candidate) -> None:
        with candidate.make() as source:
            frame = _read(source)
        for picture in (frame.main, frame.grey):
            assert picture.dtype == np.uint8
            assert picture.flags.c_contiguous
            with pytest.raises(ValueError, match="read-only"):
                picture[0, 0] = 1

    def test_frame_keeps_its_pixels_when_later_ones_arrive(self, candidate: Candidate) -> None:
        with candidate.make() as source:
            first = _read(source)
            kept = first.main.copy()
            for _ in range(4):
                _read(source)
        assert np.array_equal(first.main, kept)

    def test_index_and_time_rise(self, candidate: Candidate) -> None:
        with candidate.make() as source:
            frames = [_read(source) for _ in range(5)]
        indices = [frame.index for frame in frames]
        times = [frame.captured_at for frame in frames]
        assert indices == sorted(set(indices))
        assert times == sorted(set(times))

    def test_time_is_that_of_this_machine(self, candidate: Candidate) -> None:
        before = time.monotonic()
        with candidate.make() as source:
            frame = _read(source)
        assert before - 0.5 <= frame.captured_at <= time.monotonic() + 0.5

    def test_input_that_ended_stays_ended(self, candidate: Candidate) -> None:
        if not candidate.ends:
            pytest.skip("cameras do not end")
        with candidate.make() as source:
            while source.read(PATIENT_SECONDS) is not None:
                pass
            assert source.read(PATIENT_SECONDS) is None
            assert source.read(PATIENT_SECONDS) is None

    def test_source_restarts_from_the_beginning(self, candidate: Candidate) -> None:
        source = candidate.make()
        for _ in range(2):
            source.start()
            frames = [_read(source), _read(source)]
            source.stop()
            if isinstance(source, CaptureSupervisor) or candidate.kind == "webcam":
                assert frames[0].index < 200  # the newest frame, not always the first
            else:
                assert frames[0].index == 0

    def test_stop_is_idempotent(self, candidate: Candidate) -> None:
        source = candidate.make()
        source.stop()
        source.start()
        source.stop()
        source.stop()

    def test_read_before_start_says_so(self, candidate: Candidate) -> None:
        with pytest.raises(CameraError, match=r"call start\(\)"):
            candidate.make().read(0.1)

    def test_read_after_stop_says_so(self, candidate: Candidate) -> None:
        source = candidate.make()
        with source:
            _read(source)
        with pytest.raises(CameraError, match=r"call start\(\)"):
            source.read(0.1)

    def test_second_start_is_refused(self, candidate: Candidate) -> None:
        with candidate.make() as source:
            with pytest.raises(CameraError, match="running already"):
                source.start()
            assert source.read(PATIENT_SECONDS) is not None

    def test_challenge_is_accepted_at_any_time(self, candidate: Candidate) -> None:
        source = candidate.make()
        source.ask("left")
        with source:
            source.ask("nearer")
            source.compensate(0.5)
            _read(source)
        source.ask("up")
