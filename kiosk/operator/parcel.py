"""An enrolment on its way to the disk: every picture sealed for the hub by itself, nothing of it in the clear."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

from contract.enrolment import Consent, EnrolmentPart, seal_part
from contract.sealing import SealKey
from kiosk.operator.photographs import Photograph
from kiosk.operator.screens import Subject

WORDING: Final = "uu27-2022/1"
"""Which consent the screen shows (consent in kiosk/ui/i18n/operator-*.toml); it changes with the words."""


@dataclass(frozen=True, slots=True)
class Parcel:
    """Parts in order, each readable by the hub alone. person: of the roster, None for a new name."""

    id: str
    person: str | None
    taken_at: datetime
    parts: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class Permission:
    """Who agreed to what. language: in which the words were read; given_at: aware UTC."""

    language: Literal["id", "en"]
    given_at: datetime


def seal_parcel(
    photographs: Sequence[Photograph],
    *,
    subject: Subject,
    operator: str,
    permission: Permission,
    key: SealKey,
    device: str,
    software: str,
) -> Parcel:
    """Seal every photograph under a new id."""
    enrolment = str(uuid.uuid4())
    consent = Consent(wording=WORDING, language=permission.language, given_at=permission.given_at)
    parts = [
        EnrolmentPart(
            id=enrolment,
            person=subject.person,
            name=subject.name,
            operator=operator,
            consent=consent,
            part=number,
            parts=len(photographs),
            pose=each.pose,
            taken_at=each.taken_at,
            jpeg=each.jpeg,
            software=software[:64],
        )
        for number, each in enumerate(photographs, 1)
    ]
    sealed = tuple(seal_part(part, key=key, device=device) for part in parts)
    return Parcel(enrolment, subject.person, parts[0].taken_at, sealed)
