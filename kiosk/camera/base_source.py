"""What all sources in this package share: the life cycle, the two streams, counting, and rising time stamps."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from dataclasses import dataclass
from types import TracebackType
from typing import Self

from kiosk.camera.frame import Frame, Pixels, SourceKind
from kiosk.camera.source import Step
from kiosk.camera.streams import fit_grey, limit_main, make_grey
from kiosk.errors import CameraError


@dataclass(frozen=True, slots=True)
class Exposure:
    """What a device delivered, before it becomes a Frame.

    picture: (height, width, 3) uint8 BGR, owned by the source no longer.
    captured_at: seconds on CLOCK_MONOTONIC.
    grey_plane: the camera's own small grey stream, (height', width') uint8; None where it has none.
    skipped: how many frames went by unseen before this one.
    """

    picture: Pixels
    captured_at: float
    grey_plane: Pixels | None = None
    skipped: int = 0


class BaseSource(ABC):
    """A FrameSource that lacks only its device.

    A subclass must set `kind` and override
        _open     open the device; raises SourceUnusableError or CameraError. `_close` follows even if it raised;
        _expose   wait at most `timeout_seconds` and return the next Exposure, None at the end of the input;
                  raises CameraStalledError or CameraError;
        _close    release whatever is open, which may be nothing; never raises.
    It may override `ask`, `compensate` and `current_person`.
    """

    kind: SourceKind

    def __init__(self) -> None:
        self._running = False
        self._ended = False
        self._next_index = 0
        self._last_captured_at = -math.inf

    @property
    def current_person(self) -> str | None:
        return None

    def start(self) -> None:
        if self._running:
            raise CameraError(f"The {self.kind} source is running already: stop it before starting it again.")
        try:
            self._open()
        except BaseException:
            self._close()
            raise
        self._running, self._ended = True, False
        self._next_index, self._last_captured_at = 0, -math.inf

    def read(self, timeout_seconds: float) -> Frame | None:
        if not self._running:
            raise CameraError(f"The {self.kind} source is not running: call start() before read().")
        exposure = None if self._ended else self._expose(timeout_seconds)
        if exposure is None:
            self._ended = True
            return None
        return self._frame(exposure)

    def stop(self) -> None:
        if self._running:
            self._running = False
            self._close()

    def ask(self, step: Step) -> None:  # noqa: B027 - a hook, not a duty
        """Ignore the challenge: people in front of a camera read it on the screen."""

    def compensate(self, ev: float) -> None:  # noqa: B027 - a hook, not a duty
        """Ignore the exposure: this source has no control for it."""

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _frame(self, exposure: Exposure) -> Frame:
        main = limit_main(exposure.picture)
        if exposure.grey_plane is None:
            grey = make_grey(main)
        else:
            grey = fit_grey(exposure.grey_plane, main.shape[1], main.shape[0])
        main.flags.writeable = grey.flags.writeable = False
        self._last_captured_at = max(exposure.captured_at, math.nextafter(self._last_captured_at, math.inf))
        index = self._next_index + exposure.skipped
        self._next_index = index + 1
        return Frame(main=main, grey=grey, captured_at=self._last_captured_at, index=index, source=self.kind)

    @abstractmethod
    def _open(self) -> None: ...

    @abstractmethod
    def _expose(self, timeout_seconds: float) -> Exposure | None: ...

    @abstractmethod
    def _close(self) -> None: ...
