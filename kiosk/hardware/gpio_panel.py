"""The panel of a Raspberry Pi kiosk, on gpiozero."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import ExitStack
from typing import Final

from kiosk.errors import HardwareError
from kiosk.hardware.buzzer import Chime, TonalChime
from kiosk.hardware.door_relay import Door, DoorRelay
from kiosk.hardware.panel import Part
from kiosk.hardware.status_light import LampPair, RgbLight, StatusLight
from kiosk.hardware.wiring import BuzzerWiring, PanelWiring, RelayWiring
from kiosk.states import SignalKind

DOOR_OPENERS: Final[frozenset[SignalKind]] = frozenset({"accepted", "already"})
"""Who was recognised is let in, also when the punch was a moment ago."""


class GpioPanel:
    """A Panel of the parts that the wiring names; thread-safe.

    Outputs are in their safe state from the start. Raises HardwareError, naming part and pin, when one cannot be
    claimed; the others are then let go again. open_door: who holds the door's pin; a kiosk takes GuardedDoor.
    """

    def __init__(self, wiring: PanelWiring, *, open_door: Callable[[RelayWiring], Door] = DoorRelay) -> None:
        self._lock = threading.Lock()
        self._closed = self._locked = False
        with ExitStack() as claimed:
            self._door = open_door(wiring.relay) if wiring.relay is not None else None
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

    @property
    def alarms(self) -> tuple[str, ...]:
        trouble = self._door.trouble if self._door is not None else None
        return (trouble,) if trouble else ()

    @property
    def fitted(self) -> tuple[Part, ...]:
        door: tuple[Part, ...] = ("relay",) if self._door is not None and not self._locked else ()
        light: tuple[Part, ...] = ("blue", "orange") if self._light is not None else ()
        return (*door, *light, *(("buzzer",) if self._chime is not None else ()))

    def try_part(self, part: Part) -> None:
        with self._lock:
            self._require_open()
            match part:
                case "relay" if self._door is not None and not self._locked:
                    self._door.release()
                case "blue" | "orange" if self._light is not None:
                    self._light.show("accepted" if part == "blue" else "trouble")
                case "buzzer" if self._chime is not None:
                    self._chime.play("accepted")

    def signal(self, kind: SignalKind) -> None:
        with self._lock:
            self._require_open()
            if self._door is not None and kind in DOOR_OPENERS and not self._locked:
                self._door.release()
            if self._light is not None:
                self._light.show(kind)
            if self._chime is not None:
                self._chime.play(kind)

    def idle(self) -> None:
        with self._lock:
            self._require_open()
            self._rest()

    def lock(self, *, locked: bool) -> None:
        with self._lock:
            self._require_open()
            self._locked = locked
            if locked and self._door is not None:
                self._door.shut()
            self._rest()

    def close(self) -> None:
        with self._lock:
            self._closed = True
            self._parts.close()

    def _rest(self) -> None:
        if self._light is None:
            return
        if self._locked:
            self._light.lock()
        else:
            self._light.rest()

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
