"""The batik ground of the sheet at rest, which QML cannot draw by itself."""

from __future__ import annotations

import math

from PySide6.QtCore import Property, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPainterPath
from PySide6.QtQuick import QQuickItem, QQuickPaintedItem


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
