"""The relay that releases a door."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Protocol

from kiosk.hardware.pins import claiming
from kiosk.hardware.wiring import LONGEST_PULSE_SECONDS, RelayWiring


class Door(Protocol):
    """A door that can be released; must provide `release`, `shut`, `close` and `trouble`. None of them may wait.

    It is shut from the start and after `close`, and never stays released for longer than LONGEST_PULSE_SECONDS.
    """

    @property
    def trouble(self) -> str | None:
        """Why the door cannot be released, in one sentence; None: it can."""
        ...

    def release(self) -> None:
        """Release the door for the pulse's time; again while it is released: from now on for the whole time."""
        ...

    def shut(self) -> None:
        """End a pulse that is running."""
        ...

    def close(self) -> None:
        """Shut the door and let go of the pin."""
        ...


class DoorRelay:
    """A Door on a pin of this process. Raises HardwareError when the pin cannot be claimed.

    It is only as safe as its process: GuardedDoor puts it into one of its own. A killed process leaves the pin as it
    was, unless `dtparam=strict_gpiod` lets the kernel reset it (docs/hardware.md).
    """

    trouble: str | None = None

    def __init__(self, wiring: RelayWiring, *, now: Callable[[], float] = time.monotonic) -> None:
        self._pulse_seconds = wiring.pulse_seconds
        self._now = now
        self._released_at = 0.0
        with claiming("the door relay", wiring.pin) as gpiozero:
            self._relay = gpiozero.DigitalOutputDevice(wiring.pin, active_high=wiring.active_high, initial_value=False)

    def release(self) -> None:
        now = self._now()
        if not self._relay.value:
            self._released_at = now
        # A queue of people prolongs the pulse, but not for ever: the door must be seen to shut.
        left_seconds = self._released_at + LONGEST_PULSE_SECONDS - now
        if left_seconds > 0:
            # Now, and not when the pulse's thread gets its turn.
            self._relay.on()
            self._relay.blink(on_time=min(self._pulse_seconds, left_seconds), off_time=0, n=1)

    def shut(self) -> None:
        self._relay.off()

    def close(self) -> None:
        if not self._relay.closed:
            self._relay.off()
            self._relay.close()
