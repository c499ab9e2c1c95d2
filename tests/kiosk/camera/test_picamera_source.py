from __future__ import annotations

import sys
import time

import numpy as np
import pytest

from kiosk.camera.picamera_source import PiCameraSource, monotonic_seconds
from kiosk.camera.source import SourceSettings
from kiosk.errors import CameraError, CameraStalledError

BLUE_GREEN_RED = (200, 120, 40)


def _source(**changes) -> PiCameraSource:
    return PiCameraSource(SourceSettings(kind="picamera", **changes))


def test_both_streams_come_from_one_request(picamera2) -> None:
    with _source(size=(1280, 720)) as source:
        frame = source.read(1.0)
        assert source.read(1.0) is not None
        assert picamera2.Picamera2.opened[0].requests_held == 0
    assert frame is not None
    assert frame.main.shape == (720, 1280, 3)
    assert tuple(frame.main[5, 5]) == BLUE_GREEN_RED
    assert frame.grey.shape == (180, 320)
    assert np.all(frame.grey == 90)


def test_padding_of_the_rows_is_cut_off(picamera2) -> None:
    with _source(size=(600, 480)) as source:
        frame = source.read(1.0)
        lores = picamera2.Picamera2.opened[0].camera_config["lores"]
    assert lores["stride"] > lores["size"][0] or lores["size"][0] % 64 == 0
    assert frame is not None
    assert frame.grey.shape == (256, 320)
    assert frame.grey.max() < 255


def test_camera_without_lores_gets_its_grey_from_main(picamera2, monkeypatch) -> None:
    monkeypatch.setattr(picamera2.Picamera2, "streams", 1)
    with _source() as source:
        frame = source.read(1.0)
    assert frame is not None
    expected = round(0.114 * BLUE_GREEN_RED[0] + 0.587 * BLUE_GREEN_RED[1] + 0.299 * BLUE_GREEN_RED[2])
    assert frame.grey.shape == (240, 320)
    assert np.all(np.abs(frame.grey.astype(int) - expected) <= 1)


@pytest.mark.parametrize("memory_format", ["BGR888", "XRGB8888"])
def test_other_colour_orders_become_bgr(picamera2, monkeypatch, memory_format) -> None:
    monkeypatch.setattr(picamera2.Picamera2, "forced_main_format", memory_format)
    with _source() as source:
        frame = source.read(1.0)
    assert frame is not None
    assert frame.main.shape == (480, 640, 3)
    assert tuple(frame.main[100, 100]) == BLUE_GREEN_RED


@pytest.mark.parametrize("memory_format", ["NV12", "YUV420"])
def test_planar_main_is_converted(picamera2, monkeypatch, memory_format) -> None:
    monkeypatch.setattr(picamera2.Picamera2, "forced_main_format", memory_format)
    with _source(size=(600, 400)) as source:
        frame = source.read(1.0)
    assert frame is not None
    assert frame.main.shape == (400, 600, 3)
    assert np.ptp(frame.main) <= 1  # grey everywhere: the padding's white is gone


def test_unknown_format_is_named(picamera2, monkeypatch) -> None:
    monkeypatch.setattr(picamera2.Picamera2, "forced_main_format", "RGB888")
    with _source() as source:
        picamera2.Picamera2.opened[0].camera_config["main"]["format"] = "SBGGR10"
        monkeypatch.setattr(
            picamera2.CompletedRequest, "make_array", lambda self, name: np.zeros((480, 640, 3), np.uint8)
        )
        with pytest.raises(CameraError, match="SBGGR10, which is not handled"):
            source.read(1.0)
        assert picamera2.Picamera2.opened[0].requests_held == 0


def test_stalled_camera_keeps_no_request_and_comes_back(picamera2, monkeypatch) -> None:
    with _source() as source:
        assert source.read(1.0) is not None
        monkeypatch.setattr(picamera2.Picamera2, "frozen", True)
        for _ in range(20):
            with pytest.raises(CameraStalledError, match="ribbon cable"):
                source.read(0.001)
        assert len(picamera2.Picamera2.opened[0].pending) == 1
        monkeypatch.setattr(picamera2.Picamera2, "frozen", False)
        frames = [source.read(1.0) for _ in range(8)]
        assert picamera2.Picamera2.opened[0].requests_held == 0
    assert [frame.index for frame in frames if frame is not None] == list(range(1, 9))


def test_stop_closes_the_camera_and_start_opens_it_again(picamera2) -> None:
    source = _source()
    for _ in range(2):
        with source:
            assert source.read(1.0) is not None
    assert [camera.closed for camera in picamera2.Picamera2.opened] == [True, True]


def test_camera_that_is_not_there_is_an_error_with_advice(picamera2) -> None:
    with pytest.raises(CameraError, match=r"Raspberry Pi camera 3 cannot be opened .*ribbon cable"):
        _source(device=3).start()


def test_missing_picamera2_says_what_to_install(monkeypatch) -> None:
    monkeypatch.setitem(sys.modules, "picamera2", None)
    with pytest.raises(CameraError, match="apt install python3-picamera2"):
        _source().start()


def test_frame_rate_is_asked_for(picamera2) -> None:
    with _source(fps=20.0):
        config = picamera2.Picamera2.opened[0].camera_config
    assert config["controls"] == {"FrameDurationLimits": (50_000, 50_000)}
    assert config["queue"] is False


def test_sensor_time_is_moved_to_the_monotonic_clock() -> None:
    stamp = round((time.clock_gettime(time.CLOCK_BOOTTIME) - 0.040) * 1e9)
    assert monotonic_seconds({"SensorTimestamp": stamp}) == pytest.approx(time.monotonic() - 0.040, abs=0.030)


@pytest.mark.parametrize("metadata", [{}, {"SensorTimestamp": 0}, {"SensorTimestamp": 1 << 62}])
def test_sensor_time_that_cannot_be_is_replaced_by_now(metadata) -> None:
    before = time.monotonic()
    assert before <= monotonic_seconds(metadata) <= time.monotonic()
