"""What the screen can be in, and what the walk-up asks of others: the words of kiosk.scan, without its rules.

Times named `until` are seconds on the monotonic clock.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Literal

from contract.month import PersonMonth
from contract.punch import Factor
from kiosk.journal_records import RowKey
from kiosk.proposal import Proposal
from kiosk.recognizer.consensus import Identity
from kiosk.recognizer.liveness.challenge import Step

if TYPE_CHECKING:
    from kiosk.operator.screens import Screen

Hint = Literal[
    "nearer",
    "back",
    "centre",
    "look",
    "still",
    "dark",
    "back_light",
    "bright",
    "mask",
    "sunglasses",
]
RefusalReason = Literal[
    "unrecognised",
    "journal_full",
    "no_liveness",
    "liveness",
    "liveness_officer",
    "second_factor",
    "pin_barred",
    "unknown_card",
    "face_differs",
    "mistaken",
]
SignalKind = Literal["accepted", "already", "refused", "trouble", "misplaced"]
Offer = Literal["pin", "card"]
"""What else than the face may say who somebody is."""


@dataclass(frozen=True, slots=True)
class Idle:
    """Nobody is here, or whoever is here has been served."""


@dataclass(frozen=True, slots=True)
class Approach:
    """A face is there but must come into place first."""

    hint: Hint


@dataclass(frozen=True, slots=True)
class Verify:
    """A face is being compared; progress from 0 to 1."""

    progress: float


@dataclass(frozen=True, slots=True)
class Challenge:
    """The person is asked for a movement of the head; fields as in Challenging."""

    step: Step | None
    number: int
    of: int
    remaining: float
    returning: bool = False


@dataclass(frozen=True, slots=True)
class Recording:
    """The person is known; the journal is writing."""

    identity: Identity


@dataclass(frozen=True, slots=True)
class Accepted:
    """The punch is on disk.

    row: where it stands in the journal, for whoever says that it is not theirs; None: it cannot be disowned.
    proposal: what the timetable takes it for; None: nothing is known. factor: how the person said who they are.
    beyond_m: metres outside where this kiosk may stand; None: it is where it may be. The punch stands and is looked at.
    """

    person: str
    taken_at: datetime
    until: float
    row: RowKey | None = None
    proposal: Proposal | None = None
    factor: Factor = "face"
    beyond_m: float | None = None


@dataclass(frozen=True, slots=True)
class AlreadyRecorded:
    """The person punched a moment ago, at `taken_at`; nothing was written again."""

    person: str
    taken_at: datetime
    until: float


@dataclass(frozen=True, slots=True)
class Refused:
    """No punch was taken; the reason tells the person what to do. offers: what else than the face they may use now."""

    reason: RefusalReason
    until: float
    offers: tuple[Offer, ...] = ()


@dataclass(frozen=True, slots=True)
class CameraTrouble:
    """No picture; punches are not possible until it is back."""


@dataclass(frozen=True, slots=True)
class Locked:
    """The hub has locked this kiosk."""


@dataclass(frozen=True, slots=True)
class Choose:
    """The person is known and is asked what the punch is for; without an answer the timetable's proposal stands."""

    identity: Identity
    until: float
    proposal: Proposal | None = None
    factor: Factor = "face"


@dataclass(frozen=True, slots=True)
class AskNotMe:
    """Somebody said that the person shown is not they: is it so? Without an answer the punch stands; row: whose."""

    person: str
    row: RowKey
    taken_at: datetime
    until: float


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """The person shown before was somebody else, and the journal has it. offers: as in Refused."""

    until: float
    offers: tuple[Offer, ...] = ()


@dataclass(frozen=True, slots=True)
class FindName:
    """Somebody looks for their name. query: as typed; matches: ids and names; more: how many do not fit."""

    until: float
    query: str = ""
    matches: tuple[tuple[str, str], ...] = ()
    more: int = 0


@dataclass(frozen=True, slots=True)
class EnterPin:
    """A person's PIN is wanted. wrong: the one before was not right; tries_left: how many more there are."""

    person: str
    tries_left: int
    until: float
    wrong: bool = False


@dataclass(frozen=True, slots=True)
class CheckFace:
    """PIN or card were right; now the face must be that person's."""

    person: str
    factor: Factor
    until: float


@dataclass(frozen=True, slots=True)
class ShowMonth:
    """A person's own month. month: None when the hub has sent none; of: YYYY-MM; as_of: how fresh it is.

    stored: when they punched at this kiosk since, as its journal has it; oldest first.
    """

    person: str
    until: float
    month: PersonMonth | None = None
    of: str = ""
    as_of: datetime | None = None
    stored: tuple[datetime, ...] = ()


@dataclass(frozen=True, slots=True)
class Updating:
    """The kiosk is about to restart."""


@dataclass(frozen=True, slots=True)
class Attended:
    """An operator is at the kiosk, or wants to be: no punch is taken. operator: who was let in; None: nobody yet."""

    screen: Screen
    operator: str | None = None


WalkUp = (
    Idle
    | Approach
    | Verify
    | Challenge
    | Recording
    | Accepted
    | AlreadyRecorded
    | Refused
    | CameraTrouble
    | Locked
    | Choose
    | AskNotMe
    | Withdrawn
    | FindName
    | EnterPin
    | CheckFace
    | ShowMonth
    | Updating
)
"""What the walk-up machine can be in."""

State = WalkUp | Attended
"""What the screen can show."""


@dataclass(frozen=True, slots=True)
class Record:
    """Write a punch for this identity; answer with Committed or CommitFailed.

    way: what the person chose; None: nothing. duty: they say that they are on duty elsewhere.
    """

    identity: Identity
    factor: Factor = "face"
    way: Literal["in", "out"] | None = None
    duty: bool = False


@dataclass(frozen=True, slots=True)
class Disavow:
    """Write that the punch in this row is not theirs who stand here; answer with Disavowed or CommitFailed."""

    person: str
    row: RowKey


@dataclass(frozen=True, slots=True)
class Narrow:
    """From now on hold faces against this person alone."""

    person: str


@dataclass(frozen=True, slots=True)
class Widen:
    """From now on hold faces against everybody again."""


@dataclass(frozen=True, slots=True)
class ReportDiffering:
    """The face was not that of the person whose PIN or card was used: a refused presentation."""

    person: str
    factor: Factor


@dataclass(frozen=True, slots=True)
class Signal:
    """Let lights, buzzer and relay say this."""

    kind: SignalKind


Action = Record | Signal | Disavow | Narrow | Widen | ReportDiffering
