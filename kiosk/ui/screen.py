"""The attendant's Display on a real window: states become views, with what surrounds them."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import UTC, datetime

from kiosk.camera.frame import Pixels
from kiosk.recognizer.face import Box
from kiosk.states import Idle, State
from kiosk.ui.bridge import Bridge
from kiosk.ui.phrases import Language
from kiosk.ui.presenter import Surroundings, present


class Screen:
    """Shows states through a Bridge; `refresh` keeps clock and badges current between them.

    surroundings: asked each time; it must be quick and callable from any thread.
    """

    def __init__(
        self,
        bridge: Bridge,
        *,
        surroundings: Callable[[], Surroundings],
        language: Language = "id",
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._bridge = bridge
        self._surroundings = surroundings
        self._language: Language = language
        self._now = now
        self._lock = threading.Lock()
        self._state: State = Idle()
        self._name: str | None = None

    def show_state(self, state: State, *, name: str | None) -> None:
        with self._lock:
            self._state, self._name = state, name
            self._draw()

    def show_frame(self, picture: Pixels, box: Box | None) -> None:
        self._bridge.show_frame(picture, box)

    def refresh(self) -> None:
        """Draw the present state again, with the time and the surroundings of now."""
        with self._lock:
            self._draw()

    def keep_fresh(self, stop: threading.Event) -> None:
        """Refresh every half second until `stop` is set."""
        while not stop.wait(0.5):
            self.refresh()

    def _draw(self) -> None:
        view = present(self._state, self._surroundings(), name=self._name, now=self._now(), language=self._language)
        self._bridge.show(view)
