"""The motion sensor that notices people before the camera can tell a face."""

from __future__ import annotations

from collections.abc import Callable

from kiosk.hardware.pins import claiming
from kiosk.hardware.wiring import PresenceWiring


class PresenceSensor:
    """A PIR. Raises HardwareError when the pin cannot be claimed.

    on_presence: called in a thread of gpiozero's each time that somebody begins to move. A sensor whose cable came off
    sees nobody: the pin is pulled to where nobody is.
    """

    def __init__(self, wiring: PresenceWiring, *, on_presence: Callable[[], None] = lambda: None) -> None:
        with claiming("the motion sensor", wiring.pin) as gpiozero:
            self._sensor = gpiozero.DigitalInputDevice(wiring.pin, pull_up=not wiring.active_high)
        self._sensor.when_activated = on_presence

    @property
    def present(self) -> bool:
        """Whether somebody moves at this moment; a PIR goes on saying so for a few seconds."""
        return bool(self._sensor.value)

    def close(self) -> None:
        """Let go of the pin."""
        self._sensor.close()
