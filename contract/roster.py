"""What a kiosk must know to recognise its own staff without a network.

A roster travels in parts, because a payload has a size limit; the kiosk swaps it in when all parts of a version are
there. People are opaque ids with a display name: no NIP ever reaches a kiosk.
"""

from __future__ import annotations

from typing import Annotated, Final, Literal

import msgspec
from msgspec import Meta

from contract.area import MAX_AREAS, Area
from contract.punch import HexHash, Instant, PersonId

PEOPLE_PER_PART: Final = 50
MAX_CARDS: Final = 8
MAX_SESSIONS: Final = 200
"""Of one timetable; enough for two weeks of days with several sessions."""

HoursId = Annotated[str, Meta(max_length=32)]
Way = Literal["in", "out", "check"]
"""Arrival, departure, or a session in the middle of a day."""


class SessionWindow(msgspec.Struct, frozen=True, kw_only=True):
    """When a punch can fill one session of one day, so that the kiosk can say what it takes a punch for.

    name: the session's, as the policy writes it; empty where arrival and departure are all there is.
    opens, closes: first and last moment. due: the last moment that is not late (`in`, `check`), the first that is not
    early (`out`); None: nobody is late or early. What counts is the hub's to say; this is a proposal.
    before: so many minutes before it is too late everybody is told at the screen; 0: nobody is.
    """

    name: Annotated[str, Meta(max_length=60)] = ""
    way: Way
    opens: Instant
    closes: Instant
    due: Instant | None = None
    before: Annotated[int, Meta(ge=0, le=240)] = 0


class Hours(msgspec.Struct, frozen=True, kw_only=True):
    """The sessions of the coming days, ordered by `opens`, for everybody who has this timetable."""

    id: HoursId
    sessions: Annotated[tuple[SessionWindow, ...], Meta(max_length=MAX_SESSIONS)] = ()


class RosterPerson(msgspec.Struct, frozen=True, kw_only=True):
    """One person whom the kiosk may recognise.

    embeddings: unit-normalised float32 rows, little-endian, one after the other; travels as base64.
    count: how many rows these are; the length of a row follows from the pack. 0: known by name and not enrolled yet, so
    that they can be enrolled at this kiosk; nobody is recognised or claimed as them.
    second_factor: the face alone is not enough, because somebody else's is too much like it.
    hours: id of their timetable among the roster's; empty: the kiosk proposes nothing for them.
    pin: hash of their PIN (contract.pin); empty: they have none. cards: hashes of their cards (contract.pin).
    operator: may open the operator mode of this kiosk, with face and PIN.
    """

    person: PersonId
    name: Annotated[str, Meta(max_length=200)]
    count: Annotated[int, Meta(ge=0, le=64)]
    embeddings: bytes
    second_factor: bool = False
    hours: HoursId = ""
    pin: Annotated[str, Meta(max_length=200)] = ""
    cards: Annotated[tuple[HexHash, ...], Meta(max_length=MAX_CARDS)] = ()
    operator: bool = False


class KioskPolicy(msgspec.Struct, frozen=True, kw_only=True):
    """How the kiosk shall behave.

    threshold: cosine computed by the hub for this gallery; None: the model card's curve decides.
    demo: clips and photos count as cameras, and the screen says that this is a demonstration.
    choose: whether people are asked for arrival, departure or duty elsewhere; else the timetable proposes.
    fallback: what else than the face may say who somebody is, when the face fails.
    areas: where a portable kiosk may stand; a punch taken outside of them is recorded and awaits the supervisor. Empty:
    anywhere.
    enrol_key: for what is enrolled at this kiosk (contract.sealing); empty: nobody can be enrolled here.
    """

    liveness: Literal["off", "passive", "active", "strict"] = "active"
    threshold: Annotated[float, Meta(ge=-1, le=1)] | None = None
    demo: bool = False
    unit: Annotated[str, Meta(max_length=200)] = ""
    message: Annotated[str, Meta(max_length=500)] = ""
    choose: bool = False
    fallback: tuple[Literal["pin", "card"], ...] = ()
    enrol_key: Annotated[str, Meta(max_length=64)] = ""
    areas: Annotated[tuple[Area, ...], Meta(max_length=MAX_AREAS)] = ()


class RosterPart(msgspec.Struct, frozen=True, kw_only=True):
    """One part of the step from roster `base` to roster `version`.

    base: the version that this changes; None: a whole roster, whatever the kiosk has.
    part, parts: which part of how many this is, from 1.
    pack: name of the recognition pack that made the embeddings.
    removed: people who are no longer on this kiosk (only meaningful with a base).
    hours: all timetables that people of this version have; every part of a version carries the same.
    """

    v: Literal[1] = 1
    version: Annotated[int, Meta(ge=1, le=2**53)]
    base: Annotated[int, Meta(ge=0, le=2**53)] | None
    part: Annotated[int, Meta(ge=1)]
    parts: Annotated[int, Meta(ge=1, le=100_000)]
    pack: str
    policy: KioskPolicy
    people: tuple[RosterPerson, ...] = ()
    removed: tuple[PersonId, ...] = ()
    hours: Annotated[tuple[Hours, ...], Meta(max_length=500)] = ()
