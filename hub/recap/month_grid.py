"""A month of a unit as people x days: what each day was called, with its minutes, and each person's sums."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import Final, NamedTuple

import msgspec
from sqlalchemy import ARRAY, ColumnElement, Integer, String, any_, cast, extract, func, literal, select
from sqlalchemy.orm import Session

from hub.attendance.day import Status
from hub.attendance.models import StoredDay
from hub.db import Database
from hub.recap.grid_people import GridPeople
from hub.recap.monthly import Month
from hub.recap.people import Person, UnitName
from hub.recap.summary import LEAVE_AND_DUTY, LampiranII
from hub.roster.units import UnitTree

PEOPLE_OF_A_PAGE: Final = 200

_STATUSES: Final = {str(status): status for status in Status}


class GridDay(NamedTuple):
    """One cell. late_min, early_min None: not known, or not asked."""

    status: Status
    late_min: int | None
    early_min: int | None


class GridLine(msgspec.Struct, frozen=True, kw_only=True):
    """A person's row. unit: where the person belonged last in the month. days: by day of the month, from the first;
    None: not assessed, or spent in a unit that was not asked for. sums: of the days shown."""

    person: Person
    unit: UnitName
    days: tuple[GridDay | None, ...]
    sums: LampiranII


class MonthGrid(msgspec.Struct, frozen=True, kw_only=True):
    """A page of people. people: how many there are on all pages; page: from 1."""

    month: Month
    dates: tuple[date, ...]
    lines: tuple[GridLine, ...]
    people: int
    page: int
    pages: int


def month_grid(
    database: Database,
    month: Month,
    unit_id: int | None = None,
    *,
    name: str = "",
    kind: str = "",
    page: int = 1,
    people_of_a_page: int = PEOPLE_OF_A_PAGE,
) -> MonthGrid:
    """The people of a unit and those below it, or of all (None), by unit and name, with their days.

    name: a part of a name, or of a NIP. kind: one of grid_people.KINDS; empty: everybody. A page beyond the last is
    the last.
    """
    dates = tuple(month.first + timedelta(days=step) for step in range((month.last - month.first).days + 1))
    with database.read() as session:
        within = None if unit_id is None else UnitTree.load(session.connection()).within(unit_id)
        people = GridPeople(session, month, within, name=name, kind=kind)
        pages = max(1, -(-people.count // people_of_a_page))
        page = min(max(1, page), pages)
        shown = people.read((page - 1) * people_of_a_page, page * people_of_a_page)
        days = _read_days(session, month, [person.id for person, _ in shown], within)
    lines = tuple(_to_line(person, unit, days.get(person.id, {}), dates) for person, unit in shown)
    return MonthGrid(month=month, dates=dates, lines=lines, people=people.count, page=page, pages=pages)


def _read_days(
    session: Session, month: Month, people: Sequence[str], within: Collection[int] | None
) -> dict[str, dict[int, GridDay]]:
    """Days by person and day of the month; one row a person: six thousand would take the driver long."""
    parts = (
        cast(cast(extract("day", StoredDay.work_date), Integer), String),
        StoredDay.status,
        func.coalesce(cast(StoredDay.late_min, String), ""),
        func.coalesce(cast(StoredDay.early_min, String), ""),
    )
    written = func.aggregate_strings(parts[0] + ":" + parts[1] + ":" + parts[2] + ":" + parts[3], " ")
    query = select(StoredDay.employee_id, written).where(
        _is_of(session, people), StoredDay.work_date.between(month.first, month.last)
    )
    if within is not None:
        query = query.where(StoredDay.unit_id.in_(within))
    found: dict[str, dict[int, GridDay]] = {}
    known: dict[str, GridDay] = {}
    for employee_id, days in session.execute(query.group_by(StoredDay.employee_id)).all():
        of_person = found[employee_id] = {}
        for each in days.split(" "):
            number, _, said = each.partition(":")
            of_person[int(number)] = known.get(said) or known.setdefault(said, _to_day(said))
    return found


def _to_day(said: str) -> GridDay:
    status, late_min, early_min = said.split(":")
    return GridDay(_STATUSES[status], int(late_min) if late_min else None, int(early_min) if early_min else None)


def _is_of(session: Session, people: Sequence[str]) -> ColumnElement[bool]:
    """Whose days; PostgreSQL gets one array, since to read a statement of hundreds of parts takes its driver long."""
    if session.get_bind().dialect.name != "postgresql":
        return StoredDay.employee_id.in_(people)
    return StoredDay.employee_id == any_(literal(list(people), ARRAY(String)))


def _to_line(person: Person, unit: UnitName, days: Mapping[int, GridDay], dates: Iterable[date]) -> GridLine:
    return GridLine(
        person=person, unit=unit, days=tuple(days.get(day.day) for day in dates), sums=_add_up(days.values())
    )


def _add_up(days: Iterable[GridDay]) -> LampiranII:
    late = early = absent = leave = permit = 0
    for day in days:
        late += day.late_min or 0
        early += day.early_min or 0
        absent += day.status in (Status.TK, Status.DIBATALKAN)
        leave += day.status in LEAVE_AND_DUTY
        permit += day.status is Status.I
    return LampiranII(
        terlambat_menit=late,
        pulang_awal_menit=early,
        tanpa_alasan_hari=absent,
        cuti_sakit_dl_diklat_hari=leave,
        ijin_hari=permit,
    )
