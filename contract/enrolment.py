"""A person who was enrolled at a kiosk, on the way to the hub, where a second person approves.

One message for each frame, so that none is large: an `EnrolmentPart`, sealed for the hub before it reaches the kiosk's
disk (contract.sealing), inside a `SealedEnrolment`, which the kiosk signs when it sends it (purpose `enrol`). The hub
computes templates itself, from the frames: a kiosk's embeddings prove nothing.
"""

from __future__ import annotations

from typing import Annotated, Final, Literal

import msgspec
from msgspec import Meta

from contract import codec
from contract.errors import MalformedMessageError
from contract.punch import Epoch, Instant, PersonId, check_instant
from contract.sealing import OpeningKey, SealKey

MAX_FRAMES: Final = 12
MAX_FRAME_BYTES: Final = 262_144
"""Of a JPEG: a 640x480 frame of best quality stays below it, compressible or not."""
MAX_SEALED_BYTES: Final = 400_000
MAX_ENROL_BYTES: Final = 600_000
"""Cap on the signed message: base64 adds a third to what is sealed, and zlib cannot take that off random bytes."""
MAX_STANDINGS: Final = 50

EnrolmentId = Annotated[str, Meta(pattern=r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\Z")]
"""A random UUID in its canonical form."""
Pose = Literal["ahead", "left", "right", "up", "down"]
"""Of the head, as the person sees it on the mirrored screen."""
Outcome = Literal["receiving", "waiting", "approved", "refused"]
"""receiving: parts are missing; waiting: for a second person; refused: by the hub's checks, or by the second person."""


class Consent(msgspec.Struct, frozen=True, kw_only=True):
    """What the person agreed to at the screen. wording: which text that was; given_at: when they touched it."""

    wording: Annotated[str, Meta(min_length=1, max_length=40)]
    language: Literal["id", "en"]
    given_at: Instant


class EnrolmentPart(msgspec.Struct, frozen=True, kw_only=True):
    """One frame of a person; all parts of an enrolment agree in everything but `part` and the frame.

    person: whom the kiosk's roster names; None: somebody who is not known to the hub yet, called `name`.
    operator: who stood beside and enrolled. part, parts: which frame of how many this is, from 1.
    jpeg: the frame, travels as base64. software: of the kiosk.
    """

    v: Literal[1] = 1
    id: EnrolmentId
    person: PersonId | None
    name: Annotated[str, Meta(min_length=1, max_length=200)]
    operator: PersonId
    consent: Consent
    part: Annotated[int, Meta(ge=1, le=MAX_FRAMES)]
    parts: Annotated[int, Meta(ge=1, le=MAX_FRAMES)]
    pose: Pose
    taken_at: Instant
    jpeg: Annotated[bytes, Meta(min_length=1, max_length=MAX_FRAME_BYTES)]
    software: Annotated[str, Meta(max_length=64)] = ""

    def __post_init__(self) -> None:
        check_instant(self.taken_at)
        check_instant(self.consent.given_at)
        if self.part > self.parts:
            raise ValueError(f"part {self.part} of {self.parts}")


class SealedEnrolment(msgspec.Struct, frozen=True, kw_only=True):
    """A part that only the hub can read.

    epoch: the kiosk's current journal; the receipt that names this enrolment will be about it.
    """

    v: Literal[1] = 1
    epoch: Epoch
    id: EnrolmentId
    part: Annotated[int, Meta(ge=1, le=MAX_FRAMES)]
    parts: Annotated[int, Meta(ge=1, le=MAX_FRAMES)]
    sealed: Annotated[bytes, Meta(min_length=1, max_length=MAX_SEALED_BYTES)]


class EnrolmentStanding(msgspec.Struct, frozen=True, kw_only=True):
    """What the hub has of one enrolment. held: numbers of its parts that are on the hub's disk; reason: of a refusal,
    in Indonesian and English, as the operator shall read it."""

    id: EnrolmentId
    outcome: Outcome
    held: Annotated[tuple[int, ...], Meta(max_length=MAX_FRAMES)] = ()
    reason: Annotated[str, Meta(max_length=500)] = ""


def seal_part(part: EnrolmentPart, *, key: SealKey, device: str) -> bytes:
    """The bytes that only the hub can read; bound to this kiosk, this enrolment and this place in it."""
    return key.seal(codec.encode(part), context=_context(device, part.id, part.part, part.parts))


def open_part(message: SealedEnrolment, *, key: OpeningKey, device: str) -> EnrolmentPart:
    """The part in a message of this kiosk; MalformedMessageError when it is not the one that the message says."""
    context = _context(device, message.id, message.part, message.parts)
    part = codec.decode(key.open(message.sealed, context=context), EnrolmentPart)
    if (part.id, part.part, part.parts) != (message.id, message.part, message.parts):
        raise MalformedMessageError("The enrolment inside is not the one that the message names.")
    return part


def _context(device: str, enrolment: str, part: int, parts: int) -> bytes:
    return f"presensi/v1/enrol\0{device}\0{enrolment}\0{part}\0{parts}".encode()
