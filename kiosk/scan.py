"""The walk-up as a pure state machine: what happened and what time it is go in, what to show and do comes out.

Screen, lights and relay only render the state. Time is seconds on the monotonic clock, given by the caller.
Nothing is *accepted* before the journal has said so: `Recognised` leads to the action Record, and only the event
Committed, which the attendant feeds back, leads to Accepted. What hands do is in kiosk.touches.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Final, get_args

from kiosk.events import (
    Ambiguous,
    CameraLost,
    Challenging,
    Closed,
    CommitFailed,
    Committed,
    Disavowed,
    Event,
    FaceSeen,
    Leaving,
    LivenessFailed,
    LockChanged,
    Nobody,
    OperatorCame,
    OperatorLeft,
    Recognised,
    Touch,
    Unrecognised,
    Verifying,
)
from kiosk.recognizer.consensus import Identity
from kiosk.remembered import LastPunch, Scan, ScanSettings
from kiosk.states import (
    Accepted,
    Action,
    AlreadyRecorded,
    Approach,
    AskNotMe,
    CameraTrouble,
    Challenge,
    CheckFace,
    Choose,
    EnterPin,
    FindName,
    Idle,
    Locked,
    Record,
    Recording,
    RefusalReason,
    Refused,
    ReportDiffering,
    ShowMonth,
    Signal,
    Updating,
    Verify,
    WalkUp,
    Withdrawn,
)
from kiosk.touches import drop_claim, offers_for, touch

_Step = tuple[Scan, tuple[Action, ...]]

_TIMED: Final = (Accepted, AlreadyRecorded, AskNotMe, Refused, Withdrawn, FindName, EnterPin, ShowMonth, Choose)
_BY_HAND: Final = (AskNotMe, FindName, EnterPin)
"""While somebody types, or says whose the punch is, no face is served."""
_TOUCHES: Final = get_args(Touch)


def remember(scan: Scan, punches: Mapping[str, LastPunch]) -> Scan:
    """The machine after a restart: punches of before count for the repeat window."""
    return replace(scan, punches=MappingProxyType(dict(punches)))


def step(scan: Scan, event: Event | None, *, now: float, settings: ScanSettings) -> _Step:
    """Next state and what to do; `event` None: only time has passed."""
    match event:
        case LockChanged(locked):
            scan, actions = drop_claim(scan)
            return replace(scan, locked=locked, state=Locked() if locked else Idle()), actions
        case Leaving():
            scan, actions = drop_claim(scan)
            return replace(scan, state=Updating()), actions
        case OperatorCame():
            scan, actions = drop_claim(scan)
            return replace(scan, state=_at_rest(scan), served=None), actions
        case OperatorLeft(operator):
            return replace(scan, state=_at_rest(scan), served=operator, served_face_at=None, last_face_at=now), ()
        case Committed():
            return _commit(scan, event, now=now, settings=settings)
        case CommitFailed():
            return _fail_commit(scan, now=now, settings=settings)
        case Disavowed(person):
            return _withdraw(scan, person, now=now, settings=settings)
    if scan.locked:
        return replace(scan, state=Locked()), ()
    if isinstance(scan.state, Updating):
        return scan, ()
    if isinstance(event, _TOUCHES):
        return touch(scan, event, now=now, settings=settings)
    match event:
        case None:
            return _expire(scan, now=now, settings=settings)
        case CameraLost():
            actions = () if isinstance(scan.state, CameraTrouble) else (Signal("trouble"),)
            scan, widen = drop_claim(scan)
            return replace(scan, state=CameraTrouble(), served=None, last_face_at=None), (*actions, *widen)
        case Nobody():
            return _nobody(scan, now=now, settings=settings)
    scan = replace(scan, last_face_at=now)
    if isinstance(scan.state, _BY_HAND):
        return _expire(scan, now=now, settings=settings)
    return _face(scan, event, now=now, settings=settings)


def _at_rest(scan: Scan) -> WalkUp:
    return Locked() if scan.locked else scan.state if isinstance(scan.state, CameraTrouble | Updating) else Idle()


def _face(scan: Scan, event: Event, *, now: float, settings: ScanSettings) -> _Step:
    """What a face in view means."""
    if scan.claim is not None and now >= scan.claim.until and not isinstance(event, Challenging | Recognised):
        return _expire(scan, now=now, settings=settings)
    match event:
        case Recognised():
            return _recognise(scan, event, now=now, settings=settings)
        case Closed(identity) if scan.claim is not None:
            # Without a means to prove liveness the policy asks for a second factor, which this is, and for review.
            return _recognise(scan, Recognised(identity), now=now, settings=settings)
        case Closed(identity):
            return _refuse(scan, "no_liveness", identity.first_seen_at, now=now, settings=settings)
        case Challenging(question, number, of, remaining, first_seen_at, returning):
            if scan.claim is not None:
                scan = replace(scan, claim=replace(scan.claim, until=now + settings.check_hold))
            return _show(scan, Challenge(question, number, of, remaining, returning), first_seen_at, now=now)
        case LivenessFailed(identity, final):
            return _fail(scan, identity, final=final, now=now, settings=settings)
        case Ambiguous(identity):
            return _refuse(scan, "second_factor", identity.first_seen_at, now=now, settings=settings)
        case Unrecognised(first_seen_at):
            return _unrecognised(scan, first_seen_at, now=now, settings=settings)
        case FaceSeen(hint, first_seen_at):
            return _show(scan, Approach(hint), first_seen_at, now=now)
        case Verifying(progress, first_seen_at):
            return _show(scan, Verify(progress), first_seen_at, now=now)
    raise TypeError(f"{type(event).__name__} is not about a face")


def _holding(state: WalkUp, now: float) -> bool:
    """Whether something is on the screen that has not had its time yet."""
    return isinstance(state, _TIMED) and now < state.until


def reading_refusal(scan: Scan, now: float) -> bool:
    """Whether somebody is just being told that liveness was not proven: the next try waits until they have read it."""
    state = scan.state
    return isinstance(state, Refused) and state.reason in {"liveness", "liveness_officer"} and _holding(state, now)


def answered(scan: Scan, person: str, *, now: float, settings: ScanSettings) -> bool:
    """Whether this person needs no new proof: they linger after their answer, or punched a moment ago."""
    last = scan.punches.get(person)
    return person == scan.served or (last is not None and now - last.at < settings.repeat_window)


def _waiting_for_room(state: WalkUp, now: float) -> bool:
    """Whether the journal has just refused: it is not asked again with every frame."""
    return isinstance(state, Refused) and state.reason == "journal_full" and _holding(state, now)


def _denies_being_them(state: WalkUp, now: float) -> bool:
    """Whether somebody has just said that an earlier record is not theirs: whoever bends over the screen and looks up
    again is not told the same once more, but may use what is offered instead."""
    return isinstance(state, Refused) and state.reason == "mistaken" and _holding(state, now)


def _expire(scan: Scan, *, now: float, settings: ScanSettings) -> _Step:
    """Let results, claims and people go whose time is over."""
    gone = scan.last_face_at is not None and now - scan.last_face_at >= settings.gone_after
    if gone:
        scan = replace(scan, served=None, last_face_at=None, failures=0)
    if scan.claim is not None and now >= scan.claim.until:
        return _differs(scan, now=now, settings=settings)
    state = scan.state
    if isinstance(state, Choose) and not _holding(state, now):
        return replace(scan, state=Recording(state.identity)), (Record(state.identity, state.factor),)
    if isinstance(state, _TIMED):
        return (scan if _holding(state, now) else replace(scan, state=_rest(scan))), ()
    if isinstance(state, Approach | Verify | Challenge) and scan.last_face_at is None:
        return replace(scan, state=_rest(scan)), ()
    return scan, ()


def _rest(scan: Scan) -> WalkUp:
    """What the screen falls back to."""
    claim = scan.claim
    return Idle() if claim is None else CheckFace(claim.person, claim.factor, claim.until)


def _nobody(scan: Scan, *, now: float, settings: ScanSettings) -> _Step:
    if isinstance(scan.state, CameraTrouble | Locked):
        scan = replace(scan, state=Idle())
    return _expire(scan, now=now, settings=settings)


def _served(scan: Scan, first_seen_at: float) -> bool:
    """Whether this face is the one that has its answer already."""
    return scan.served is not None and scan.served_face_at == first_seen_at


def _show(scan: Scan, state: WalkUp, first_seen_at: float, *, now: float) -> _Step:
    """Show how far a face has come, unless a result is still being read or this person has had theirs."""
    if _holding(scan.state, now):
        return scan, ()
    return replace(scan, state=_rest(scan) if _served(scan, first_seen_at) else state), ()


def _recognise(scan: Scan, event: Recognised, *, now: float, settings: ScanSettings) -> _Step:
    identity, state = event.identity, scan.state
    if isinstance(state, Recording) or _waiting_for_room(state, now):
        return scan, ()
    if isinstance(state, Choose):
        # Whoever steps up while somebody chooses is served in the next frame: first the punch that is due.
        due = _holding(state, now) and state.identity.person == identity.person
        return (scan, ()) if due else _take(scan, state)
    if identity.person == scan.served:
        scan = replace(scan, served_face_at=identity.first_seen_at)
        return _show(scan, Idle(), identity.first_seen_at, now=now)
    scan = replace(scan, served=None, served_face_at=identity.first_seen_at)
    last = scan.punches.get(identity.person)
    if last is not None and now - last.at < settings.repeat_window:
        if _denies_being_them(state, now):
            return replace(scan, served=identity.person), ()
        told = AlreadyRecorded(identity.person, last.taken_at, now + settings.accepted_hold)
        scan, widen = drop_claim(scan)
        return replace(scan, state=told, served=identity.person, failures=0), (Signal("already"), *widen)
    if not event.proven:
        # The repeat window ended in this very moment; the next frame asks for proof.
        return _show(scan, Verify(1.0), identity.first_seen_at, now=now)
    factor = scan.claim.factor if scan.claim is not None else "face"
    if settings.choose:
        asked = Choose(identity, now + settings.choose_hold, event.proposal, factor)
        return replace(scan, state=asked), ()
    return replace(scan, state=Recording(identity)), (Record(identity, factor),)


def _take(scan: Scan, state: Choose) -> _Step:
    return replace(scan, state=Recording(state.identity)), (Record(state.identity, state.factor),)


def _refuse(scan: Scan, reason: RefusalReason, first_seen_at: float, *, now: float, settings: ScanSettings) -> _Step:
    if _holding(scan.state, now) or _served(scan, first_seen_at):
        return _show(scan, scan.state, first_seen_at, now=now)
    offers = offers_for(reason, scan.failures, settings)
    hold = settings.offer_hold if offers else settings.refused_hold
    scan, widen = drop_claim(scan)
    return replace(scan, state=Refused(reason, now + hold, offers)), (Signal("refused"), *widen)


def _unrecognised(scan: Scan, first_seen_at: float, *, now: float, settings: ScanSettings) -> _Step:
    if scan.claim is not None:
        return _differs(scan, now=now, settings=settings)
    if not (_holding(scan.state, now) or _served(scan, first_seen_at)):
        scan = replace(scan, failures=scan.failures + 1)
    return _refuse(scan, "unrecognised", first_seen_at, now=now, settings=settings)


def _differs(scan: Scan, *, now: float, settings: ScanSettings) -> _Step:
    """PIN or card were right, and the face was not, or did not come."""
    claim = scan.claim
    if claim is None:
        return scan, ()
    scan, widen = drop_claim(scan)
    refused = Refused("face_differs", now + settings.refused_hold)
    report = ReportDiffering(claim.person, claim.factor)
    return replace(scan, state=refused), (Signal("refused"), report, *widen)


def _fail(scan: Scan, identity: Identity, *, final: bool, now: float, settings: ScanSettings) -> _Step:
    reason: RefusalReason = "liveness_officer" if final else "liveness"
    scan, actions = _refuse(scan, reason, identity.first_seen_at, now=now, settings=settings)
    if actions:
        # They have their answer: one try a visit. Whoever wants another one steps away first.
        scan = replace(scan, served=identity.person, served_face_at=identity.first_seen_at)
    return scan, actions


def _commit(scan: Scan, event: Committed, *, now: float, settings: ScanSettings) -> _Step:
    kept = {who: last for who, last in scan.punches.items() if now - last.at < settings.repeat_window}
    kept[event.person] = LastPunch(event.taken_at, now)
    until = now + settings.accepted_hold
    state = Accepted(event.person, event.taken_at, until, event.row, event.proposal, event.factor, event.beyond_m)
    scan, widen = drop_claim(scan)
    scan = replace(scan, state=state, served=event.person, punches=MappingProxyType(kept), failures=0)
    return scan, (Signal("accepted" if event.beyond_m is None else "misplaced"), *widen)


def _fail_commit(scan: Scan, *, now: float, settings: ScanSettings) -> _Step:
    scan, widen = drop_claim(scan)
    refused = Refused("journal_full", now + settings.refused_hold)
    # Not served: whoever stays is tried again when the words have had their time. Space may have come back, and
    # an idle screen would look as if all were well.
    return replace(scan, state=refused, served=None), (Signal("trouble"), *widen)


def _withdraw(scan: Scan, person: str, *, now: float, settings: ScanSettings) -> _Step:
    """The punch is not this face's: its owner may still come, and whoever stands here may say who they are."""
    kept = {who: last for who, last in scan.punches.items() if who != person}
    offers = settings.fallback
    hold = settings.offer_hold if offers else settings.refused_hold
    return replace(scan, state=Withdrawn(now + hold, offers), punches=MappingProxyType(kept)), (Signal("already"),)
