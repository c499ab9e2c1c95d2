"""The light that makes a dark face bright enough to be recognised."""

from __future__ import annotations

from kiosk.hardware.pins import claiming
from kiosk.hardware.wiring import FillLightWiring


class FillLight:
    """Off from the start and after `close`. Raises HardwareError when the pin cannot be claimed."""

    def __init__(self, wiring: FillLightWiring) -> None:
        with claiming("the fill light", wiring.pin) as gpiozero:
            self._lamp = gpiozero.LED(wiring.pin, active_high=wiring.active_high, initial_value=False)

    def shine(self, on: bool) -> None:
        """Shine or not, from now on."""
        if on:
            self._lamp.on()
        else:
            self._lamp.off()

    def close(self) -> None:
        """Go dark and let go of the pin."""
        if not self._lamp.closed:
            self._lamp.off()
            self._lamp.close()
