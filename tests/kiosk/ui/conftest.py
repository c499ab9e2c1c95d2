"""Qt without a display: offscreen, on the software backend, and deaf to no complaint."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

os.environ["QT_QPA_PLATFORM"] = "offscreen"
os.environ["QT_QUICK_BACKEND"] = "software"

pytest.importorskip("PySide6")
from PySide6.QtCore import QCoreApplication, QtMsgType, qInstallMessageHandler
from PySide6.QtGui import QGuiApplication

from kiosk.ui.bridge import Bridge
from kiosk.ui.window import KioskWindow, start_qt

DEADLINE_SECONDS = 60.0


@pytest.fixture(scope="session")
def qt() -> QGuiApplication:
    return start_qt()


@pytest.fixture(autouse=True)
def complaints(qt: QGuiApplication) -> Iterator[list[str]]:
    """What Qt and QML complain of during the test; whatever is left in the list at its end fails it."""
    heard: list[str] = []

    def hear(kind: QtMsgType, context: Any, text: str) -> None:
        if kind not in (QtMsgType.QtDebugMsg, QtMsgType.QtInfoMsg):
            heard.append(text)

    before = qInstallMessageHandler(hear)
    yield heard
    QCoreApplication.processEvents()
    qInstallMessageHandler(before)
    assert heard == []


@pytest.fixture
def until() -> Callable[[Callable[[], bool]], None]:
    """Let Qt work until the condition holds; fails the test after a generous deadline."""

    def wait(condition: Callable[[], bool]) -> None:
        give_up = time.monotonic() + DEADLINE_SECONDS
        pause = threading.Event()
        while not condition():
            assert time.monotonic() < give_up, "what the test waits for did not happen"
            QCoreApplication.processEvents()
            pause.wait(0.001)

    return wait


@pytest.fixture
def kiosk() -> Iterator[tuple[Bridge, KioskWindow]]:
    """A window that shows no movement, and what it shows."""
    bridge = Bridge()
    window = KioskWindow(bridge, windowed=True, animated=False)
    window.show()
    yield bridge, window
    window.close()
