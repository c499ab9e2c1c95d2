"""Parts of enrolments as they come from kiosks: verified, opened, and looked at before anything of them is kept."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from contract import codec
from contract.enrolment import MAX_ENROL_BYTES, EnrolmentPart, SealedEnrolment, open_part
from contract.errors import MalformedMessageError, SignatureError
from contract.sealing import OpeningKey
from hub.errors import RefusedEnrolmentError
from hub.ingest.quarantine import EARLIEST, LATEST
from hub.ingest.terminals import Terminal
from hub.refusals.jpeg import jpeg_size

MAX_FRAME_SIDE: Final = 1_920
"""Pixels; a kiosk's pictures are smaller, and whoever decodes one of this size needs 11 MB for it."""

EnrolmentKey = tuple[str, str]
"""Device, and the id that it gave to an enrolment."""


@dataclass(frozen=True, slots=True)
class Header:
    """What all parts of an enrolment agree in, as the hub keeps it."""

    parts: int
    person: str | None
    name: str
    operator: str
    wording: str
    language: str
    consented_at: datetime
    software: str

    @classmethod
    def of_part(cls, part: EnrolmentPart) -> Header:
        consent = part.consent
        return cls(
            parts=part.parts,
            person=part.person,
            name=" ".join(part.name.split()),
            operator=part.operator,
            wording=consent.wording,
            language=consent.language,
            consented_at=consent.given_at,
            software=part.software,
        )

    @classmethod
    def of_row(cls, row: Any) -> Header:
        """row: of the table kiosk_enrolment."""
        return cls(
            parts=row.parts,
            person=row.person_id,
            name=row.name,
            operator=row.operator_id,
            wording=row.consent_wording,
            language=row.consent_language,
            consented_at=row.consented_at,
            software=row.software,
        )


@dataclass(frozen=True, slots=True)
class ArrivedPart:
    """A part that its kiosk has signed."""

    terminal: Terminal
    message: SealedEnrolment

    @property
    def key(self) -> EnrolmentKey:
        return self.terminal.device, self.message.id


@dataclass(frozen=True, slots=True)
class OpenedPart:
    """The same, looked into. header, taken_at None: it cannot be used, and `fault` says why."""

    arrived: ArrivedPart
    header: Header | None = None
    taken_at: datetime | None = None
    fault: str = ""


def verify_part(payload: bytes, terminal: Terminal) -> ArrivedPart:
    """The part in a payload; RefusedEnrolmentError when it is none, another's, or the kiosk is revoked."""
    if not terminal.active:
        raise RefusedEnrolmentError("revoked_device", f"{terminal.device} was revoked and still sends enrolments.")
    if len(payload) > MAX_ENROL_BYTES:
        raise RefusedEnrolmentError("malformed", f"A message of {len(payload)} bytes is larger than any enrolment's.")
    try:
        message = codec.unseal(payload, SealedEnrolment, key=terminal.key, purpose="enrol", device=terminal.device)
    except SignatureError as error:
        raise RefusedEnrolmentError("bad_signature", str(error)) from error
    except MalformedMessageError as error:
        raise RefusedEnrolmentError("malformed", str(error)) from error
    return ArrivedPart(terminal, message)


def look_into(arrived: ArrivedPart, key: OpeningKey) -> OpenedPart:
    """Open a part and judge it; nothing of it leaves this function but what all its parts agree in."""
    try:
        part = open_part(arrived.message, key=key, device=arrived.terminal.device)
        check_part(part)
    except MalformedMessageError as error:
        return OpenedPart(arrived, fault=str(error))
    return OpenedPart(arrived, Header.of_part(part), part.taken_at)


def check_part(part: EnrolmentPart) -> None:
    """MalformedMessageError for what no database takes, no clock shows, or no kiosk's camera gives."""
    texts = (part.name, part.person or "", part.operator, part.consent.wording, part.software)
    if not all(text.isprintable() for text in texts) or not part.name.strip():
        raise MalformedMessageError("A name in the enrolment is empty, or holds signs that cannot be shown.")
    if not all(EARLIEST <= moment <= LATEST for moment in (part.taken_at, part.consent.given_at)):
        raise MalformedMessageError(f"No clock shows {part.taken_at} or {part.consent.given_at}.")
    jpeg_size(part.jpeg, most=MAX_FRAME_SIDE)
