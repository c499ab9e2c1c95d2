"""What a kiosk says with lights, sound and a door, beside its screen."""

from __future__ import annotations

from typing import Literal, Protocol

from kiosk.states import SignalKind

Part = Literal["relay", "blue", "orange", "buzzer", "speaker", "fill_light", "backlight"]
"""What can be tried by itself (kiosk.hardware.parts); a panel has the first four at most."""


class Panel(Protocol):
    """Lights, buzzer and door relay of one kiosk.

    An implementation must provide `signal`, `idle`, `lock`, `close`, `alarms`, `fitted` and `try_part`. It
      - returns from each of them at once: patterns and pulses run in the background;
      - lets a new signal replace the one before, wherever that one has got to;
      - releases no door while it is locked;
      - leaves every output in its safe state after `close`: door shut, lights and buzzer off;
      - raises HardwareError from `signal`, `idle`, `lock` and `try_part` after `close`; `close` may be called again.
    """

    @property
    def alarms(self) -> tuple[str, ...]:
        """What somebody should know of, a sentence each."""
        ...

    @property
    def fitted(self) -> tuple[Part, ...]:
        """The parts that can be tried now; no door while it is locked."""
        ...

    def try_part(self, part: Part) -> None:
        """Switch one part on as a signal would, the others not; `idle` or the next signal ends it."""
        ...

    def signal(self, kind: SignalKind) -> None:
        """Say that this has happened to a person: accepted, already, refused or trouble."""
        ...

    def idle(self) -> None:
        """Return to rest: nobody is being told anything. A door that is open stays open for its time."""
        ...

    def lock(self, *, locked: bool) -> None:
        """Shut the door at once and say that nobody is served, or rest and serve again."""
        ...

    def close(self) -> None:
        """Put everything into its safe state and let go of the pins."""
        ...
