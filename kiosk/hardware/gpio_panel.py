"""The panel of a Raspberry Pi kiosk, on gpiozero."""

from __future__ import annotations

import threading
from contextlib import ExitStack
from typing import Final

from kiosk.errors import HardwareError
from kiosk.hardware.buzzer import Chime, TonalChime
from kiosk.hardware.door_relay import DoorRelay
from kiosk.hardware.status_light import LampPair, RgbLight, StatusLight
from kiosk.hardware.wiring import BuzzerWiring, PanelWiring
from kiosk.states import SignalKind

DOOR_OPENERS: Final[frozenset[SignalKind]] = frozenset({"accepted", "already"})
"""Who was recognised is let in, also when the punch was a moment ago."""


class GpioPanel:
    """A Panel of the parts that the wiring names; thread-safe.

    Outputs are in their safe state from the start. Raises HardwareError, naming part and pin, when one cannot be
    claimed; the others are then let go again.
    """

    def __init__(self, wiring: PanelWiring) -> None:
        self._lock = threading.Lock()
        self._closed = False
        with ExitStack() as claimed:
            self._door = DoorRelay(wiring.relay) if wiring.relay is not None else None
            if self._door is not None:
                claimed.callback(self._door.close)
            self._light = _build_light(wiring)
            if self._light is not None:
                claimed.callback(self._light.close)
            self._chime = _build_chime(wiring.buzzer)
            if self._chime is not None:
                claimed.callback(self._chime.close)
            self._parts = claimed.pop_all()
        self.idle()

    def signal(self, kind: SignalKind) -> None:
        with self._lock:
            self._require_open()
            if self._door is not None and kind in DOOR_OPENERS:
                self._door.release()
            if self._light is not None:
                self._light.show(kind)
            if self._chime is not None:
                self._chime.play(kind)

    def idle(self) -> None:
        with self._lock:
            self._require_open()
            if self._light is not None:
                self._light.rest()

    def close(self) -> None:
        with self._lock:
            self._closed = True
            self._parts.close()

    def _require_open(self) -> None:
        if self._closed:
            raise HardwareError("the panel is closed: open a new one to signal again")


def _build_light(wiring: PanelWiring) -> StatusLight | None:
    if wiring.rgb is not None:
        return RgbLight(wiring.rgb)
    return LampPair(wiring.lamps) if wiring.lamps is not None else None


def _build_chime(wiring: BuzzerWiring | None) -> Chime | TonalChime | None:
    if wiring is None:
        return None
    return TonalChime(wiring) if wiring.passive else Chime(wiring)
