from __future__ import annotations

import sys
import time

import numpy as np
import pytest

from kiosk.camera.picamera_source import PiCameraSource, monotonic_seconds
from kiosk.camera.source import SourceSettings
from kiosk.errors import CameraError, CameraStalledError

BLUE_GREEN_RED = (200, 120, 40)
PATIENT_SECONDS = 60.0


def _source(**changes) -> PiCameraSource:
    return PiCameraSource(SourceSettings(kind="picamera", **changes))


def test_both_streams_come_from_one_request(picamera2) -> None:
    with _source(size=(1280, 720)) as source:
        frame = source.read(PATIENT_SECONDS)
        assert source.read(PATIENT_SECONDS) is not None
        assert picamera2.Picamera2.opened[0].requests_held == 0
    assert frame is not None
    assert frame.main.shape == (720, 1280, 3)
    assert tuple(frame.main[5, 5]) == BLUE_GREEN_RED
    assert frame.grey.shape == (180, 320)
    assert np.all(frame.grey == 90)


def test_padding_of_the_rows_is_cut_off(picamera2) -> None:
    with _source(size=(600, 480)) as source:
        frame = source.read(PATIENT_SECONDS)
        lores = picamera2.Picamera2.opened[0].camera_config["lores"]
    assert lores["stride"] > lores["size"][0] or lores["size"][0] % 64 == 0
    assert frame is not None
    assert frame.grey.shape == (256, 320)
    assert frame.grey.max() < 255


def test_camera_without_lores_gets_its_grey_from_main(picamera2, monkeypatch) -> None:
    monkeypatch.setattr(picamera2.Picamera2, "streams", 1)
    with _source() as source:
        frame = source.read(PATIENT_SECONDS)
    assert frame is not None
    expected = round(0.114 * BLUE_GREEN_RED[0] + 0.587 * BLUE_GREEN_RED[1] + 0.299 * BLUE_GREEN_RED[2])
    assert frame.grey.shape == (240, 320)
    assert np.all(np.abs(frame.grey.astype(int) - expected) <= 1)


@pytest.mark.parametrize("memory_format", ["BGR888", "XRGB8888"])
def test_other_colour_orders_become_bgr(picamera2, monkeypatch, memory_format) -> None:
    monkeypatch.setattr(picamera2.Picamera2, "forced_main_format", memory_format)
    with _source() as source:
        frame = source.read(PATIENT_SECONDS)
    assert frame is not None
    assert frame.main.shape == (480, 640, 3)
    assert tuple(frame.main[100, 100]) == BLUE_GREEN_RED


@pytest.mark.parametrize("memory_format", ["NV12", "YUV420"])
def test_planar_main_is_converted(picamera2, monkeypatch, memory_format) -> None:
    monkeypatch.setattr(picamera2.Picamera2, "forced_main_format", memory_format)
    with _source(size=(600, 400)) as source:
        frame = source.read(PATIENT_SECONDS)
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
            source.read(PATIENT_SECONDS)
        assert picamera2.Picamera2.opened[0].requests_held == 0


def test_stalled_camera_keeps_no_request_and_comes_back(picamera2, monkeypatch) -> None:
    with _source() as source:
        assert source.read(PATIENT_SECONDS) is not None
        monkeypatch.setattr(picamera2.Picamera2, "frozen", True)
        for _ in range(20):
            with pytest.raises(CameraStalledError, match="ribbon cable"):
                source.read(0.001)
        assert len(picamera2.Picamera2.opened[0].pending) == 1
        monkeypatch.setattr(picamera2.Picamera2, "frozen", False)
        frames = [source.read(PATIENT_SECONDS) for _ in range(8)]
        assert picamera2.Picamera2.opened[0].requests_held == 0
    assert [frame.index for frame in frames if frame is not None] == list(range(1, 9))


def test_stop_closes_the_camera_and_start_opens_it_again(picamera2) -> None:
    source = _source()
    for _ in range(2):
        with source:
            assert source.read(PATIENT_SECONDS) is not None
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
    before = time.monotonic()
    stamp = round((time.clock_gettime(time.CLOCK_BOOTTIME) - 0.040) * 1e9)
    moved = monotonic_seconds({"SensorTimestamp": stamp})
    after = time.monotonic()
    # The two clocks are read one after the other: a busy machine may let some time pass in between.
    assert before - 0.041 - (after - before) <= moved <= after - 0.039


@pytest.mark.parametrize("metadata", [{}, {"SensorTimestamp": 0}, {"SensorTimestamp": 1 << 62}])
def test_sensor_time_that_cannot_be_is_replaced_by_now(metadata) -> None:
    before = time.monotonic()
    assert before <= monotonic_seconds(metadata) <= time.monotonic()


OF_A_PI = {
    "AeEnable": (False, True, True),
    "AeMeteringMode": (0, 3, 0),
    "AeFlickerMode": (0, 1, 0),
    "AeFlickerPeriod": (100, 1000000, None),
    "ExposureValue": (-8.0, 8.0, 0.0),
    "AfMode": (0, 2, 0),
}
AUTOMATIC_SINCE_0_5 = {"ExposureTimeMode": (0, 1, 0), "AnalogueGainMode": (0, 1, 0)}


def _controls(picamera2, **changes) -> dict:
    with _source(**changes) as source:
        assert source.read(1.0) is not None
        return picamera2.Picamera2.opened[-1].camera_config["controls"]


def test_camera_exposes_and_focuses_by_itself_without_bands_under_lamps(picamera2, monkeypatch) -> None:
    monkeypatch.setattr(picamera2.Picamera2, "more_controls", OF_A_PI)
    assert _controls(picamera2) == {
        "FrameDurationLimits": (66667, 66667), "AeEnable": True, "AeMeteringMode": 0, "AfMode": 2, "AeFlickerMode": 1,
        "AeFlickerPeriod": 10_000,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("hertz", "flicker"), [(60, {"AeFlickerMode": 1, "AeFlickerPeriod": 8333}), (0, {"AeFlickerMode": 0})]
)
def test_camera_hides_the_flicker_of_the_mains_it_is_told(picamera2, monkeypatch, hertz, flicker) -> None:
    monkeypatch.setattr(picamera2.Picamera2, "more_controls", OF_A_PI)
    controls = _controls(picamera2, mains_hertz=hertz)
    assert {name: value for name, value in controls.items() if "Flicker" in name} == flicker


def test_camera_of_a_newer_libcamera_is_asked_by_its_newer_names(picamera2, monkeypatch) -> None:
    monkeypatch.setattr(picamera2.Picamera2, "more_controls", OF_A_PI | AUTOMATIC_SINCE_0_5)
    controls = _controls(picamera2)
    assert (controls["ExposureTimeMode"], controls["AnalogueGainMode"]) == (0, 0)
    assert "AeEnable" not in controls


def test_camera_without_such_controls_is_asked_for_none(picamera2) -> None:
    assert _controls(picamera2) == {"FrameDurationLimits": (66667, 66667)}


@pytest.mark.parametrize(("ev", "taken"), [(1.5, 1.5), (-2.0, -2.0), (99.0, 8.0)])
def test_exposure_is_shifted_within_what_the_camera_can(picamera2, monkeypatch, ev, taken) -> None:
    monkeypatch.setattr(picamera2.Picamera2, "more_controls", OF_A_PI)
    with _source() as source:
        source.compensate(ev)
    assert picamera2.Picamera2.opened[-1].controls_set == [{"ExposureValue": taken}]


def test_exposure_of_a_camera_without_the_control_is_left_alone(picamera2) -> None:
    source = _source()
    source.compensate(1.0)
    with source:
        source.compensate(1.0)
        assert source.read(1.0) is not None
    assert picamera2.Picamera2.opened[-1].controls_set == []


def _refuse(self, controls) -> None:
    raise RuntimeError("the camera is busy")


def test_camera_that_refuses_an_exposure_goes_on(picamera2, monkeypatch) -> None:
    monkeypatch.setattr(picamera2.Picamera2, "more_controls", OF_A_PI)
    with _source() as source:
        monkeypatch.setattr(picamera2.Picamera2, "set_controls", _refuse)
        source.compensate(1.0)
        assert source.read(1.0) is not None
