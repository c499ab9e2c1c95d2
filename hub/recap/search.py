"""Finds people, units and kiosks by a part of what they are called, within what somebody may see."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import Final

import msgspec
from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from hub.db import Database
from hub.fleet.models import Kiosk
from hub.recap.grid_people import matches_person
from hub.recap.people import NO_UNIT, Person, UnitName
from hub.roster.models import Employee, Membership, Unit
from hub.roster.newcomers import NOT_YET
from hub.roster.units import UnitTree

SHOWN: Final = 50
"""People that are shown at most; units and kiosks a fifth of it each."""
FEWEST_CHARACTERS: Final = 2


class FoundPerson(msgspec.Struct, frozen=True):
    """unit: where the person belongs on the day of the question. left: last day of an employment that is over."""

    person: Person
    unit: UnitName
    left: date | None


class Found(msgspec.Struct, frozen=True, kw_only=True):
    """What a text led to. more: there are further people."""

    people: tuple[FoundPerson, ...] = ()
    more: bool = False
    units: tuple[UnitName, ...] = ()
    kiosks: tuple[str, ...] = ()

    @property
    def is_empty(self) -> bool:
        return not (self.people or self.units or self.kiosks)


def search(database: Database, text: str, today: date, unit_id: int | None = None, *, kiosks: bool = True) -> Found:
    """What has all words of the text in its name, or its digits in the NIP.

    unit_id: of this unit and those below it; None: of all. Nothing for a text of fewer than FEWEST_CHARACTERS. People
    come by name; kiosks only where they are asked for.
    """
    text = text.strip()
    if len(text) < FEWEST_CHARACTERS:
        return Found()
    with database.read() as session:
        within = None if unit_id is None else UnitTree.load(session.connection()).within(unit_id)
        people = _find_people(session, text, today, within)
        return Found(
            people=tuple(people[:SHOWN]),
            more=len(people) > SHOWN,
            units=_find_units(session, text, within),
            kiosks=_find_kiosks(session, text, within) if kiosks else (),
        )


def _find_people(session: Session, text: str, today: date, within: Collection[int] | None) -> list[FoundPerson]:
    current = (
        or_(Membership.valid_from.is_(None), Membership.valid_from <= today),
        or_(Membership.valid_until.is_(None), Membership.valid_until >= today),
    )
    newest = (
        select(Membership.employee_id, func.max(Membership.id).label("membership_id"))
        .where(*current)
        .group_by(Membership.employee_id)
        .subquery()
    )
    query = (
        select(Employee, Membership.unit_id, Unit.name)
        .outerjoin(newest, newest.c.employee_id == Employee.id)
        .outerjoin(Membership, Membership.id == newest.c.membership_id)
        .outerjoin(Unit, Unit.id == Membership.unit_id)
        .where(matches_person(text), or_(Employee.employed_from.is_(None), Employee.employed_from < NOT_YET))
        .order_by(func.lower(Employee.name), Employee.id)
        .limit(SHOWN + 1)
    )
    if within is not None:
        query = query.where(Membership.unit_id.in_(within))
    return [
        FoundPerson(
            Person(row.id, row.name, row.nip, row.position),
            UnitName(of_unit or NO_UNIT, of_unit_id),
            row.employed_until if row.employed_until is not None and row.employed_until < today else None,
        )
        for row, of_unit_id, of_unit in session.execute(query)
    ]


def _find_units(session: Session, text: str, within: Collection[int] | None) -> tuple[UnitName, ...]:
    words = [func.lower(Unit.name).contains(word, autoescape=True) for word in text.casefold().split()]
    query = select(Unit.name, Unit.id).where(*words).order_by(func.lower(Unit.name)).limit(SHOWN // 5)
    if within is not None:
        query = query.where(Unit.id.in_(within))
    return tuple(UnitName(name, unit_id) for name, unit_id in session.execute(query))


def _find_kiosks(session: Session, text: str, within: Collection[int] | None) -> tuple[str, ...]:
    query = select(Kiosk.device).where(Kiosk.device.contains(text.casefold(), autoescape=True))
    if within is not None:
        query = query.where(Kiosk.unit_id.in_(within))
    return tuple(session.scalars(query.order_by(Kiosk.device).limit(SHOWN // 5)))
