"""Between the station's thread and the window: the newest view and the newest picture, never a queue of old ones."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, fields
from typing import Any, Final, Generic, TypeVar, get_args

import numpy as np
from PySide6.QtCore import Property, QObject, Qt, Signal, Slot
from PySide6.QtGui import QImage

from kiosk.camera.frame import Pixels
from kiosk.events import TouchKind
from kiosk.recognizer.face import Box
from kiosk.ui.palette import PALETTE
from kiosk.ui.presenter import EnrolmentView
from kiosk.ui.view import View

T = TypeVar("T")
LONGEST_NAME = 80
LONGEST_SEARCH: Final = 40
GUARD_SECONDS: Final = 0.4
"""After the screen has changed, a tap is still meant for what was there before: nobody touches so fast on purpose."""
_KINDS: Final = frozenset(get_args(TouchKind))
_CHOICES: Final = frozenset({"in", "out", "auto", "duty"})
_NEEDING_TEXT: Final = frozenset({"pick", "card", "act"})
_UNGUARDED: Final = frozenset({"search", "alive", "operator"})


@dataclass(frozen=True, slots=True)
class Picture:
    """A live picture as the window draws it: mirrored, RGB32, nobody writes into it.

    box: the rectangle of the face that is served, in pixels of `image` (mirrored too); None when there is no face.
    others: those of faces that wait.
    """

    image: QImage
    box: Box | None
    others: tuple[Box, ...] = ()


class Newest(Generic[T]):
    """A place for one value: putting replaces what was not taken yet. Thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._value: T | None = None

    def put(self, value: T) -> bool:
        """Leave a value; True when the place was empty, so that somebody must be woken."""
        with self._lock:
            was_empty = self._value is None
            self._value = value
            return was_empty

    def take(self) -> T | None:
        """The value, which is then gone; None when nothing was left since the last time."""
        with self._lock:
            value, self._value = self._value, None
            return value


def _encode(view: View) -> dict[str, Any]:
    """A view for QML, which knows maps but no dataclasses; -1 stands for nothing to measure."""
    progress = -1.0 if view.progress is None else view.progress
    return {
        **asdict(view),
        "badges": [asdict(badge) for badge in view.badges],
        "buttons": [asdict(button) for button in view.buttons],
        "matches": [asdict(match) for match in view.matches],
        "month": _encode_month(view),
        "operator": _encode_operator(view),
        "progress": progress,
        "paint": asdict(PALETTE[view.tone]),
    }


def _encode_month(view: View) -> dict[str, Any]:
    if view.month is None:
        return NO_MONTH
    lists = {name: list(getattr(view.month, name)) for name in ("weekdays", "sums")}
    return {**asdict(view.month), **lists, "days": [asdict(day) for day in view.month.days]}


def _encode_operator(view: View) -> dict[str, Any]:
    if view.operator is None:
        return NO_OPERATOR
    return {
        "facts": [asdict(each) for each in view.operator.facts],
        "paragraphs": list(view.operator.paragraphs),
        "small": view.operator.small,
        "poses": [asdict(each) for each in view.operator.poses],
        "thumbs": list(view.operator.thumbs),
        "shown": True,
    }


def _encode_enrolment(enrolment: EnrolmentView | None) -> dict[str, Any]:
    if enrolment is None:
        return NO_ENROLMENT
    progress = -1.0 if enrolment.progress is None else enrolment.progress
    return {**asdict(enrolment), "progress": progress, "shown": True}


NO_MONTH: Final[dict[str, Any]] = {
    "title": "", "weekdays": [], "days": [], "rows": 0, "sums": [], "open": "", "as_of": "", "empty": "",
    "sign": "check",
}  # fmt: skip
NO_OPERATOR: Final[dict[str, Any]] = {
    "facts": [], "paragraphs": [], "small": False, "poses": [], "thumbs": [], "shown": False,
}  # fmt: skip
BLANK: Final[dict[str, Any]] = {
    **{field.name: "" for field in fields(View)},
    "badges": [],
    "buttons": [],
    "matches": [],
    "month": NO_MONTH,
    "operator": NO_OPERATOR,
    "guided": False,
    "step": 0,
    "steps": 0,
    "dim": False,
    "progress": -1.0,
    "picture": False,
    "paint": asdict(PALETTE["calm"]),
}
"""What the window shows before the first view: nothing but the ground."""
NO_ENROLMENT: Final[dict[str, Any]] = {"text": "", "open": False, "progress": -1.0, "shown": False}


class Bridge(QObject):
    """What the window shows and what it says back.

    `show`, `show_frame`, `show_enrolment` and `quit` may be called from any thread and return at once; create the
    Bridge in the thread that runs the window. Signals are delivered in the window's thread, unless connected directly.
    """

    enrol_requested = Signal(str, name="enrolRequested")
    """A name was typed and confirmed (1 to 80 characters, trimmed)."""
    closed = Signal(name="closed")
    """The window is gone: closed by hand, by a signal or by `quit`."""
    touched = Signal(str, str, name="touched")
    """Something was touched, or a card was read: its kind (kiosk.events.TouchKind), and the text that belongs to it.

    choose: in, out, auto or duty; search: what was typed so far; pick: a person's id; pin: six digits, which nobody may
    keep; card: the card's number; alive: somebody types; act: what an operator wants
    (kiosk.operator.counter); all others have no text.
    """
    language_touched = Signal(name="languageTouched")
    """The other language is wanted."""
    view_changed = Signal(name="viewChanged")
    picture_changed = Signal(name="pictureChanged")
    enrolment_changed = Signal(name="enrolmentChanged")
    quit_requested = Signal(name="quitRequested")
    _view_left = Signal()
    _picture_left = Signal()
    _enrolment_left = Signal(object)

    def __init__(self, *, monotonic: Callable[[], float] = time.monotonic) -> None:
        super().__init__()
        self.monotonic = monotonic
        self._changed_at = monotonic()
        self._views: Newest[View] = Newest()
        self._pictures: Newest[Picture] = Newest()
        self._view = BLANK
        self._picture: Picture | None = None
        self._enrolment = NO_ENROLMENT
        queued = Qt.ConnectionType.QueuedConnection
        self._view_left.connect(self._take_view, queued)
        self._picture_left.connect(self._take_picture, queued)
        self._enrolment_left.connect(self._take_enrolment, queued)

    # From any thread ---------------------------------------------------------------------------------------------

    def show(self, view: View) -> None:
        """Draw this view soon; a view that was not drawn yet is skipped."""
        if self._views.put(view):
            self._view_left.emit()

    def show_frame(self, bgr: Pixels, box: Box | None = None, others: Sequence[Box] = ()) -> None:
        """Draw this frame soon, mirrored; a frame that was not drawn yet is skipped.

        bgr: (height, width, 3) uint8; copied before this returns. box: the face that is served, in pixels of `bgr`,
        None: no face; others: faces that wait.
        """
        if self._pictures.put(mirror(bgr, box, others)):
            self._picture_left.emit()

    def show_enrolment(self, enrolment: EnrolmentView | None) -> None:
        """Show the enrolment panel in this state; None hides it."""
        self._enrolment_left.emit(enrolment)

    def quit(self) -> None:
        """End the window's loop."""
        self.quit_requested.emit()

    # In the window's thread --------------------------------------------------------------------------------------

    @property
    def picture(self) -> Picture | None:
        """The picture to draw; None before the first frame. Read it in the window's thread only."""
        return self._picture

    def _read_view(self) -> dict[str, Any]:
        return self._view

    def _read_enrolment(self) -> dict[str, Any]:
        return self._enrolment

    def _has_picture(self) -> bool:
        return self._picture is not None

    view = Property("QVariantMap", _read_view, notify=view_changed)  # type: ignore[arg-type]  # a Qt type without a Python one
    enrolment = Property("QVariantMap", _read_enrolment, notify=enrolment_changed)  # type: ignore[arg-type]  # as above
    live = Property(bool, _has_picture, notify=picture_changed)

    @Slot(str)
    def enrol(self, name: str) -> None:
        """Ask for the enrolment of whoever stands there; an empty name is ignored."""
        trimmed = " ".join(name.split())[:LONGEST_NAME].strip()
        if trimmed:
            self.enrol_requested.emit(trimmed)

    @Slot(str, str)
    def tap(self, kind: str, text: str) -> None:
        """A finger touched this on the screen; within GUARD_SECONDS of another screen it is not counted."""
        if kind in _UNGUARDED or self.monotonic() - self._changed_at >= GUARD_SECONDS:
            self.touch(kind, text)

    @Slot(str, str)
    def touch(self, kind: str, text: str) -> None:
        """Say that this was touched; what makes no sense is dropped."""
        text = text.strip()[:LONGEST_SEARCH] if kind == "search" else text.strip()
        if kind not in _KINDS or (kind == "choose" and text not in _CHOICES) or (kind in _NEEDING_TEXT and not text):
            return
        if kind == "pin" and not (len(text) == 6 and text.isascii() and text.isdigit()):
            return
        self.touched.emit(kind, text)

    @Slot()
    def switch_language(self) -> None:
        """Ask for the other language."""
        self.language_touched.emit()

    @Slot()
    def _take_view(self) -> None:
        view = self._views.take()
        # The clock is presented twice a second and changes once a minute.
        if view is not None and (encoded := _encode(view)) != self._view:
            # The next person's result looks the same and is another screen.
            if any(encoded[part] != self._view[part] for part in ("state", "name")):
                self._changed_at = self.monotonic()
            self._view = encoded
            self.view_changed.emit()

    @Slot()
    def _take_picture(self) -> None:
        picture = self._pictures.take()
        if picture is not None:
            self._picture = picture
            self.picture_changed.emit()

    @Slot(object)
    def _take_enrolment(self, enrolment: EnrolmentView | None) -> None:
        self._enrolment = _encode_enrolment(enrolment)
        self.enrolment_changed.emit()


def mirror(bgr: Pixels, box: Box | None, others: Sequence[Box] = ()) -> Picture:
    """A frame as people expect to see themselves; the pixels are copied. ValueError for anything but BGR uint8."""
    if bgr.ndim != 3 or bgr.shape[2] != 3 or bgr.dtype != np.uint8:
        raise ValueError(f"a frame must be (height, width, 3) uint8, not {bgr.shape} {bgr.dtype}")
    height, width = bgr.shape[:2]
    packed = np.ascontiguousarray(bgr)
    # QImage borrows the array's memory; the conversion makes pixels of its own, in the format that paints fastest.
    borrowed = QImage(packed.data, width, height, packed.strides[0], QImage.Format.Format_BGR888)
    image = borrowed.convertToFormat(QImage.Format.Format_RGB32).flipped(Qt.Orientation.Horizontal)
    own = None if box is None else _mirror_box(box, width)
    return Picture(image, own, tuple(_mirror_box(other, width) for other in others))


def _mirror_box(box: Box, width: int) -> Box:
    return Box(width - box.right, box.top, width - box.left, box.bottom)
