"""A person who is enrolled at a kiosk, as the kiosk seals and sends them."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

import cv2

from contract import codec
from contract.enrolment import Consent, EnrolmentPart, SealedEnrolment, seal_part
from contract.sealing import SealKey
from contract.signing import SigningKey
from tests.factories.journals import NOON
from tests.factories.snapshots import picture

POSES: Final = ("ahead", "left", "right", "up", "down")


def frame_jpeg(seed: int = 1, *, width: int = 640, height: int = 480) -> bytes:
    """A JPEG of a kiosk's size."""
    return bytes(cv2.imencode(".jpg", picture(seed, width=width, height=height))[1])


@dataclass
class SentEnrolment:
    """One enrolment. frames: its JPEGs. person None: somebody new. seal_key: the hub's; key: the kiosk's own."""

    seal_key: SealKey
    key: SigningKey
    epoch: str
    frames: Sequence[bytes] = field(default_factory=lambda: [frame_jpeg(seed) for seed in range(3)])
    device: str = "kiosk-1"
    id: str = field(default_factory=lambda: str(uuid.uuid4()))
    person: str | None = "tono"
    name: str = "Tono Hadi"
    operator: str = "siti"
    taken_at: datetime = NOON

    def part(self, number: int, **changes: Any) -> EnrolmentPart:
        """The part of that number, from 1; `changes` replace its fields."""
        fields: dict[str, Any] = {
            "id": self.id,
            "person": self.person,
            "name": self.name,
            "operator": self.operator,
            "consent": Consent(wording="2026-11", language="id", given_at=self.taken_at),
            "part": number,
            "parts": len(self.frames),
            "pose": POSES[(number - 1) % len(POSES)],
            "taken_at": self.taken_at + timedelta(seconds=number),
            "jpeg": self.frames[number - 1],
            "software": "0.1.0",
        }
        return EnrolmentPart(**(fields | changes))

    def message(self, number: int, **changes: Any) -> SealedEnrolment:
        part = self.part(number, **changes)
        sealed = seal_part(part, key=self.seal_key, device=self.device)
        return SealedEnrolment(epoch=self.epoch, id=part.id, part=part.part, parts=part.parts, sealed=sealed)

    def payload(self, number: int, **changes: Any) -> bytes:
        """The part as it is published; every call seals anew."""
        return self.sign(self.message(number, **changes))

    def sign(self, message: SealedEnrolment) -> bytes:
        return codec.seal(message, key=self.key, purpose="enrol", device=self.device)

    def payloads(self) -> list[bytes]:
        return [self.payload(number) for number in range(1, len(self.frames) + 1)]
