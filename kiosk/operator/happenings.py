"""What happens in the operator mode: nouns, without the rules of kiosk.operator.machine.

What hands do has been looked up by then (kiosk.operator.counter), and what frames mean has been judged.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from kiosk.operator.poses import Shooting
from kiosk.operator.screens import (
    DenialReason,
    Device,
    Fact,
    FindPerson,
    Logs,
    Reading,
    SealTrouble,
    Standing,
    Standings,
    Subject,
    TryingPart,
    Unable,
    UnfitReason,
)
from kiosk.recognizer.consensus import Identity
from kiosk.recognizer.liveness.challenge import Step
from kiosk.states import Hint

MenuItem = Literal["enrol", "standings", "test", "parts", "device", "logs", "lock", "unlock", "leave"]


@dataclass(frozen=True, slots=True)
class Called:
    """Somebody rested a finger on the clock. hindrance: why nobody can be let in now; None: the face may be shown."""

    hindrance: DenialReason | None = None


@dataclass(frozen=True, slots=True)
class FaceShown:
    """A frame of the face that is to be the operator's, not known yet; fields as in screens.AskFace."""

    hint: Hint | None = None
    progress: float | None = None
    step: Step | None = None
    number: int = 0
    of: int = 0
    returning: bool = False


@dataclass(frozen=True, slots=True)
class FaceKnown:
    """The face is this person's and lives. operator: whether they may come in.

    tries_left: how often their PIN may be tried, None: they have none.
    """

    identity: Identity
    operator: bool
    tries_left: int | None


@dataclass(frozen=True, slots=True)
class FaceRefused:
    """The face is nobody's, or its liveness is not proven."""

    reason: DenialReason


@dataclass(frozen=True, slots=True)
class PinTried:
    """A PIN was held against that of the person who was asked; tries_left: after it."""

    person: str
    right: bool
    tries_left: int


@dataclass(frozen=True, slots=True)
class Entered:
    """The journal holds that this operator is in. locked, locked_by_hub: as in screens.Menu."""

    person: str
    locked: bool = False
    locked_by_hub: bool = False


@dataclass(frozen=True, slots=True)
class NotEntered:
    """The journal could not take it: nobody is let in."""


@dataclass(frozen=True, slots=True)
class Picked:
    """Something on the menu was touched."""

    item: MenuItem


@dataclass(frozen=True, slots=True)
class Opened:
    """The page that was asked for, with what it shows."""

    page: FindPerson | Standings | TryingPart | Device | Logs | Unable


@dataclass(frozen=True, slots=True)
class Found:
    """Who matches what was typed; fields as in screens.FindPerson."""

    query: str
    matches: tuple[Subject, ...]
    more: int = 0


@dataclass(frozen=True, slots=True)
class Chosen:
    """This person is to be enrolled."""

    subject: Subject


@dataclass(frozen=True, slots=True)
class Agreed:
    """The person has read the words and touched that they agree."""


@dataclass(frozen=True, slots=True)
class Shot:
    """A frame was watched; shooting: how far the capture has come with it."""

    shooting: Shooting


@dataclass(frozen=True, slots=True)
class Taken:
    """All frames are there and were looked at. unfit: why none is sent; other: the name for `duplicate`."""

    thumbs: tuple[bytes, ...] = ()
    bare: bool = False
    unfit: UnfitReason | None = None
    other: str = ""


@dataclass(frozen=True, slots=True)
class BareWanted:
    """Frames without glasses are wanted, too."""


@dataclass(frozen=True, slots=True)
class SendWanted:
    """What was taken is to be sealed and sent."""


@dataclass(frozen=True, slots=True)
class Sealed:
    """It is on the disk, and only the hub can read it."""

    standing: Standing


@dataclass(frozen=True, slots=True)
class NotSealed:
    """Nothing of it is on the disk."""

    trouble: SealTrouble


@dataclass(frozen=True, slots=True)
class StandingChanged:
    """The hub has answered about an enrolment."""

    standings: tuple[Standing, ...]


@dataclass(frozen=True, slots=True)
class Measured:
    """What the recogniser makes of the newest frame; None: nobody is there."""

    reading: Reading | None


@dataclass(frozen=True, slots=True)
class PartStarted:
    """The part that is tried is to be switched on."""


@dataclass(frozen=True, slots=True)
class PartJudged:
    """Whether the part that was switched on did what it should."""

    fine: bool


@dataclass(frozen=True, slots=True)
class Refreshed:
    """How the kiosk is, anew."""

    facts: tuple[Fact, ...]


@dataclass(frozen=True, slots=True)
class LockChanged:
    """The kiosk was locked or unlocked, here or by the hub."""

    locked: bool
    locked_by_hub: bool


@dataclass(frozen=True, slots=True)
class Back:
    """One step back."""


@dataclass(frozen=True, slots=True)
class StillHere:
    """Somebody touched something that means nothing here."""


@dataclass(frozen=True, slots=True)
class CameraLost:
    """No frames are coming."""


@dataclass(frozen=True, slots=True)
class Ended:
    """The program ends, or the operator is no operator any more."""


Happening = (
    Called
    | FaceShown
    | FaceKnown
    | FaceRefused
    | PinTried
    | Entered
    | NotEntered
    | Picked
    | Opened
    | Found
    | Chosen
    | Agreed
    | Shot
    | Taken
    | BareWanted
    | SendWanted
    | Sealed
    | NotSealed
    | StandingChanged
    | Measured
    | PartStarted
    | PartJudged
    | Refreshed
    | LockChanged
    | Back
    | StillHere
    | CameraLost
    | Ended
)
