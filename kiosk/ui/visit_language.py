"""Which language the screen speaks: the kiosk's own, and for one visit the other. Pure."""

from __future__ import annotations

from typing import Final

from kiosk.states import Idle, State
from kiosk.ui.phrases import Language, other_language

REST_SECONDS: Final = 10.0
"""How long nothing may happen before the visit is over. Who was served stands before an idle screen for a while."""


class VisitLanguage:
    """The language of this visit; times are monotonic seconds.

    A visit ends when the screen has been idle for REST_SECONDS, or when somebody else's name comes up.
    """

    def __init__(self, own: Language) -> None:
        self._own: Language = own
        self._now: Language = own
        self._resting_since: float | None = 0.0
        self._person: str | None = None

    @property
    def language(self) -> Language:
        return self._now

    def switch(self, now: float) -> None:
        """Somebody touched the button."""
        self._now = other_language(self._now)
        if self._resting_since is not None:
            self._resting_since = now

    def see(self, state: State, person: str | None, now: float) -> None:
        """What is on the screen; person: whose name is shown, None for nobody's."""
        if not isinstance(state, Idle):
            self._resting_since = None
            if person is not None and self._person is not None and person != self._person:
                self._now = self._own
            self._person = person or self._person
        elif self._resting_since is None:
            self._resting_since = now
        elif now - self._resting_since >= REST_SECONDS:
            self._now, self._person = self._own, None
