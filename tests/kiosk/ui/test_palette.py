"""Colours that everybody can read and tell apart."""

from __future__ import annotations

import re
from typing import get_args

import pytest

from kiosk.ui.palette import MINIMUM_CONTRAST, PALETTE, SURFACES, contrast, luminance
from kiosk.ui.view import BadgeIcon, Icon, Tone
from kiosk.ui.window import QML


@pytest.mark.parametrize(
    ("one", "other", "ratio"),
    [
        ("#000000", "#ffffff", 21.0),
        ("#ffffff", "#ffffff", 1.0),
        ("#767676", "#ffffff", 4.54),
        ("#ff0000", "#ffffff", 4.0),
    ],
)
def test_contrast_agrees_with_published_values(one: str, other: str, ratio: float) -> None:
    assert contrast(one, other) == pytest.approx(ratio, abs=0.01)
    assert contrast(other, one) == contrast(one, other)


@pytest.mark.parametrize("tone", get_args(Tone))
def test_every_text_and_icon_of_a_tone_stands_out(tone: Tone) -> None:
    paint = PALETTE[tone]
    assert contrast(paint.ink, paint.ground) >= MINIMUM_CONTRAST
    assert contrast(paint.faint, paint.ground) >= MINIMUM_CONTRAST
    assert contrast(paint.glyph, paint.disc) >= MINIMUM_CONTRAST
    assert contrast(paint.disc, paint.ground) >= 4.5


@pytest.mark.parametrize(
    ("text", "ground"),
    [
        ("plate_ink", "plate"),
        ("plate", "warning"),
        ("plate_ink", "button"),
        ("plate_ink", "button_pressed"),
        ("field_ink", "field"),
        ("field_hint", "field"),
    ],
)
def test_text_on_the_surfaces_stands_out(text: str, ground: str) -> None:
    assert contrast(SURFACES[text], SURFACES[ground]) >= MINIMUM_CONTRAST


def test_text_over_the_batik_stands_out() -> None:
    assert contrast(PALETTE["calm"].faint, SURFACES["batik"]) >= MINIMUM_CONTRAST


def test_good_and_bad_differ_in_brightness_too() -> None:
    assert abs(luminance(PALETTE["good"].ground) - luminance(PALETTE["bad"].ground)) > 0.3


def test_window_has_no_colours_of_its_own() -> None:
    for file in QML.glob("*.qml"):
        literals = set(re.findall(r'"(#[0-9a-fA-F]+|black|white|red|green|blue|orange)"', file.read_text("utf-8")))
        assert not literals, f"{file.name}: {literals}"


def test_every_icon_is_drawn() -> None:
    glyphs = (QML / "Glyph.qml").read_text("utf-8")
    missing = [icon for icon in (*get_args(Icon), *get_args(BadgeIcon)) if f'"{icon}": "' not in glyphs]
    assert not missing
