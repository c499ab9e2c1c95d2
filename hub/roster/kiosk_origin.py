"""Where pictures from kiosks come from, for whoever approves them; and who may not, because they had a hand in it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from datetime import datetime

import msgspec
from sqlalchemy import select
from sqlalchemy.orm import Session

from hub.access.models import Account
from hub.roster.kiosk_enrolment_models import KioskEnrolment, KioskPicture
from hub.roster.models import Employee, EnrolmentFrame
from hub.roster.newcomers import is_namesake
from hub.roster.nip import bare_nip
from hub.roster.officers import is_same_officer


class KioskOrigin(msgspec.Struct, frozen=True, kw_only=True):
    """An enrolment at a kiosk of which pictures wait.

    operator: who stood beside, by name. photos: how many of the waiting pictures are of it. consent_wording: which text
    the person agreed to, in which language and when. is_new: nobody knew the person before; namesake: somebody of the
    same name is in the unit, perhaps the same person under two records.
    """

    device: str
    operator: str
    operator_id: str
    taken_at: datetime
    received_at: datetime
    photos: int
    poses: tuple[str, ...]
    consent_wording: str
    consent_language: str
    consented_at: datetime
    is_new: bool
    namesake: bool


def origins_of(session: Session, frames: Collection[int]) -> dict[str, tuple[KioskOrigin, ...]]:
    """By employee, the enrolments at kiosks that these waiting pictures are of; people with others are left out."""
    query = (
        select(KioskPicture.frame_id, KioskEnrolment, KioskPicture.pose, Employee)
        .join(KioskPicture, KioskPicture.enrolment_id == KioskEnrolment.id)
        .join(EnrolmentFrame, EnrolmentFrame.id == KioskPicture.frame_id)
        .join(Employee, Employee.id == EnrolmentFrame.employee_id)
        .where(EnrolmentFrame.state == "proposed")
        .order_by(KioskEnrolment.id, KioskPicture.part)
    )
    wanted = set(frames)
    poses: dict[int, list[str]] = defaultdict(list)
    enrolments: dict[int, tuple[KioskEnrolment, Employee]] = {}
    for frame, enrolment, pose, employee in session.execute(query):
        if frame not in wanted:
            continue
        poses[enrolment.id].append(pose)
        enrolments[enrolment.id] = enrolment, employee
    found: dict[str, list[KioskOrigin]] = defaultdict(list)
    for enrolment, employee in enrolments.values():
        found[employee.id].append(_origin(session, enrolment, employee, poses[enrolment.id]))
    return {person: tuple(origins) for person, origins in found.items()}


def _origin(session: Session, enrolment: KioskEnrolment, employee: Employee, poses: Collection[str]) -> KioskOrigin:
    return KioskOrigin(
        device=enrolment.device,
        operator=enrolment.operator_name or enrolment.operator_id,
        operator_id=enrolment.operator_id,
        taken_at=enrolment.taken_at,
        received_at=enrolment.first_at,
        photos=len(poses),
        poses=tuple(poses),
        consent_wording=enrolment.consent_wording,
        consent_language=enrolment.consent_language,
        consented_at=enrolment.consented_at,
        is_new=enrolment.is_new,
        namesake=enrolment.is_new and is_namesake(session, employee),
    )


def frames_tied_to(session: Session, officer: str, frames: Collection[int]) -> set[int]:
    """Which of these waiting pictures an officer took as a kiosk's operator, or is on, under any known spelling."""
    query = (
        select(KioskPicture.frame_id, KioskEnrolment.operator_id, EnrolmentFrame.employee_id)
        .join(KioskEnrolment, KioskEnrolment.id == KioskPicture.enrolment_id)
        .join(EnrolmentFrame, EnrolmentFrame.id == KioskPicture.frame_id)
        .where(EnrolmentFrame.state == "proposed")
    )
    wanted = set(frames)
    # Not by their numbers: after an import there may be more of them than a statement takes.
    rows = [row for row in session.execute(query) if row.frame_id in wanted]
    people = {person for row in rows for person in (row.operator_id, row.employee_id)}
    same = _employees_who_are(session, officer, people) if people else set()
    return {row.frame_id for row in rows if row.operator_id in same or row.employee_id in same}


def _employees_who_are(session: Session, officer: str, among: Collection[str]) -> set[str]:
    """Who of these people this officer is: by the account of that name, where it says so, else by how it is spelt."""
    for username, employee_id in session.execute(select(Account.username, Account.employee_id)):
        if is_same_officer(username, officer) and employee_id is not None:
            return {employee_id} & set(among)
    people = session.scalars(select(Employee).where(Employee.id.in_(list(among))))
    return {employee.id for employee in people if _plain(officer) in _spellings(employee)}


def _spellings(employee: Employee) -> set[str]:
    """A person's id, NIP, and name with and without degrees, in small letters and digits alone."""
    bare = employee.name.partition(",")[0]
    untitled = " ".join(word for word in bare.split() if "." not in word)
    nip = bare_nip(employee.nip) if employee.nip else ""
    return {_plain(text) for text in (employee.id, nip, employee.name, bare, untitled)} - {""}


def _plain(text: str) -> str:
    return "".join(character for character in text.casefold() if character.isalnum())
