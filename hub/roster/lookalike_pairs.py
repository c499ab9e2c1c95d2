"""Pairs of people who look too much alike, as whoever decides sees them: each pair once, of the own units."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from hub.db import Database
from hub.roster.models import Employee, EnrolmentFrame, StoredLookalike, Unit
from hub.roster.nip import show_nip
from hub.roster.units import Memberships, UnitTree


@dataclass(frozen=True, slots=True, kw_only=True)
class Twin:
    """One of the two. unit None: in none on the day asked about. pictured: there is an approved picture."""

    id: str
    name: str
    nip: str | None
    unit: str | None
    position: str | None
    pictured: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """Two people whom nobody has decided about.

    same: a pack takes them for one face under two names. told_apart: every pack's scores tell them apart, so that a
    face is enough again once they are said to be two. found_at: first seen.
    """

    one: Twin
    other: Twin
    same: bool
    told_apart: bool
    found_at: datetime


def waiting_pairs(database: Database, on: date, unit_id: int | None = None) -> list[Pair]:
    """Pairs that wait for somebody's word, one face under two names first.

    unit_id: of whom both are in this unit or below it on a day; None: all. A pair of two offices is for whoever sees
    both.
    """
    with database.read() as session:
        rows = _rows(session, on, unit_id)
        people = _people(session, {person for key in rows for person in key}, on)
    pairs = [
        Pair(
            one=people[one],
            other=people[other],
            same=any(row.kind == "same" for row in found),
            told_apart=all(row.told_apart for row in found),
            found_at=min(row.found_at for row in found),
        )
        for (one, other), found in rows.items()
    ]
    return sorted(pairs, key=lambda pair: (not pair.same, pair.one.name.casefold(), pair.other.name.casefold()))


def count_pairs(database: Database, on: date, unit_id: int | None = None) -> int:
    """How many waiting_pairs gives."""
    with database.read() as session:
        return len(_rows(session, on, unit_id))


def _rows(session: Session, on: date, unit_id: int | None) -> dict[tuple[str, str], list[StoredLookalike]]:
    query = select(StoredLookalike).where(StoredLookalike.gone_at.is_(None), StoredLookalike.settled_as.is_(None))
    found: dict[tuple[str, str], list[StoredLookalike]] = defaultdict(list)
    for row in session.scalars(query.order_by(StoredLookalike.id)):
        found[row.first_id, row.second_id].append(row)
    if unit_id is None or not found:
        return found
    within = UnitTree.load(session.connection()).within(unit_id)
    memberships = Memberships.load(session.connection(), {person for key in found for person in key})
    return {key: rows for key, rows in found.items() if all(memberships.unit_on(each, on) in within for each in key)}


def _people(session: Session, ids: set[str], on: date) -> dict[str, Twin]:
    memberships = Memberships.load(session.connection(), ids)
    units = dict(session.execute(select(Unit.id, Unit.name)).all())
    pictured = set(
        session.scalars(
            select(EnrolmentFrame.employee_id).where(
                EnrolmentFrame.employee_id.in_(ids), EnrolmentFrame.state == "approved"
            )
        )
    )
    return {
        row.id: Twin(
            id=row.id,
            name=row.name,
            nip=show_nip(row.nip),
            unit=units.get(memberships.unit_on(row.id, on) or 0),
            position=row.position,
            pictured=row.id in pictured,
        )
        for row in session.scalars(select(Employee).where(Employee.id.in_(ids)))
    }
