"""Where the faces are."""

from __future__ import annotations

from typing import Protocol

from kiosk.camera.frame import Frame, Pixels
from kiosk.recognizer.face import Detection


class Detector(Protocol):
    """Finds faces, in a stream and in still pictures.

    An implementation must offer both methods. `find` may remember earlier frames and spread its work over several of
    them, so one detector serves one stream; `search` remembers nothing. Neither is called from two threads at once.
    """

    def find(self, frame: Frame) -> list[Detection]:
        """Find the faces of a stream's next frame; boxes lie within Frame.main, best score first."""
        ...

    def search(self, picture: Pixels, *, smallest: int) -> list[Detection]:
        """Find the faces at least `smallest` pixels wide in a (height, width, 3) BGR picture, best score first."""
        ...
