"""The sound for those who do not look: one short beep is taken, a long low one is not."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from kiosk.hardware.pins import claiming
from kiosk.hardware.wiring import BuzzerWiring
from kiosk.states import SignalKind


@dataclass(frozen=True, slots=True)
class Beeps:
    """Some beeps alike; tone_hz (220 to 880) matters to a passive buzzer only."""

    on_seconds: float
    off_seconds: float
    times: int
    tone_hz: float


BEEPS: Final[Mapping[SignalKind, Beeps]] = MappingProxyType(
    {
        "accepted": Beeps(0.09, 0.0, 1, 880.0),
        "already": Beeps(0.09, 0.09, 2, 660.0),
        "misplaced": Beeps(0.3, 0.0, 1, 440.0),
        "refused": Beeps(0.7, 0.0, 1, 220.0),
        "trouble": Beeps(0.25, 0.15, 3, 220.0),
    }
)


class Chime:
    """A buzzer with one tone of its own. Raises HardwareError when the pin cannot be claimed."""

    def __init__(self, wiring: BuzzerWiring) -> None:
        with claiming("the buzzer", wiring.pin) as gpiozero:
            self._buzzer = gpiozero.Buzzer(wiring.pin, active_high=wiring.active_high, initial_value=False)

    def play(self, kind: SignalKind) -> None:
        """Start this signal's beeps and return."""
        beeps = BEEPS[kind]
        self._buzzer.beep(beeps.on_seconds, beeps.off_seconds, n=beeps.times)

    def close(self) -> None:
        """Fall silent and let go of the pin."""
        if not self._buzzer.closed:
            self._buzzer.off()
            self._buzzer.close()


class TonalChime:
    """A piezo that sings the tone it is given (PWM). Raises HardwareError when the pin cannot be claimed."""

    def __init__(self, wiring: BuzzerWiring) -> None:
        with claiming("the buzzer", wiring.pin) as gpiozero:
            self._buzzer = gpiozero.TonalBuzzer(wiring.pin)
        self._hush = threading.Event()
        self._singer: threading.Thread | None = None

    def play(self, kind: SignalKind) -> None:
        """Start this signal's beeps and return."""
        self._silence()
        self._hush = threading.Event()
        # A thread of our own: unlike Buzzer, gpiozero's TonalBuzzer has no background beep.
        self._singer = threading.Thread(target=self._sing, args=(BEEPS[kind], self._hush), name="chime", daemon=True)
        self._singer.start()

    def close(self) -> None:
        """Fall silent and let go of the pin."""
        self._silence()
        if not self._buzzer.closed:
            self._buzzer.stop()
            self._buzzer.close()

    def _sing(self, beeps: Beeps, hush: threading.Event) -> None:
        for _ in range(beeps.times):
            self._buzzer.play(beeps.tone_hz)
            hushed = hush.wait(beeps.on_seconds)
            self._buzzer.stop()
            if hushed or hush.wait(beeps.off_seconds):
                return

    def _silence(self) -> None:
        """End the beeps that are playing; waits only for the singer to notice, not for its beeps."""
        self._hush.set()
        if self._singer is not None:
            self._singer.join()
            self._singer = None
