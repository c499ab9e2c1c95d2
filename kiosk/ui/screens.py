"""Pictures of the kiosk's screen in any state, with a drawn person before the camera: for documents and for the eye.

python -m kiosk.ui.screens --shot out.png --state accepted --size 720x1280 --language id
"""

from __future__ import annotations

import argparse
import os
import sys
from types import TracebackType
from typing import Self

from PySide6.QtCore import QCoreApplication, QPointF, QRectF
from PySide6.QtGui import QColor, QImage, QPainter

from kiosk.ui.bridge import Bridge
from kiosk.ui.drawn_people import draw_frame
from kiosk.ui.phrases import LANGUAGES, Language
from kiosk.ui.presenter import Enrolment, EnrolmentView, Surroundings, present_enrolment
from kiosk.ui.scenes import NAME, SCENES, Setting, scene
from kiosk.ui.view import View
from kiosk.ui.window import PORTRAIT, KioskWindow, start_qt


class Stage:
    """A window that is drawn again and again for pictures; use it in the main thread.

    panel_inches: the panel that it is drawn for. bridge: None for one of its own.
    """

    def __init__(
        self,
        *,
        size: tuple[int, int] = PORTRAIT,
        language: Language = "id",
        panel_inches: float = 10.1,
        bridge: Bridge | None = None,
    ) -> None:
        self.bridge = bridge or Bridge()
        self.window = KioskWindow(
            self.bridge, windowed=True, size=size, language=language, animated=False, panel_inches=panel_inches
        )
        self.window.show()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.window.close()

    def show(self, view: View, setting: Setting, enrolment: EnrolmentView | None = None) -> None:
        """Put this on the window; when it returns, the window has it."""
        self.bridge.show_frame(*draw_frame(setting.person, waiting=setting.waiting))
        self.bridge.show(view)
        self.bridge.show_enrolment(enrolment)
        QCoreApplication.processEvents()

    def shot(self) -> QImage:
        """What the window shows."""
        return self.window.window.grabWindow()


def grab(
    view: View,
    setting: Setting,
    *,
    size: tuple[int, int] = PORTRAIT,
    language: Language = "id",
    enrolment: EnrolmentView | None = None,
) -> QImage:
    """The window with this view as a picture of `size` pixels; call it in the main thread."""
    with Stage(size=size, language=language) as stage:
        stage.show(view, setting, enrolment)
        return stage.shot()


def contact_sheet(shots: list[QImage], *, columns: int, scale: float) -> QImage:
    """The shots side by side, each scaled."""
    first = shots[0]
    cell_width, cell_height = round(first.width() * scale), round(first.height() * scale)
    rows = -(-len(shots) // columns)
    sheet = QImage(columns * (cell_width + 8), rows * (cell_height + 8), QImage.Format.Format_RGB32)
    sheet.fill(QColor("#808080"))
    painter = QPainter(sheet)
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
    for index, shot in enumerate(shots):
        corner = QPointF(index % columns * (cell_width + 8), index // columns * (cell_height + 8))
        painter.drawImage(QRectF(corner.x(), corner.y(), cell_width, cell_height), shot)
    painter.end()
    return sheet


def draw_offscreen() -> None:
    """Let Qt draw without a display, unless the environment says otherwise; call it before anything of Qt is made."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    os.environ.setdefault("QT_QUICK_BACKEND", "software")
    start_qt()


def main(arguments: list[str] | None = None) -> int:
    """Write one picture, or with `--state all` every state side by side. Returns the exit code."""
    options = _parse(arguments)
    draw_offscreen()
    surroundings = Surroundings(
        online=options.offline is None,
        queue=options.offline or 0,
        unit=options.unit,
        message=options.message,
        demo=options.demo,
        liveness_off=options.demo,
    )
    shots = []
    enrolment = present_enrolment(Enrolment(), language=options.language) if options.enrol else None
    with Stage(size=options.size, language=options.language, panel_inches=options.panel_inches) as stage:
        for state in SCENES if options.state == "all" else (options.state,):
            view, setting = scene(state, surroundings, language=options.language, person_name=options.name)
            stage.show(view, setting, enrolment)
            shots.append(stage.shot())
    picture = shots[0] if len(shots) == 1 else contact_sheet(shots, columns=options.columns, scale=0.5)
    if not picture.save(options.shot):
        sys.stderr.write(f"{options.shot} cannot be written: name a .png file in a folder that exists\n")
        return 2
    return 0


def _parse(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m kiosk.ui.screens", description="Pictures of the kiosk's screen.")
    parser.add_argument("--shot", required=True, metavar="FILE", help="the picture to write (.png)")
    parser.add_argument("--state", default="accepted", choices=[*SCENES, "all"])
    parser.add_argument("--size", default=PORTRAIT, type=_size, metavar="WIDTHxHEIGHT")
    parser.add_argument("--panel-inches", default=10.1, type=float, metavar="INCHES", help="diagonal of the panel")
    parser.add_argument("--language", default="id", choices=LANGUAGES)
    parser.add_argument("--name", default=NAME)
    parser.add_argument("--unit", default="Dinas Kependudukan dan Pencatatan Sipil")
    parser.add_argument("--message", default="Apel pagi pukul 07.00 di halaman depan.")
    parser.add_argument("--offline", type=int, metavar="QUEUE", help="show the hub as away, with so many rows waiting")
    parser.add_argument("--demo", action="store_true")
    parser.add_argument("--enrol", action="store_true", help="show the enrolment panel")
    parser.add_argument("--columns", default=5, type=int, help="of the contact sheet that `--state all` makes")
    return parser.parse_args(arguments)


def _size(text: str) -> tuple[int, int]:
    width, _, height = text.partition("x")
    return int(width), int(height)


if __name__ == "__main__":
    sys.exit(main())
