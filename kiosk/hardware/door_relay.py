"""The relay that releases a door."""

from __future__ import annotations

from kiosk.hardware.pins import claiming
from kiosk.hardware.wiring import RelayWiring


class DoorRelay:
    """Releases the door for a while; shut from the moment of its making, and after `close`.

    A killed process leaves the pin as it was: `dtparam=strict_gpiod` lets the kernel reset it, and a relay board with
    a timer of its own bounds the pulse in hardware. Raises HardwareError when the pin cannot be claimed.
    """

    def __init__(self, wiring: RelayWiring) -> None:
        self._pulse_seconds = wiring.pulse_seconds
        with claiming("the door relay", wiring.pin) as gpiozero:
            self._relay = gpiozero.DigitalOutputDevice(wiring.pin, active_high=wiring.active_high, initial_value=False)

    def release(self) -> None:
        """Release the door for the pulse's time; again while it is released: from now on for the whole time."""
        self._relay.blink(on_time=self._pulse_seconds, off_time=0, n=1)

    def close(self) -> None:
        """Shut the door and let go of the pin."""
        if not self._relay.closed:
            self._relay.off()
            self._relay.close()
