"""Employment in time: from when to when, as what, and in which unit; transfers and suspensions by letter."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from contract.errors import BadInputError
from hub.attendance.dirty import mark_span
from hub.db import Database
from hub.roster.changes import note_person
from hub.roster.employees import transfer_employee
from hub.roster.models import Employee, EmploymentChange, EmploymentTerm, Membership, Unit
from hub.roster.nip import parse_nip
from hub.roster.officers import officer_name
from hub.roster.units import Memberships

GROUPS: Final = ("PNS", "CPNS", "PPPK", "PPPK Paruh Waktu")
MOST_RUPIAH: Final = 1_000_000_000
"""A month's base beyond which somebody typed too many zeros."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """As what somebody is employed; None: as before."""

    group: str | None = None
    rank: str | None = None
    position: str | None = None
    tpp_base: int | None = None


def set_nip(
    database: Database, employee_id: str, text: str, *, by: str, now: datetime, because: str | None = None
) -> str:
    """Give somebody a NIP or NI PPPK, and return it in groups; BadInputError when it is none, or another person's."""
    nip, officer = parse_nip(text), officer_name(by)
    with database.write() as session:
        employee = employee_row(session, employee_id)
        other = session.scalar(select(Employee.name).where(Employee.nip == nip.digits, Employee.id != employee_id))
        if other is not None:
            raise BadInputError(f"{nip.grouped} is the number of {other}; check whose it is.")
        before = employment_of(employee)
        employee.nip = nip.digits
        session.add(change_of(employee, before, officer=officer, because=because, now=now))
        session.flush()
        note_person(session.connection(), employee_id, now=now)
    return nip.grouped


def set_employment(
    database: Database,
    employee_id: str,
    *,
    first: date | None,
    last: date | None,
    by: str,
    now: datetime,
    because: str | None = None,
) -> None:
    """Set the first and the last day of an employment (None: not limited); days outside it are not assessed (rule 21).

    The days that begin or cease to be assessed are marked.
    """
    if first is not None and last is not None and last < first:
        raise BadInputError(f"The employment would end on {last}, before it begins on {first}.")
    officer = officer_name(by)
    with database.write() as session:
        employee = employee_row(session, employee_id)
        edges = [day for day in (employee.employed_from, first, employee.employed_until, last) if day is not None]
        unlimited = None in (employee.employed_from, first)
        before = employment_of(employee)
        employee.employed_from, employee.employed_until = first, last
        session.add(change_of(employee, before, officer=officer, because=because, now=now))
        session.flush()
        note_person(session.connection(), employee_id, now=now)
        since = date.min if unlimited or not edges else min(edges)
        mark_span(session.connection(), first=since, last=None, now=now, people=[employee_id])


def employment_of(employee: Employee) -> dict[str, str | None]:
    """Number and ends of an employment as a change keeps them."""
    first, last = employee.employed_from, employee.employed_until
    return {
        "nip": employee.nip,
        "employed_from": None if first is None else first.isoformat(),
        "employed_until": None if last is None else last.isoformat(),
    }


def change_of(
    employee: Employee, before: dict[str, str | None], *, officer: str, because: str | None, now: datetime
) -> EmploymentChange:
    """The row that says who changed an employee's number or employment; before: employment_of, until then."""
    return EmploymentChange(
        employee_id=employee.id,
        nip=employee.nip,
        employed_from=employee.employed_from,
        employed_until=employee.employed_until,
        before=before,
        because=because,
        set_by=officer,
        set_at=now,
    )


def set_term(
    database: Database,
    employee_id: str,
    term: Term,
    *,
    first: date | None,
    last: date | None = None,
    by: str,
    now: datetime,
) -> int:
    """Id of a new term of employment; what it leaves open is as before. Days from then on are assessed again."""
    officer = officer_name(by)
    _check_term(term, first, last)
    with database.write() as session:
        employee_row(session, employee_id)
        before = term_on(session, employee_id, first or date.min)
        row = EmploymentTerm(
            employee_id=employee_id,
            valid_from=first,
            valid_until=last,
            group=_else(term.group, before.group if before else None),
            rank=_else(term.rank, before.rank if before else None),
            position=_else(term.position, before.position if before else None),
            tpp_base=term.tpp_base if term.tpp_base is not None else before.tpp_base if before else None,
            set_by=officer,
            set_at=now,
        )
        session.add(row)
        session.flush()
        mark_span(session.connection(), first=first or date.min, last=last, now=now, people=[employee_id])
        return row.id


def term_on(session: Session, employee_id: str, day: date) -> EmploymentTerm | None:
    """The term in force on a day: of several the newest; None: nothing is on record."""
    rows = session.scalars(
        select(EmploymentTerm).where(EmploymentTerm.employee_id == employee_id).order_by(EmploymentTerm.id.desc())
    )
    return next((row for row in rows if within(day, row.valid_from, row.valid_until)), None)


def transfer(
    database: Database,
    employee_id: str,
    unit_id: int,
    *,
    from_day: date,
    basis: str,
    by: str,
    now: datetime,
) -> None:
    """Move somebody to another unit on its new head's written request (Ps 12); basis: the letter.

    BadInputError without a letter, when the person is there already, or is moved already from a later day.
    """
    officer, letter = officer_name(by), basis_text(basis)
    with database.write() as session:
        employee = employee_row(session, employee_id)
        there = Memberships.load(session.connection(), [employee_id]).unit_on(employee_id, from_day)
        if there == unit_id:
            raise BadInputError(f"{employee.name} is in {session.get_one(Unit, unit_id).name} already on {from_day}.")
        transfer_employee(session, employee, unit_id, from_day=from_day, now=now, author=officer, basis=letter)
        mark_span(session.connection(), first=from_day, last=None, now=now, people=[employee_id])


def suspend(
    database: Database, employee_id: str, *, first: date, last: date | None, basis: str, by: str, now: datetime
) -> None:
    """Take somebody out of the unit from one day to another (None: until further notice), by a letter.

    Meanwhile the person belongs to no unit: no day is assessed, and terminals do not know the face. On the day after
    `last` the old unit begins again.
    """
    officer, letter = officer_name(by), basis_text(basis)
    if last is not None and last < first:
        raise BadInputError(f"The suspension would end on {last}, before it begins on {first}.")
    with database.write() as session:
        employee = employee_row(session, employee_id)
        rows = session.scalars(select(Membership).where(Membership.employee_id == employee_id)).all()
        row = next((each for each in reversed(rows) if within(first, each.valid_from, each.valid_until)), None)
        if row is None:
            raise BadInputError(f"{employee.name} is in no unit on {first}; there is nothing to suspend.")
        if any(each.valid_from is not None and each.valid_from > first for each in rows):
            raise BadInputError(f"{employee.name} is moved already after {first}; choose a later day.")
        until, row.valid_until = row.valid_until, first - timedelta(days=1)
        if last is not None and (until is None or last < until):
            session.add(
                Membership(
                    employee_id=employee_id,
                    unit_id=row.unit_id,
                    basis=letter,
                    valid_from=last + timedelta(days=1),
                    valid_until=until,
                    set_by=officer,
                    set_at=now,
                )
            )
        session.flush()
        note_person(session.connection(), employee_id, now=now)
        mark_span(session.connection(), first=first, last=last, now=now, people=[employee_id])


def employee_row(session: Session, employee_id: str) -> Employee:
    """The employee, locked; BadInputError when there is none of this id."""
    employee = session.scalar(select(Employee).where(Employee.id == employee_id).with_for_update())
    if employee is None:
        raise BadInputError(f"There is no employee '{employee_id}'; `presensi hub employees` shows them.")
    return employee


def within(day: date, first: date | None, last: date | None) -> bool:
    """Whether a day lies between two others (both included; None: without end)."""
    return (first is None or first <= day) and (last is None or day <= last)


def basis_text(text: str) -> str:
    """The letter that something rests on, as it is kept; BadInputError when there is none."""
    basis = " ".join(text.split())
    if not basis or len(basis) > 300:
        raise BadInputError("Say which letter it rests on, in 1 to 300 characters: its number and date.")
    return basis


def _check_term(term: Term, first: date | None, last: date | None) -> None:
    if (term.group, term.rank, term.position, term.tpp_base) == (None, None, None, None):
        raise BadInputError("Say what changes: the group, the rank, the position or the base of the allowance.")
    if term.group is not None and term.group not in GROUPS:
        raise BadInputError(f"'{term.group[:32]}' is no group of employees: choose {', '.join(GROUPS)}.")
    for text, name, longest in ((term.rank, "rank", 100), (term.position, "position", 200)):
        if text is not None and not 0 < len(text.strip()) <= longest:
            raise BadInputError(f"A {name} has 1 to {longest} characters.")
    if term.tpp_base is not None and not 0 <= term.tpp_base <= MOST_RUPIAH:
        raise BadInputError(f"{term.tpp_base} is no base of an allowance: write whole rupiah a month.")
    if first is not None and last is not None and last < first:
        raise BadInputError(f"The term would end on {last}, before it begins on {first}.")


def _else(text: str | None, otherwise: str | None) -> str | None:
    return " ".join(text.split()) if text is not None else otherwise
