"""A window that tests look at and touch: what is on it, where it is, and what it said."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count

from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtQuick import QQuickItem
from PySide6.QtTest import QTest

from kiosk.ui.bridge import Bridge
from kiosk.ui.inspection import controls_of
from kiosk.ui.presenter import Surroundings
from kiosk.ui.scenes import NAME, scene
from kiosk.ui.screens import Stage
from kiosk.ui.view import View
from kiosk.ui.window import KioskWindow

Until = Callable[[Callable[[], bool]], None]
"""Lets Qt work until a condition holds; the fixture of tests/kiosk/ui."""
CALM = Surroundings(online=True, queue=0, unit="Dinas Kesehatan")


def view_of(state: str, *, name: str = NAME) -> View:
    return scene(state, CALM, person_name=name)[0]


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


def find(window: KioskWindow, name: str) -> QQuickItem:
    item = window.window.findChild(QQuickItem, name)
    assert isinstance(item, QQuickItem)
    return item


def click(window: KioskWindow, name: str) -> None:
    item = find(window, name)
    middle = item.mapToScene(QPointF(item.width() / 2, item.height() / 2)).toPoint()
    QTest.mouseClick(window.window, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, QPoint(middle))
