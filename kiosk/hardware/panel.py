"""What a kiosk says with lights, sound and a door, beside its screen."""

from __future__ import annotations

from typing import Protocol

from kiosk.states import SignalKind


class Panel(Protocol):
    """Lights, buzzer and door relay of one kiosk.

    An implementation must provide `signal`, `idle` and `close`. It
      - returns from each of them at once: patterns and pulses run in the background;
      - lets a new signal replace the one before, wherever that one has got to;
      - leaves every output in its safe state after `close`: door shut, lights and buzzer off;
      - raises HardwareError from `signal` and `idle` after `close`; `close` itself may be called again.
    """

    def signal(self, kind: SignalKind) -> None:
        """Say that this has happened to a person: accepted, already, refused or trouble."""
        ...

    def idle(self) -> None:
        """Return to rest: nobody is being told anything. A door that is open stays open for its time."""
        ...

    def close(self) -> None:
        """Put everything into its safe state and let go of the pins."""
        ...
