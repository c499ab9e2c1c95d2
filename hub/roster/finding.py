"""Finding a person or a unit by what people write: a name, a number, an id."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Final

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from contract.errors import BadInputError
from hub.db import Database
from hub.roster.models import Employee, Unit
from hub.roster.nip import bare_nip, parse_nip, show_nip
from hub.roster.units import Memberships

_LIKE_A_NUMBER: Final = 10
"""Digits from which on somebody meant a NIP."""

_SHOWN: Final = 3
"""How many of several people of one name an error lists."""


def find_person(session: Session, text: str, *, on: date | None = None, among: Collection[str] | None = None) -> str:
    """Id of the employee with this id, NIP or whole name, in capitals or not; BadInputError when it is not one person.

    on: for the units that the error names when several people have the name. among: only these people, None: all.
    """
    found = [
        employee for employee in _matching(session, " ".join(text.split())) if among is None or employee.id in among
    ]
    if not found:
        _check_number(text)
        where = "" if among is None else " in this unit"
        raise BadInputError(f"There is no employee '{text}'{where}; `presensi hub employees` shows them.")
    if len(found) > 1:
        listed = "; ".join(_described(session, employee, on) for employee in found[:_SHOWN])
        more = "" if len(found) <= _SHOWN else "; …"
        raise BadInputError(
            f"There are {len(found)} employees '{text}'; give the NIP, or the id that `presensi hub employees` shows "
            f"({listed}{more})."
        )
    return found[0].id


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """Who an employee is, and where on a day; unit None: in no unit. nip: in groups."""

    id: str
    name: str
    nip: str | None
    unit_id: int | None
    unit: str | None


def find_whereabouts(database: Database, employee_id: str, on: date) -> Whereabouts | None:
    """An employee by id; None: nobody has it."""
    with database.read() as session:
        employee = session.get(Employee, employee_id)
        if employee is None:
            return None
        unit_id = Memberships.load(session.connection(), [employee_id]).unit_on(employee_id, on)
        unit = session.get(Unit, unit_id) if unit_id is not None else None
        return Whereabouts(
            employee.id, employee.name, show_nip(employee.nip), unit_id, unit.name if unit is not None else None
        )


def find_unit_id(session: Session, text: str) -> int:
    """Number of a unit by its name, in capitals or not, or by its number; BadInputError when there is none."""
    exact = session.scalar(select(Unit.id).where(Unit.name == text))
    if exact is not None:
        return exact
    name = " ".join(text.split())
    alike = session.scalars(select(Unit.id).where(func.lower(Unit.name) == name.lower())).all()
    if len(alike) == 1:
        return alike[0]
    if name.isascii() and name.isdigit() and len(name) < 10:
        numbered = session.scalar(select(Unit.id).where(Unit.id == int(name)))
        if numbered is not None:
            return numbered
    raise BadInputError(f"There is no unit '{text}'; `presensi hub unit list` shows them.")


def _matching(session: Session, text: str) -> list[Employee]:
    """Those with this id, else with this NIP or name as written, else with this name in other capitals."""
    for condition in (
        Employee.id == text,
        or_(Employee.nip == text, Employee.nip == bare_nip(text), Employee.name == text),
        func.lower(Employee.name) == text.lower(),
    ):
        found = list(session.scalars(select(Employee).where(condition).order_by(Employee.created_at, Employee.id)))
        if found:
            return found
    return []


def _check_number(text: str) -> None:
    """BadInputError when somebody wrote a number that no civil servant can have: one digit too few, two swapped."""
    digits = bare_nip(text)
    if len(digits) < _LIKE_A_NUMBER or not (digits.isascii() and digits.isdigit()):
        return
    try:
        parse_nip(digits)
    except BadInputError as error:
        raise BadInputError(f"There is no employee of this number: {error}") from error


def _described(session: Session, employee: Employee, on: date | None) -> str:
    unit_id = Memberships.load(session.connection(), [employee.id]).unit_on(employee.id, on or date.max)
    unit = session.get(Unit, unit_id) if unit_id is not None else None
    return f"{employee.id} in {unit.name if unit is not None else 'no unit'}"
