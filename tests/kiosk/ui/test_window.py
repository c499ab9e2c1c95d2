"""The window itself, drawn offscreen: it loads, fits, answers, and ends."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from itertools import count
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from PySide6.QtCore import QObject, QPoint, QPointF, QRectF, Qt
from PySide6.QtGui import QImage
from PySide6.QtQml import QQmlExpression, qmlContext
from PySide6.QtQuick import QQuickItem
from PySide6.QtTest import QTest

from kiosk.errors import KioskError
from kiosk.recognizer.face import Box
from kiosk.ui import window as window_module
from kiosk.ui.bridge import Bridge
from kiosk.ui.drawn_people import draw_frame
from kiosk.ui.gallery import LONG_MESSAGE, NAMES, SURROUNDINGS
from kiosk.ui.inspection import controls_of, drawn_texts, inspect, rendered_contrast
from kiosk.ui.palette import PALETTE
from kiosk.ui.phrases import Language
from kiosk.ui.presenter import Enrolment, Surroundings, present_enrolment
from kiosk.ui.scenes import LONG_NAME, NAME, SCENES, scene
from kiosk.ui.screens import Stage, grab, main
from kiosk.ui.view import View
from kiosk.ui.window import LANDSCAPE, PORTRAIT, KioskWindow, why_no_window

Until = Callable[[Callable[[], bool]], None]
CUT = frozenset({LONG_MESSAGE.strip()})
CALM = Surroundings(online=True, queue=0, unit="Dinas Kesehatan")


@pytest.fixture
def kiosk() -> Iterator[tuple[Bridge, KioskWindow]]:
    bridge = Bridge()
    window = KioskWindow(bridge, windowed=True, animated=False)
    window.show()
    yield bridge, window
    window.close()


def view_of(state: str, *, name: str = NAME) -> View:
    return scene(state, CALM, person_name=name)[0]


def ask(item: QQuickItem, expression: str) -> Any:
    """What QML itself says of an item: some of its types have no Python one."""
    context = qmlContext(item)
    assert context is not None
    return QQmlExpression(context, item, expression).evaluate()[0]


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


def test_name_with_markup_is_shown_as_it_is(kiosk: tuple[Bridge, KioskWindow], until: Until) -> None:
    bridge, window = kiosk
    hostile = "<h1>Budi</h1><img src='file:///etc/passwd'>"
    bridge.show(view_of("accepted", name=hostile))
    until(lambda: bridge.property("view")["state"] == "accepted")
    shown = [each.item for each in drawn_texts(window.window.contentItem()) if each.text == hostile]
    assert len(shown) == 1
    assert ask(shown[0], "textFormat === Text.PlainText")


@pytest.mark.parametrize("size", [PORTRAIT, LANDSCAPE], ids=str)
@pytest.mark.parametrize("state", ["idle", "accepted", "refused", "locked"])
def test_sheet_has_the_colour_of_the_tone(state: str, size: tuple[int, int]) -> None:
    view, setting = scene(state, CALM)
    shot = grab(view, setting, size=size)
    assert (shot.width(), shot.height()) == size
    # Low on the sheet's edge, where there is neither text nor batik.
    colour = shot.pixelColor(size[0] - 4, size[1] - 200)
    if state != "idle":
        assert colour.name() == PALETTE[view.tone].ground


def test_picture_is_drawn_with_a_ring_around_the_face(until: Until) -> None:
    view, _ = scene("accepted", CALM)
    frame = np.full((480, 480, 3), 90, np.uint8)
    box = Box(180, 150, 300, 270)

    def shot_of(face: Box | None) -> QImage:
        bridge = Bridge()
        window = KioskWindow(bridge, windowed=True, animated=False)
        bridge.show(view)
        bridge.show_frame(frame, face)
        window.show()
        until(lambda: bool(bridge.property("live")) and bridge.property("view")["state"] == "accepted")
        image = window.window.grabWindow()
        window.close()
        return image

    def accents(image: QImage) -> int:
        accent = PALETTE["good"].accent
        return sum(image.pixelColor(x, y).name() == accent for x in range(0, 720, 2) for y in range(80, 660, 2))

    with_face, without = shot_of(box), shot_of(None)
    assert with_face.pixelColor(360, 360).name() == "#5a5a5a"
    assert accents(with_face) > accents(without) > 0


def test_lost_camera_hides_the_last_picture(kiosk: tuple[Bridge, KioskWindow], until: Until) -> None:
    bridge, window = kiosk
    bridge.show_frame(np.full((48, 48, 3), 90, np.uint8))
    bridge.show(scene("camera_trouble", CALM)[0])
    until(lambda: bridge.property("view")["state"] == "camera_trouble")
    assert window.window.grabWindow().pixelColor(40, 300).name() != "#5a5a5a"


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


def listen(bridge: Bridge) -> list[tuple[str, str]]:
    touches: list[tuple[str, str]] = []
    bridge.touched.connect(lambda *told: touches.append(told))
    return touches


@contextmanager
def touched_stage(size: tuple[int, int], *, step: float = 10.0) -> Iterator[tuple[Stage, list[tuple[str, str]]]]:
    """A window whose clock goes on by a step whenever it is read, and what is touched on it."""
    ticks = count(0.0, step)
    with Stage(size=size, bridge=Bridge(monotonic=lambda: next(ticks))) as stage:
        yield stage, listen(stage.bridge)


def type_keys(window: KioskWindow, text: str) -> None:
    for character in text:
        QTest.keyClick(window.window, Qt.Key(ord(character.upper())))


def touch(stage: Stage, label: str) -> None:
    """Touch the first visible button with this label, or without one and with this icon, in its middle."""
    for control in controls_of(stage.window.window.contentItem()):
        if label in (control.property("label") or control.property("icon"), control.property("icon")):
            middle = control.mapToScene(QPointF(control.width() / 2, control.height() / 2)).toPoint()
            QTest.mouseClick(stage.window.window, Qt.MouseButton.LeftButton, pos=middle)
            return
    raise AssertionError(f"there is no {label} to touch")


def pin_digits(stage: Stage) -> str:
    """What the PIN pad holds."""
    dots = stage.window.window.findChild(QQuickItem, "dots")
    assert isinstance(dots, QQuickItem)
    pad = dots.parentItem()
    return str(pad.property("digits"))


def pixels_of(image: QImage) -> npt.NDArray[np.int16]:
    rows = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.bytesPerLine())
    return rows.astype(np.int16)


def find(window: KioskWindow, name: str) -> QQuickItem:
    item = window.window.findChild(QQuickItem, name)
    assert isinstance(item, QQuickItem)
    return item


def click(window: KioskWindow, name: str) -> None:
    item = find(window, name)
    middle = item.mapToScene(QPointF(item.width() / 2, item.height() / 2)).toPoint()
    QTest.mouseClick(window.window, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, QPoint(middle))


def test_window_ends_when_another_thread_asks_for_it() -> None:
    bridge = Bridge()
    ended: list[bool] = []
    bridge.closed.connect(lambda: ended.append(True))
    window = KioskWindow(bridge, animated=False)
    handler = signal.getsignal(signal.SIGTERM)
    asker = threading.Timer(0.05, bridge.quit)
    asker.start()
    assert window.run() == 0
    asker.join()
    assert ended == [True]
    assert signal.getsignal(signal.SIGTERM) == handler


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=str)
def test_window_ends_cleanly_on_a_signal(number: signal.Signals) -> None:
    program = (
        "from PySide6.QtCore import QTimer\n"
        "from kiosk.ui.bridge import Bridge\n"
        "from kiosk.ui.window import KioskWindow\n"
        "window = KioskWindow(Bridge(), animated=False)\n"
        "QTimer.singleShot(0, lambda: print('ready', flush=True))\n"
        "raise SystemExit(window.run())\n"
    )
    root = Path(window_module.__file__).parents[2]
    child = subprocess.Popen(
        [sys.executable, "-c", program], cwd=root, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert child.stdout is not None
    assert child.stdout.readline() == "ready\n"
    child.send_signal(number)
    _, complaints = child.communicate(timeout=60)
    assert (child.returncode, complaints) == (0, "")


def test_window_whose_files_are_broken_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, complaints: list[str]
) -> None:
    (tmp_path / "Main.qml").write_text("import QtQuick\nWindow { nonsense: 1 }\n", encoding="utf-8")
    monkeypatch.setattr(window_module, "QML", tmp_path)
    with pytest.raises(KioskError, match="nonsense"):
        KioskWindow(Bridge(), windowed=True)
    complaints.clear()


def test_machine_without_a_display_is_told_so() -> None:
    assert "no display" in (why_no_window({}) or "")


def test_machine_with_a_display_may_open_a_window() -> None:
    assert why_no_window({**os.environ, "QT_QPA_PLATFORM": "offscreen"}) is None


def test_machine_with_a_broken_display_is_told_what_qt_says() -> None:
    reason = why_no_window({**os.environ, "QT_QPA_PLATFORM": "absent"})
    assert reason is not None
    assert "absent" in reason


def test_windows_opened_again_and_again_leave_nothing_behind(complaints: list[str]) -> None:
    view, setting = scene("accepted", CALM)
    first = grab(view, setting)
    for _ in range(5):
        again = grab(view, setting)
    # Qt's cache of letters lets their edges differ by a shade.
    assert np.abs(pixels_of(first) - pixels_of(again)).max() < 48


def test_screens_command_writes_the_picture(tmp_path: Path) -> None:
    target = tmp_path / "shot.png"
    assert main(["--shot", str(target), "--state", "accepted", "--size", "360x640"]) == 0
    image = QImage(str(target))
    assert (image.width(), image.height()) == (360, 640)


def test_screens_command_into_a_missing_folder_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--shot", str(tmp_path / "absent" / "shot.png"), "--state", "idle"]) == 2
    assert "cannot be written" in capsys.readouterr().err


def test_drawn_person_has_the_box_that_is_told() -> None:
    _, setting = scene("accepted", CALM)
    frame, box, _ = draw_frame(setting.person)
    assert box is not None
    assert box.within(frame.shape[1], frame.shape[0]) == box
    middle: Any = frame[int(box.centre[1]), int(box.centre[0])]
    assert middle[2] > middle[0], "skin is redder than blue"
