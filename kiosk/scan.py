"""The walk-up as a pure state machine: what happened and what time it is go in, what to show and do comes out.

Screen, lights and relay only render the state. Time is seconds on the monotonic clock, given by the caller.
Nothing is *accepted* before the journal has said so: `Recognised` leads to the action Record, and only the event
Committed, which the attendant feeds back, leads to Accepted.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from types import MappingProxyType
from typing import Literal

from kiosk.recognizer.consensus import Identity
from kiosk.recognizer.liveness.challenge import Step

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
    "one_at_a_time",
]
RefusalReason = Literal["unrecognised", "journal_full", "no_liveness", "liveness", "liveness_officer", "second_factor"]
SignalKind = Literal["accepted", "already", "refused", "trouble"]


# What happened -------------------------------------------------------------------------------------------------------


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
    only be told again what they were told before.
    """

    identity: Identity
    proven: bool = True


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
    it that is left, 0 to 1. first_seen_at: see Verifying.
    """

    step: Step | None
    number: int
    of: int
    remaining: float
    first_seen_at: float


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
    """The journal holds the punch of `person`, durably."""

    person: str
    taken_at: datetime


@dataclass(frozen=True, slots=True)
class CommitFailed:
    """The journal could not take the punch: it was NOT recorded."""

    person: str


@dataclass(frozen=True, slots=True)
class LockChanged:
    """The hub has locked or unlocked this kiosk."""

    locked: bool


Event = (
    Nobody
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
)

# What is shown -------------------------------------------------------------------------------------------------------


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


@dataclass(frozen=True, slots=True)
class Recording:
    """The person is known; the journal is writing."""

    identity: Identity


@dataclass(frozen=True, slots=True)
class Accepted:
    """The punch is on disk; shown until `until` (monotonic seconds)."""

    person: str
    taken_at: datetime
    until: float


@dataclass(frozen=True, slots=True)
class AlreadyRecorded:
    """The person punched a moment ago, at `taken_at`; nothing was written again."""

    person: str
    taken_at: datetime
    until: float


@dataclass(frozen=True, slots=True)
class Refused:
    """No punch was taken; the reason tells the person what to do."""

    reason: RefusalReason
    until: float


@dataclass(frozen=True, slots=True)
class CameraTrouble:
    """No picture; punches are not possible until it is back."""


@dataclass(frozen=True, slots=True)
class Locked:
    """The hub has locked this kiosk."""


State = Idle | Approach | Verify | Challenge | Recording | Accepted | AlreadyRecorded | Refused | CameraTrouble | Locked

# What to do ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Record:
    """Write a punch for this identity; answer with Committed or CommitFailed."""

    identity: Identity


@dataclass(frozen=True, slots=True)
class Signal:
    """Let lights, buzzer and relay say this."""

    kind: SignalKind


Action = Record | Signal


@dataclass(frozen=True, slots=True)
class ScanSettings:
    """How long things last, in seconds.

    accepted_hold: how long a result stays; cut short when somebody else is recognised.
    repeat_window: a person who punched this short a time ago is told so instead of punching again.
    gone_after: without a face for so long, the person counts as gone.
    """

    accepted_hold: float = 2.5
    refused_hold: float = 3.0
    repeat_window: float = 120.0
    gone_after: float = 1.0


@dataclass(frozen=True, slots=True)
class LastPunch:
    """When a person last punched here: on the wall, and in monotonic seconds."""

    taken_at: datetime
    at: float


@dataclass(frozen=True, slots=True)
class Scan:
    """The whole of what the machine remembers.

    served: the person now in view who has their answer already: they may linger without being told anything new;
    served_face_at: since when their face is in view, so that whoever steps up next is not taken for them.
    last_face_at: when a face was last seen; None: not since somebody left.
    """

    state: State = field(default_factory=Idle)
    served: str | None = None
    served_face_at: float | None = None
    last_face_at: float | None = None
    punches: Mapping[str, LastPunch] = field(default_factory=lambda: MappingProxyType({}))
    locked: bool = False


def remember(scan: Scan, punches: Mapping[str, LastPunch]) -> Scan:
    """The machine after a restart: punches of before count for the repeat window."""
    return replace(scan, punches=MappingProxyType(dict(punches)))


def step(scan: Scan, event: Event | None, *, now: float, settings: ScanSettings) -> tuple[Scan, tuple[Action, ...]]:
    """Next state and what to do; `event` None: only time has passed."""
    match event:
        case LockChanged(locked):
            return replace(scan, locked=locked, state=Locked() if locked else Idle()), ()
        case Committed(person, taken_at):
            return _commit(scan, person, taken_at, now=now, settings=settings)
        case CommitFailed():
            refused = Refused("journal_full", now + settings.refused_hold)
            # Not served: whoever stays is tried again when the words have had their time. Space may have come back, and
            # an idle screen would look as if all were well.
            return replace(scan, state=refused, served=None), (Signal("trouble"),)
    if scan.locked:
        return replace(scan, state=Locked()), ()
    match event:
        case None:
            return _expire(scan, now=now, settings=settings), ()
        case CameraLost():
            actions = () if isinstance(scan.state, CameraTrouble) else (Signal("trouble"),)
            return replace(scan, state=CameraTrouble(), served=None, last_face_at=None), actions
        case Nobody():
            return _nobody(scan, now=now, settings=settings), ()
    scan = replace(scan, last_face_at=now)
    match event:
        case Recognised(identity, proven):
            return _recognise(scan, identity, proven=proven, now=now, settings=settings)
        case Closed(identity):
            return _refuse(scan, "no_liveness", identity.first_seen_at, now=now, settings=settings)
        case Challenging(question, number, of, remaining, first_seen_at):
            return _show(scan, Challenge(question, number, of, remaining), first_seen_at, now=now), ()
        case LivenessFailed(identity, final):
            return _fail(scan, identity, final=final, now=now, settings=settings)
        case Ambiguous(identity):
            return _refuse(scan, "second_factor", identity.first_seen_at, now=now, settings=settings)
        case Unrecognised(first_seen_at):
            return _refuse(scan, "unrecognised", first_seen_at, now=now, settings=settings)
        case FaceSeen(hint, first_seen_at):
            return _show(scan, Approach(hint), first_seen_at, now=now), ()
        case Verifying(progress, first_seen_at):
            return _show(scan, Verify(progress), first_seen_at, now=now), ()


def _holding(state: State, now: float) -> bool:
    """Whether a result is on the screen that has not had its time yet."""
    return isinstance(state, Accepted | AlreadyRecorded | Refused) and now < state.until


def reading_refusal(scan: Scan, now: float) -> bool:
    """Whether somebody is just being told that liveness was not proven: the next try waits until they have read it."""
    state = scan.state
    return isinstance(state, Refused) and state.reason in {"liveness", "liveness_officer"} and _holding(state, now)


def answered(scan: Scan, person: str, *, now: float, settings: ScanSettings) -> bool:
    """Whether this person needs no new proof: they linger after their answer, or punched a moment ago."""
    last = scan.punches.get(person)
    return person == scan.served or (last is not None and now - last.at < settings.repeat_window)


def _waiting_for_room(state: State, now: float) -> bool:
    """Whether the journal has just refused: it is not asked again with every frame."""
    return isinstance(state, Refused) and state.reason == "journal_full" and _holding(state, now)


def _expire(scan: Scan, *, now: float, settings: ScanSettings) -> Scan:
    """Let results and people go whose time is over."""
    gone = scan.last_face_at is not None and now - scan.last_face_at >= settings.gone_after
    if gone:
        scan = replace(scan, served=None, last_face_at=None)
    if isinstance(scan.state, Accepted | AlreadyRecorded | Refused):
        return scan if _holding(scan.state, now) else replace(scan, state=Idle())
    if isinstance(scan.state, Approach | Verify | Challenge) and scan.last_face_at is None:
        return replace(scan, state=Idle())
    return scan


def _nobody(scan: Scan, *, now: float, settings: ScanSettings) -> Scan:
    if isinstance(scan.state, CameraTrouble | Locked):
        scan = replace(scan, state=Idle())
    return _expire(scan, now=now, settings=settings)


def _served(scan: Scan, first_seen_at: float) -> bool:
    """Whether this face is the one that has its answer already."""
    return scan.served is not None and scan.served_face_at == first_seen_at


def _show(scan: Scan, state: State, first_seen_at: float, *, now: float) -> Scan:
    """Show how far a face has come, unless a result is still being read or this person has had theirs."""
    if _holding(scan.state, now):
        return scan
    return replace(scan, state=Idle() if _served(scan, first_seen_at) else state)


def _recognise(
    scan: Scan, identity: Identity, *, proven: bool, now: float, settings: ScanSettings
) -> tuple[Scan, tuple[Action, ...]]:
    if isinstance(scan.state, Recording) or _waiting_for_room(scan.state, now):
        return scan, ()
    if identity.person == scan.served:
        scan = replace(scan, served_face_at=identity.first_seen_at)
        return _show(scan, Idle(), identity.first_seen_at, now=now), ()
    scan = replace(scan, served=None, served_face_at=identity.first_seen_at)
    last = scan.punches.get(identity.person)
    if last is not None and now - last.at < settings.repeat_window:
        state = AlreadyRecorded(identity.person, last.taken_at, now + settings.accepted_hold)
        return replace(scan, state=state, served=identity.person), (Signal("already"),)
    if not proven:
        # The repeat window ended in this very moment; the next frame asks for proof.
        return _show(scan, Verify(1.0), identity.first_seen_at, now=now), ()
    return replace(scan, state=Recording(identity)), (Record(identity),)


def _refuse(
    scan: Scan, reason: RefusalReason, first_seen_at: float, *, now: float, settings: ScanSettings
) -> tuple[Scan, tuple[Action, ...]]:
    if _holding(scan.state, now) or _served(scan, first_seen_at):
        return _show(scan, scan.state, first_seen_at, now=now), ()
    return replace(scan, state=Refused(reason, now + settings.refused_hold)), (Signal("refused"),)


def _fail(
    scan: Scan, identity: Identity, *, final: bool, now: float, settings: ScanSettings
) -> tuple[Scan, tuple[Action, ...]]:
    reason: RefusalReason = "liveness_officer" if final else "liveness"
    scan, actions = _refuse(scan, reason, identity.first_seen_at, now=now, settings=settings)
    if actions:
        # They have their answer: one try a visit. Whoever wants another one steps away first.
        scan = replace(scan, served=identity.person, served_face_at=identity.first_seen_at)
    return scan, actions


def _commit(
    scan: Scan, person: str, taken_at: datetime, *, now: float, settings: ScanSettings
) -> tuple[Scan, tuple[Action, ...]]:
    kept = {who: last for who, last in scan.punches.items() if now - last.at < settings.repeat_window}
    kept[person] = LastPunch(taken_at, now)
    state = Accepted(person, taken_at, now + settings.accepted_hold)
    return replace(scan, state=state, served=person, punches=MappingProxyType(kept)), (Signal("accepted"),)
