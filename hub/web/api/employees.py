"""Employees with their units, for systems that keep them elsewhere (SIMPEG)."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated

import msgspec
from fastapi import APIRouter, HTTPException, Query, Request
from fastapi.responses import Response
from sqlalchemy import ColumnElement, and_, exists, func, or_, select
from sqlalchemy.orm import Session

from hub.recap.people import UnitName, read_unit_names
from hub.roster.models import Employee, EmploymentChange, EmploymentTerm, Membership
from hub.roster.units import Memberships
from hub.web.api.caller import Caller, needs, reach
from hub.web.api.description import answers, to_json
from hub.web.api.paging import After, Limit, Moment, Page, UnitNumber, read_rows, to_page
from hub.web.guard import Office
from hub.web.watch import note

router = APIRouter(tags=["employees"])


class EmployeeRecord(msgspec.Struct, frozen=True, kw_only=True):
    """id: opaque and lasting; nip can change. unit: today's; null: of no unit. group: PNS, PPPK and so on, today's.

    changed_at: of the newest change of name, number, term or unit that was entered.
    """

    id: str
    name: str
    nip: str | None
    position: str | None
    group: str | None
    unit: UnitName | None
    employed_from: date | None
    employed_until: date | None
    changed_at: datetime


@router.get("/employees", summary="Employees", operation_id="list_employees", **answers(Page[EmployeeRecord]))
def list_employees(
    request: Request,
    office: Office,
    *,
    caller: Annotated[Caller, needs("employees:read")],
    unit: UnitNumber = None,
    changed_since: Annotated[Moment | None, Query(description="Changed at this moment or later.")] = None,
    after: After = "",
    limit: Limit = 100,
) -> Response:
    """Everybody, or those who belong to a unit and those below it today; in the order of their ids."""
    within, today = reach(office, caller, unit), office.today()
    query = select(Employee)
    if within is not None:
        query = query.where(_belongs(within, today))
    if changed_since is not None:
        query = query.where(_changed(changed_since))
    with office.database.read() as session:
        rows, following = read_rows(session, query, (Employee.id,), kind=tuple[str], after=after, limit=limit)
        shown = _records(session, rows, today)
    kept = [each for each in shown if within is None or (each.unit is not None and each.unit.id in within)]
    return to_page(request, kept, following)


@router.get(
    "/employees/{employee_id}",
    summary="One employee",
    operation_id="show_employee",
    **answers(EmployeeRecord, e404="There is no such employee, or they belong to a unit beyond the caller's."),
)
def show_employee(employee_id: str, office: Office, caller: Annotated[Caller, needs("employees:read")]) -> Response:
    """Somebody by the lasting id."""
    within, today = reach(office, caller, None), office.today()
    with office.database.read() as session:
        row = session.get(Employee, employee_id) if "\0" not in employee_id else None
        found = _records(session, [row], today) if row is not None else []
    note(employees=[each.id for each in found])
    if not found or (within is not None and (found[0].unit is None or found[0].unit.id not in within)):
        raise HTTPException(404, "There is no such employee here.")
    return to_json(found[0])


def _belongs(within: frozenset[int], on: date) -> ColumnElement[bool]:
    return exists().where(
        Membership.employee_id == Employee.id,
        Membership.unit_id.in_(within),
        or_(Membership.valid_from.is_(None), Membership.valid_from <= on),
        or_(Membership.valid_until.is_(None), Membership.valid_until >= on),
    )


def _changed(since: datetime) -> ColumnElement[bool]:
    rows = (
        exists().where(and_(kind.employee_id == Employee.id, kind.set_at >= since))
        for kind in (EmploymentChange, EmploymentTerm, Membership)
    )
    return or_(Employee.created_at >= since, *rows)


def _records(session: Session, rows: list[Employee], today: date) -> list[EmployeeRecord]:
    ids = [row.id for row in rows]
    units, memberships = read_unit_names(session), Memberships.load(session.connection(), ids)
    newest: dict[str, datetime] = {}
    for kind in (EmploymentChange, EmploymentTerm, Membership):
        latest = select(kind.employee_id, func.max(kind.set_at)).where(kind.employee_id.in_(ids))
        for person, at in session.execute(latest.group_by(kind.employee_id)):
            newest[person] = max(newest.get(person, at), at)
    terms: dict[str, EmploymentTerm] = {}
    for term in session.scalars(
        select(EmploymentTerm).where(EmploymentTerm.employee_id.in_(ids)).order_by(EmploymentTerm.id)
    ):
        if (term.valid_from is None or term.valid_from <= today) and (
            term.valid_until is None or today <= term.valid_until
        ):
            terms[term.employee_id] = term
    found = []
    for row in rows:
        unit_id = memberships.unit_on(row.id, today)
        of_today = terms.get(row.id)
        found.append(
            EmployeeRecord(
                id=row.id,
                name=row.name,
                nip=row.nip,
                position=(of_today.position if of_today is not None else None) or row.position,
                group=of_today.group if of_today is not None else None,
                unit=units[unit_id] if unit_id is not None else None,
                employed_from=row.employed_from,
                employed_until=row.employed_until,
                changed_at=max(newest.get(row.id, row.created_at), row.created_at),
            )
        )
    return found
