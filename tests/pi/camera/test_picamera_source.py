"""PiCameraSource on the real picamera2, which plays libcamera's virtual camera."""

from __future__ import annotations

import importlib.metadata
import os
import signal
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from kiosk.camera.frame import Frame
from kiosk.camera.picamera_source import BUFFER_COUNT, PiCameraSource, automatic_controls
from kiosk.camera.source import SourceSettings, open_source
from kiosk.camera.streams import make_grey
from kiosk.camera.supervisor import CaptureSupervisor, Patience
from kiosk.errors import CameraError, CameraStalledError
from tests.kiosk.camera.test_source_contract import Candidate
from tests.kiosk.camera.test_source_contract import TestFrameSource as FrameSourceContract
from tests.pi.camera.virtual_camera import OPENER, REQUESTS, SIZE

PATIENT_SECONDS = 60.0
PATIENCE = Patience(stall=20.0, open=60.0, first_pause=0.05, longest_pause=0.2)
SETTINGS = SourceSettings(kind="picamera", size=SIZE)


@pytest.fixture(params=["in this process", "supervised"])
def candidate(request: pytest.FixtureRequest, virtual_camera: None) -> Candidate:
    if request.param == "supervised":
        return Candidate(lambda: CaptureSupervisor(SETTINGS, opener=OPENER, patience=PATIENCE), "picamera", False)
    return Candidate(lambda: open_source(SETTINGS), "picamera", False)


class TestVirtualCamera(FrameSourceContract):
    """What every source must pass."""


@pytest.fixture
def source(virtual_camera: None) -> PiCameraSource:
    return PiCameraSource(SETTINGS)


def read(source: PiCameraSource | CaptureSupervisor) -> Frame:
    frame = source.read(PATIENT_SECONDS)
    assert frame is not None
    return frame


def wait_until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENT_SECONDS
    while not condition():
        assert time.monotonic() < deadline, "what the test waits for did not happen"
        time.sleep(0.01)


def played(frames: Path) -> list[Any]:
    """What each JPEG file becomes: the camera hands on its full-range luma and chroma as they are, in NV12."""
    pictures = []
    for file in sorted(frames.glob("*.jpg")):
        luma, red, blue = cv2.split(cv2.cvtColor(cv2.imread(str(file)), cv2.COLOR_BGR2YCrCb))
        chroma = cv2.resize(cv2.merge([blue, red]), (SIZE[0] // 2, SIZE[1] // 2), interpolation=cv2.INTER_AREA)
        planes = np.vstack([luma, chroma.reshape(SIZE[1] // 2, SIZE[0])])
        pictures.append(cv2.cvtColor(planes, cv2.COLOR_YUV2BGR_NV12).astype(int))
    return pictures


def nearest(picture: Any, candidates: list[Any]) -> float:
    """Mean difference, in grey values, to the candidate that is most like the picture."""
    return min(float(np.abs(candidate - picture).mean()) for candidate in candidates)


def test_camera_is_the_real_picamera2_on_libcamera(source: PiCameraSource) -> None:
    import libcamera
    import picamera2

    assert importlib.metadata.version("picamera2") == "0.3.38"
    assert Path(libcamera.__file__).is_relative_to("/usr/lib/python3/dist-packages")
    assert "stand_ins" not in str(picamera2.__file__)
    with source:
        assert source._camera.camera_properties["Model"] == "Virtual kiosk camera"


def test_main_shows_what_was_played_in_its_colours(source: PiCameraSource, frames: Path) -> None:
    with source:
        frame = read(source)
    assert frame.main.shape == (SIZE[1], SIZE[0], 3)
    pictures = played(frames)
    right, swapped = nearest(frame.main, pictures), nearest(frame.main[..., ::-1], pictures)
    assert right < 1.5
    assert swapped > 3 * right


def test_lores_is_the_grey_plane_of_the_same_moment(source: PiCameraSource) -> None:
    with source:
        configuration = source._camera.camera_configuration()
        frames = [read(source) for _ in range(5)]
    assert configuration["lores"]["format"] == "NV12"
    assert configuration["lores"]["size"] == (320, 240)
    assert configuration["lores"]["stride"] >= 320
    for frame in frames:
        assert frame.grey.shape == (240, 320)
        drawn, computed = frame.grey.astype(int), make_grey(frame.main).astype(int)
        # A plane's luma spans 16 to 235, a computed grey 0 to 255: they agree but for that and the scaling.
        assert np.corrcoef(drawn.ravel(), computed.ravel())[0, 1] > 0.99


def test_requests_are_given_back(source: PiCameraSource, monkeypatch: pytest.MonkeyPatch) -> None:
    from picamera2.request import CompletedRequest

    held = []
    make_array = CompletedRequest.make_array

    def note(request: Any, name: str) -> Any:
        held.append(request)
        return make_array(request, name)

    monkeypatch.setattr(CompletedRequest, "make_array", note)
    with source:
        for _ in range(3 * BUFFER_COUNT):
            read(source)
            # What the camera was not given back stays referenced; one may wait in picamera2 for the next who asks.
            assert sum(request.ref_count > 0 for request in {id(each): each for each in held}.values()) <= 1
    assert BUFFER_COUNT == REQUESTS


def test_held_requests_stall_the_camera_and_their_return_revives_it(source: PiCameraSource) -> None:
    with source:
        read(source)
        held = [source._camera.capture_request() for _ in range(BUFFER_COUNT)]
        with pytest.raises(CameraStalledError, match="ribbon cable"):
            source.read(0.5)
        for request in held:
            request.release()
        assert read(source).index == 1


def test_wrong_stream_name_is_an_error_of_the_real_picamera2(
    source: PiCameraSource, monkeypatch: pytest.MonkeyPatch
) -> None:
    from picamera2.request import CompletedRequest

    make_array = CompletedRequest.make_array
    monkeypatch.setattr(CompletedRequest, "make_array", lambda request, name: make_array(request, f"{name}-s"))
    with source, pytest.raises(CameraError, match="Stream 'main-s' is not defined"):
        read(source)


def test_camera_that_is_not_plugged_in_is_an_error_with_advice(virtual_camera: None) -> None:
    with pytest.raises(CameraError, match=r"Raspberry Pi camera 3 cannot be opened .*ribbon cable"):
        PiCameraSource(SourceSettings(kind="picamera", device=3)).start()


def test_camera_that_is_in_use_can_be_opened_afterwards(source: PiCameraSource, virtual_camera: None) -> None:
    second = PiCameraSource(SETTINGS)
    with source:
        read(source)
        with pytest.raises(CameraError, match="end other programs"):
            second.start()
    with second:
        read(second)


@pytest.mark.parametrize("size", [(640, 480), (320, 240)])
def test_camera_restarts_with_fresh_buffers(virtual_camera: None, size: tuple[int, int]) -> None:
    source = PiCameraSource(SourceSettings(kind="picamera", size=size))
    before = len(os.listdir("/proc/self/fd"))
    for _ in range(4):
        with source:
            assert [read(source).index for _ in range(3)] == [0, 1, 2]
    assert len(os.listdir("/proc/self/fd")) <= before + 8


def test_killed_capture_process_is_replaced(virtual_camera: None) -> None:
    with CaptureSupervisor(SETTINGS, opener=OPENER, patience=PATIENCE) as source:
        first = read(source)
        for life in range(1, 3):
            pid = source.child_pid
            assert pid is not None
            os.kill(pid, signal.SIGKILL)
            wait_until(lambda: source.health.restarts >= life and source.health.working)  # noqa: B023
            after = read(source)
            assert after.index > first.index
            assert after.captured_at > first.captured_at
            assert source.child_pid != pid
            first = after


def test_frozen_capture_process_is_replaced(virtual_camera: None) -> None:
    hurried = Patience(stall=3.0, open=60.0, first_pause=0.05, longest_pause=0.2)
    with CaptureSupervisor(SETTINGS, opener=OPENER, patience=hurried) as source:
        read(source)
        pid = source.child_pid
        assert pid is not None
        os.kill(pid, signal.SIGSTOP)
        wait_until(lambda: source.health.restarts >= 1 and source.health.working)
        assert read(source).main.shape == (SIZE[1], SIZE[0], 3)
        assert source.child_pid != pid


def test_camera_is_asked_only_for_controls_that_it_knows(source: PiCameraSource) -> None:
    with source:
        read(source)
        asked = automatic_controls(50, source._camera.camera_controls)
        assert asked.keys() <= source._camera.camera_controls.keys()
        source.compensate(0.5)
        assert read(source).main.size
