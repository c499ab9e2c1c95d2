"""What the walk-up machine (kiosk.scan) remembers, and how long things last."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType

from kiosk.states import Idle, Offer, WalkUp


@dataclass(frozen=True, slots=True)
class ScanSettings:
    """How long things last, in seconds.

    accepted_hold: how long a result stays; cut short when somebody else is recognised.
    repeat_window: a person who punched this short a time ago is told so instead of punching again.
    gone_after: without a face for so long, the person counts as gone.
    offer_hold: how long a refusal stays that offers another way. offer_after: refusals in one visit before it does.
    touch_hold: how long a screen waits for hands. choose_hold: before the timetable's proposal stands.
    check_hold: how long the face has to be the claimed person's. month_hold: how long somebody's month is seen.
    fallback, choose: as in contract.roster.KioskPolicy.
    """

    accepted_hold: float = 2.5
    refused_hold: float = 3.0
    repeat_window: float = 120.0
    gone_after: float = 1.0
    offer_hold: float = 8.0
    offer_after: int = 2
    touch_hold: float = 20.0
    choose_hold: float = 8.0
    check_hold: float = 10.0
    month_hold: float = 10.0
    fallback: tuple[Offer, ...] = ()
    choose: bool = False


@dataclass(frozen=True, slots=True)
class LastPunch:
    """When a person last punched here: on the wall, and in monotonic seconds."""

    taken_at: datetime
    at: float


@dataclass(frozen=True, slots=True)
class Claim:
    """Somebody said by PIN or card that they are this person; until then (monotonic seconds) the face must show it."""

    person: str
    factor: Offer
    until: float


@dataclass(frozen=True, slots=True)
class Scan:
    """The whole of what the machine remembers.

    served: the person now in view who has their answer already: they may linger without being told anything new;
    served_face_at: since when their face is in view, so that whoever steps up next is not taken for them.
    last_face_at: when a face was last seen; None: not since somebody left.
    failures: how often this visit was refused because nobody was recognised. claim: see Claim; None: nobody claims.
    """

    state: WalkUp = field(default_factory=Idle)
    served: str | None = None
    served_face_at: float | None = None
    last_face_at: float | None = None
    punches: Mapping[str, LastPunch] = field(default_factory=lambda: MappingProxyType({}))
    locked: bool = False
    failures: int = 0
    claim: Claim | None = None
