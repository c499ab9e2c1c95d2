"""Looks at a drawn window as a careful person would: is everything readable, whole, and large enough to touch?

What is checked: texts are neither cut nor outside their place, nothing lies on anything else, the contrast of every
text in the rendered picture, the headline's capitals in millimetres, and size and height of every place to touch.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QFont, QFontMetricsF, QImage
from PySide6.QtQml import QQmlExpression, qmlContext
from PySide6.QtQuick import QQuickItem, QQuickWindow

from kiosk.ui.palette import MINIMUM_CONTRAST, contrast

SMALLEST_TARGET_MM: Final = 18.0
SMALLEST_CAPITAL_MM: Final = 10.0
_SLACK: Final = 2.0
"""Pixels by which two letters' boxes may touch: boxes are larger than letters."""


@dataclass(frozen=True, slots=True)
class Drawn:
    """A text on the screen. area: where its letters are, in the window's pixels."""

    item: QQuickItem
    text: str
    area: QRectF


def inspect(
    window: QQuickWindow, shot: QImage, *, panel_inches: float, may_be_cut: frozenset[str] = frozenset()
) -> list[str]:
    """What is wrong, one sentence each; shot: what the window shows now. may_be_cut: texts that may end in dots."""
    texts = list(drawn_texts(window.contentItem()))
    controls = list(controls_of(window.contentItem()))
    screen = QRectF(0, 0, window.width(), window.height())
    pixels_per_mm = math.hypot(window.width(), window.height()) / (panel_inches * 25.4)
    found = [wrong for text in texts for wrong in _misfits(text, screen, may_be_cut)]
    found += _overlaps(texts, controls)
    found += _weak_contrasts(texts, shot)
    found += _small_headlines(texts, pixels_per_mm)
    found += _bad_controls(controls, screen, pixels_per_mm)
    return found


def drawn_texts(item: QQuickItem) -> Iterator[Drawn]:
    """Every text that is on the screen, below `item`."""
    for child in item.childItems():
        if child.isVisible() and child.opacity() > 0 and child.width() >= 0:
            if child.property("text") and child.property("contentWidth"):
                yield Drawn(child, str(child.property("text")), _letters_area(child))
            yield from drawn_texts(child)


def controls_of(item: QQuickItem) -> Iterator[QQuickItem]:
    """Every place to touch that is on the screen, below `item`."""
    for child in item.childItems():
        if child.isVisible():
            if child.objectName() == "control":
                yield child
            yield from controls_of(child)


def _ask(item: QQuickItem, expression: str) -> Any:
    """What QML itself says of an item: some of its types have no Python one."""
    context = qmlContext(item)
    return None if context is None else QQmlExpression(context, item, expression).evaluate()[0]


def _letters_area(text: QQuickItem) -> QRectF:
    width, height = text.property("contentWidth"), text.property("contentHeight")
    across, along = _ask(text, "horizontalAlignment"), _ask(text, "verticalAlignment")
    left = (text.width() - width) * {2: 1.0, 4: 0.5}.get(int(across or 0), 0.0)
    top = (text.height() - height) * {64: 1.0, 128: 0.5}.get(int(along or 0), 0.0)
    corner = text.mapToScene(QPointF(left, top))
    return QRectF(corner.x(), corner.y(), width, height)


def _area(item: QQuickItem) -> QRectF:
    corner = item.mapToScene(QPointF(0, 0))
    return QRectF(corner.x(), corner.y(), item.width(), item.height())


def _misfits(drawn: Drawn, screen: QRectF, may_be_cut: frozenset[str]) -> Iterator[str]:
    item, words = drawn.item, drawn.text
    if item.property("truncated") and words not in may_be_cut:
        yield f"'{words}' is cut"
    if item.property("contentWidth") > item.width() + 1:
        yield f"'{words}' is wider than its place"
    if item.property("contentHeight") > item.height() + 1:
        yield f"'{words}' is higher than its place"
    if not screen.adjusted(-1, -1, 1, 1).contains(drawn.area):
        yield f"'{words}' leaves the screen"


def _overlaps(texts: list[Drawn], controls: list[QQuickItem]) -> Iterator[str]:
    for index, one in enumerate(texts):
        for other in texts[index + 1 :]:
            if _cross(one.area, other.area):
                yield f"'{one.text}' lies on '{other.text}'"
    for index, control in enumerate(controls):
        area = _area(control)
        for text in texts:
            if not control.isAncestorOf(text.item) and _cross(area, text.area):
                yield f"'{text.text}' lies on the button '{control.property('label')}'"
        for other_control in controls[index + 1 :]:
            if _cross(area, _area(other_control)):
                yield f"the button '{control.property('label')}' lies on '{other_control.property('label')}'"


def _cross(one: QRectF, other: QRectF) -> bool:
    common = one.intersected(other)
    return min(common.width(), common.height()) > _SLACK


def _weak_contrasts(texts: list[Drawn], shot: QImage) -> Iterator[str]:
    pixels = _pixels_of(shot)
    for drawn in texts:
        ratio = rendered_contrast(pixels, drawn.area)
        if ratio < MINIMUM_CONTRAST:
            yield f"'{drawn.text}' has a contrast of {ratio:.1f}:1"


def _pixels_of(shot: QImage) -> npt.NDArray[np.uint32]:
    image = shot.convertToFormat(QImage.Format.Format_RGB32)
    rows = np.frombuffer(image.constBits(), np.uint32).reshape(image.height(), image.bytesPerLine() // 4)
    return rows[:, : image.width()] & np.uint32(0xFFFFFF)


def rendered_contrast(pixels: npt.NDArray[np.uint32], area: QRectF) -> float:
    """Contrast of the letters in this area with their ground, 1 to 21, from what was rendered.

    The ground is the commonest colour; the letters' is the one that differs most from it among those that are not just
    the edge of something: thin letters never reach their full colour, so theirs is what the eye sees of it.
    """
    left, top = max(0, int(area.left())), max(0, int(area.top()))
    patch = pixels[top : max(top + 1, int(area.bottom())), left : max(left + 1, int(area.right()))]
    colours, counts = np.unique(patch, return_counts=True)
    ground = _hex(int(colours[counts.argmax()]))
    common = colours[counts >= max(3, patch.size // 4000)]
    return max(contrast(ground, _hex(int(colour))) for colour in common)


def _hex(colour: int) -> str:
    return f"#{colour:06x}"


def _small_headlines(texts: list[Drawn], pixels_per_mm: float) -> Iterator[str]:
    headlines = [each for each in texts if each.item.objectName() == "headline"]
    if not headlines:
        yield "there is no headline"
    for drawn in headlines:
        font = QFont(drawn.item.property("font"))
        font.setPixelSize(int(_ask(drawn.item, "fontInfo.pixelSize")))
        millimetres = QFontMetricsF(font).tightBoundingRect("H").height() / pixels_per_mm
        if millimetres < SMALLEST_CAPITAL_MM:
            yield f"the headline '{drawn.text}' has capitals of {millimetres:.1f} mm"


def _bad_controls(controls: list[QQuickItem], screen: QRectF, pixels_per_mm: float) -> Iterator[str]:
    for control in controls:
        area, label = _area(control), control.property("label") or control.property("icon")
        millimetres = min(area.width(), area.height()) / pixels_per_mm
        if millimetres < SMALLEST_TARGET_MM:
            yield f"the button '{label}' is only {millimetres:.1f} mm wide or high"
        if not screen.adjusted(-1, -1, 1, 1).contains(area):
            yield f"the button '{label}' leaves the screen"
        if area.center().y() < screen.center().y() and not control.property("high"):
            yield f"the button '{label}' lies in the upper half, out of the reach of some"
