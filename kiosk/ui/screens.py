"""Pictures of the kiosk's screen in any state, with a drawn person before the camera: for documents and for the eye.

python -m kiosk.ui.screens --shot out.png --state accepted --size 720x1280 --language id
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Final

import numpy as np
from PySide6.QtCore import QCoreApplication, QPointF, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QImage, QLinearGradient, QPainter, QPainterPath, QRadialGradient

from kiosk.camera.frame import Pixels
from kiosk.recognizer.consensus import Identity
from kiosk.recognizer.face import Box
from kiosk.states import (
    Accepted,
    AlreadyRecorded,
    Approach,
    CameraTrouble,
    Challenge,
    Hint,
    Idle,
    Locked,
    Recording,
    Refused,
    State,
    Verify,
)
from kiosk.ui.bridge import Bridge
from kiosk.ui.phrases import LANGUAGES, Language
from kiosk.ui.presenter import Enrolment, EnrolmentView, Surroundings, View, present, present_enrolment
from kiosk.ui.window import PORTRAIT, KioskWindow, start_qt

NAME: Final = "Siti Nurhaliza, S.Sos."
LONG_NAME: Final = "Dr. Hj. Siti Nurhaliza Kusumawardhani Wulandari, S.Sos., M.Si."
NOW: Final = datetime(2026, 11, 22, 23, 58, 20, tzinfo=UTC)
"""06:58 on a Monday in Jakarta."""


@dataclass(frozen=True, slots=True)
class Person:
    """The drawn person: middle of the face and its width, over the picture's width and height."""

    x: float = 0.5
    y: float = 0.45
    width: float = 0.30


def _approach(hint: Hint) -> State:
    return Approach(hint)


_IDENTITY = Identity("p-1", similarity=0.83, threshold=0.61, margin=0.22, frames=4, first_seen_at=0.0)
_SCENES: Final[Mapping[str, tuple[State, Person | None]]] = MappingProxyType(
    {
        "idle": (Idle(), None),
        "approach_nearer": (_approach("nearer"), Person(width=0.15)),
        "approach_back": (_approach("back"), Person(width=0.62)),
        "approach_centre": (_approach("centre"), Person(x=0.26)),
        "approach_look": (_approach("look"), Person()),
        "approach_still": (_approach("still"), Person()),
        "approach_dark": (_approach("dark"), Person()),
        "approach_back_light": (_approach("back_light"), Person()),
        "approach_bright": (_approach("bright"), Person()),
        "approach_mask": (_approach("mask"), Person()),
        "approach_sunglasses": (_approach("sunglasses"), Person()),
        "approach_one_at_a_time": (_approach("one_at_a_time"), Person(x=0.38, width=0.22)),
        "verify": (Verify(0.6), Person()),
        "challenge_ahead": (Challenge(None, 1, 4, 0.9), Person()),
        "challenge_left": (Challenge("left", 1, 4, 0.8), Person()),
        "challenge_right": (Challenge("right", 2, 4, 0.6), Person()),
        "challenge_up": (Challenge("up", 3, 4, 0.4), Person()),
        "challenge_nearer": (Challenge("nearer", 4, 4, 0.2), Person(width=0.4)),
        "recording": (Recording(_IDENTITY), Person()),
        "accepted": (Accepted("p-1", NOW, 0.0), Person()),
        "already": (AlreadyRecorded("p-1", NOW, 0.0), Person()),
        "refused": (Refused("unrecognised", 0.0), Person()),
        "no_liveness": (Refused("no_liveness", 0.0), Person()),
        "liveness": (Refused("liveness", 0.0), Person()),
        "liveness_officer": (Refused("liveness_officer", 0.0), Person()),
        "second_factor": (Refused("second_factor", 0.0), Person()),
        "journal_full": (Refused("journal_full", 0.0), Person()),
        "camera_trouble": (CameraTrouble(), None),
        "locked": (Locked(), None),
    }
)
STATES: Final = tuple(_SCENES)


def scene(
    name: str, surroundings: Surroundings, *, language: Language = "id", person_name: str = NAME
) -> tuple[View, Person | None]:
    """The view of a named state and who stands before the camera; KeyError for a name that is not in STATES."""
    state, person = _SCENES[name]
    return present(state, surroundings, name=person_name, now=NOW, language=language), person


def grab(
    view: View,
    *,
    size: tuple[int, int] = PORTRAIT,
    language: Language = "id",
    person: Person | None = None,
    enrolment: EnrolmentView | None = None,
) -> QImage:
    """The window with this view as a picture of `size` pixels; call it in the main thread."""
    bridge = Bridge()
    window = KioskWindow(bridge, windowed=True, size=size, language=language, animated=False)
    try:
        frame, box = draw_frame(person)
        bridge.show_frame(frame, box)
        bridge.show(view)
        bridge.show_enrolment(enrolment)
        window.show()
        QCoreApplication.processEvents()
        return window.window.grabWindow()
    finally:
        window.close()


def draw_frame(person: Person | None, *, width: int = 960, height: int = 960) -> tuple[Pixels, Box | None]:
    """A camera's frame with a drawn person in a lobby: pixels (height, width, 3) uint8 BGR, and the face's box."""
    image = QImage(width, height, QImage.Format.Format_BGR888)
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    _draw_lobby(painter, QRectF(0, 0, width, height))
    box = None
    if person is not None:
        face = QRectF(0, 0, person.width * width, person.width * width * 1.28)
        face.moveCenter(QPointF(person.x * width, person.y * height))
        _draw_person(painter, face, height)
        box = Box(
            *(round(edge) for edge in (face.left(), face.top() + face.height() * 0.12, face.right(), face.bottom()))
        )
    painter.end()
    pixels = np.frombuffer(image.constBits(), np.uint8).reshape(height, image.bytesPerLine())
    return pixels[:, : width * 3].reshape(height, width, 3).copy(), box


def _draw_lobby(painter: QPainter, area: QRectF) -> None:
    wall = QLinearGradient(area.topLeft(), area.bottomLeft())
    wall.setColorAt(0.0, QColor("#dfe5e6"))
    wall.setColorAt(0.7, QColor("#c3cdd1"))
    wall.setColorAt(1.0, QColor("#9aa8ae"))
    painter.fillRect(area, wall)
    painter.fillRect(
        QRectF(area.width() * 0.76, area.height() * 0.16, area.width() * 0.16, area.height()), QColor("#8d7a66")
    )
    painter.fillRect(
        QRectF(area.width() * 0.775, area.height() * 0.185, area.width() * 0.13, area.height()), QColor("#a5917b")
    )


def _draw_person(painter: QPainter, face: QRectF, bottom: float) -> None:
    """A person with a jilbab and a khaki uniform, without features: nobody in particular."""
    painter.setPen(Qt.PenStyle.NoPen)
    middle, unit = face.center(), face.width()
    shoulders = QPainterPath()
    shoulders.moveTo(middle.x() - unit * 1.25, bottom)
    shoulders.cubicTo(
        middle.x() - unit * 1.2, face.bottom() + unit * 0.45, middle.x() - unit * 0.7, face.bottom() + unit * 0.35,
        middle.x(), face.bottom() + unit * 0.3,
    )  # fmt: skip
    shoulders.cubicTo(
        middle.x() + unit * 0.7, face.bottom() + unit * 0.35, middle.x() + unit * 1.2, face.bottom() + unit * 0.45,
        middle.x() + unit * 1.25, bottom,
    )  # fmt: skip
    painter.fillPath(shoulders, QColor("#b79b6b"))
    veil = QPainterPath()
    veil.addEllipse(middle + QPointF(0, -unit * 0.04), unit * 0.68, face.height() * 0.64)
    cloth = QPainterPath()
    cloth.moveTo(middle.x() - unit * 0.66, middle.y())
    cloth.cubicTo(
        middle.x() - unit * 0.82, face.bottom() + unit * 0.2, middle.x() - unit * 1.0, face.bottom() + unit * 0.9,
        middle.x(), face.bottom() + unit * 0.95,
    )  # fmt: skip
    cloth.cubicTo(
        middle.x() + unit * 1.0, face.bottom() + unit * 0.9, middle.x() + unit * 0.82, face.bottom() + unit * 0.2,
        middle.x() + unit * 0.66, middle.y(),
    )  # fmt: skip
    painter.fillPath(veil.united(cloth), QColor("#4b6a7c"))
    skin = QRadialGradient(middle + QPointF(-unit * 0.15, -unit * 0.2), unit * 0.95)
    skin.setColorAt(0.0, QColor("#e3b48c"))
    skin.setColorAt(1.0, QColor("#b9825a"))
    oval = QPainterPath()
    oval.addEllipse(face.adjusted(unit * 0.04, unit * 0.02, -unit * 0.04, 0))
    painter.fillPath(oval, QBrush(skin))


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


def main(arguments: list[str] | None = None) -> int:
    """Write one picture, or with `--state all` every state side by side. Returns the exit code."""
    options = _parse(arguments)
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    os.environ.setdefault("QT_QUICK_BACKEND", "software")
    start_qt()
    surroundings = Surroundings(
        online=options.offline is None,
        queue=options.offline or 0,
        unit=options.unit,
        message=options.message,
        demo=options.demo,
        liveness_off=options.demo,
    )
    shots = []
    for state in STATES if options.state == "all" else (options.state,):
        view, person = scene(state, surroundings, language=options.language, person_name=options.name)
        enrolment = present_enrolment(Enrolment(), language=options.language) if options.enrol else None
        shots.append(grab(view, size=options.size, language=options.language, person=person, enrolment=enrolment))
    picture = shots[0] if len(shots) == 1 else contact_sheet(shots, columns=options.columns, scale=0.5)
    if not picture.save(options.shot):
        sys.stderr.write(f"{options.shot} cannot be written: name a .png file in a folder that exists\n")
        return 2
    return 0


def _parse(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m kiosk.ui.screens", description="Pictures of the kiosk's screen.")
    parser.add_argument("--shot", required=True, metavar="FILE", help="the picture to write (.png)")
    parser.add_argument("--state", default="accepted", choices=[*STATES, "all"])
    parser.add_argument("--size", default=PORTRAIT, type=_size, metavar="WIDTHxHEIGHT")
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
