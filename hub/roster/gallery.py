"""Who may be recognised where, and with which templates."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Container, Iterable
from datetime import date
from typing import Final

from sqlalchemy import Connection, func, or_, select
from sqlalchemy.orm import Session

from contract.roster import RosterPerson
from hub.roster.models import ApprovedLocation, Employee, EnrolmentFrame, Template
from hub.roster.units import Memberships, UnitTree

MAX_TEMPLATES: Final = 64
"""Of one person; the newest are sent (contract.roster allows no more)."""

_PEOPLE_PER_QUERY: Final = 5_000


def people_in_scope(connection: Connection, unit_id: int | None, today: date) -> set[str]:
    """Everybody employed today; when a unit is given, those of it and of units below, and whoever may punch there.

    The latter have an approved location (Ps 10(2)) in force today.
    """
    employed = select(Employee.id).where(
        or_(Employee.employed_from.is_(None), Employee.employed_from <= today),
        or_(Employee.employed_until.is_(None), Employee.employed_until >= today),
    )
    people = set(connection.scalars(employed))
    if unit_id is None:
        return people
    within = UnitTree.load(connection).within(unit_id)
    memberships = Memberships.load(connection)
    guests = set(
        connection.scalars(
            select(ApprovedLocation.employee_id).where(
                ApprovedLocation.unit_id.in_(within),
                ApprovedLocation.withdrawn_at.is_(None),
                ApprovedLocation.valid_from <= today,
                or_(ApprovedLocation.valid_until.is_(None), ApprovedLocation.valid_until >= today),
            )
        )
    )
    return {person for person in people if person in guests or memberships.unit_on(person, today) in within}


def load_people(
    connection: Connection, people: Iterable[str], pack: str, *, second_factor: Container[str] = ()
) -> list[RosterPerson]:
    """The given people with their approved templates of a pack; those who have none are left out. Ordered by id.

    second_factor: of whom a face is not enough.
    """
    ordered = sorted(people)
    found: list[RosterPerson] = []
    for start in range(0, len(ordered), _PEOPLE_PER_QUERY):
        found += _load_some(connection, ordered[start : start + _PEOPLE_PER_QUERY], pack, second_factor)
    return found


def name_people(connection: Connection, people: Iterable[str]) -> list[RosterPerson]:
    """The given people by their names alone, as those who are not enrolled yet travel. Ordered by id."""
    ordered = sorted(people)
    found: list[RosterPerson] = []
    for start in range(0, len(ordered), _PEOPLE_PER_QUERY):
        some = ordered[start : start + _PEOPLE_PER_QUERY]
        rows = connection.execute(select(Employee.id, Employee.name).where(Employee.id.in_(some)))
        names = {row.id: row.name for row in rows}
        found += [
            RosterPerson(person=person, name=names[person], count=0, embeddings=b"")
            for person in some
            if person in names
        ]
    return found


def people_with_templates(connection: Connection, pack: str) -> set[str]:
    """Everybody who has an approved template of a pack."""
    query = (
        select(Template.employee_id)
        .join(EnrolmentFrame, EnrolmentFrame.id == Template.frame_id)
        .where(Template.pack == pack, EnrolmentFrame.state == "approved")
        .distinct()
    )
    return set(connection.scalars(query))


def count_templates(session: Session, employee_id: str, pack: str) -> dict[str, int]:
    """How many templates of one person in one pack are proposed and approved."""
    query = (
        select(EnrolmentFrame.state, func.count())
        .join(Template, Template.frame_id == EnrolmentFrame.id)
        .where(
            Template.employee_id == employee_id,
            Template.pack == pack,
            EnrolmentFrame.state.in_(("proposed", "approved")),
        )
        .group_by(EnrolmentFrame.state)
    )
    return {row[0]: row[1] for row in session.execute(query)}


def _load_some(
    connection: Connection, people: list[str], pack: str, second_factor: Container[str]
) -> list[RosterPerson]:
    names = {
        row.id: row.name
        for row in connection.execute(select(Employee.id, Employee.name).where(Employee.id.in_(people)))
    }
    query = (
        select(Template.employee_id, Template.embedding)
        .join(EnrolmentFrame, EnrolmentFrame.id == Template.frame_id)
        .where(Template.pack == pack, EnrolmentFrame.state == "approved", Template.employee_id.in_(people))
        .order_by(Template.id.desc())
    )
    embeddings: dict[str, list[bytes]] = defaultdict(list)
    for row in connection.execute(query):
        embeddings[row.employee_id].append(row.embedding)
    return [
        RosterPerson(
            person=person,
            name=names[person],
            count=len(embeddings[person][:MAX_TEMPLATES]),
            embeddings=b"".join(embeddings[person][:MAX_TEMPLATES]),
            second_factor=person in second_factor,
        )
        for person in people
        if person in names and embeddings[person]
    ]
