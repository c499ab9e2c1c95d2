"""A USB webcam through OpenCV."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any, Protocol

import cv2
import numpy as np

from kiosk.camera.base_source import BaseSource, Exposure
from kiosk.camera.frame import SourceKind
from kiosk.camera.source import SourceSettings
from kiosk.errors import CameraError, CameraStalledError

FAILED_READS_ALLOWED = 5
"""In a row. Cheap webcams drop a corrupt JPEG now and then; an unplugged one fails for ever."""

RETRY_SECONDS = 0.05
CLOSE_SECONDS = 2.0


class Capture(Protocol):
    """The part of cv2.VideoCapture that a webcam needs."""

    def isOpened(self) -> bool: ...  # noqa: N802 - OpenCV's name

    def set(self, propId: int, value: float, /) -> bool: ...  # noqa: N803 - OpenCV's name

    def read(self) -> tuple[bool, Any]: ...

    def release(self) -> None: ...


CaptureFactory = Callable[[int, int], Capture]
"""Called with (index, apiPreference), as cv2.VideoCapture is."""


def open_video_device(index: int, backend: int) -> Capture:
    """Open /dev/video<index>."""
    return cv2.VideoCapture(index, backend)


class WebcamSource(BaseSource):
    """Frames of a webcam, always the newest one.

    A thread keeps reading, because V4L2 queues frames: whoever reads slowly would be shown the past. It also makes the
    timeout hold, which OpenCV's own `read` does not know. Asks for MJPG, with which USB 2 carries 640x480 at 30 fps.
    """

    kind: SourceKind = "webcam"

    def __init__(self, settings: SourceSettings, *, capture_factory: CaptureFactory = open_video_device) -> None:
        super().__init__()
        self._settings = settings
        self._capture_factory = capture_factory
        self._news = threading.Condition()
        self._closing = threading.Event()
        self._thread: threading.Thread | None = None
        self._newest: Exposure | None = None
        self._failure: str | None = None

    def _open(self) -> None:
        device = self._settings.device
        capture = self._capture_factory(device, cv2.CAP_V4L2)
        if not capture.isOpened():
            capture.release()
            raise CameraError(f"Webcam {device} cannot be opened: plug it in, and end other programs that use it.")
        width, height = self._settings.size
        capture.set(cv2.CAP_PROP_FOURCC, float(cv2.VideoWriter.fourcc(*"MJPG")))
        capture.set(cv2.CAP_PROP_FRAME_WIDTH, float(width))
        capture.set(cv2.CAP_PROP_FRAME_HEIGHT, float(height))
        capture.set(cv2.CAP_PROP_FPS, self._settings.fps)
        self._newest, self._failure = None, None
        self._closing = threading.Event()
        self._thread = threading.Thread(
            target=self._pump, args=(capture, self._closing), name=f"webcam-{device}", daemon=True
        )
        self._thread.start()

    def _expose(self, timeout_seconds: float) -> Exposure | None:
        with self._news:
            self._news.wait_for(lambda: self._newest is not None or self._failure is not None, timeout_seconds)
            exposure, self._newest = self._newest, None
            if exposure is not None:
                return exposure
            if self._failure is not None:
                raise CameraError(self._failure)
        raise CameraStalledError(
            f"Webcam {self._settings.device} sent no picture for {timeout_seconds:g} s: check its cable."
        )

    def _close(self) -> None:
        self._closing.set()
        if self._thread is not None:
            # A driver that hangs in read() must not take us along; the supervisor ends such a process.
            self._thread.join(CLOSE_SECONDS)
            self._thread = None

    def _pump(self, capture: Capture, closing: threading.Event) -> None:
        skipped = failures = 0
        try:
            while not closing.is_set() and failures < FAILED_READS_ALLOWED:
                arrived, picture = capture.read()
                captured_at = time.monotonic()
                if not arrived or picture is None:
                    failures += 1
                    closing.wait(RETRY_SECONDS)
                    continue
                failures = 0
                with self._news:
                    if closing.is_set():
                        return
                    skipped = skipped + 1 if self._newest is not None else 0
                    self._newest = Exposure(np.array(picture, dtype=np.uint8, order="C"), captured_at, skipped=skipped)
                    self._news.notify_all()
        except cv2.error as error:
            self._report_failure(closing, f"OpenCV says: {error}")
        else:
            self._report_failure(closing, "it was unplugged or its driver failed")
        finally:
            capture.release()

    def _report_failure(self, closing: threading.Event, reason: str) -> None:
        with self._news:
            if not closing.is_set():
                self._failure = f"Webcam {self._settings.device} stopped delivering ({reason}): check its cable."
                self._news.notify_all()
