"""What hands do at the screen, as the other half of the walk-up machine (kiosk.scan): pure, as that is.

A touch changes something only where the screen offers it; one that comes when the screen has moved on is dropped.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final, Literal, assert_never

from kiosk.events import (
    CardUnknown,
    Chosen,
    Claimed,
    Dismissed,
    MonthShown,
    NamesFound,
    NameWanted,
    NotMe,
    NotMine,
    PinAsked,
    Touch,
    Touched,
)
from kiosk.remembered import Claim, Scan, ScanSettings
from kiosk.states import (
    Accepted,
    Action,
    AlreadyRecorded,
    Approach,
    AskNotMe,
    CheckFace,
    Choose,
    Disavow,
    EnterPin,
    FindName,
    Idle,
    Narrow,
    Offer,
    Record,
    Recording,
    RefusalReason,
    Refused,
    ShowMonth,
    Signal,
    Verify,
    Widen,
    Withdrawn,
)

_Step = tuple[Scan, tuple[Action, ...]]

_CARD_STATES: Final = (Idle, Approach, Verify, Accepted, AlreadyRecorded, Refused, Withdrawn, FindName, EnterPin)
_DISMISSIBLE: Final = (
    Accepted, AlreadyRecorded, AskNotMe, Refused, Withdrawn, FindName, EnterPin, CheckFace, ShowMonth,
)  # fmt: skip
WITHOUT_FACE: Final = frozenset[RefusalReason]({"no_liveness", "liveness_officer", "second_factor", "mistaken"})
"""Refusals that another try with the face cannot mend."""


def offers_for(reason: RefusalReason, failures: int, settings: ScanSettings) -> tuple[Offer, ...]:
    """What else than the face may be used after this refusal."""
    if reason in WITHOUT_FACE or (reason == "unrecognised" and failures >= settings.offer_after):
        return settings.fallback
    return ()


def drop_claim(scan: Scan) -> _Step:
    """Nobody claims to be anybody any more."""
    return (scan, ()) if scan.claim is None else (replace(scan, claim=None), (Widen(),))


def touch(scan: Scan, event: Touch, *, now: float, settings: ScanSettings) -> _Step:
    """Next state and what to do after a touch."""
    match event:
        case NotMe():
            return _doubt(scan, now=now, settings=settings)
        case NotMine():
            return _disown(scan)
        case Chosen(way, duty):
            return _choose(scan, way=way, duty=duty)
        case NameWanted() | NamesFound() | PinAsked():
            return _ask(scan, event, now=now, settings=settings)
        case Claimed(person, factor):
            return _claim(scan, person, factor, now=now, settings=settings)
        case CardUnknown():
            if not isinstance(scan.state, _CARD_STATES):
                return scan, ()
            return replace(scan, state=Refused("unknown_card", now + settings.refused_hold)), (Signal("refused"),)
        case MonthShown(person, month, of, as_of, stored):
            if not isinstance(scan.state, Accepted | AlreadyRecorded) or scan.state.person != person:
                return scan, ()
            return replace(scan, state=ShowMonth(person, now + settings.month_hold, month, of, as_of, stored)), ()
        case Dismissed():
            return _dismiss(scan)
        case Touched():
            if isinstance(scan.state, FindName | EnterPin | ShowMonth):
                return replace(scan, state=replace(scan.state, until=now + settings.touch_hold)), ()
            return scan, ()
        case _:
            assert_never(event)


def _doubt(scan: Scan, *, now: float, settings: ScanSettings) -> _Step:
    state = scan.state
    if isinstance(state, AlreadyRecorded):
        # What is stored is of an earlier visit, and may well be theirs who are shown: it stands.
        offers = settings.fallback
        hold = settings.offer_hold if offers else settings.refused_hold
        return replace(scan, state=Refused("mistaken", now + hold, offers)), (Signal("refused"),)
    if not isinstance(state, Accepted) or state.row is None:
        return scan, ()
    return replace(scan, state=AskNotMe(state.person, state.row, state.taken_at, now + settings.touch_hold)), ()


def _disown(scan: Scan) -> _Step:
    state = scan.state
    return (scan, (Disavow(state.person, state.row),)) if isinstance(state, AskNotMe) else (scan, ())


def _choose(scan: Scan, *, way: Literal["in", "out"] | None, duty: bool) -> _Step:
    state = scan.state
    if not isinstance(state, Choose):
        return scan, ()
    record = Record(state.identity, state.factor, way, duty)
    return replace(scan, state=Recording(state.identity)), (record,)


def _ask(scan: Scan, event: NameWanted | NamesFound | PinAsked, *, now: float, settings: ScanSettings) -> _Step:
    state, until = scan.state, now + settings.touch_hold
    match event:
        case NameWanted():
            if isinstance(state, Refused | Withdrawn) and "pin" in state.offers:
                return replace(scan, state=FindName(until)), ()
        case NamesFound(query, matches, more):
            if isinstance(state, FindName):
                return replace(scan, state=FindName(until, query, matches, more)), ()
        case PinAsked(person, tries_left, wrong):
            if isinstance(state, FindName) or (isinstance(state, EnterPin) and state.person == person):
                if tries_left == 0:
                    return replace(scan, state=Refused("pin_barred", now + settings.refused_hold)), (Signal("refused"),)
                signals = (Signal("refused"),) if wrong else ()
                return replace(scan, state=EnterPin(person, tries_left, until, wrong)), signals
    return scan, ()


def _claim(scan: Scan, person: str, factor: Offer, *, now: float, settings: ScanSettings) -> _Step:
    """A PIN counts where it was asked for; a card at any time that nobody else is in the middle of something."""
    state = scan.state
    asked = isinstance(state, EnterPin) and state.person == person
    fits = asked if factor == "pin" else isinstance(state, _CARD_STATES)
    if factor not in settings.fallback or not fits:
        return scan, ()
    claim = Claim(person, factor, now + settings.check_hold)
    scan = replace(scan, claim=claim, served=None, served_face_at=None)
    return replace(scan, state=CheckFace(person, factor, claim.until)), (Narrow(person),)


def _dismiss(scan: Scan) -> _Step:
    state = scan.state
    if isinstance(state, Choose):
        # They are known and want no punch: they are not asked again while they stand here.
        identity = state.identity
        scan = replace(scan, served=identity.person, served_face_at=identity.first_seen_at)
        scan, widen = drop_claim(scan)
        return replace(scan, state=Idle()), widen
    if scan.claim is None and not isinstance(state, _DISMISSIBLE):
        return scan, ()
    scan, widen = drop_claim(scan)
    return replace(scan, state=Idle()), widen
