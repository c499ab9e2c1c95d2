"""Items that QML cannot draw by itself: the live picture with its ring, and the batik ground."""

from __future__ import annotations

import math
from typing import Final

from PySide6.QtCore import Property, QObject, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen
from PySide6.QtQuick import QQuickItem, QQuickPaintedItem

from kiosk.recognizer.face import Box
from kiosk.ui.bridge import Bridge

RING_WIDTH: Final = 1.25
RING_HEIGHT: Final = 1.65
"""Of the ring, over the face's box: detectors mark brow to chin, a ring should take in the whole head."""
RING_LIFT: Final = 0.08
"""How far above the box's centre the ring sits, over the box's height: hair is above, not below."""


class Preview(QQuickPaintedItem):
    """The live picture, filling the item (cut where the shapes differ), with a ring around the face.

    Painted, not a VideoOutput: that would need QtMultimedia and draws nothing on the software backend.
    """

    kiosk_changed = Signal(name="kioskChanged")
    accent_changed = Signal(name="accentChanged")
    ring_changed = Signal(name="ringChanged")
    middle_changed = Signal(name="middleChanged")

    def __init__(self, parent: QQuickItem | None = None) -> None:
        super().__init__(parent)
        self._kiosk: Bridge | None = None
        self._accent = QColor("white")
        self._ring = 0.0
        self._middle = QPointF(0.5, 0.5)
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

    kiosk = Property(QObject, _read_kiosk, _write_kiosk, notify=kiosk_changed)
    accent = Property(QColor, _read_accent, _write_accent, notify=accent_changed)
    ring = Property(float, _read_ring, _write_ring, notify=ring_changed)
    """How much of the ring is closed, 0 to 1."""
    middle = Property(QPointF, _read_middle, _write_middle, notify=middle_changed)
    """Middle of the part of the item that nothing covers, 0 to 1: where the guide is drawn when nobody is there."""

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
        if picture.box is None:
            self._draw_ring(painter, self._guide(), faint=True)
        else:
            self._draw_ring(painter, ring_around(picture.box, shown.topLeft(), scale), faint=False)

    def _guide(self) -> QRectF:
        height = min(self.height() * 0.5, self.width() * 0.62)
        guide = QRectF(0, 0, height * 0.74, height)
        guide.moveCenter(QPointF(self.width() * self._middle.x(), self.height() * self._middle.y()))
        return guide

    def _draw_ring(self, painter: QPainter, ring: QRectF, *, faint: bool) -> None:
        """Four arcs, and over them as much of the whole ring as is closed; a dark edge makes it show on white."""
        thick = max(3.0, min(self.width(), self.height()) / 110)
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


class Kawung(QQuickPaintedItem):
    """The ground of the sheet at rest: kawung, the batik of Yogyakarta's officials, four leaves around a point."""

    ink_changed = Signal(name="inkChanged")
    corner_changed = Signal(name="cornerChanged")

    def __init__(self, parent: QQuickItem | None = None) -> None:
        super().__init__(parent)
        self._ink = QColor("black")
        self._corner = 0.0

    def _read_ink(self) -> QColor:
        return self._ink

    def _write_ink(self, ink: QColor) -> None:
        if ink != self._ink:
            self._ink = ink
            self.ink_changed.emit()
            self.update()

    def _read_corner(self) -> float:
        return self._corner

    def _write_corner(self, corner: float) -> None:
        if corner != self._corner:
            self._corner = corner
            self.corner_changed.emit()
            self.update()

    corner = Property(float, _read_corner, _write_corner, notify=corner_changed)
    """Radius of the item's corners, outside which nothing is drawn."""
    ink = Property(QColor, _read_ink, _write_ink, notify=ink_changed)

    def paint(self, painter: QPainter) -> None:
        """Draw the pattern over the whole item in one pale colour."""
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        inside = QPainterPath()
        inside.addRoundedRect(QRectF(0, 0, self.width(), self.height()), self._corner, self._corner)
        painter.setClipPath(inside)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._ink)
        step = max(24.0, min(self.width(), self.height()) / 9)
        columns, rows = math.ceil(self.width() / step) + 1, math.ceil(self.height() / step) + 1
        for row in range(rows):
            for column in range(columns):
                self._draw_flower(painter, QPointF(column * step, row * step), step)

    def _draw_flower(self, painter: QPainter, middle: QPointF, step: float) -> None:
        leaf = QRectF(-step * 0.15, -step * 0.62, step * 0.3, step * 0.5)
        for quarter in range(4):
            painter.save()
            painter.translate(middle)
            painter.rotate(45 + 90 * quarter)
            painter.drawEllipse(leaf)
            painter.restore()
