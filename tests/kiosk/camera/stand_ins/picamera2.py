"""A stand-in for picamera2 0.3.38: the same signatures, the same ownership rules, a drawn picture.

What it insists on, because the real one punishes it late or silently: valid stream keys, even sizes, configure before
start, and requests that come back. A camera whose requests are all held delivers nothing more.
"""

from __future__ import annotations

import time
from concurrent.futures import Future
from typing import Any, ClassVar

import numpy as np

PADDING = 64
VALID_KEYS = {"format", "size", "stride", "preserve_ar"}


class Job:
    def __init__(self) -> None:
        self.future: Future[CompletedRequest] = Future()

    def get_result(self, timeout: float | None = None) -> CompletedRequest:
        return self.future.result(timeout=timeout)


class CompletedRequest:
    def __init__(self, picam2: Picamera2, number: int) -> None:
        self.picam2, self.number, self.ref_count = picam2, number, 1
        self.config = dict(picam2.camera_config)
        self.stamp = round((time.clock_gettime(time.CLOCK_BOOTTIME) - 0.012) * 1e9)

    def acquire(self) -> None:
        self.ref_count += 1

    def release(self) -> None:
        self.ref_count -= 1
        assert self.ref_count >= 0, "released twice"
        if self.ref_count == 0:
            self.picam2.requests_held -= 1

    def make_array(self, name: str) -> np.ndarray:
        assert self.ref_count > 0, "read after release"
        config = self.config.get(name)
        if config is None:
            raise RuntimeError(f"Stream {name!r} is not defined")
        (width, height), stride, colour = config["size"], config["stride"], np.array([200, 120, 40], np.uint8)
        if config["format"] == "RGB888":
            rows = np.full((height, stride), 7, np.uint8)
            rows[:, : width * 3] = np.tile(colour, width)
            return np.ascontiguousarray(rows[:, : width * 3].reshape(height, width, 3))
        if config["format"] == "BGR888":
            return np.tile(colour[::-1], (height, width, 1))
        if config["format"] == "XRGB8888":
            return np.dstack([np.tile(colour, (height, width, 1)), np.full((height, width), 255, np.uint8)])
        assert config["format"] in {"YUV420", "NV12"}
        planes = np.full((height * 3 // 2, stride), 128, np.uint8)
        planes[:height, :width] = 90 + self.number % 50
        if config["format"] == "NV12":
            return planes[:, :width].copy()
        # Two rows of a colour plane lie side by side in one row of the array, each with padding of its own.
        planes[:height, width:] = planes[height:].reshape(-1, stride // 2)[:, width // 2 :] = 255
        return planes

    def make_buffer(self, name: str) -> np.ndarray:
        return self.make_array(name).reshape(-1)

    def get_metadata(self) -> dict[str, Any]:
        assert self.ref_count > 0, "read after release"
        return {"SensorTimestamp": self.stamp, "ExposureTime": 9000}


class Picamera2:
    cameras = 1
    streams = 2
    forced_main_format: str | None = None
    frozen = False
    more_controls: ClassVar[dict[str, Any]] = {}
    opened: ClassVar[list[Picamera2]] = []

    def __init__(
        self, camera_num: int = 0, verbose_console: Any = None, tuning: Any = None, allocator: Any = None
    ) -> None:
        if camera_num >= Picamera2.cameras:
            raise IndexError("list index out of range")
        self.camera_controls = {"FrameDurationLimits": (33333, 120000, 33333), "NoiseReductionMode": (0, 4, 0)}
        self.camera_controls |= Picamera2.more_controls
        self.controls_set: list[dict[str, Any]] = []
        self.camera_config: dict[str, Any] = {}
        self.started = self.closed = False
        self.requests_held = self.requests_made = 0
        self.pending: list[Job] = []
        Picamera2.opened.append(self)

    def create_video_configuration(
        self,
        main: Any = {},  # noqa: B006 - picamera2's own signature
        lores: Any = None,
        raw: Any = {},  # noqa: B006
        transform: Any = None,
        colour_space: Any = None,
        buffer_count: int = 6,
        controls: Any = {},  # noqa: B006
        display: str | None = "main",
        encode: str | None = "main",
        queue: bool = True,
        sensor: Any = {},  # noqa: B006
        use_case: str = "video",
    ) -> dict[str, Any]:
        for stream in (main, lores or {}):
            assert set(stream) <= VALID_KEYS, f"Bad key in {stream}"
        self._check_controls(controls)
        made = {"format": "XBGR8888", "size": (1280, 720)} | main
        small = None if lores is None else {"format": "YUV420", "size": made["size"]} | lores
        for stream in (made, small):
            if stream is not None:
                width, height = stream["size"]
                stream["size"] = (width - width % 2, height - height % 2)
        return {"main": made, "lores": small, "buffer_count": buffer_count, "controls": controls, "queue": queue}

    def configure(self, camera_config: Any = None) -> None:
        assert not self.started, "Camera must be stopped before configuring"
        if camera_config["lores"] is not None and Picamera2.streams < 2:
            raise RuntimeError(f"Invalid camera configuration: {camera_config}")
        config = dict(camera_config)
        for name in ("main", "lores"):
            if config[name] is not None:
                (width, height) = config[name]["size"]
                assert width % 2 == 0
                assert height % 2 == 0
                kind = (Picamera2.forced_main_format if name == "main" else None) or config[name]["format"]
                pixel_bytes = {"RGB888": 3, "BGR888": 3, "XRGB8888": 4}.get(kind, 1)
                stride = -(-width * pixel_bytes // PADDING) * PADDING
                config[name] = config[name] | {"format": kind, "stride": stride}
        self.camera_config = config

    def set_controls(self, controls: dict[str, Any]) -> None:
        assert self.started
        self._check_controls(controls)
        self.controls_set.append(controls)

    def _check_controls(self, controls: dict[str, Any]) -> None:
        for name in controls:
            if name not in self.camera_controls:
                raise RuntimeError(f"Control {name} is not advertised by libcamera")

    def camera_configuration(self) -> dict[str, Any]:
        return self.camera_config

    def start(self, config: Any = None, show_preview: Any = False) -> None:
        assert self.camera_config, "Camera has not been configured"
        self.started = True

    def stop(self) -> None:
        self.started = False

    def close(self) -> None:
        self.started, self.closed = False, True

    def cancel_all_and_flush(self) -> None:
        self.pending.clear()

    def capture_request(self, wait: Any = None, signal_function: Any = None, flush: Any = None) -> Job:
        assert wait is False, "a job that timed out inside picamera2 would keep a request for ever"
        assert self.started
        job = Job()
        self.pending.append(job)
        return job

    def wait(self, job: Job, timeout: float | None = None) -> CompletedRequest:
        if not Picamera2.frozen and self.requests_held < self.camera_config["buffer_count"]:
            self.requests_held += 1
            self.pending.pop(0).future.set_result(CompletedRequest(self, self.requests_made))
            self.requests_made += 1
            time.sleep(0.002)
        return job.get_result(timeout=timeout)
