"""From the frames of an enrolment at a kiosk to pictures that wait for a second person."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

import numpy as np
from sqlalchemy.orm import Session

from contract.enrolment import EnrolmentPart
from hub.roster.enrolment_standing import drop_parts
from hub.roster.face_check import FaceCheck, Findings
from hub.roster.frame_rows import place_frame
from hub.roster.kiosk_enrolment_models import KioskEnrolment, KioskPicture
from hub.roster.kiosk_subject import RefusedEnrolment, Subject
from hub.roster.models import Template
from hub.roster.newcomers import add_newcomer
from hub.roster.photos import Photo
from kiosk.recognizer.enrolment import PhotoFault, embed_photo
from kiosk.recognizer.packs.pack import Pack

_NO_FRAME: Final = "Tidak satu pun gambar dapat dipakai. {why} (None of the pictures can be used.)"
_KNOWN: Final = (
    "Gambar-gambar ini sudah terdaftar; ambil gambar baru. (These pictures are enrolled already; take new ones.)"
)
_SEVERAL: Final = (
    "Gambar-gambar ini tidak menunjukkan satu orang, atau bukan orang yang sudah terdaftar dengan nama ini. "
    "(These pictures do not show one person, or not the one who is enrolled under this name.)"
)
_DOUBLE: Final = (
    "Wajah ini sudah terdaftar sebagai {who}; bila memang orang lain yang mirip, hubungi administrator. "
    "(This face is enrolled already as {who}; if they are two people who look alike, ask an administrator.)"
)


@dataclass(frozen=True, slots=True)
class SeenFrame:
    """A usable picture. embedding: unit-normalised float32, little-endian."""

    part: EnrolmentPart
    photo: Photo
    embedding: bytes


def look_at(pack: Pack, parts: Sequence[EnrolmentPart], known: set[str]) -> dict[str, SeenFrame]:
    """The usable pictures by their SHA-256; RefusedEnrolment when there are none that are new."""
    seen: dict[str, SeenFrame] = {}
    faults: list[PhotoFault | None] = []
    for part in parts:
        photo = Photo(f"{part.part}.jpg", part.jpeg)
        if photo.sha256 in known:
            continue
        picture = photo.decode()
        found = embed_photo(pack, picture) if picture is not None else None
        if found is None or isinstance(found, PhotoFault):
            faults.append(found)
            continue
        seen[photo.sha256] = SeenFrame(part, photo, np.asarray(found.embedding, dtype="<f4").tobytes())
    if seen:
        return seen
    fault = next((each for each in faults if each is not None), None)
    if not faults:
        raise RefusedEnrolment(_KNOWN)
    why = "" if fault is None else f"{fault.explain('id')} ({fault.explain('en')})"
    raise RefusedEnrolment(" ".join(_NO_FRAME.format(why=why).split()))


def examine(
    session: Session, check: FaceCheck, subject: Subject, seen: Mapping[str, SeenFrame], today: date
) -> Findings:
    """Whether the pictures show one person, and nobody else of ours; RefusedEnrolment when not."""
    vectors = {digest: np.frombuffer(each.embedding, "<f4") for digest, each in seen.items()}
    findings = check.examine(session, subject.person, vectors, today)
    if findings.several:
        raise RefusedEnrolment(_SEVERAL)
    if findings.double is not None:
        unit = f" ({findings.double.unit})" if findings.double.unit else ""
        raise RefusedEnrolment(_DOUBLE.format(who=f"{findings.double.name}{unit}"))
    return findings


def propose(
    session: Session,
    enrolment: KioskEnrolment,
    subject: Subject,
    frames: Sequence[SeenFrame],
    files: Mapping[str, str],
    *,
    pack: str,
    now: datetime,
) -> None:
    """Let the frames wait for a second person, and let go of what is sealed of them. files: by SHA-256, where kept."""
    if subject.person is None:
        person = add_newcomer(session, subject.name, subject.unit_id, author=subject.author, now=now).id
        enrolment.is_new = True
    else:
        person = subject.person
    for each in frames:
        file = files[each.photo.sha256]
        row = place_frame(session, person, each.photo, file=file, origin="kiosk", author=subject.author, now=now)
        session.flush()
        session.add(Template(frame_id=row.id, employee_id=person, pack=pack, embedding=each.embedding, made_at=now))
        # One that was refused once is proposed again: it belongs to the newer enrolment.
        session.merge(
            KioskPicture(
                frame_id=row.id,
                enrolment_id=enrolment.id,
                part=each.part.part,
                pose=each.part.pose,
                taken_at=each.part.taken_at,
            )
        )
    enrolment.state, enrolment.employee_id, enrolment.operator_name = "waiting", person, subject.author
    enrolment.claimed_by = enrolment.claimed_at = None
    session.flush()
    drop_parts(session.connection(), enrolment.id)
