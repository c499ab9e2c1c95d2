"""What a person is told while the face cannot be used yet, without flicker; and when a doubtful face counts after all.

Pure: it takes `now` (seconds on the monotonic clock) and imports nothing that sees or draws.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from kiosk.recognizer.quality.assessment import Usability
from kiosk.states import Hint

HINTS: Final[Mapping[Usability, Hint]] = MappingProxyType(
    {
        Usability.COME_NEARER: "nearer",
        Usability.STEP_BACK: "back",
        Usability.MOVE_TO_CENTRE: "centre",
        Usability.LOOK_STRAIGHT: "look",
        Usability.HOLD_STILL: "still",
        Usability.TOO_DARK: "dark",
        Usability.BACK_LIGHT: "back_light",
        Usability.TOO_BRIGHT: "bright",
        Usability.TAKE_OFF_MASK: "mask",
        Usability.TAKE_OFF_SUNGLASSES: "sunglasses",
    }
)


@dataclass(frozen=True, slots=True)
class Advice:
    """What to do with a frame. hint: for the person, None for nothing; counts: whether the face may decide."""

    hint: Hint | None
    counts: bool


class Guidance:
    """Turns each frame's fault into a steady hint, for one face after the other.

    A fault must last for settle_seconds before it is shown, so one blurred frame is none; a face that nothing can be
    made of and that was not usable yet (somebody walks up) is told so at once. What is shown stays for hold_seconds,
    but gives way at once to a usable face that only was too far or beside the middle. A doubt (pose, light, blur,
    occlusion) that lasts for patience_seconds is not held against the person any longer: frames count from then on,
    with their low weight, until the face is usable or gone. A measure may be wrong, and nobody is to be locked out by
    it; the threshold is what keeps strangers out.
    """

    def __init__(
        self, *, settle_seconds: float = 0.4, hold_seconds: float = 0.8, patience_seconds: float = 4.0
    ) -> None:
        self._settle = settle_seconds
        self._hold = hold_seconds
        self._patience = patience_seconds
        self._face = 0.0
        self._fault: Usability | None = None
        self._fault_since = 0.0
        self._doubted_since: float | None = None
        self._was_usable = False
        self._shown: Hint | None = None
        self._shown_until = 0.0

    def advise(self, usability: Usability, *, first_seen_at: float, now: float) -> Advice:
        """Take one frame of the face that is in view since first_seen_at."""
        if first_seen_at != self._face:
            self._face = first_seen_at
            self._forget()
        if usability is not self._fault:
            self._fault, self._fault_since = usability, now
        if usability is Usability.USABLE:
            self._doubted_since, self._was_usable = None, True
        elif not usability.hopeless and self._doubted_since is None:
            self._doubted_since = now
        self._show(usability, now)
        return Advice(self._shown, self._counts(usability, now))

    def _forget(self) -> None:
        self._fault, self._fault_since = None, 0.0
        self._doubted_since, self._was_usable = None, False
        self._shown, self._shown_until = None, 0.0

    def _counts(self, usability: Usability, now: float) -> bool:
        if usability is Usability.USABLE:
            return True
        if usability.hopeless or self._doubted_since is None:
            return False
        return now - self._doubted_since >= self._patience

    def _show(self, usability: Usability, now: float) -> None:
        hint = HINTS.get(usability)
        if hint == self._shown or now < self._shown_until:
            return
        at_once = usability.hopeless and not self._was_usable
        if hint is None:
            self._shown = None
        elif at_once or now - self._fault_since >= self._settle:
            self._shown = hint
            self._shown_until = now if usability.hopeless else now + self._hold
