"""A Raspberry Pi camera through picamera2, which comes with the system and is imported only when one is opened."""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping
from typing import Any

import cv2
import numpy as np

from kiosk.camera.base_source import BaseSource, Exposure
from kiosk.camera.frame import Pixels, SourceKind
from kiosk.camera.source import SourceSettings
from kiosk.camera.streams import grey_size
from kiosk.errors import CameraError, CameraStalledError

logger = logging.getLogger(__name__)

BUFFER_COUNT = 4
"""Requests in flight: one with us, one ready, two being filled."""

OLDEST_STAMP_SECONDS = 5.0
"""A sensor time stamp older than this was made by another clock and is not believed."""

PLANAR_FORMATS = {"YUV420", "YVU420", "NV12", "NV21"}
"""Their first rows are the grey picture. make_array cuts the padding off the rows of NV12, not off those of YUV420."""

TO_BGR = {
    # picamera2 names formats as libcamera does, from the highest byte down: "RGB888" lies in memory as B, G, R.
    "BGR888": cv2.COLOR_RGB2BGR,
    "XRGB8888": cv2.COLOR_BGRA2BGR,
    "XBGR8888": cv2.COLOR_RGBA2BGR,
    "YUV420": cv2.COLOR_YUV2BGR_I420,
    "YVU420": cv2.COLOR_YUV2BGR_YV12,
    "NV12": cv2.COLOR_YUV2BGR_NV12,
    "NV21": cv2.COLOR_YUV2BGR_NV21,
    "YUYV": cv2.COLOR_YUV2BGR_YUYV,
    "MJPEG": cv2.COLOR_RGB2BGR,
}


# Values of libcamera's enumerations, as numbers: the names of their members have changed, the numbers have not.
METERING_CENTRE_WEIGHTED = 0
AUTOMATIC = 0
FLICKER_OFF, FLICKER_MANUAL = 0, 1
AUTOFOCUS_CONTINUOUS = 2


class PiCameraSource(BaseSource):
    """Two streams of a Raspberry Pi camera: `main` for crops and preview, the grey plane of `lores` for detection.

    Where the pipeline offers one stream only (plain libcamera, some USB cameras), grey is computed from main.
    A request is held just long enough to copy both pictures out of it, so that the camera never runs out of buffers.
    Follows picamera2 0.3.38. `stop()` may block for ever on a camera whose cable came off: run it supervised.
    """

    kind: SourceKind = "picamera"

    def __init__(self, settings: SourceSettings) -> None:
        super().__init__()
        self._settings = settings
        # picamera2 has no type information, and is not installed where types are checked.
        self._camera: Any = None
        self._pending: Any = None
        self._has_lores = False

    def _open(self) -> None:
        device = self._settings.device
        try:
            from picamera2 import Picamera2
        except ImportError as error:
            raise CameraError(
                "picamera2 is not installed: run `sudo apt install python3-picamera2`, or choose another camera."
            ) from error
        try:
            self._camera = Picamera2(device)
            self._configure()
            self._camera.start()
        except (RuntimeError, IndexError, OSError) as error:
            raise CameraError(
                f"Raspberry Pi camera {device} cannot be opened ({error}): check its ribbon cable, "
                "and end other programs that use it."
            ) from error

    def compensate(self, ev: float) -> None:
        """Shift the exposure where the camera can; between `start` and `stop` only."""
        if self._camera is None or "ExposureValue" not in self._camera.camera_controls:
            return
        least, most, _ = self._camera.camera_controls["ExposureValue"]
        try:
            self._camera.set_controls({"ExposureValue": float(min(most, max(least, ev)))})
        except (RuntimeError, ValueError) as error:
            # The picture is darker than it could be; that is no reason to be without one.
            logger.warning("The camera does not take an exposure of %+.1f EV: %s", ev, error)

    def _expose(self, timeout_seconds: float) -> Exposure | None:
        request = self._next_request(timeout_seconds)
        try:
            picture = bgr_picture(request.make_array("main"), self._stream("main"))
            plane = grey_plane(request.make_array("lores"), self._stream("lores")) if self._has_lores else None
            captured_at = monotonic_seconds(request.get_metadata())
        except (RuntimeError, ValueError, cv2.error) as error:
            raise CameraError(f"The camera delivered a picture that cannot be read ({error}): restart it.") from error
        finally:
            request.release()
        return Exposure(picture, captured_at, plane)

    def _close(self) -> None:
        camera, self._camera, self._pending = self._camera, None, None
        if camera is None:
            return
        try:
            camera.cancel_all_and_flush()
            camera.stop()
            camera.close()
        except (RuntimeError, OSError):
            # There is nobody to tell: the camera is given up either way, and a new start() says what is wrong.
            return

    def _configure(self) -> None:
        settings = self._settings
        streams: dict[str, Any] = {"main": {"size": settings.size, "format": settings.main_format}}
        try:
            self._camera.configure(self._video_configuration(streams, {"size": grey_size(*settings.size)}))
        except (RuntimeError, AttributeError, IndexError, TypeError):
            # A pipeline with a single stream refuses in different places, depending on its age.
            self._camera.configure(self._video_configuration(streams, None))
        configuration = self._camera.camera_configuration()
        lores = configuration.get("lores")
        self._has_lores = lores is not None and lores["format"] in PLANAR_FORMATS

    def _video_configuration(self, streams: Mapping[str, Any], lores: Mapping[str, Any] | None) -> Any:
        microseconds = round(1_000_000 / self._settings.fps)
        known = self._camera.camera_controls
        controls = automatic_controls(self._settings.mains_hertz, known)
        if "FrameDurationLimits" in known:
            controls["FrameDurationLimits"] = (microseconds, microseconds)
        extra: dict[str, Any] = {"controls": controls} if controls else {}
        if self._settings.rotation_degrees == 180:
            from libcamera import Transform

            extra["transform"] = Transform(hflip=1, vflip=1)
        # queue=False: the next picture from now on, not one that has been lying ready.
        return self._camera.create_video_configuration(
            main=dict(streams["main"]),
            lores=None if lores is None else dict(lores),
            buffer_count=BUFFER_COUNT,
            queue=False,
            **extra,
        )

    def _next_request(self, timeout_seconds: float) -> Any:
        """Return a completed request, which the caller must release.

        A job that timed out stays in picamera2's queue and would swallow a request for good; so it is kept here and
        waited for again by the next read.
        """
        if self._pending is None:
            self._pending = self._camera.capture_request(wait=False)
        try:
            request = self._camera.wait(self._pending, timeout=timeout_seconds)
        except TimeoutError as error:
            raise CameraStalledError(
                f"The Raspberry Pi camera sent no picture for {timeout_seconds:g} s: check its ribbon cable."
            ) from error
        except RuntimeError as error:
            self._pending = None
            raise CameraError(f"The Raspberry Pi camera failed ({error}): check its ribbon cable.") from error
        self._pending = None
        return request

    def _stream(self, name: str) -> Mapping[str, Any]:
        stream: Mapping[str, Any] = self._camera.camera_configuration()[name]
        return stream


def automatic_controls(mains_hertz: int, known: Mapping[str, Any]) -> dict[str, Any]:
    """Controls that let the camera expose and focus by itself, without bands under lamps; only those it knows.

    Lamps flicker at twice the mains frequency: exposures of whole periods (AeFlickerPeriod, microseconds) hide it.
    ExposureTimeMode and AnalogueGainMode came after libcamera 0.4, where AeEnable alone says the same.
    """
    wanted: dict[str, Any] = {
        **({"ExposureTimeMode": AUTOMATIC} if "ExposureTimeMode" in known else {"AeEnable": True}),
        "AnalogueGainMode": AUTOMATIC,
        "AeMeteringMode": METERING_CENTRE_WEIGHTED,
        "AfMode": AUTOFOCUS_CONTINUOUS,
        "AeFlickerMode": FLICKER_MANUAL if mains_hertz else FLICKER_OFF,
    }
    if mains_hertz:
        wanted["AeFlickerPeriod"] = round(1_000_000 / (2 * mains_hertz))
    return {name: value for name, value in wanted.items() if name in known}


def bgr_picture(array: Pixels, stream: Mapping[str, Any]) -> Pixels:
    """Turn what make_array("main") returned into a contiguous (height, width, 3) BGR picture.

    stream: the entry of camera_configuration(), of which "format" and "size" are read.
    Raises CameraError for a format that is not handled.
    """
    pixel_format, (width, height) = stream["format"], stream["size"]
    if pixel_format == "RGB888":
        return np.ascontiguousarray(array[:, :, :3])
    if pixel_format not in TO_BGR:
        raise CameraError(f"The camera delivers {pixel_format}, which is not handled: set main_format to RGB888.")
    picture = cv2.cvtColor(np.ascontiguousarray(array), TO_BGR[pixel_format])
    # Rows of planar formats still carry the padding that the hardware needs.
    return np.ascontiguousarray(picture[:height, :width], dtype=np.uint8)


def grey_plane(array: Pixels, stream: Mapping[str, Any]) -> Pixels:
    """Cut the grey picture out of what make_array returned for a planar stream: first `height` rows, `width` wide."""
    width, height = stream["size"]
    return np.ascontiguousarray(array[:height, :width])


def monotonic_seconds(metadata: Mapping[str, Any]) -> float:
    """Return when the sensor began the picture, in seconds on CLOCK_MONOTONIC.

    libcamera's SensorTimestamp counts nanoseconds on CLOCK_BOOTTIME, which also runs while the machine sleeps. When
    it is missing, ahead of now or older than OLDEST_STAMP_SECONDS, now is returned: that is late by a frame at most.
    """
    now = time.monotonic()
    stamp = metadata.get("SensorTimestamp")
    if stamp is None:
        return now
    slept_seconds = time.clock_gettime(time.CLOCK_BOOTTIME) - now
    captured_at = float(stamp) / 1e9 - slept_seconds
    return captured_at if now - OLDEST_STAMP_SECONDS <= captured_at <= now else now
