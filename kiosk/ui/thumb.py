"""A small photograph that comes with the view: never a file, gone from memory when the page goes."""

from __future__ import annotations

import base64
import binascii

from PySide6.QtCore import Property, QRectF, Qt, Signal
from PySide6.QtGui import QImage, QPainter
from PySide6.QtQuick import QQuickItem, QQuickPaintedItem


class Thumb(QQuickPaintedItem):
    """Draws a JPEG given as base64, mirrored like the live picture, cut to fill the item; nothing where it is none.

    Not an Image with a data URL: Qt loads those later, in a thread, and a page would stand there without its faces.
    """

    jpeg_changed = Signal(name="jpegChanged")

    def __init__(self, parent: QQuickItem | None = None) -> None:
        super().__init__(parent)
        self._jpeg = ""
        self._image = QImage()

    def _read_jpeg(self) -> str:
        return self._jpeg

    def _write_jpeg(self, jpeg: str) -> None:
        if jpeg == self._jpeg:
            return
        self._jpeg = jpeg
        try:
            self._image = QImage.fromData(base64.b64decode(jpeg, validate=True)).flipped(Qt.Orientation.Horizontal)
        except (binascii.Error, ValueError):
            self._image = QImage()
        self.jpeg_changed.emit()
        self.update()

    jpeg = Property(str, _read_jpeg, _write_jpeg, notify=jpeg_changed)

    def paint(self, painter: QPainter) -> None:
        if self._image.isNull() or self.width() <= 0 or self.height() <= 0:
            return
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        across, down = self._image.width(), self._image.height()
        side = min(across, down * self.width() / self.height())
        tall = side * self.height() / self.width()
        part = QRectF((across - side) / 2, (down - tall) / 2, side, tall)
        painter.drawImage(QRectF(0, 0, self.width(), self.height()), self._image, part)
