"""What a kiosk must know to recognise its own staff without a network.

A roster travels in parts, because a payload has a size limit; the kiosk swaps it in when all parts of a version are
there. People are opaque ids with a display name: no NIP ever reaches a kiosk.
"""

from __future__ import annotations

from typing import Annotated, Final, Literal

import msgspec
from msgspec import Meta

from contract.punch import PersonId

PEOPLE_PER_PART: Final = 50


class RosterPerson(msgspec.Struct, frozen=True, kw_only=True):
    """One person whom the kiosk may recognise.

    embeddings: unit-normalised float32 rows, little-endian, one after the other; travels as base64.
    count: how many rows these are; the length of a row follows from the pack.
    second_factor: the face alone is not enough, because somebody else's is too much like it.
    """

    person: PersonId
    name: Annotated[str, Meta(max_length=200)]
    count: Annotated[int, Meta(ge=1, le=64)]
    embeddings: bytes
    second_factor: bool = False


class KioskPolicy(msgspec.Struct, frozen=True, kw_only=True):
    """How the kiosk shall behave.

    threshold: cosine computed by the hub for this gallery; None: the model card's curve decides.
    demo: clips and photos count as cameras, and the screen says that this is a demonstration.
    """

    liveness: Literal["off", "passive", "active", "strict"] = "active"
    threshold: Annotated[float, Meta(ge=-1, le=1)] | None = None
    demo: bool = False
    unit: Annotated[str, Meta(max_length=200)] = ""
    message: Annotated[str, Meta(max_length=500)] = ""


class RosterPart(msgspec.Struct, frozen=True, kw_only=True):
    """One part of the step from roster `base` to roster `version`.

    base: the version that this changes; None: a whole roster, whatever the kiosk has.
    part, parts: which part of how many this is, from 1.
    pack: name of the recognition pack that made the embeddings.
    removed: people who are no longer on this kiosk (only meaningful with a base).
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
