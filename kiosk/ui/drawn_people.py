"""A camera's picture that no camera took: a lobby with drawn people in it, nobody in particular."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QImage, QLinearGradient, QPainter, QPainterPath, QRadialGradient

from kiosk.camera.frame import Pixels
from kiosk.recognizer.face import Box


@dataclass(frozen=True, slots=True)
class Person:
    """A drawn person: middle of the face and its width, over the picture's width and height."""

    x: float = 0.5
    y: float = 0.45
    width: float = 0.30


def draw_frame(
    person: Person | None, *, waiting: Sequence[Person] = (), width: int = 960, height: int = 960
) -> tuple[Pixels, Box | None, tuple[Box, ...]]:
    """A camera's frame with people in a lobby: pixels (height, width, 3) uint8 BGR, the face's box, the others'."""
    image = QImage(width, height, QImage.Format.Format_BGR888)
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    _draw_lobby(painter, QRectF(0, 0, width, height))
    others = tuple(_put(painter, each, width, height) for each in waiting)
    box = None if person is None else _put(painter, person, width, height)
    painter.end()
    pixels = np.frombuffer(image.constBits(), np.uint8).reshape(height, image.bytesPerLine())
    return pixels[:, : width * 3].reshape(height, width, 3).copy(), box, others


def _put(painter: QPainter, person: Person, width: int, height: int) -> Box:
    face = QRectF(0, 0, person.width * width, person.width * width * 1.28)
    face.moveCenter(QPointF(person.x * width, person.y * height))
    _draw_person(painter, face, height)
    return Box(*(round(edge) for edge in (face.left(), face.top() + face.height() * 0.12, face.right(), face.bottom())))


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
