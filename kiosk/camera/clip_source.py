"""A video file as a camera."""

from __future__ import annotations

import math
import os
from pathlib import Path

import cv2
import numpy as np

from kiosk.camera.base_source import BaseSource, Exposure
from kiosk.camera.frame import SourceKind
from kiosk.camera.source import SourceSettings, required_path
from kiosk.camera.timeline import Timeline
from kiosk.errors import CameraError, SourceUnusableError

FALLBACK_FPS = 25.0
"""For files that do not say, or say nonsense."""

STALE_SECONDS = 0.5
"""A machine that decodes slower than real time may fall this far behind before the clip is slowed down."""


class ClipSource(BaseSource):
    """Plays a clip from its first frame, beginning with the first `read`; the rotation noted in the file is applied.

    At pace "own" frame n comes n / fps seconds after the first one and late frames are skipped; at pace "fast" every
    frame comes as soon as it is asked for. With `loop` it begins again after the last frame, and index and time go on.
    """

    kind: SourceKind = "clip"

    def __init__(self, settings: SourceSettings) -> None:
        super().__init__()
        self._path = required_path(settings)
        self._pace = settings.pace
        self._loop = settings.loop
        self._capture: cv2.VideoCapture | None = None
        self._timeline = Timeline(fps=FALLBACK_FPS, pace=self._pace)
        self._position = 0

    def _open(self) -> None:
        self._capture = _open_clip(self._path)
        self._timeline = Timeline(fps=_sane_fps(self._capture), pace=self._pace)
        self._position = 0

    def _expose(self, timeout_seconds: float) -> Exposure | None:
        due = self._timeline.wait_for_due(self._position, timeout_seconds)
        skipped = due - self._position
        for _ in range(skipped + 1):
            if not self._advance():
                return None
        shown, picture = self._opened().retrieve()
        if not shown:
            raise CameraError(f"A frame of {self._path} cannot be decoded: convert the clip to H.264 in MP4.")
        self._timeline.forgive_delay(due, STALE_SECONDS)
        return Exposure(np.asarray(picture, dtype=np.uint8), self._timeline.due_at(due), skipped=skipped)

    def _advance(self) -> bool:
        if not self._opened().grab():
            if not self._loop or self._position == 0:
                return False
            self._opened().release()
            self._capture = _open_clip(self._path)
            if not self._capture.grab():
                return False
        self._position += 1
        return True

    def _opened(self) -> cv2.VideoCapture:
        if self._capture is None:
            raise CameraError("The clip is closed: call start() before read().")
        return self._capture

    def _close(self) -> None:
        if self._capture is not None:
            self._capture.release()
            self._capture = None


def _open_clip(path: Path) -> cv2.VideoCapture:
    if not path.exists():
        raise SourceUnusableError(f"There is no clip {path}: give the path of a video file.")
    if not path.is_file():
        raise SourceUnusableError(f"{path} is not a file: give the path of a video file.")
    if not os.access(path, os.R_OK):
        raise SourceUnusableError(f"The clip {path} may not be read: change its permissions.")
    if path.stat().st_size == 0:
        raise SourceUnusableError(f"The clip {path} is empty: record or copy it again.")
    # FFmpeg would write its own lines about a broken file to stderr; the error below says it in one sentence.
    os.environ.setdefault("OPENCV_FFMPEG_LOGLEVEL", "-8")
    if not _frames_at_least(path, 2):
        raise SourceUnusableError(f"{path} is not a video that can be read: give an MP4, AVI, MKV or WebM file.")
    return cv2.VideoCapture(str(path), cv2.CAP_FFMPEG)


def _frames_at_least(path: Path, wanted: int) -> bool:
    """Tell whether so many frames can be grabbed; FFmpeg opens text and pictures too, as clips of 0 or 1 frame."""
    probe = cv2.VideoCapture(str(path), cv2.CAP_FFMPEG)
    try:
        return probe.isOpened() and all(probe.grab() for _ in range(wanted))
    finally:
        probe.release()


def _sane_fps(capture: cv2.VideoCapture) -> float:
    fps = float(capture.get(cv2.CAP_PROP_FPS))
    return fps if math.isfinite(fps) and 1.0 <= fps <= 240.0 else FALLBACK_FPS
