"""Views and pictures on their way from the station's thread to the window."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import QCoreApplication, QObject, QThread

from kiosk.recognizer.face import Box
from kiosk.states import Approach, Idle
from kiosk.ui.bridge import GUARD_SECONDS, LONGEST_NAME, LONGEST_SEARCH, Bridge, Newest, mirror
from kiosk.ui.presenter import EnrolmentView, Surroundings, present
from kiosk.ui.view import View

Until = Callable[[Callable[[], bool]], None]


def some_view(hint: Any = None) -> View:
    state = Idle() if hint is None else Approach(hint)
    surroundings = Surroundings(online=True, queue=0, unit="Dinas")
    return present(state, surroundings, name=None, now=datetime(2026, 11, 23, tzinfo=UTC))


def in_thread(work: Callable[[], None]) -> None:
    thread = threading.Thread(target=work)
    thread.start()
    thread.join()


def test_view_shown_from_another_thread_arrives_in_the_windows(until: Until) -> None:
    bridge = Bridge()
    threads: list[QThread] = []
    bridge.view_changed.connect(lambda: threads.append(QThread.currentThread()))
    in_thread(lambda: bridge.show(some_view("nearer")))
    assert threads == []
    until(lambda: bool(threads))
    assert threads == [bridge.thread()]
    assert bridge.property("view")["state"] == "approach_nearer"


def test_view_that_nobody_drew_gives_way_to_the_newer(until: Until) -> None:
    bridge = Bridge()
    shown: list[str] = []
    bridge.view_changed.connect(lambda: shown.append(bridge.property("view")["state"]))
    for hint in ("nearer", "centre", "look"):
        bridge.show(some_view(hint))
    until(lambda: bool(shown))
    QCoreApplication.processEvents()
    assert shown == ["approach_look"]


def test_view_that_is_the_same_again_wakes_nobody(until: Until) -> None:
    bridge = Bridge()
    shown: list[int] = []
    bridge.view_changed.connect(lambda: shown.append(1))
    bridge.show(some_view())
    until(lambda: bool(shown))
    bridge.show(some_view())
    QCoreApplication.processEvents()
    QCoreApplication.processEvents()
    assert shown == [1]


def test_frames_are_dropped_when_the_window_is_slower(until: Until) -> None:
    bridge = Bridge()
    drawn: list[int] = []

    def count() -> None:
        assert bridge.picture is not None
        drawn.append(bridge.picture.image.pixelColor(0, 0).red())

    bridge.picture_changed.connect(count)

    def film() -> None:
        for shade in range(200):
            bridge.show_frame(np.full((4, 4, 3), shade, np.uint8))

    in_thread(film)
    until(lambda: bool(drawn))
    QCoreApplication.processEvents()
    assert drawn == [199]


def test_frame_is_copied_before_show_frame_returns(until: Until) -> None:
    bridge = Bridge()
    pixels = np.full((4, 4, 3), 10, np.uint8)
    bridge.show_frame(pixels)
    pixels[:] = 200
    until(lambda: bridge.picture is not None)
    assert bridge.picture is not None
    assert bridge.picture.image.pixelColor(0, 0).red() == 10


def test_picture_is_mirrored_with_its_box_and_keeps_its_colours() -> None:
    pixels = np.zeros((6, 10, 3), np.uint8)
    pixels[1, 2] = (250, 120, 10)
    picture = mirror(pixels, Box(2, 1, 5, 4))
    colour = picture.image.pixelColor(10 - 1 - 2, 1)
    assert (colour.red(), colour.green(), colour.blue()) == (10, 120, 250)
    assert picture.box == Box(5, 1, 8, 4)


def test_faces_that_wait_are_mirrored_too() -> None:
    picture = mirror(np.zeros((6, 10, 3), np.uint8), None, [Box(0, 1, 2, 3), Box(7, 1, 9, 3)])
    assert picture.box is None
    assert picture.others == (Box(8, 1, 10, 3), Box(1, 1, 3, 3))


@pytest.mark.parametrize(
    ("kind", "text", "told"),
    [
        ("not_me", "", [("not_me", "")]),
        ("choose", "in", [("choose", "in")]),
        ("choose", "sideways", []),
        ("choose", "", []),
        ("search", "  SI" + "T" * 80, [("search", "SI" + "T" * (LONGEST_SEARCH - 2))]),
        ("search", "", [("search", "")]),
        ("pick", "p-7", [("pick", "p-7")]),
        ("pick", " ", []),
        ("pin", "012345", [("pin", "012345")]),
        ("pin", "01234", []),
        ("pin", "0123456", []),
        ("pin", "01234x", []),
        ("pin", "\u0661\u0662\u0663\u0664\u0665\u0666", []),
        ("card", "0004711", [("card", "0004711")]),
        ("card", "", []),
        ("sweep", "", []),
    ],
)
def test_touch_is_told_when_it_makes_sense(kind: str, text: str, told: list[tuple[str, str]]) -> None:
    bridge = Bridge()
    touches: list[tuple[str, str]] = []
    bridge.touched.connect(lambda *touch: touches.append(touch))
    bridge.touch(kind, text)
    assert touches == told


def test_tap_that_was_meant_for_the_screen_before_is_not_counted(until: Until) -> None:
    now = [100.0]
    bridge = Bridge(monotonic=lambda: now[0])
    touches: list[str] = []
    bridge.touched.connect(lambda kind, _text: touches.append(kind))
    now[0] += 5
    bridge.show(some_view("nearer"))
    until(lambda: bridge.property("view")["state"] == "approach_nearer")
    now[0] += GUARD_SECONDS / 2
    bridge.tap("not_me", "")
    bridge.tap("search", "S")
    assert touches == ["search"]
    now[0] += GUARD_SECONDS
    bridge.tap("not_me", "")
    assert touches == ["search", "not_me"]


def test_clock_that_ticks_is_no_other_screen(until: Until) -> None:
    now = [100.0]
    bridge = Bridge(monotonic=lambda: now[0])
    touches: list[str] = []
    bridge.touched.connect(lambda kind, _text: touches.append(kind))
    view = some_view("nearer")
    bridge.show(view)
    until(lambda: bridge.property("view")["state"] == "approach_nearer")
    now[0] += 5
    bridge.show(replace(view, clock="09:59"))
    until(lambda: bridge.property("view")["clock"] == "09:59")
    bridge.tap("dismiss", "")
    assert touches == ["dismiss"]


def test_picture_from_a_view_into_a_larger_array_is_right() -> None:
    pixels = np.zeros((12, 20, 3), np.uint8)
    pixels[4, 6] = (1, 2, 3)
    picture = mirror(pixels[2:8, 4:9], None)
    assert (picture.image.width(), picture.image.height()) == (5, 6)
    assert picture.image.pixelColor(5 - 1 - 2, 2).red() == 3


@pytest.mark.parametrize("shape", [(4, 4), (4, 4, 4), (4,)])
def test_frame_that_is_no_picture_is_refused(shape: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="uint8"):
        mirror(np.zeros(shape, np.uint8), None)


@pytest.mark.parametrize(
    ("typed", "asked"),
    [
        ("Budi", ["Budi"]),
        ("  Budi \t Santoso ", ["Budi Santoso"]),
        ("", []),
        ("   ", []),
        ("x" * 500, ["x" * LONGEST_NAME]),
    ],
)
def test_name_is_trimmed_before_it_is_asked_for(typed: str, asked: list[str]) -> None:
    bridge = Bridge()
    names: list[str] = []
    bridge.enrol_requested.connect(names.append)
    bridge.enrol(typed)
    assert names == asked


def test_enrolment_is_shown_and_hidden_from_another_thread(until: Until) -> None:
    bridge = Bridge()
    assert not bridge.property("enrolment")["shown"]
    in_thread(lambda: bridge.show_enrolment(EnrolmentView("Nama?", open=True, progress=None)))
    until(lambda: bridge.property("enrolment")["shown"])
    assert bridge.property("enrolment")["progress"] == -1
    in_thread(lambda: bridge.show_enrolment(None))
    until(lambda: not bridge.property("enrolment")["shown"])


def test_newest_keeps_the_last_value_only() -> None:
    place: Newest[int] = Newest()
    assert [place.put(1), place.put(2)] == [True, False]
    assert [place.take(), place.take()] == [2, None]
    assert place.put(3)


def test_qt_binding_keeps_its_references_to_none() -> None:
    """PySide6 6.12.0 drops one with every call that returns nothing; before Python 3.12 that ends the process."""
    place = QObject()
    before = sys.getrefcount(None)
    for _ in range(1000):
        place.setObjectName("somewhere")
    assert sys.getrefcount(None) > before - 500
