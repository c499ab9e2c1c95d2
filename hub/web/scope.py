"""Whose papers a visitor may see: of a unit and those below it, of everybody, or one's own."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from fastapi import HTTPException
from sqlalchemy import select

from contract.errors import BadInputError
from hub.access.accounts import Visitor
from hub.access.models import Account
from hub.access.roles import Role
from hub.attendance.document_list import person_of
from hub.roster.finding import find_person
from hub.roster.models import Employee, Membership
from hub.roster.units import Memberships, UnitTree
from hub.web.office import FrontOffice
from hub.web.watch import note

MOST_SUGGESTIONS = 400
"""A list of names longer than that helps nobody, and weighs on the page."""


@dataclass(frozen=True, slots=True)
class PaperScope:
    """unit_id None: of every unit. employee_id: only this person's; None: of all people of the unit."""

    unit_id: int | None
    employee_id: str | None = None


def scope_of(visitor: Visitor) -> PaperScope:
    """What a visitor's papers are. Employees hand in and see their own only; 403 for one who is nobody known."""
    if visitor.role is not Role.EMPLOYEE:
        return PaperScope(visitor.unit_id)
    if visitor.employee_id is None:
        raise HTTPException(403)
    return PaperScope(None, visitor.employee_id)


def own_employee(office: FrontOffice, visitor: Visitor) -> str | None:
    """Which employee the visitor is, who decides nothing about their own papers; None: the account is not linked."""
    with office.database.read() as session:
        return session.scalar(select(Account.employee_id).where(Account.username == visitor.username))


@dataclass(frozen=True, slots=True)
class Suggestion:
    """Somebody whom a form may be about."""

    name: str
    nip: str | None


def suggestions(office: FrontOffice, scope: PaperScope, on: date) -> list[Suggestion]:
    """People of the scope by name, for a field to choose from; none where they are too many to choose among."""
    with office.database.read() as session:
        people = _people(office, scope, on)
        query = select(Employee.name, Employee.nip, Employee.id).order_by(Employee.name)
        if people is not None:
            query = query.where(Employee.id.in_(people))
        rows = session.execute(query.limit(MOST_SUGGESTIONS + 1)).all()
    return [Suggestion(row.name, row.nip) for row in rows] if len(rows) <= MOST_SUGGESTIONS else []


def find_in_scope(office: FrontOffice, scope: PaperScope, text: str, on: date) -> str:
    """Id of the person of this name, NIP or id among those of the scope; BadInputError when it is nobody there."""
    if scope.employee_id is not None:
        note(employees=[scope.employee_id])
        return scope.employee_id
    if not text.strip():
        raise BadInputError("Say whom it is about: a name or a NIP.")
    people = _people(office, scope, on)
    with office.database.read() as session:
        found = find_person(session, text[:200].replace("\0", ""), on=on, among=people)
    note(employees=[found])
    return found


def check_person(office: FrontOffice, scope: PaperScope, employee_id: str, on: date) -> None:
    """404 unless the person is of the scope on a date."""
    people = _people(office, scope, on)
    if people is not None and employee_id not in people:
        raise HTTPException(404)
    note(employees=[employee_id])


def note_person(office: FrontOffice, employee_id: str) -> None:
    """Tell the trail who is asked for, whether or not anything about them is shown; nothing where it is nobody."""
    asked = employee_id.replace("\0", "")
    if not asked:
        return
    with office.database.read() as session:
        known = session.scalar(select(Employee.id).where(Employee.id == asked))
    if known is not None:
        note(employees=[known])


def note_letter(office: FrontOffice, document_id: int) -> None:
    """Tell the trail whom a letter is about, before anybody is told that it is none of theirs."""
    person = person_of(office.database, document_id)
    if person is not None:
        note(employees=[person])


def check_within(office: FrontOffice, scope: PaperScope, unit_id: int | None) -> None:
    """403 unless a unit (None: all of them) is the scope's, or below it."""
    if scope.unit_id is None:
        return
    with office.database.read() as session:
        within = UnitTree.load(session.connection()).within(scope.unit_id)
    if unit_id not in within:
        raise HTTPException(403)


def _people(office: FrontOffice, scope: PaperScope, on: date) -> set[str] | None:
    """Ids of the people of the scope on a date; None: everybody."""
    if scope.employee_id is not None:
        return {scope.employee_id}
    if scope.unit_id is None:
        return None
    with office.database.read() as session:
        within = UnitTree.load(session.connection()).within(scope.unit_id)
        ids = set(session.scalars(select(Membership.employee_id).where(Membership.unit_id.in_(within))))
        memberships = Memberships.load(session.connection(), ids)
    return {person for person in ids if memberships.unit_on(person, on) in within}
