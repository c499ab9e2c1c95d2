"""Whom an enrolment from a kiosk is of, and whether whoever stood beside might enrol them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy.orm import Session

from contract.errors import BadInputError
from hub.fleet.models import Kiosk
from hub.roster.gallery import people_in_scope
from hub.roster.kiosk_enrolment_models import KioskEnrolment
from hub.roster.models import Employee
from hub.roster.officers import LONGEST_NAME, officer_name
from hub.roster.operators import operators_of
from hub.roster.units import Memberships, UnitTree

_REVOKED: Final = "Kiosk ini sudah dicabut. (This kiosk was revoked.)"
_NO_OPERATOR: Final = (
    "{name} bukan operator kiosk ini pada {day}; administrator menetapkan operator. "
    "({name} was no operator of this kiosk on {day}; an administrator names operators.)"
)
_UNKNOWN: Final = (
    "Pusat tidak mengenal orang ini; daftarkan sebagai pegawai baru. "
    "(The hub does not know this person; enrol them as somebody new.)"
)
_ELSEWHERE: Final = (
    "{name} bukan pegawai unit kiosk ini; daftarkan di unitnya. "
    "({name} does not belong to this kiosk's unit; enrol them at their own.)"
)
_ONESELF: Final = (
    "Tidak ada yang mendaftarkan dirinya sendiri; minta operator lain. (Nobody enrols themself; ask another operator.)"
)


class RefusedEnrolment(Exception):  # noqa: N818 (an answer to the kiosk, and no error of anybody's)
    """Raised when an enrolment must not be kept; its words are for the kiosk's operator, Indonesian (English)."""


@dataclass(frozen=True, slots=True)
class Subject:
    """person: whom it is of; None: somebody new, in this unit (None: in none). author: the operator as an officer."""

    person: str | None
    name: str
    unit_id: int | None
    author: str


def find_subject(session: Session, enrolment: KioskEnrolment, *, taken_at: datetime) -> Subject:
    """Whom the enrolment is of; RefusedEnrolment where it may not be, at that kiosk, by that operator, on that day."""
    kiosk = session.get_one(Kiosk, enrolment.device)
    if kiosk.state != "active":
        raise RefusedEnrolment(_REVOKED)
    connection = session.connection()
    day = taken_at.astimezone(UnitTree.load(connection).zone_of(kiosk.unit_id)).date()
    in_scope = people_in_scope(connection, kiosk.unit_id, day)
    operator = session.get(Employee, enrolment.operator_id)
    entitled = operators_of(connection, kiosk.unit_id, day, at=taken_at) & in_scope
    if operator is None or operator.id not in entitled:
        name = "Petugas (the officer)" if operator is None else operator.name
        raise RefusedEnrolment(_NO_OPERATOR.format(name=name, day=day.isoformat()))
    author = _author(operator)
    if enrolment.person_id is None:
        unit_id = kiosk.unit_id
        if unit_id is None:
            unit_id = Memberships.load(connection, [operator.id]).unit_on(operator.id, day)
        return Subject(None, enrolment.name, unit_id, author)
    if enrolment.person_id == operator.id:
        raise RefusedEnrolment(_ONESELF)
    person = session.get(Employee, enrolment.person_id)
    if person is None:
        raise RefusedEnrolment(_UNKNOWN)
    if person.id not in in_scope:
        raise RefusedEnrolment(_ELSEWHERE.format(name=person.name))
    return Subject(person.id, person.name, None, author)


def _author(operator: Employee) -> str:
    try:
        return officer_name(operator.name[:LONGEST_NAME])
    except BadInputError:
        return officer_name(operator.id)
