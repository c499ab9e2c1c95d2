"""Sources that misbehave in the ways cameras do; opened by name inside the capture process.

settings.path names a file that remembers that a source has misbehaved already: only the first one does.
"""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

import numpy as np

from kiosk.camera.base_source import BaseSource, Exposure
from kiosk.camera.source import SourceSettings, Step
from kiosk.errors import CameraError, SourceUnusableError

GOOD_FRAMES = 4


class UniformSource(BaseSource):
    """Every frame has one value everywhere, its number modulo 251, so that a torn frame shows."""

    def __init__(self, settings: SourceSettings) -> None:
        super().__init__()
        self.kind = settings.kind
        self.settings = settings
        self.number = 0
        self.steps: list[Step] = []
        self.exposures: list[str] = []

    @property
    def current_person(self) -> str | None:
        return "+".join([*self.steps, *self.exposures]) or None

    def ask(self, step: Step) -> None:
        self.steps.append(step)

    def compensate(self, ev: float) -> None:
        self.exposures.append(f"{ev:+.1f}")

    def _open(self) -> None:
        self.number = 0

    def _expose(self, timeout_seconds: float) -> Exposure | None:
        time.sleep(1.0 / self.settings.fps)
        width, height = self.settings.size
        picture = np.full((height, width, 3), self.number % 251, np.uint8)
        self.number += 1
        return Exposure(picture, time.monotonic())

    def _close(self) -> None:
        pass


class ShortSource(UniformSource):
    """Ends after 40 frames and takes no time over them."""

    def _expose(self, timeout_seconds: float) -> Exposure | None:
        if self.number == 40:
            return None
        exposure = Exposure(np.full((480, 640, 3), self.number % 251, np.uint8), time.monotonic())
        self.number += 1
        return exposure


class OnceBroken(UniformSource):
    def first_time(self) -> bool:
        if self.number != GOOD_FRAMES:
            return False
        marker = Path(self.settings.path or "")
        if marker.exists():
            return False
        marker.touch()
        return True

    def _expose(self, timeout_seconds: float) -> Exposure | None:
        if self.first_time():
            self.misbehave()
        return super()._expose(timeout_seconds)

    def misbehave(self) -> None:
        raise NotImplementedError


class HangsInRead(OnceBroken):
    def misbehave(self) -> None:
        while True:
            signal.pause()


class HangsInStop(OnceBroken):
    def misbehave(self) -> None:
        raise CameraError("The cable came off: plug it in.")

    def _close(self) -> None:
        if self.number == GOOD_FRAMES:
            while True:
                signal.pause()


class ExitsHard(OnceBroken):
    def misbehave(self) -> None:
        os._exit(3)


class DiesOfSignal(OnceBroken):
    def misbehave(self) -> None:
        os.kill(os.getpid(), signal.SIGKILL)


class Raises(OnceBroken):
    def misbehave(self) -> None:
        raise ZeroDivisionError("a driver's surprise")


class HangsInStopAlways(UniformSource):
    def _close(self) -> None:
        while True:
            signal.pause()


class Unusable(UniformSource):
    def _open(self) -> None:
        raise SourceUnusableError("The clip is empty: record it again.")


class Missing(UniformSource):
    def _open(self) -> None:
        raise CameraError("Webcam 7 cannot be opened: plug it in.")
