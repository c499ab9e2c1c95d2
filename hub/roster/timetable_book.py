"""Keeps the timetables up to date, tells the roster what changed of them, and reads them for a kiosk."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from typing import Any, Final
from zoneinfo import ZoneInfo

import msgspec
from sqlalchemy import ColumnElement, Connection, Table, bindparam, delete, func, insert, select, update

from contract.roster import Hours, SessionWindow
from hub.db import table_of
from hub.roster.changes import note_people, note_timetables
from hub.roster.models import Employee, EmploymentTerm, Membership, RosterClock, Unit, UnitPolicy
from hub.roster.timetable_models import PersonTimetable, Timetable
from hub.roster.timetables import choose_timetables, compute_timetables
from hub.schedule.models import Holiday, PartTimeContract, PolicyVersion, ScheduleOverride, ShiftDay

MOST_TIMETABLES: Final = 500
"""Of one roster (contract.roster)."""

MAX_BYTES: Final = 1_000_000
"""Of a roster's timetables as JSON: every part carries them all, beside its embeddings (contract.codec)."""

_PEOPLE_PER_QUERY: Final = 5_000

_clock = table_of(RosterClock)
_timetables = table_of(Timetable)
_of_people = table_of(PersonTimetable)
_windows = msgspec.json.Decoder(tuple[SessionWindow, ...])


@dataclass(frozen=True, slots=True)
class KioskHours:
    """What a roster carries of hours. of: person to timetable; whoever is left out has none here."""

    hours: tuple[Hours, ...] = ()
    of: Mapping[str, str] = field(default_factory=dict)


def timetable_key(connection: Connection, now: datetime) -> str:
    """Differs when timetables may have changed: on the first of a day in any zone, and with any decision about hours.

    Decisions are new rows, or get a date of withdrawal or of their end; so counting tells, and is cheap.
    """
    zones = sorted({str(zone) for zone in connection.scalars(select(Unit.timezone).distinct())})
    facts: list[Any] = [f"{zone}:{now.astimezone(ZoneInfo(zone)).date()}" for zone in (*zones, "Asia/Jakarta")]
    for model, ended in _SOURCES:
        table = table_of(model)
        facts.append(tuple(connection.execute(select(*_counts(table, ended))).one()))
    # A roster of shifts grows by thousands of rows a month, and none is ever changed.
    facts.append(connection.scalar(select(func.max(ShiftDay.id))))
    return sha256(repr(facts).encode()).hexdigest()


_SOURCES: Final[tuple[tuple[type[Any], str | None], ...]] = (
    (PolicyVersion, None),
    (Holiday, "withdrawn_at"),
    (ScheduleOverride, "withdrawn_at"),
    (PartTimeContract, "withdrawn_at"),
    (UnitPolicy, "valid_until"),
    (Membership, "valid_until"),
    (EmploymentTerm, "valid_until"),
    (Employee, "employed_until"),
    (Unit, "parent_id"),
)


def _counts(table: Table, ended: str | None) -> list[ColumnElement[Any]]:
    own: list[ColumnElement[Any]] = [func.count(), func.max(table.c.id)]
    if ended is not None:
        own += [func.count(table.c[ended]), func.max(table.c[ended])]
    return own


def stored_key(connection: Connection) -> str | None:
    """The key under which timetables were computed last; None: never."""
    return connection.scalar(select(_clock.c.timetable_key).where(_clock.c.id == 1))


def expire_timetables(connection: Connection) -> None:
    """Let timetables be computed anew: an employment began otherwise than timetable_key would tell."""
    connection.execute(update(_clock).where(_clock.c.id == 1).values(timetable_key=None))


def refresh_timetables(connection: Connection, now: datetime) -> None:
    """Compute timetables anew where they may have changed; who has another one now is a change of the roster."""
    key = timetable_key(connection, now)
    kept = connection.scalar(select(_clock.c.timetable_key).where(_clock.c.id == 1).with_for_update())
    if kept == key:
        return
    found = compute_timetables(connection, now)
    before = {row.employee_id: row.timetable_id for row in connection.execute(select(_of_people))}
    changed = {person for person in before.keys() | found.of.keys() if before.get(person) != found.of.get(person)}
    held = {row.id: row.sessions for row in connection.execute(select(_timetables))}
    if changed:
        _replace(connection, _of_people, "employee_id", changed)
        rows = [{"employee_id": person, "timetable_id": found.of[person]} for person in changed if person in found.of]
        if rows:
            connection.execute(insert(_of_people), rows)
        note_people(connection, sorted(changed), now=now)
    other = {name for name in held.keys() | found.sessions.keys() if held.get(name) != found.sessions.get(name)}
    if other:
        _replace(connection, _timetables, "id", other)
        fresh = [{"id": name, "sessions": found.sessions[name]} for name in other if name in found.sessions]
        if fresh:
            connection.execute(insert(_timetables), fresh)
        note_timetables(connection, now=now)
    connection.execute(update(_clock).where(_clock.c.id == 1).values(timetable_key=key))


def _replace(connection: Connection, table: Table, column: str, names: Collection[str]) -> None:
    connection.execute(delete(table).where(table.c[column] == bindparam("gone")), [{"gone": name} for name in names])


def read_hours_of(connection: Connection, people: Iterable[str]) -> KioskHours:
    """The timetables of these people, of most people first, as many as a roster can hold."""
    ordered = sorted(people)
    of: dict[str, str] = {}
    for start in range(0, len(ordered), _PEOPLE_PER_QUERY):
        query = select(_of_people).where(_of_people.c.employee_id.in_(ordered[start : start + _PEOPLE_PER_QUERY]))
        of |= {row.employee_id: row.timetable_id for row in connection.execute(query)}
    wanted = sorted(set(of.values()))
    sessions: dict[str, bytes] = {}
    for start in range(0, len(wanted), _PEOPLE_PER_QUERY):
        some = select(_timetables).where(_timetables.c.id.in_(wanted[start : start + _PEOPLE_PER_QUERY]))
        sessions |= {row.id: row.sessions for row in connection.execute(some)}
    sizes = {name: len(content) for name, content in sessions.items()}
    chosen = choose_timetables(of, sizes, most=MOST_TIMETABLES, max_bytes=MAX_BYTES)
    return KioskHours(
        hours=tuple(Hours(id=name, sessions=_windows.decode(sessions[name])) for name in sorted(chosen)),
        of={person: name for person, name in of.items() if name in chosen},
    )
