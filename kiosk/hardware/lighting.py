"""When the screen is bright and the fill light on: pure, with the time and the light on the face as arguments."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Final

DARK_FACE: Final = 60.0
"""Luminance (0..255) below which a face is lit; the quality gate asks for more light a little below that."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LightingRules:
    """idle_seconds: nobody there for so long makes the kiosk rest. night_percent: the backlight's then, at night.

    night_from_hour, night_until_hour: local hours, 0 to 23; equal: there is no night.
    """

    idle_seconds: float = 30.0
    night_percent: int = 10
    night_from_hour: int = 18
    night_until_hour: int = 6


@dataclass(frozen=True, slots=True)
class Light:
    """How bright the screen's backlight is, 0 to 100 percent, and whether the fill light is on."""

    backlight_percent: int
    fill: bool


@dataclass(frozen=True, slots=True)
class Lighting:
    """When somebody was last noticed (monotonic seconds), and whether the face of this visit was dark."""

    noticed_at: float = -math.inf
    dark_face: bool = False

    def notice(self, now: float) -> Lighting:
        """Somebody moves or shows a face."""
        return replace(self, noticed_at=now)

    def see_face(self, luminance: float, now: float) -> Lighting:
        """A face of this luminance is there.

        Once dark, it counts as dark until nobody is there: lit by us it is bright, and the light would flicker.
        """
        return Lighting(noticed_at=now, dark_face=self.dark_face or luminance < DARK_FACE)

    def settle(self, now: float, rules: LightingRules) -> Lighting:
        """Forget the last visit's face when nobody is there any more."""
        return replace(self, dark_face=False) if not self.awake(now, rules) else self

    def awake(self, now: float, rules: LightingRules) -> bool:
        """Whether somebody was noticed a short while ago."""
        return now - self.noticed_at < rules.idle_seconds

    def light(self, now: float, hour: int, rules: LightingRules) -> Light:
        """The light for this moment and local hour."""
        night = is_night(hour, from_hour=rules.night_from_hour, until_hour=rules.night_until_hour)
        if not self.awake(now, rules):
            return Light(rules.night_percent if night else 100, False)
        return Light(100, night or self.dark_face)


def is_night(hour: int, *, from_hour: int, until_hour: int) -> bool:
    """Whether a local hour lies in the night, which may reach over midnight."""
    if from_hour <= until_hour:
        return from_hour <= hour < until_hour
    return hour >= from_hour or hour < until_hour
