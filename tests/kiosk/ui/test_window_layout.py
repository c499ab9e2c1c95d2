"""What is on the window fits, is readable and large enough, on every screen and panel."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QRectF

from kiosk.ui.gallery import LONG_MESSAGE, NAMES, SURROUNDINGS
from kiosk.ui.inspection import inspect, rendered_contrast
from kiosk.ui.phrases import Language
from kiosk.ui.presenter import Enrolment, present_enrolment
from kiosk.ui.scenes import LONG_NAME, SCENES, scene
from kiosk.ui.screens import Stage
from kiosk.ui.window import LANDSCAPE, PORTRAIT
from tests.factories.stages import CALM

CUT = frozenset({LONG_MESSAGE.strip()})
FEW = (
    "idle", "accepted_session", "choose", "find_name_found", "enter_pin", "month", "refused_offer", "locked", "op_menu",
    "op_consent", "op_review", "op_capture_left", "op_device_bad",
)  # fmt: skip
"""One of each layout; `presensi kiosk screens` looks at everything."""


@pytest.mark.parametrize(
    ("size", "language", "length", "states"),
    [
        (PORTRAIT, "id", "long", SCENES),
        (PORTRAIT, "en", "short", FEW),
        (PORTRAIT, "en", "long", FEW),
        (LANDSCAPE, "id", "short", FEW),
        (LANDSCAPE, "id", "long", FEW),
        (LANDSCAPE, "en", "long", SCENES),
    ],
)
def test_every_screen_is_whole_readable_and_large_enough(
    size: tuple[int, int], language: Language, length: str, states: Sequence[str]
) -> None:
    with Stage(size=size, language=language) as stage:
        for state in states:
            view, setting = scene(state, SURROUNDINGS[length], language=language, person_name=NAMES[length])
            stage.show(view, setting)
            found = inspect(stage.window.window, stage.shot(), panel_inches=10.1, may_be_cut=CUT)
            assert found == [], state


@pytest.mark.parametrize("size", [PORTRAIT, LANDSCAPE, (480, 800), (1920, 1080)], ids=str)
def test_texts_fit_beside_the_enrolment_and_on_other_panels(size: tuple[int, int]) -> None:
    with Stage(size=size) as stage:
        for state in (*FEW, "verify", "liveness_officer_offer", "journal_full", "approach_sunglasses"):
            view, setting = scene(state, SURROUNDINGS["long"], person_name=LONG_NAME)
            stage.show(view, setting, present_enrolment(Enrolment()))
            found = inspect(stage.window.window, stage.shot(), panel_inches=10.1, may_be_cut=CUT)
            # Too small for fingers and far eyes, or crowded by the demonstration; but nothing is lost.
            assert [each for each in found if not any(word in each for word in (" mm", "reach of some"))] == [], state


@pytest.mark.parametrize("size", [PORTRAIT, LANDSCAPE], ids=str)
def test_letters_and_names_keep_apart_on_a_panel_of_seven_inches(size: tuple[int, int]) -> None:
    with Stage(size=size, panel_inches=7) as stage:
        for state in (*FEW, *(each for each in SCENES if "find" in each)):
            view, setting = scene(state, SURROUNDINGS["long"], person_name=LONG_NAME)
            stage.show(view, setting)
            found = inspect(stage.window.window, stage.shot(), panel_inches=7, may_be_cut=CUT)
            assert [each for each in found if " mm" not in each] == [], state


def test_inspection_finds_what_is_wrong() -> None:
    """A panel of five inches is too small for this; a text may not be cut; and a grey ground is no contrast."""
    with Stage() as stage:
        view, setting = scene("idle", SURROUNDINGS["long"])
        stage.show(view, setting)
        shot = stage.shot()
        window = stage.window.window
        small = inspect(window, shot, panel_inches=5, may_be_cut=CUT)
        assert any("capitals" in each for each in small)
        assert any("only" in each for each in small)
        cut = inspect(window, shot, panel_inches=10.1)
        assert [each for each in cut if "is cut" in each]
        shot.fill("#808080")
        assert (
            len([each for each in inspect(window, shot, panel_inches=10.1, may_be_cut=CUT) if "contrast" in each]) > 5
        )
        views = scene("accepted", CALM)
        stage.show(replace(views[0], name="x", headline="W" * 60), views[1])
        assert any("capitals" in each for each in inspect(window, stage.shot(), panel_inches=10.1))


def test_contrast_is_read_from_the_picture() -> None:
    image = np.full((40, 40), 0xFFFFFF, np.uint32)
    image[10:20, 10:12] = 0x767676
    assert rendered_contrast(image, QRectF(0, 0, 40, 40)) == pytest.approx(4.54, abs=0.01)
