"""The light that says from afar how it went: blue for taken, orange for not taken, and a rhythm of its own for each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final, Literal, Protocol

from kiosk.hardware.pins import claiming
from kiosk.hardware.wiring import LampWiring, RgbWiring
from kiosk.states import SignalKind

Colour = Literal["blue", "orange"]
Rgb = tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class Rhythm:
    """How the light shines: off_seconds 0 means steadily; times None: until it is told something else."""

    colour: Colour
    on_seconds: float = 0.0
    off_seconds: float = 0.0
    times: int | None = None


RHYTHMS: Final[Mapping[SignalKind, Rhythm]] = MappingProxyType(
    {
        "accepted": Rhythm("blue"),
        "already": Rhythm("blue", 0.25, 0.15, 2),
        "misplaced": Rhythm("orange", 0.9, 0.2, 1),
        "refused": Rhythm("orange", 0.3, 0.2, 3),
        "trouble": Rhythm("orange", 0.6, 0.6),
    }
)
RGB: Final[Mapping[Colour, Rgb]] = MappingProxyType({"blue": (0.0, 0.15, 1.0), "orange": (1.0, 0.35, 0.0)})
RESTING: Final[Rgb] = (0.0, 0.02, 0.12)
"""A dim blue: the kiosk is on and waits."""
LOCKED: Final[Rgb] = (0.25, 0.08, 0.0)
"""A dim orange: the kiosk is on and serves nobody."""


class StatusLight(Protocol):
    """One or more lamps; must provide `show`, `rest`, `lock` and `close`, none of which may wait."""

    def show(self, kind: SignalKind) -> None:
        """Shine as this signal does."""
        ...

    def rest(self) -> None:
        """Shine as a kiosk that waits."""
        ...

    def lock(self) -> None:
        """Shine as a kiosk that serves nobody."""
        ...

    def close(self) -> None:
        """Go dark and let go of the pins."""
        ...


class RgbLight:
    """A light of three colours (PWM). Raises HardwareError when a pin cannot be claimed."""

    def __init__(self, wiring: RgbWiring) -> None:
        with claiming("the status light", wiring.red, wiring.green, wiring.blue) as gpiozero:
            self._led = gpiozero.RGBLED(wiring.red, wiring.green, wiring.blue, active_high=wiring.active_high)

    def show(self, kind: SignalKind) -> None:
        rhythm = RHYTHMS[kind]
        if rhythm.off_seconds == 0:
            self._led.color = RGB[rhythm.colour]
        else:
            self._led.blink(
                rhythm.on_seconds,
                rhythm.off_seconds,
                on_color=RGB[rhythm.colour],
                off_color=(0, 0, 0),
                n=rhythm.times,
            )

    def rest(self) -> None:
        self._led.color = RESTING

    def lock(self) -> None:
        self._led.color = LOCKED

    def close(self) -> None:
        if not self._led.closed:
            self._led.off()
            self._led.close()


class LampPair:
    """A blue and an orange lamp, dark at rest. Raises HardwareError when a pin cannot be claimed."""

    def __init__(self, wiring: LampWiring) -> None:
        with claiming("the blue lamp", wiring.blue) as gpiozero:
            blue = gpiozero.LED(wiring.blue, active_high=wiring.active_high, initial_value=False)
        try:
            with claiming("the orange lamp", wiring.orange) as gpiozero:
                orange = gpiozero.LED(wiring.orange, active_high=wiring.active_high, initial_value=False)
        except BaseException:
            blue.close()
            raise
        self._lamps: Mapping[Colour, Any] = {"blue": blue, "orange": orange}

    def show(self, kind: SignalKind) -> None:
        rhythm = RHYTHMS[kind]
        for colour, lamp in self._lamps.items():
            if colour != rhythm.colour:
                lamp.off()
            elif rhythm.off_seconds == 0:
                lamp.on()
            else:
                lamp.blink(rhythm.on_seconds, rhythm.off_seconds, n=rhythm.times)

    def rest(self) -> None:
        for lamp in self._lamps.values():
            lamp.off()

    def lock(self) -> None:
        self._lamps["blue"].off()
        self._lamps["orange"].on()

    def close(self) -> None:
        for lamp in self._lamps.values():
            if not lamp.closed:
                lamp.off()
                lamp.close()
