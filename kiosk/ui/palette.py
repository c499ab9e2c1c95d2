"""The colours of the screen, one set for each tone, and how their contrast is computed.

Good is blue and bad is orange, so that nobody has to tell red from green (about one man in twelve cannot). Every text
stands on its ground with at least 7:1 (WCAG 2.2, success criterion 1.4.6), because lobbies are bright.
At rest the sheet is light: it is also the lamp that lights the face before the camera. At night, while nobody is there,
it is dark.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from kiosk.ui.view import Tone

MINIMUM_CONTRAST: Final = 7.0


@dataclass(frozen=True, slots=True)
class Paint:
    """Colours of one tone, as #rrggbb.

    ground: the sheet; ink: main text and icon on it; faint: small text on it.
    disc, glyph: the round plate behind the icon and the icon; accent: frame around the face on the live picture.
    """

    ground: str
    ink: str
    faint: str
    disc: str
    glyph: str
    accent: str


PALETTE: Final[Mapping[Tone, Paint]] = MappingProxyType(
    {
        "calm": Paint("#f7f5f0", "#0b1f3a", "#37475e", "#0b4a9e", "#ffffff", "#ffffff"),
        "night": Paint("#0f1620", "#cfd8e4", "#a9b6c6", "#8fb4e0", "#0f1620", "#7d8b9c"),
        "busy": Paint("#e3eefc", "#0b1f3a", "#2c4263", "#0b4a9e", "#ffffff", "#8fc8ff"),
        "good": Paint("#0b4a9e", "#ffffff", "#e2eeff", "#ffffff", "#0b4a9e", "#5db2ff"),
        "notice": Paint("#ffe2ad", "#2b1a00", "#4a2f05", "#0b4a9e", "#ffffff", "#ffd27a"),
        "bad": Paint("#ff9d2e", "#1c0f00", "#2a1700", "#1c0f00", "#ffb35c", "#ff9d2e"),
        "trouble": Paint("#262b33", "#ffffff", "#d9dee6", "#ffa53d", "#1c0f00", "#ffa53d"),
    }
)

PLATE: Final = "#0b1f3a"
"""Ground of everything that lies on the live picture (unit, clock, badges), and of the place where it is missing."""
PLATE_INK: Final = "#ffffff"
WARNING: Final = "#ffb454"
"""Badges: dark text (PLATE) on this."""
BUTTON: Final = "#0b4a9e"
BUTTON_PRESSED: Final = "#083a7d"
FIELD: Final = "#ffffff"
FIELD_INK: Final = "#0b1f3a"
FIELD_HINT: Final = "#46566d"
BATIK: Final = "#f1ede4"
"""The pattern on the calm sheet: a shade off its ground, so that text on it keeps its contrast."""

SURFACES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "plate": PLATE,
        "plate_ink": PLATE_INK,
        "warning": WARNING,
        "button": BUTTON,
        "button_pressed": BUTTON_PRESSED,
        "field": FIELD,
        "field_ink": FIELD_INK,
        "field_hint": FIELD_HINT,
        "batik": BATIK,
    }
)
"""The colours that no tone changes, under the names that the window's files use."""


def luminance(colour: str) -> float:
    """Relative luminance of #rrggbb, 0 to 1 (WCAG 2.2, definition of relative luminance, IEC 61966-2-1 sRGB)."""
    channels = [int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """Contrast ratio of two colours #rrggbb, 1 to 21 (WCAG 2.2, definition of contrast ratio)."""
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)
