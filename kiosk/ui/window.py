"""The kiosk's window: Qt's loop in the main thread, drawing what the bridge brings."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Final

import msgspec
from PySide6.QtCore import QCoreApplication, QEvent, QObject, QSocketNotifier, Qt, QUrl
from PySide6.QtGui import QFont, QGuiApplication, QKeyEvent, QKeySequence, QShortcut
from PySide6.QtQml import QQmlApplicationEngine, QQmlError, qmlRegisterType
from PySide6.QtQuick import QQuickWindow

from kiosk.errors import KioskError
from kiosk.ui.bridge import Bridge
from kiosk.ui.card_reader import CardReader
from kiosk.ui.kawung import Kawung
from kiosk.ui.palette import SURFACES
from kiosk.ui.phrases import Language, phrases_in
from kiosk.ui.preview import Preview
from kiosk.ui.thumb import Thumb

QML: Final = Path(__file__).with_name("qml")
FONTS: Final = ["Noto Sans", "Roboto", "Liberation Sans", "DejaVu Sans"]
"""The first of these that the system has; nothing is shipped with the product."""
PORTRAIT: Final = (720, 1280)
LANDSCAPE: Final = (1280, 800)
PROBE_SECONDS: Final = 20.0


class KioskWindow:
    """One window with the live picture and the state; create, run and close it in the main thread.

    bridge: what to show; it must live in this thread.
    windowed: a window of `size` (pixels) with a cursor, closed by hand or Ctrl+Q; else the whole screen without one.
    language: of the words that belong to no view (the enrolment panel); animated: False for pictures and tests.
    panel_inches: the screen's diagonal, for sizes in millimetres.
    Raises KioskError when the window cannot be built; its text is Qt's own.
    """

    def __init__(
        self,
        bridge: Bridge,
        *,
        windowed: bool = False,
        size: tuple[int, int] = PORTRAIT,
        language: Language = "id",
        animated: bool = True,
        panel_inches: float = 10.1,
    ) -> None:
        self._app = start_qt()
        self._bridge = bridge
        self._windowed = windowed
        self._closed = False
        self._engine = QQmlApplicationEngine()
        self.window = self._load(language, size, animated=animated, panel_inches=panel_inches)
        self._wire()

    def run(self) -> int:
        """Show the window and stay until it is closed, `bridge.quit` is called, or SIGINT or SIGTERM comes.

        Returns the exit code: 0. Signal handlers are as before afterwards.
        """
        self.show()
        with _ending_on_signals(self._app.quit):
            code = int(self._app.exec())
        self.close()
        return code

    def show(self) -> None:
        """Put the window on the screen."""
        if self._windowed:
            self.window.show()
        else:
            self._app.setOverrideCursor(Qt.CursorShape.BlankCursor)
            self.window.showFullScreen()

    def close(self) -> None:
        """Take the window away; calling it again does nothing."""
        if not self._closed:
            self._closed = True
            self.window.removeEventFilter(self._keys)
            self._app.restoreOverrideCursor()
            self.window.close()
            # Before the bridge can go: what is bound to it would otherwise complain.
            self._engine.deleteLater()
            QCoreApplication.sendPostedEvents(self._engine, QEvent.Type.DeferredDelete.value)

    def _load(self, language: Language, size: tuple[int, int], *, animated: bool, panel_inches: float) -> QQuickWindow:
        complaints: list[QQmlError] = []
        self._engine.warnings.connect(complaints.extend)
        self._engine.setInitialProperties(
            {
                "width": size[0],
                "height": size[1],
                "kiosk": self._bridge,
                "words": msgspec.structs.asdict(phrases_in(language).window),
                "colours": dict(SURFACES),
                "animated": animated,
                "panel_inches": panel_inches,
            }
        )
        self._engine.load(QUrl.fromLocalFile(str(QML / "Main.qml")))
        roots = self._engine.rootObjects()
        if not roots or not isinstance(roots[0], QQuickWindow):
            told = "; ".join(complaint.toString() for complaint in complaints) or "Qt gave no reason"
            raise KioskError(f"the kiosk's window cannot be drawn, install the kiosk again: {told}")
        return roots[0]

    def _wire(self) -> None:
        self._keys = _Keys(self._bridge, self.window)
        self.window.installEventFilter(self._keys)
        # Queued: a wish that comes before the loop runs must still end it.
        self._bridge.quit_requested.connect(self._app.quit, Qt.ConnectionType.QueuedConnection)
        if self._windowed:
            leave = QShortcut(QKeySequence(QKeySequence.StandardKey.Quit), self.window)
            leave.activated.connect(self._app.quit)


class _Keys(QObject):
    """Keys that are typed into the window: a card reader's, unless a name is being typed."""

    def __init__(self, bridge: Bridge, window: QQuickWindow) -> None:
        super().__init__()
        self._bridge = bridge
        self._window = window
        self._reader = CardReader()

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:  # noqa: N802 (Qt's name)
        if event.type() != QEvent.Type.KeyPress or not isinstance(event, QKeyEvent) or self._typing_a_name():
            return False
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            number = self._reader.end(self._bridge.monotonic())
            if number is not None:
                self._bridge.touch("card", number)
            return True
        commands = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier
        if event.modifiers() & commands or not event.text().isprintable() or not event.text():
            return False
        self._reader.take(event.text(), self._bridge.monotonic())
        return True

    def _typing_a_name(self) -> bool:
        focused = self._window.activeFocusItem()
        return focused is not None and focused.objectName() == "nameField" and focused.isVisible()


def start_qt() -> QGuiApplication:
    """The process's Qt application, made at the first call."""
    running = QCoreApplication.instance()
    if isinstance(running, QGuiApplication):
        return running
    # One thread draws and computes: the painted items are Python, and a second render thread would only wait for
    # the interpreter's lock, or the window's thread for both.
    os.environ.setdefault("QSG_RENDER_LOOP", "basic")
    app = QGuiApplication(sys.argv[:1])
    app.setApplicationName("presensi")
    app.setDesktopFileName("presensi")
    font = QFont()
    font.setFamilies(FONTS)
    app.setFont(font)
    qmlRegisterType(Preview, "Presensi", 1, 0, "Preview")  # type: ignore[call-overload]
    qmlRegisterType(Thumb, "Presensi", 1, 0, "Thumb")  # type: ignore[call-overload]
    qmlRegisterType(Kawung, "Presensi", 1, 0, "Kawung")  # type: ignore[call-overload]
    return app


def why_no_window(environment: Mapping[str, str] = os.environ) -> str | None:
    """Why this machine cannot open a window, in a sentence; None when it can.

    Asked of a process of its own, because Qt ends the whole process when it finds no display or misses a library.
    """
    if not any(environment.get(key) for key in ("WAYLAND_DISPLAY", "DISPLAY", "QT_QPA_PLATFORM")):
        return "there is no display here (neither WAYLAND_DISPLAY nor DISPLAY is set)"
    probe = [sys.executable, "-c", "from PySide6.QtGui import QGuiApplication; QGuiApplication([])"]
    try:
        tried = subprocess.run(  # noqa: S603 - our own interpreter with fixed arguments
            probe, env=dict(environment), capture_output=True, text=True, timeout=PROBE_SECONDS, check=False
        )
    except subprocess.TimeoutExpired:
        return f"the display did not answer within {PROBE_SECONDS:.0f} s"
    if tried.returncode == 0:
        return None
    lines = [line for line in tried.stderr.splitlines() if line.strip()]
    return f"Qt cannot open the display: {lines[0] if lines else f'exit code {tried.returncode}'}"


@contextmanager
def _ending_on_signals(end: Callable[[], None]) -> Iterator[None]:
    """Call `end` in Qt's loop when SIGINT or SIGTERM arrives.

    Python runs handlers only when its interpreter does, and Qt's loop waits outside it: the wake-up socket makes
    Qt itself notice.
    """

    def ignore(_number: int, _frame: FrameType | None) -> None:
        """The socket carries the news; a handler must exist for Python to write to it."""

    ours, qts = socket.socketpair()
    ours.setblocking(False)
    notifier = QSocketNotifier(qts.fileno(), QSocketNotifier.Type.Read)
    notifier.activated.connect(lambda *_: end())
    wakeup_before = signal.set_wakeup_fd(ours.fileno())
    before = {number: signal.signal(number, ignore) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        signal.set_wakeup_fd(wakeup_before)
        notifier.setEnabled(False)
        ours.close()
        qts.close()
