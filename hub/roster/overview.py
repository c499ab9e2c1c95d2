"""Who is enrolled: employees with their unit and their pictures."""

from __future__ import annotations

from datetime import date, datetime

import msgspec
from sqlalchemy import case, func, select

from hub.db import Database
from hub.roster.models import Employee, EnrolmentFrame, Template, Unit
from hub.roster.newcomers import NOT_YET
from hub.roster.units import Memberships, UnitTree


class EmployeeLine(msgspec.Struct, frozen=True, kw_only=True):
    """An employee. unit None: in no unit on that date. frames: approved pictures; proposed: those still to be approved.

    packs: recognition packs that have templates of this person. enrolled_at: newest picture; None: never enrolled.
    """

    id: str
    name: str
    nip: str | None
    position: str | None
    unit: str | None
    frames: int
    proposed: int
    packs: tuple[str, ...]
    enrolled_at: datetime | None
    employed_until: date | None


def list_employees(database: Database, on: date, unit_id: int | None = None) -> list[EmployeeLine]:
    """Employees by unit and name: all of them (None), or those of a unit and of the units below it on a date."""
    approved = func.sum(case((EnrolmentFrame.state == "approved", 1), else_=0))
    proposed = func.sum(case((EnrolmentFrame.state == "proposed", 1), else_=0))
    frames = select(EnrolmentFrame.employee_id, approved, proposed, func.max(EnrolmentFrame.added_at)).group_by(
        EnrolmentFrame.employee_id
    )
    with database.read() as session:
        within = None if unit_id is None else UnitTree.load(session.connection()).within(unit_id)
        memberships = Memberships.load(session.connection())
        units = {row.id: row.name for row in session.execute(select(Unit.id, Unit.name))}
        pictures = {row[0]: (int(row[1]), int(row[2]), row[3]) for row in session.execute(frames)}
        packs: dict[str, list[str]] = {}
        for employee_id, pack in session.execute(select(Template.employee_id, Template.pack).distinct()):
            packs.setdefault(employee_id, []).append(pack)
        lines = []
        for employee in session.scalars(select(Employee)):
            of_unit = memberships.unit_on(employee.id, on)
            if within is not None and of_unit not in within:
                continue
            ready, waiting, enrolled_at = pictures.get(employee.id, (0, 0, None))
            if employee.employed_from == NOT_YET and not waiting:
                # Enrolled at a kiosk, and refused.
                continue
            lines.append(
                EmployeeLine(
                    id=employee.id,
                    name=employee.name,
                    nip=employee.nip,
                    position=employee.position,
                    unit=None if of_unit is None else units[of_unit],
                    frames=ready,
                    proposed=waiting,
                    packs=tuple(sorted(packs.get(employee.id, ()))),
                    enrolled_at=enrolled_at,
                    employed_until=employee.employed_until,
                )
            )
    return sorted(lines, key=lambda line: ((line.unit or "").casefold(), line.name.casefold(), line.id))
