"""What hands and card readers do at the window, and what it says then."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QObject, QPoint, Qt
from PySide6.QtTest import QTest

from kiosk.ui.bridge import Bridge
from kiosk.ui.inspection import drawn_texts
from kiosk.ui.presenter import Enrolment, present_enrolment
from kiosk.ui.scenes import NAME, scene
from kiosk.ui.window import LANDSCAPE, PORTRAIT, KioskWindow
from tests.factories.stages import (
    CALM,
    Until,
    click,
    find,
    listen,
    pin_digits,
    touch,
    touched_stage,
    type_keys,
    view_of,
)


def test_name_typed_in_the_window_asks_for_an_enrolment(kiosk: tuple[Bridge, KioskWindow], until: Until) -> None:
    bridge, window = kiosk
    names: list[str] = []
    bridge.enrol_requested.connect(names.append)
    bridge.show(scene("idle", CALM)[0])
    bridge.show_enrolment(present_enrolment(Enrolment()))
    until(lambda: bridge.property("enrolment")["shown"])
    window.window.requestActivate()
    until(window.window.isActive)
    click(window, "nameField")
    for key in (Qt.Key.Key_B, Qt.Key.Key_U, Qt.Key.Key_D, Qt.Key.Key_I):
        QTest.keyClick(window.window, key)
    click(window, "enrolButton")
    until(lambda: bool(names))
    click(window, "enrolButton")
    assert [name.lower() for name in names] == ["budi"]


def test_card_reader_is_read_whatever_is_on_the_screen() -> None:
    with touched_stage(PORTRAIT, step=0.01) as (stage, touches):
        stage.show(*scene("idle", CALM))
        type_keys(stage.window, "0004711")
        QTest.keyClick(stage.window.window, Qt.Key.Key_Return)
        assert touches == [("card", "0004711")]


def test_person_who_types_into_the_window_is_no_card() -> None:
    with touched_stage(PORTRAIT, step=0.2) as (stage, touches):
        stage.show(*scene("enter_pin", CALM))
        type_keys(stage.window, "120456")
        QTest.keyClick(stage.window.window, Qt.Key.Key_Return)
        assert touches == []


def test_name_that_is_typed_is_no_card(kiosk: tuple[Bridge, KioskWindow], until: Until) -> None:
    bridge, window = kiosk
    touches = listen(bridge)
    names: list[str] = []
    bridge.enrol_requested.connect(names.append)
    bridge.show(view_of("idle"))
    bridge.show_enrolment(present_enrolment(Enrolment()))
    until(lambda: bridge.property("enrolment")["shown"])
    window.window.requestActivate()
    until(window.window.isActive)
    click(window, "nameField")
    type_keys(window, "budi")
    QTest.keyClick(window.window, Qt.Key.Key_Return)
    assert (touches, [name.lower() for name in names]) == ([], ["budi"])


@pytest.mark.parametrize("size", [PORTRAIT, LANDSCAPE], ids=str)
def test_pin_is_typed_confirmed_and_forgotten(size: tuple[int, int], until: Until) -> None:
    with touched_stage(size) as (stage, touches):
        stage.show(*scene("enter_pin", CALM))
        for digit in "120456":
            touch(stage, digit)
        assert pin_digits(stage) == "120456"
        touch(stage, "7")
        touch(stage, "erase")
        touch(stage, "check")
        assert pin_digits(stage) == "12045"
        touch(stage, "9")
        touch(stage, "check")
        assert [each for each in touches if each[0] != "alive"] == [("pin", "120459")]
        assert ("alive", "") in touches
        assert len(touches) <= 3
        assert pin_digits(stage) == ""
        touch(stage, "3")
        stage.show(*scene("enter_pin_wrong", CALM))
        assert pin_digits(stage) == ""
        touch(stage, "4")
        stage.show(*scene("idle", CALM))
        assert pin_digits(stage) == ""


@pytest.mark.parametrize("size", [PORTRAIT, LANDSCAPE], ids=str)
def test_name_is_looked_for_letter_by_letter_and_picked(size: tuple[int, int]) -> None:
    with touched_stage(size) as (stage, touches):
        stage.show(*scene("find_name_found", CALM))
        for key in ("S", "I", "space", "X", "erase"):
            touch(stage, key)
        assert [text for kind, text in touches if kind == "search"] == ["S", "SI", "SI", "SI X", "SI"]
        touch(stage, NAME)
        assert touches[-1] == ("pick", "p-1")
        touch(stage, "Batal")
        assert touches[-1] == ("dismiss", "")
        stage.show(*scene("idle", CALM))
        stage.show(*scene("find_name", CALM))
        touch(stage, "B")
        assert touches[-1] == ("search", "B")


@pytest.mark.parametrize(
    ("state", "label", "told"),
    [
        ("accepted", "Bukan saya", ("not_me", "")),
        ("ask_not_me", "Ya, batalkan", ("not_mine", "")),
        ("ask_not_me", "Ini saya", ("dismiss", "")),
        ("accepted", "Rekap saya", ("month", "")),
        ("already", "Rekap saya", ("month", "")),
        ("refused_offer", "Pakai PIN", ("find_name", "")),
        ("refused_offer", "Coba lagi", ("dismiss", "")),
        ("choose", "Masuk", ("choose", "in")),
        ("choose", "Pulang", ("choose", "out")),
        ("choose", "Dinas luar", ("choose", "duty")),
        ("choose", "Batal", ("dismiss", "")),
        ("choose_session", "Apel pagi", ("choose", "auto")),
        ("enter_pin", "Batal", ("dismiss", "")),
        ("check_face", "Batal", ("dismiss", "")),
        ("month", "Tutup", ("dismiss", "")),
    ],
)
def test_button_says_what_it_is(state: str, label: str, told: tuple[str, str]) -> None:
    with touched_stage(PORTRAIT) as (stage, touches):
        stage.show(*scene(state, CALM))
        touch(stage, label)
        assert touches == [told]


def test_button_for_the_other_language_asks_for_it() -> None:
    with touched_stage(PORTRAIT) as (stage, touches):
        asked: list[int] = []
        stage.bridge.language_touched.connect(lambda: asked.append(1))
        stage.show(*scene("idle", CALM))
        touch(stage, "English")
        assert (asked, touches) == ([1], [])


def test_finger_that_rests_on_the_clock_calls_the_operators_screen(until: Until) -> None:
    with touched_stage(PORTRAIT) as (stage, touches):
        stage.show(*scene("idle", CALM))
        handler = next(each for each in stage.window.window.findChildren(QObject) if each.objectName() == "operator")
        assert handler.property("longPressThreshold") == 3
        handler.setProperty("longPressThreshold", 0.01)
        clock = next(each for each in drawn_texts(stage.window.window.contentItem()) if each.text == "06:58")
        QTest.mousePress(stage.window.window, Qt.MouseButton.LeftButton, pos=clock.area.center().toPoint())
        until(lambda: touches == [("operator", "")])
        QTest.mouseRelease(stage.window.window, Qt.MouseButton.LeftButton, pos=clock.area.center().toPoint())


@pytest.mark.parametrize("state", ["locked", "camera_trouble", "journal_full", "idle"])
def test_finger_that_rests_on_the_bar_calls_the_operators_screen_where_the_clock_is_away(
    state: str, until: Until
) -> None:
    with touched_stage(PORTRAIT) as (stage, touches):
        stage.show(*scene(state, CALM))
        handler = next(each for each in stage.window.window.findChildren(QObject) if each.objectName() == "operatorBar")
        assert handler.property("longPressThreshold") == 3
        handler.setProperty("longPressThreshold", 0.01)
        corner = QPoint(PORTRAIT[0] - 40, 30)
        QTest.mousePress(stage.window.window, Qt.MouseButton.LeftButton, pos=corner)
        until(lambda: touches == [("operator", "")])
        QTest.mouseRelease(stage.window.window, Qt.MouseButton.LeftButton, pos=corner)


def test_name_cannot_be_typed_while_frames_are_taken(kiosk: tuple[Bridge, KioskWindow], until: Until) -> None:
    bridge, window = kiosk
    bridge.show(scene("idle", CALM)[0])
    bridge.show_enrolment(present_enrolment(Enrolment("capturing", "Budi", 2, 5)))
    until(lambda: bridge.property("enrolment")["shown"])
    assert not find(window, "nameField").isVisible()
    assert not find(window, "enrolButton").isVisible()
