"""A kiosk without lights, buzzer or door."""

from __future__ import annotations

from collections import deque
from typing import Final, Literal

from kiosk.errors import HardwareError
from kiosk.hardware.panel import Part
from kiosk.states import SignalKind

REMEMBERED: Final = 100


class NullPanel:
    """A Panel that drives nothing and remembers the last hundred things it was told, for whoever looks."""

    def __init__(self) -> None:
        self.told: deque[SignalKind | Literal["idle", "locked"]] = deque(maxlen=REMEMBERED)
        self.closed = False
        self.alarms: tuple[str, ...] = ()

    @property
    def fitted(self) -> tuple[Part, ...]:
        return ()

    def try_part(self, part: Part) -> None:
        """There is no part."""

    def signal(self, kind: SignalKind) -> None:
        self._require_open()
        self.told.append(kind)

    def idle(self) -> None:
        self._require_open()
        self.told.append("idle")

    def lock(self, *, locked: bool) -> None:
        self._require_open()
        self.told.append("locked" if locked else "idle")

    def close(self) -> None:
        self.closed = True

    def _require_open(self) -> None:
        if self.closed:
            raise HardwareError("the panel is closed: open a new one to signal again")
