"""The log of what changed in the roster, so that kiosks get the difference and not the whole."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Connection, func, insert, or_, select, update

from hub.db import table_of
from hub.roster.models import ApprovedLocation, Employee, Membership, RosterChange, RosterClock
from hub.roster.operator_models import KioskOperator

_clock = table_of(RosterClock)
_changes = table_of(RosterChange)


@dataclass(frozen=True, slots=True)
class Difference:
    """What changed for one kiosk since a version. whole: nothing of the old roster may stay."""

    whole: bool
    people: frozenset[str]


def current_revision(connection: Connection) -> int:
    """The newest revision; 0: nothing was ever changed."""
    return int(connection.scalar(select(_clock.c.revision).where(_clock.c.id == 1)) or 0)


def dates_through(connection: Connection) -> date | None:
    """Up to which day note_passing_dates has looked; None: never."""
    return connection.scalar(select(_clock.c.dates_through).where(_clock.c.id == 1))


def lock_roster(connection: Connection) -> None:
    """Let nobody else change the roster before this transaction ends; on SQLite a writing transaction is the lock."""
    connection.execute(select(_clock.c.id).where(_clock.c.id == 1).with_for_update())


def note_person(connection: Connection, person: str, *, now: datetime) -> int:
    """A person came, changed or left; the new revision. Call it in the transaction that changes the person."""
    return note_people(connection, [person], now=now)


def note_people(connection: Connection, people: Iterable[str], *, now: datetime) -> int:
    """The same for several people, in one transaction; the newest revision."""
    rows = [{"kind": "person", "person_id": person, "device": None, "changed_at": now} for person in people]
    return _note(connection, rows)


def note_kiosk(connection: Connection, device: str, *, now: datetime) -> int:
    """The settings of a kiosk changed (policy, message, name of its unit)."""
    return _note(connection, [{"kind": "kiosk", "person_id": None, "device": device, "changed_at": now}])


def note_timetables(connection: Connection, *, now: datetime) -> int:
    """Hours changed that people had and have: every kiosk gets the timetables anew, and nobody's row."""
    return note_policy(connection, now=now)


def note_policy(connection: Connection, *, now: datetime) -> int:
    """What every kiosk's policy says changed: every kiosk gets its policy anew, and nobody's row."""
    return _note(connection, [{"kind": "kiosk", "person_id": None, "device": None, "changed_at": now}])


def note_reset(connection: Connection, device: str | None, *, now: datetime, beyond: int = 0) -> int:
    """A kiosk (None: every one) must get a whole roster, under a revision above `beyond`."""
    row = {"kind": "reset", "person_id": None, "device": device, "changed_at": now}
    return _note(connection, [row], beyond=beyond)


def difference_since(connection: Connection, version: int, device: str) -> Difference:
    """What a kiosk with this version lacks, people of all units; version 0 lacks everything."""
    if version == 0:
        return Difference(whole=True, people=frozenset())
    query = select(_changes.c.kind, _changes.c.person_id).where(
        _changes.c.revision > version, or_(_changes.c.device.is_(None), _changes.c.device == device)
    )
    rows = connection.execute(query).all()
    return Difference(
        whole=any(row.kind == "reset" for row in rows),
        people=frozenset(row.person_id for row in rows if row.kind == "person"),
    )


def note_passing_dates(connection: Connection, today: date, *, now: datetime) -> int:
    """Make changes of what began or ended since the last time: memberships, employments, approved locations, operators.

    Returns how many people. Spans end on their last day, so a person leaves a roster on the day after.
    """
    through = connection.scalar(select(_clock.c.dates_through).where(_clock.c.id == 1).with_for_update())
    if through is not None and through >= today:
        return 0
    people: set[str] = set()
    if through is not None:
        for person, first, last in (
            (Membership.employee_id, Membership.valid_from, Membership.valid_until),
            (Employee.id, Employee.employed_from, Employee.employed_until),
            (ApprovedLocation.employee_id, ApprovedLocation.valid_from, ApprovedLocation.valid_until),
            (KioskOperator.employee_id, KioskOperator.valid_from, KioskOperator.valid_until),
        ):
            began = first.between(through, today) & (first > through)
            ended = (last >= through) & (last < today)
            people |= set(connection.scalars(select(person).where(began | ended)))
    if people:
        note_people(connection, sorted(people), now=now)
    connection.execute(update(_clock).where(_clock.c.id == 1).values(dates_through=today))
    return len(people)


def _note(connection: Connection, rows: Sequence[Mapping[str, object]], *, beyond: int = 0) -> int:
    if not rows:
        return current_revision(connection)
    # The update locks the row until the end of the transaction: nobody sees a revision before a smaller one.
    newest = func.max if connection.dialect.name == "sqlite" else func.greatest
    raised = (
        update(_clock)
        .where(_clock.c.id == 1)
        .values(revision=newest(_clock.c.revision, beyond) + len(rows))
        .returning(_clock.c.revision)
    )
    revision = int(connection.execute(raised).scalar_one())
    first = revision - len(rows) + 1
    connection.execute(insert(_changes), [{**row, "revision": first + offset} for offset, row in enumerate(rows)])
    return revision
