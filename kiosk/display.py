"""Where the walk-up is shown, and a screen that shows nothing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from kiosk.camera.frame import Pixels
from kiosk.recognizer.face import Box
from kiosk.states import State


class Display(Protocol):
    """Where the walk-up is shown. Both methods return at once and may be called from the attendant's thread."""

    def show_state(self, state: State, *, name: str | None) -> None:
        """Show this state; name: of the person in it, None where it has none."""
        ...

    def show_frame(self, picture: Pixels, box: Box | None, others: Sequence[Box] = ()) -> None:
        """Show the live picture, (height, width, 3) BGR, the face that is served, and those that wait."""
        ...


class NullDisplay:
    """A kiosk without a screen: remembers the states, in order, for whoever looks."""

    def __init__(self) -> None:
        self.states: list[State] = []

    def show_state(self, state: State, *, name: str | None) -> None:  # noqa: ARG002 (nothing is drawn)
        if not self.states or self.states[-1] != state:
            self.states = [*self.states[-99:], state]

    def show_frame(self, picture: Pixels, box: Box | None, others: Sequence[Box] = ()) -> None:
        """Nothing is drawn."""
