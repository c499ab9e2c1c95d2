"""The attendant's Display on a real window: states become views, with what surrounds them."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Final

from kiosk.camera.frame import Pixels
from kiosk.notices import Told
from kiosk.recognizer.face import Box
from kiosk.states import Idle, State
from kiosk.ui.bridge import Bridge
from kiosk.ui.phrases import Language
from kiosk.ui.presenter import Surroundings, present
from kiosk.ui.visit_language import VisitLanguage

TICK_SECONDS: Final = 0.1
TICKS_PER_REFRESH: Final = 5


class Screen:
    """Shows states through a Bridge; `refresh` keeps clock and badges current between them.

    surroundings, told (what is open for the person in a state): asked each time; they must be quick and callable from
    any thread.
    monotonic: the clock of the states' `until`. dim_after_seconds: idle for so long at night, the screen is dim.
    The backlight goes by the same hours and the same patience (kiosk.hardware.lighting), and by motion too.
    """

    def __init__(
        self,
        bridge: Bridge,
        *,
        surroundings: Callable[[], Surroundings],
        language: Language = "id",
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        monotonic: Callable[[], float] = time.monotonic,
        dim_after_seconds: float = 30.0,
        told: Callable[[State], Told | None] = lambda _state: None,
    ) -> None:
        self._bridge = bridge
        self._surroundings = surroundings
        self._language = VisitLanguage(language)
        self._switch_wanted = threading.Event()
        self._now = now
        self._monotonic = monotonic
        self._dim_after = dim_after_seconds
        self._told = told
        self._idle_since = -math.inf
        self._lock = threading.Lock()
        self._state: State = Idle()
        self._name: str | None = None
        bridge.language_touched.connect(self.switch_language)

    def show_state(self, state: State, *, name: str | None) -> None:
        with self._lock:
            self._state, self._name = state, name
            self._draw()

    def show_frame(self, picture: Pixels, box: Box | None, others: Sequence[Box] = ()) -> None:
        self._bridge.show_frame(picture, box, others)

    def switch_language(self) -> None:
        """Speak the other language until this visit is over; whoever draws next does it.

        Called in the window's thread, which must not wait for the lock: whoever holds it may be asking the journal.
        """
        self._switch_wanted.set()

    def refresh(self) -> None:
        """Draw the present state again, with the time and the surroundings of now."""
        with self._lock:
            self._draw()

    def keep_fresh(self, stop: threading.Event) -> None:
        """Refresh every half second, and when the other language is wanted, until `stop` is set."""
        ticks = 0
        while not stop.wait(TICK_SECONDS):
            ticks += 1
            if ticks % TICKS_PER_REFRESH == 0 or self._switch_wanted.is_set():
                self.refresh()

    def _draw(self) -> None:
        monotonic = self._monotonic()
        if self._switch_wanted.is_set():
            self._switch_wanted.clear()
            self._language.switch(monotonic)
        self._language.see(self._state, self._name, monotonic)
        if not isinstance(self._state, Idle):
            self._idle_since = monotonic
        view = present(
            self._state,
            self._surroundings(),
            name=self._name,
            now=self._now(),
            language=self._language.language,
            monotonic=monotonic,
            resting=monotonic - self._idle_since >= self._dim_after,
            told=self._told(self._state),
        )
        self._bridge.show(view)
