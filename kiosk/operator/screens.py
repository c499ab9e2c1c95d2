"""What the screen can show while an operator is at the kiosk: nouns, without the rules of kiosk.operator.machine."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from contract.enrolment import Outcome
from kiosk.hardware.panel import Part
from kiosk.operator.poses import Shooting
from kiosk.recognizer.liveness.challenge import Step
from kiosk.states import Hint

DenialReason = Literal["nobody", "camera", "journal", "barred", "no_pin", "not_operator", "unknown", "liveness", "twin"]
"""nobody: no operator is known here. camera, journal: nobody can be let in without. barred: too many wrong PINs.
no_pin: an operator without one. twin: whose face alone is not enough."""
UnfitReason = Literal["duplicate", "liveness", "slow", "camera"]
SealTrouble = Literal["disk", "no_key", "journal"]
UnableReason = Literal["no_key", "disk", "no_parts", "camera", "yourself"]
"""no_key: the hub takes no enrolments from here. disk: no room, or too many wait. no_parts: nothing is fitted.
yourself: an operator enrols others; two people stand for each face."""


@dataclass(frozen=True, slots=True)
class Subject:
    """Who is being enrolled. person: of the roster; None: a new name. again: somebody who is enrolled already."""

    person: str | None
    name: str
    again: bool = False


@dataclass(frozen=True, slots=True)
class AskFace:
    """The operator's face is wanted. hint: what they should do; progress: 0 to 1 while it is compared, else None.

    step, number, of, returning: of a challenge, as in kiosk.events.Challenging; number 0: there is none.
    """

    hint: Hint | None = None
    progress: float | None = None
    step: Step | None = None
    number: int = 0
    of: int = 0
    returning: bool = False


@dataclass(frozen=True, slots=True)
class AskPin:
    """The PIN of the operator whose face was recognised; fields as in kiosk.states.EnterPin."""

    person: str
    tries_left: int
    wrong: bool = False


@dataclass(frozen=True, slots=True)
class Denied:
    """Nobody is let in, and why."""

    reason: DenialReason


@dataclass(frozen=True, slots=True)
class Menu:
    """What can be done. locked: by an operator here; locked_by_hub: only the hub lifts that."""

    locked: bool = False
    locked_by_hub: bool = False


@dataclass(frozen=True, slots=True)
class Unable:
    """What was picked cannot be done here now."""

    reason: UnableReason


@dataclass(frozen=True, slots=True)
class FindPerson:
    """Who is to be enrolled. query: as typed; matches: those that fit; more: how many do not fit on the screen."""

    query: str = ""
    matches: tuple[Subject, ...] = ()
    more: int = 0


@dataclass(frozen=True, slots=True)
class AskConsent:
    """The person reads what happens to their face, and agrees or not."""

    subject: Subject


@dataclass(frozen=True, slots=True)
class Capturing:
    """Frames are being taken."""

    subject: Subject
    shooting: Shooting


@dataclass(frozen=True, slots=True)
class Reviewing:
    """What was taken, before it is sent. thumbs: JPEG; bare: whether frames without glasses are among them.

    trouble: why sealing failed the last time; None: it was not tried yet.
    """

    subject: Subject
    thumbs: tuple[bytes, ...]
    bare: bool = False
    trouble: SealTrouble | None = None


@dataclass(frozen=True, slots=True)
class Unfit:
    """Nothing is sent. other: the name under which the face is enrolled already, for `duplicate`."""

    subject: Subject
    reason: UnfitReason
    other: str = ""


@dataclass(frozen=True, slots=True)
class Standing:
    """Where an enrolment is. name: None when this kiosk does not know it any more (a new name, after a restart).

    outcome None: the hub has not answered yet; sent: parts that the hub holds, of so many. lost: parts are missing
    that this kiosk has no longer. reason: of a refusal, as the hub wrote it.
    """

    id: str
    name: str | None
    outcome: Outcome | None
    sent: int
    parts: int
    reason: str = ""
    lost: bool = False


@dataclass(frozen=True, slots=True)
class Handed:
    """An enrolment that was just sealed, and where it is."""

    standing: Standing


@dataclass(frozen=True, slots=True)
class Standings:
    """Enrolments whose end is not known here, or that were refused; newest first."""

    standings: tuple[Standing, ...] = ()


@dataclass(frozen=True, slots=True)
class Layer:
    """What a liveness layer says; score None: it gives none."""

    name: str
    verdict: str
    score: float | None


@dataclass(frozen=True, slots=True)
class Reading:
    """What the recogniser makes of one frame.

    name: of the nearest person, None without one; similarity, threshold, margin, least_margin: cosines; margin None:
    there is nobody else.
    agreed: whether the frames together are this person. fault: what ails the
    picture, None: nothing. The rest is quality: pixels, degrees, see kiosk.recognizer.quality.assessment.
    """

    name: str | None = None
    similarity: float = 0.0
    threshold: float = 0.0
    margin: float | None = None
    least_margin: float = 0.0
    agreed: bool = False
    fault: Hint | None = None
    eye_distance: float = 0.0
    yaw: float = 0.0
    pitch: float | None = None
    sharpness: float = 0.0
    light: float = 0.0
    weight: float = 0.0
    layers: tuple[Layer, ...] = ()
    step: Step | None = None
    number: int = 0
    of: int = 0


@dataclass(frozen=True, slots=True)
class Testing:
    """Recognition is tried; reading None: nobody is there. Nothing is recorded of it."""

    reading: Reading | None = None


@dataclass(frozen=True, slots=True)
class Trial:
    """One part that was tried; fine: as somebody said."""

    part: Part
    fine: bool


@dataclass(frozen=True, slots=True)
class TryingPart:
    """Lights and relay are tried one after the other. started: whether this one was switched on already."""

    parts: tuple[Part, ...]
    done: tuple[Trial, ...] = ()
    started: bool = False

    @property
    def part(self) -> Part | None:
        """The one that is tried now; None: all were."""
        return self.parts[len(self.done)] if len(self.done) < len(self.parts) else None


FactName = Literal[
    "network", "broker", "clock", "storage", "queue", "roster", "people", "pack", "receipt", "camera", "software",
    "locked", "alarms", "enrolments",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Fact:
    """One line of how the kiosk is. code: a word that has translations, empty where `text` says all; bad: look here."""

    name: FactName
    code: str = ""
    text: str = ""
    bad: bool = False


@dataclass(frozen=True, slots=True)
class Device:
    """How the kiosk is; outside: shown without anybody let in."""

    facts: tuple[Fact, ...]
    outside: bool = False


@dataclass(frozen=True, slots=True)
class Logs:
    """The last lines of the log, oldest first, without names."""

    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Ending:
    """Nobody has touched the screen for long: the mode ends soon. before: what a touch leads back to.

    seconds: until it ends. unsent: photographs were taken and not sent; they will be deleted.
    """

    before: Screen
    seconds: int
    unsent: bool = False


Screen = (
    AskFace
    | AskPin
    | Denied
    | Menu
    | Unable
    | FindPerson
    | AskConsent
    | Capturing
    | Reviewing
    | Unfit
    | Handed
    | Standings
    | Testing
    | TryingPart
    | Device
    | Logs
    | Ending
)
