"""Who stands on a recap: employees and their units, as every recap shows them."""

from __future__ import annotations

import gc
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

import msgspec
from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from hub.attendance.models import StoredDay
from hub.roster.models import Employee, Unit
from hub.roster.nip import show_nip
from hub.roster.units import UnitTree

_ROOM_KIB = 65_536
NO_UNIT = ""
"""Name shown for days of people who belonged to no unit."""


class UnitName(msgspec.Struct, frozen=True, order=True):
    """A unit on a recap. id None: days of people who belonged to no unit."""

    name: str
    id: int | None


class Person(msgspec.Struct, frozen=True):
    """An employee on a recap. nip, position: None when not on record."""

    id: str
    name: str
    nip: str | None
    position: str | None

    @property
    def shown_nip(self) -> str:
        """The number in groups of date of birth, start, sex and number; as it is when it is no NIP."""
        return show_nip(self.nip) or ""


def read_people(session: Session, employee_ids: Iterable[str] | None = None) -> dict[str, Person]:
    """Employees by id; None: all of them."""
    query = select(Employee.id, Employee.name, Employee.nip, Employee.position)
    if employee_ids is not None:
        query = query.where(Employee.id.in_(list(employee_ids)))
    return {row.id: Person(row.id, row.name, row.nip, row.position) for row in session.execute(query)}


def read_unit_names(session: Session) -> dict[int | None, UnitName]:
    """Every unit's name, and the one for nobody's unit."""
    names: dict[int | None, UnitName] = {None: UnitName(NO_UNIT, None)}
    for row in session.execute(select(Unit.id, Unit.name)):
        names[row.id] = UnitName(row.name, row.id)
    return names


def in_units(session: Session, unit_id: int | None) -> list[ColumnElement[bool]]:
    """Conditions that leave the stored days of a unit and of those below it; none for None (all days)."""
    if unit_id is None:
        return []
    return [StoredDay.unit_id.in_(UnitTree.load(session.connection()).within(unit_id))]


def shares_of(session: Session, unit_id: int | None) -> list[ColumnElement[bool]]:
    """Conditions, each for a query of its own, that part the stored days of a unit and those below it, or all days.

    All days are asked for by their units as well: the index is by unit and date, and without a unit every day that was
    ever stored would be looked at.
    """
    if unit_id is not None:
        return in_units(session, unit_id)
    return [StoredDay.unit_id.in_(session.scalars(select(Unit.id)).all()), StoredDay.unit_id.is_(None)]


@contextmanager
def many_objects() -> Iterator[None]:
    """Let Python not look for garbage while a hundred thousand objects are made that all stay; a fifth of the time."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


@contextmanager
def much_read(session: Session) -> Iterator[None]:
    """Room for reading many days at once: SQLite's own 2 MB would be read into over and over, and spill its sorting.

    The memory is given back at the end. PostgreSQL has its own.
    """
    connection = session.connection()
    if connection.dialect.name != "sqlite":
        yield
        return
    before = connection.exec_driver_sql("PRAGMA cache_size").scalar_one()
    connection.exec_driver_sql(f"PRAGMA cache_size=-{_ROOM_KIB}")
    try:
        yield
    finally:
        connection.exec_driver_sql(f"PRAGMA cache_size={before}")
        connection.exec_driver_sql("PRAGMA shrink_memory")
