"""The window itself, drawn offscreen: it draws what it is told, and ends."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from PySide6.QtGui import QImage
from PySide6.QtQml import QQmlExpression, qmlContext
from PySide6.QtQuick import QQuickItem

from kiosk.errors import KioskError
from kiosk.recognizer.face import Box
from kiosk.ui import window as window_module
from kiosk.ui.bridge import Bridge
from kiosk.ui.drawn_people import draw_frame
from kiosk.ui.inspection import drawn_texts
from kiosk.ui.palette import PALETTE
from kiosk.ui.scenes import scene
from kiosk.ui.screens import grab, main
from kiosk.ui.window import LANDSCAPE, PORTRAIT, KioskWindow, why_no_window
from tests.factories.stages import CALM, Until, view_of


def ask(item: QQuickItem, expression: str) -> Any:
    """What QML itself says of an item: some of its types have no Python one."""
    context = qmlContext(item)
    assert context is not None
    return QQmlExpression(context, item, expression).evaluate()[0]


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


def pixels_of(image: QImage) -> npt.NDArray[np.int16]:
    rows = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.bytesPerLine())
    return rows.astype(np.int16)


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
