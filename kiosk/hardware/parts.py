"""The fitted parts of a kiosk at work, one at a time, so that somebody can see whether each does what it should."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from kiosk.hardware.fittings import Fittings
from kiosk.hardware.panel import Panel, Part
from kiosk.hardware.speaker import NullSpeaker, Speaker

TRIAL_SECONDS: Final = 3.0
"""How long fill light and screen show what they can."""


@dataclass(frozen=True, slots=True)
class PartsOnTrial:
    """What is fitted to this kiosk, while it goes on working; see kiosk.hardware.walk_through for one that does not."""

    panel: Panel
    speaker: Speaker
    fittings: Fittings

    @property
    def fitted(self) -> tuple[Part, ...]:
        """The parts, in the order in which they are tried."""
        lights = self.fittings.lights.fitted if self.fittings.lights is not None else ()
        speaker: tuple[Part, ...] = () if isinstance(self.speaker, NullSpeaker) else ("speaker",)
        return (*self.panel.fitted, *lights, *speaker)

    def try_part(self, part: Part) -> None:
        """Switch it on until it rests by itself, or the next one is tried. HardwareError when it cannot be driven."""
        self.panel.idle()
        match part:
            case "speaker":
                self.speaker.play("accepted")
            case "fill_light" | "backlight":
                if self.fittings.lights is not None:
                    self.fittings.lights.try_part(part, TRIAL_SECONDS)
            case _:
                self.panel.try_part(part)
