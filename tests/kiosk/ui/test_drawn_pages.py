"""What a drawn page must show at a size that its task needs."""

from __future__ import annotations

import math
from collections.abc import Iterator

import pytest
from PySide6.QtQuick import QQuickItem

from kiosk.ui.gallery import NAMES, SURROUNDINGS
from kiosk.ui.inspection import drawn_texts
from kiosk.ui.phrases import Language
from kiosk.ui.scenes import SCENES, scene
from kiosk.ui.screens import Stage
from kiosk.ui.window import LANDSCAPE, PORTRAIT

SMALLEST_LINE_MM = 3.3
"""Of a line of letters with its space, on a panel of ten inches: capitals of about 2 mm, at an arm's length."""


@pytest.fixture(params=[PORTRAIT, LANDSCAPE], ids=["portrait", "landscape"])
def stage(request: pytest.FixtureRequest) -> Iterator[Stage]:
    with Stage(size=request.param) as made:
        yield made


def show(stage: Stage, name: str, *, length: str = "long", language: Language = "id") -> None:
    stage.show(*scene(name, SURROUNDINGS[length], language=language, person_name=NAMES[length]))
    stage.shot()


def items(item: QQuickItem, kind: str) -> Iterator[QQuickItem]:
    for child in item.childItems():
        if child.isVisible():
            if child.metaObject().className().startswith(kind):
                yield child
            yield from items(child, kind)


def test_no_letters_are_too_small_to_read_at_arms_length(stage: Stage) -> None:
    window = stage.window.window
    per_mm = math.hypot(window.width(), window.height()) / (10.1 * 25.4)
    for name in SCENES:
        show(stage, name)
        for drawn in drawn_texts(window.contentItem()):
            line = drawn.item.property("contentHeight") / max(1, drawn.item.property("lineCount"))
            assert line >= SMALLEST_LINE_MM * per_mm, (name, drawn.text, line / per_mm)


@pytest.mark.parametrize(("name", "least"), [("op_review", 150), ("op_review_bare", 130), ("op_review_disk", 150)])
def test_photographs_are_large_enough_to_be_judged(stage: Stage, name: str, least: int) -> None:
    show(stage, name)
    sides = {round(each.width()) for each in items(stage.window.window.contentItem(), "Thumb")}
    assert sides
    assert min(sides) >= least


def test_poses_stay_in_their_place_and_a_taken_one_has_a_tick(stage: Stage) -> None:
    places = []
    for name in ("op_capture_ahead", "op_capture_left", "op_capture_right", "op_capture_up"):
        show(stage, name)
        poses = list(items(stage.window.window.contentItem(), "OpPose"))
        places.append([round(each.mapToScene(each.boundingRect().topLeft()).y()) for each in poses])
        taken = [bool(each.property("taken")) for each in poses]
        assert taken == [place < SHOT[name] for place in range(len(poses))]
    assert len({tuple(each) for each in places}) == 1


SHOT = {"op_capture_ahead": 0, "op_capture_left": 1, "op_capture_right": 2, "op_capture_up": 3}
"""Poses that are taken already."""


def test_movements_that_are_done_have_a_tick_and_others_their_number(stage: Stage) -> None:
    show(stage, "challenge_up")
    texts = {each.text for each in drawn_texts(stage.window.window.contentItem())}
    assert {"3", "4"} <= texts
    assert not {"1", "2"} & texts


def test_what_was_typed_stands_in_the_field(stage: Stage) -> None:
    show(stage, "find_name_found")
    headline = next(
        each for each in drawn_texts(stage.window.window.contentItem()) if each.item.objectName() == "headline"
    )
    assert headline.text == "SI"
