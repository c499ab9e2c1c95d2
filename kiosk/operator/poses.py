"""The poses of an enrolment and how far a capture has come: nouns; kiosk.operator.shooting has the rules. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from contract.enrolment import Pose
from kiosk.states import Hint

Wish = Literal["ahead", "left", "right", "up", "bare"]
"""What the person is asked for; left and right are theirs. bare: ahead again, without glasses."""

POSES: Final[tuple[Wish, ...]] = ("ahead", "left", "right", "up")
FITTING_FRAMES: Final = 3
"""So many frames in which pose and quality fit are looked at for each pose; the best are kept."""
Fault = Hint | Literal["one_at_a_time", "turn_left", "turn_right", "raise", "straight", "too_far"]
"""What keeps a frame from being taken."""


@dataclass(frozen=True, slots=True)
class Shooting:
    """How far a capture has come.

    wishes: poses that are asked for, in order; at: which of them now; fitting: frames that fitted so far for it.
    straight: pitches of the frames that look ahead. fault: what to mend, None for nothing; fault_since.
    ends_at: when patience is over; asked_at: when the pose was last asked for.
    """

    wishes: tuple[Wish, ...]
    at: int
    fitting: int
    straight: tuple[float, ...]
    fault: Fault | None
    fault_at: float
    ends_at: float
    asked_at: float | None = None

    @property
    def wish(self) -> Wish | None:
        """What is asked for now; None: all is there."""
        return self.wishes[self.at] if self.at < len(self.wishes) else None

    @property
    def progress(self) -> float:
        """Of the pose that is asked for, 0 to 1."""
        return min(1.0, self.fitting / FITTING_FRAMES)


def contract_pose(wish: Wish) -> Pose:
    """The word for it that travels."""
    return "ahead" if wish == "bare" else wish


def is_over(shooting: Shooting, now: float) -> bool:
    """Whether patience has ended before all was there."""
    return shooting.wish is not None and now >= shooting.ends_at
