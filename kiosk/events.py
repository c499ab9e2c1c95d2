"""What can happen at a terminal: what the frames mean, what people touch, what journal and hub answer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from contract.month import PersonMonth
from contract.punch import Factor
from kiosk.journal_records import RowKey
from kiosk.proposal import Proposal
from kiosk.recognizer.consensus import Identity
from kiosk.recognizer.liveness.challenge import Step
from kiosk.states import Hint, Offer

TouchKind = Literal[
    "not_me",
    "not_mine",
    "choose",
    "find_name",
    "search",
    "pick",
    "pin",
    "card",
    "month",
    "dismiss",
    "alive",
    "operator",
    "act",
]
"""What the screen says that hands did, before it has been looked up (kiosk.desk, kiosk.operator.counter)."""


@dataclass(frozen=True, slots=True)
class Nobody:
    """A frame without a face."""


@dataclass(frozen=True, slots=True)
class FaceSeen:
    """A face that cannot be used yet, and what its owner should do; first_seen_at: see Verifying."""

    hint: Hint
    first_seen_at: float


@dataclass(frozen=True, slots=True)
class Verifying:
    """A usable face on which the frames do not agree yet; progress from 0 to 1.

    first_seen_at: when this face came into view (monotonic seconds); tells one visitor from the next.
    """

    progress: float
    first_seen_at: float


@dataclass(frozen=True, slots=True)
class Recognised:
    """The frames agree on a person.

    proven: whether the policy's liveness layers have had their say. Without, nothing is ever written: the person can
    only be told again what they were told before. proposal: what the timetable takes a punch for now, where people are
    asked; else None.
    """

    identity: Identity
    proven: bool = True
    proposal: Proposal | None = None


@dataclass(frozen=True, slots=True)
class Unrecognised:
    """Enough frames were looked at, and they agree on nobody who is known here; first_seen_at: see Verifying."""

    first_seen_at: float


@dataclass(frozen=True, slots=True)
class Closed:
    """The person is known, but the kiosk's policy asks for a proof of liveness that it has no means to take."""

    identity: Identity


@dataclass(frozen=True, slots=True)
class Challenging:
    """The person is asked to move the head.

    step: what to do now; None: look ahead. number, of: which step of how many, from 1; remaining: share of the time for
    it that is left, 0 to 1. first_seen_at: see Verifying. returning: whether a movement came before, so that looking
    ahead is the way back from it.
    """

    step: Step | None
    number: int
    of: int
    remaining: float
    first_seen_at: float
    returning: bool = False


@dataclass(frozen=True, slots=True)
class LivenessFailed:
    """The face was recognised but is not, or not surely, that of a live person.

    final: no further try is given; an officer must help.
    """

    identity: Identity
    final: bool


@dataclass(frozen=True, slots=True)
class Ambiguous:
    """The person is known, but somebody else's face is so much like theirs that a face is not enough."""

    identity: Identity


@dataclass(frozen=True, slots=True)
class CameraLost:
    """No frames are coming; the supervisor is at work on it."""


@dataclass(frozen=True, slots=True)
class Committed:
    """The journal holds the punch of `person`, durably. row, proposal, factor, beyond_m: as in states.Accepted."""

    person: str
    taken_at: datetime
    row: RowKey | None = None
    proposal: Proposal | None = None
    factor: Factor = "face"
    beyond_m: float | None = None


@dataclass(frozen=True, slots=True)
class CommitFailed:
    """The journal could not take the punch: it was NOT recorded."""

    person: str


@dataclass(frozen=True, slots=True)
class LockChanged:
    """The hub has locked or unlocked this kiosk."""

    locked: bool


@dataclass(frozen=True, slots=True)
class NotMe:
    """Whoever stands here says that the person shown is somebody else, and is asked whether it is so."""


@dataclass(frozen=True, slots=True)
class NotMine:
    """Asked, they say it again: the punch is not theirs."""


@dataclass(frozen=True, slots=True)
class Disavowed:
    """The journal holds that the punch of `person` is not theirs who stood here."""

    person: str


@dataclass(frozen=True, slots=True)
class Chosen:
    """What the punch is for. way None: as the timetable says; duty: on duty elsewhere."""

    way: Literal["in", "out"] | None = None
    duty: bool = False


@dataclass(frozen=True, slots=True)
class NameWanted:
    """Somebody wants to say who they are by hand."""


@dataclass(frozen=True, slots=True)
class NamesFound:
    """Who matches what was typed; fields as in states.FindName."""

    query: str
    matches: tuple[tuple[str, str], ...]
    more: int = 0


@dataclass(frozen=True, slots=True)
class PinAsked:
    """A name was chosen, or a PIN was wrong. tries_left: 0 means that this person's PIN is barred."""

    person: str
    tries_left: int
    wrong: bool = False


@dataclass(frozen=True, slots=True)
class Claimed:
    """PIN or card were right: somebody says that they are this person."""

    person: str
    factor: Offer


@dataclass(frozen=True, slots=True)
class CardUnknown:
    """A card was read that belongs to nobody here, or cards are not taken."""


@dataclass(frozen=True, slots=True)
class MonthShown:
    """The person on the screen wants to see their month; fields as in states.ShowMonth."""

    person: str
    month: PersonMonth | None = None
    of: str = ""
    as_of: datetime | None = None
    stored: tuple[datetime, ...] = ()


@dataclass(frozen=True, slots=True)
class Dismissed:
    """Whatever is on the screen may go."""


@dataclass(frozen=True, slots=True)
class Touched:
    """Somebody is still typing: give them more time."""


@dataclass(frozen=True, slots=True)
class OperatorCame:
    """Whoever is in the middle of something is not served any further: an operator wants to be let in."""


@dataclass(frozen=True, slots=True)
class OperatorLeft:
    """The operator mode has ended. operator: who was in it, and may linger without being served; None: nobody."""

    operator: str | None


@dataclass(frozen=True, slots=True)
class Leaving:
    """The program is about to end and to start anew."""


Touch = (
    NotMe
    | NotMine
    | Chosen
    | NameWanted
    | NamesFound
    | PinAsked
    | Claimed
    | CardUnknown
    | MonthShown
    | Dismissed
    | Touched
)
"""What people do with their hands, as far as it has been looked up (kiosk.desk)."""

Event = (
    Touch
    | Nobody
    | FaceSeen
    | Verifying
    | Recognised
    | Unrecognised
    | Closed
    | Challenging
    | LivenessFailed
    | Ambiguous
    | CameraLost
    | Committed
    | CommitFailed
    | LockChanged
    | Disavowed
    | OperatorCame
    | OperatorLeft
    | Leaving
)
