"""Finds whatever has a name by a part of it, within what somebody may see: people, units, kiosks, rules, letters."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import Final

import msgspec
from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session, aliased

from hub.db import Database
from hub.fleet.models import Kiosk
from hub.recap.grid_people import matches_person
from hub.recap.people import NO_UNIT, Person, UnitName
from hub.recap.search_records import FoundDay, FoundLetter, FoundSchedule, find_days, find_letters, find_schedules
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


class FoundUnit(msgspec.Struct, frozen=True):
    """above: the unit that it stands below; None: it is at the top. closed: its last day has passed."""

    id: int
    name: str
    above: str | None
    closed: bool


class FoundKiosk(msgspec.Struct, frozen=True):
    """unit None: it serves everybody."""

    device: str
    unit: str | None


class Found(msgspec.Struct, frozen=True, kw_only=True):
    """What a text led to. more: there are further people."""

    people: tuple[FoundPerson, ...] = ()
    more: bool = False
    units: tuple[FoundUnit, ...] = ()
    kiosks: tuple[FoundKiosk, ...] = ()
    schedules: tuple[FoundSchedule, ...] = ()
    days: tuple[FoundDay, ...] = ()
    letters: tuple[FoundLetter, ...] = ()

    @property
    def is_empty(self) -> bool:
        return not (self.people or self.units or self.kiosks or self.schedules or self.days or self.letters)


def search(
    database: Database,
    text: str,
    today: date,
    unit_id: int | None = None,
    *,
    kiosks: bool = True,
    letters: bool = True,
) -> Found:
    """What has all words of the text in its name, or its digits in the NIP or in the number of a letter.

    unit_id: of this unit and those below it; None: of all. Nothing for a text of fewer than FEWEST_CHARACTERS. People
    come by name; kiosks and letters only where they are asked for.
    """
    text = text.strip()
    if len(text) < FEWEST_CHARACTERS:
        return Found()
    with database.read() as session:
        tree = None if unit_id is None else UnitTree.load(session.connection())
        within = tree.within(unit_id) if tree is not None and unit_id is not None else None
        bearing = within | set(tree.above(unit_id)) if tree is not None and within is not None else None
        people = _find_people(session, text, today, within)
        return Found(
            people=tuple(people[:SHOWN]),
            more=len(people) > SHOWN,
            units=_find_units(session, text, today, within),
            kiosks=_find_kiosks(session, text, within) if kiosks else (),
            schedules=find_schedules(session, text),
            days=find_days(session, text, bearing),
            letters=find_letters(session, text, today, within) if letters else (),
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


def _find_units(session: Session, text: str, today: date, within: Collection[int] | None) -> tuple[FoundUnit, ...]:
    above = aliased(Unit)
    words = [func.lower(Unit.name).contains(word, autoescape=True) for word in text.casefold().split()]
    query = (
        select(Unit.id, Unit.name, above.name, Unit.valid_until)
        .outerjoin(above, above.id == Unit.parent_id)
        .where(*words)
        .order_by(func.lower(Unit.name))
        .limit(SHOWN // 5)
    )
    if within is not None:
        query = query.where(Unit.id.in_(within))
    return tuple(
        FoundUnit(unit_id, name, of, last is not None and last < today)
        for unit_id, name, of, last in session.execute(query)
    )


def _find_kiosks(session: Session, text: str, within: Collection[int] | None) -> tuple[FoundKiosk, ...]:
    query = (
        select(Kiosk.device, Unit.name)
        .outerjoin(Unit, Unit.id == Kiosk.unit_id)
        .where(Kiosk.device.contains(text.casefold(), autoescape=True))
        .order_by(Kiosk.device)
        .limit(SHOWN // 5)
    )
    if within is not None:
        query = query.where(Kiosk.unit_id.in_(within))
    return tuple(FoundKiosk(device, unit) for device, unit in session.execute(query))
