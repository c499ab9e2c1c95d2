"""The live picture with its ring, which QML cannot draw by itself."""

from __future__ import annotations

import math
from typing import Final

from PySide6.QtCore import Property, QObject, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPainterPath, QPen, QPolygonF
from PySide6.QtQuick import QQuickItem, QQuickPaintedItem

from kiosk.recognizer.face import Box
from kiosk.ui.bridge import Bridge, Picture
from kiosk.ui.palette import PLATE, PLATE_INK

RING_WIDTH: Final = 1.25
RING_HEIGHT: Final = 1.65
"""Of the ring, over the face's box: detectors mark brow to chin, a ring should take in the whole head."""
RING_LIFT: Final = 0.08
"""How far above the box's centre the ring sits, over the box's height: hair is above, not below."""
TARGET_WIDTH: Final = 0.26
"""Of the face's box over the picture's width, where faces are large enough for every pack and still not cut off."""
ASIDE: Final = 0.45
"""How far beside the target, over its width, a face is shown the way."""
NEAR_ENOUGH: Final = 0.8
TOO_NEAR: Final = 1.7
"""Of the ring's width over the target's: between the two the target is not drawn."""
EDGE: Final = QColor(6, 16, 32, 170)


class Preview(QQuickPaintedItem):
    """The live picture, filling the item (cut where the shapes differ), with a ring around the face that is served.

    While somebody is guided, the place for the face is drawn too: its edge closes as they come nearer, and an arrow
    points there from a face that is beside it. Faces that wait have a thin frame and a word.
    Painted, not a VideoOutput: that would need QtMultimedia and draws nothing on the software backend.
    """

    kiosk_changed = Signal(name="kioskChanged")
    accent_changed = Signal(name="accentChanged")
    ring_changed = Signal(name="ringChanged")
    middle_changed = Signal(name="middleChanged")
    guided_changed = Signal(name="guidedChanged")
    waiting_changed = Signal(name="waitingChanged")

    def __init__(self, parent: QQuickItem | None = None) -> None:
        super().__init__(parent)
        self._kiosk: Bridge | None = None
        self._accent = QColor("white")
        self._ring = 0.0
        self._middle = QPointF(0.5, 0.5)
        self._guided = False
        self._waiting = ""
        self.setOpaquePainting(True)

    def _read_kiosk(self) -> QObject | None:
        return self._kiosk

    def _write_kiosk(self, kiosk: QObject | None) -> None:
        if not isinstance(kiosk, Bridge) or kiosk is self._kiosk:
            return
        self._kiosk = kiosk
        kiosk.picture_changed.connect(self.update)
        self.kiosk_changed.emit()

    def _read_accent(self) -> QColor:
        return self._accent

    def _write_accent(self, accent: QColor) -> None:
        if accent != self._accent:
            self._accent = accent
            self.accent_changed.emit()
            self.update()

    def _read_ring(self) -> float:
        return self._ring

    def _write_ring(self, ring: float) -> None:
        if ring != self._ring:
            self._ring = ring
            self.ring_changed.emit()
            self.update()

    def _read_middle(self) -> QPointF:
        return self._middle

    def _write_middle(self, middle: QPointF) -> None:
        if middle != self._middle:
            self._middle = middle
            self.middle_changed.emit()
            self.update()

    def _read_guided(self) -> bool:
        return self._guided

    def _write_guided(self, guided: bool) -> None:
        if guided != self._guided:
            self._guided = guided
            self.guided_changed.emit()
            self.update()

    def _read_waiting(self) -> str:
        return self._waiting

    def _write_waiting(self, waiting: str) -> None:
        if waiting != self._waiting:
            self._waiting = waiting
            self.waiting_changed.emit()
            self.update()

    kiosk = Property(QObject, _read_kiosk, _write_kiosk, notify=kiosk_changed)
    accent = Property(QColor, _read_accent, _write_accent, notify=accent_changed)
    ring = Property(float, _read_ring, _write_ring, notify=ring_changed)
    """How much of the ring is closed, 0 to 1."""
    middle = Property(QPointF, _read_middle, _write_middle, notify=middle_changed)
    """Middle of the part of the item that nothing covers, 0 to 1: where the guide is drawn when nobody is there."""

    guided = Property(bool, _read_guided, _write_guided, notify=guided_changed)
    """Whether the place for the face is drawn."""
    waiting = Property(str, _read_waiting, _write_waiting, notify=waiting_changed)
    """The word beside faces that wait."""

    def paint(self, painter: QPainter) -> None:
        """Draw the newest picture and the ring; the empty guide when there is no face."""
        picture = self._kiosk.picture if self._kiosk is not None else None
        if picture is None or picture.image.isNull():
            return
        area = QRectF(0, 0, self.width(), self.height())
        scale = max(area.width() / picture.image.width(), area.height() / picture.image.height())
        shown = QRectF(0, 0, area.width() / scale, area.height() / scale)
        shown.moveCenter(QPointF(picture.image.width() / 2, picture.image.height() / 2))
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.drawImage(area, picture.image, shown)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for other in picture.others:
            self._draw_waiting(painter, ring_around(other, shown.topLeft(), scale))
        if picture.box is None:
            self._draw_ring(painter, self._guide(), faint=True)
            return
        ring = ring_around(picture.box, shown.topLeft(), scale)
        if self._guided and not in_place(ring, target := self._target(picture, scale)):
            self._draw_way(painter, ring, target)
        self._draw_ring(painter, ring, faint=False)

    def _target(self, picture: Picture, scale: float) -> QRectF:
        """Where the ring should come to be, in the middle of what can be seen."""
        width = picture.image.width() * TARGET_WIDTH * scale * RING_WIDTH
        visible = 2 * min(self.height() * self._middle.y(), self.height() * (1 - self._middle.y()))
        width = min(width, visible * 0.82 / (RING_HEIGHT / RING_WIDTH))
        target = QRectF(0, 0, width, width * RING_HEIGHT / RING_WIDTH)
        target.moveCenter(QPointF(self.width() * self._middle.x(), self.height() * self._middle.y()))
        return target

    def _draw_way(self, painter: QPainter, ring: QRectF, target: QRectF) -> None:
        """The place for the face, as far closed as they have come near; an arrow from a face that is beside it."""
        near = min(1.0, ring.width() / target.width())
        thick = self._thickness()
        for colour, width in ((EDGE, thick * 1.5), (QColor(PLATE_INK), thick * 0.7)):
            pen = QPen(colour, width, Qt.PenStyle.CustomDashLine, Qt.PenCapStyle.FlatCap)
            pen.setDashPattern([max(2.0, thick * 3 / width), max(1.5, thick * 2.2 / width)])
            painter.setPen(pen)
            painter.drawEllipse(target)
        arc = QPainterPath()
        arc.arcMoveTo(target, 270 - 180 * near)
        arc.arcTo(target, 270 - 180 * near, 360 * near)
        for colour, width in ((EDGE, thick * 2.2), (QColor(PLATE_INK), thick * 1.3)):
            painter.setPen(QPen(colour, width, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
            painter.drawPath(arc)
        if is_aside(ring, target):
            self._draw_arrow(painter, ring, target.center() - ring.center(), thick)

    def _draw_arrow(self, painter: QPainter, ring: QRectF, way: QPointF, thick: float) -> None:
        """An arrow that begins at the edge of the person's ring and points to the target."""
        length = math.hypot(way.x(), way.y())
        along = QPointF(way.x() / length, way.y() / length)
        across = QPointF(-along.y(), along.x())
        # The ring's radius in this direction (an ellipse's, in polar form).
        radius = 1 / math.hypot(along.x() / (ring.width() / 2), along.y() / (ring.height() / 2))
        start = ring.center() + along * (radius + thick * 2)
        tip = start + along * max(thick * 9, length * 0.6)
        neck = tip - along * thick * 5.5
        shape = QPolygonF(
            [
                start + across * thick * 1.4, neck + across * thick * 1.4, neck + across * thick * 4, tip,
                neck - across * thick * 4, neck - across * thick * 1.4, start - across * thick * 1.4,
            ]
        )  # fmt: skip
        painter.setPen(
            QPen(EDGE, thick * 0.8, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin)
        )
        painter.setBrush(self._accent)
        painter.drawPolygon(shape)
        painter.setBrush(Qt.BrushStyle.NoBrush)

    def _draw_waiting(self, painter: QPainter, ring: QRectF) -> None:
        """Somebody who is not served yet: seen, and asked to wait."""
        thick = self._thickness() * 0.4
        for colour, width in ((EDGE, thick * 2.2), (QColor(PLATE_INK), thick)):
            painter.setPen(QPen(colour, width))
            painter.drawEllipse(ring)
        font = QFont()
        font.setPixelSize(round(max(14.0, self._thickness() * 4)))
        font.setWeight(QFont.Weight.DemiBold)
        span = QFontMetricsF(font)
        plate = QRectF(0, 0, span.horizontalAdvance(self._waiting) + span.height(), span.height() * 1.3)
        plate.moveCenter(QPointF(ring.center().x(), ring.bottom()))
        visible_right, visible_bottom = self.width() * self._middle.x() * 2, self.height() * self._middle.y() * 2
        plate.moveRight(min(max(plate.right(), plate.width()), visible_right))
        plate.moveBottom(min(max(plate.bottom(), plate.height()), visible_bottom))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(PLATE))
        painter.drawRoundedRect(plate, plate.height() / 2, plate.height() / 2)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QColor(PLATE_INK))
        painter.setFont(font)
        painter.drawText(plate, Qt.AlignmentFlag.AlignCenter, self._waiting)

    def _thickness(self) -> float:
        return max(3.0, min(self.width(), self.height()) / 110)

    def _guide(self) -> QRectF:
        height = min(self.height() * 0.5, self.width() * 0.62)
        guide = QRectF(0, 0, height * 0.74, height)
        guide.moveCenter(QPointF(self.width() * self._middle.x(), self.height() * self._middle.y()))
        return guide

    def _draw_ring(self, painter: QPainter, ring: QRectF, *, faint: bool) -> None:
        """Four arcs, and over them as much of the whole ring as is closed; a dark edge makes it show on white."""
        thick = self._thickness()
        arcs = [(start, 50.0) for start in (20.0, 110.0, 200.0, 290.0)]
        if self._ring > 0 and not faint:
            arcs.append((90.0, -360.0 * min(self._ring, 1.0)))
        for colour, width in ((QColor(6, 16, 32, 150), thick * 1.9), (self._accent, thick)):
            painter.setPen(QPen(colour, width, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
            for start, span in arcs:
                path = QPainterPath()
                path.arcMoveTo(ring, start)
                path.arcTo(ring, start, span)
                painter.drawPath(path)


def ring_around(box: Box, origin: QPointF, scale: float) -> QRectF:
    """The ring for a face's box, in the item's coordinates; origin and scale place the picture in the item."""
    ring = QRectF(0, 0, box.width * RING_WIDTH * scale, box.height * RING_HEIGHT * scale)
    middle_x, middle_y = box.centre
    lifted = middle_y - box.height * RING_LIFT
    ring.moveCenter(QPointF((middle_x - origin.x()) * scale, (lifted - origin.y()) * scale))
    return ring


def is_aside(ring: QRectF, target: QRectF) -> bool:
    """Whether a face is so far beside its place that it should be shown the way."""
    way = target.center() - ring.center()
    return math.hypot(way.x(), way.y()) > ASIDE * target.width()


def in_place(ring: QRectF, target: QRectF) -> bool:
    """Whether a face is where it should be, give or take."""
    return NEAR_ENOUGH <= ring.width() / target.width() <= TOO_NEAR and not is_aside(ring, target)
