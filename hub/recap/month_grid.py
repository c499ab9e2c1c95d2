"""A month of a unit as people x days: what each day was called, with its minutes, and each person's sums."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import Final, NamedTuple

import msgspec
from sqlalchemy import ARRAY, ColumnElement, Select, String, and_, any_, exists, func, literal, or_, select
from sqlalchemy.orm import Session

from hub.attendance.day import Status
from hub.attendance.models import StoredDay
from hub.db import Database
from hub.recap.monthly import Month
from hub.recap.people import NO_UNIT, Person, UnitName
from hub.recap.summary import LEAVE_AND_DUTY, LampiranII
from hub.roster.models import Employee, Membership, Unit
from hub.roster.units import UnitTree

PEOPLE_OF_A_PAGE: Final = 200

_STATUSES: Final = {str(status): status for status in Status}


def _has(*statuses: Status) -> ColumnElement[bool]:
    return StoredDay.status.in_([str(status) for status in statuses])


KINDS: Final[Mapping[str, ColumnElement[bool]]] = {
    "terlambat": StoredDay.late_min > 0,
    "pulang_awal": StoredDay.early_min > 0,
    "tidak_lengkap": _has(Status.TIDAK_LENGKAP),
    "tanpa_alasan": _has(Status.TK, Status.DIBATALKAN),
    "belum_selesai": _has(Status.BERJALAN, Status.MENUNGGU_DATA, Status.BELUM_ADA_KETERANGAN),
    "surat": _has(*LEAVE_AND_DUTY, Status.I),
}
"""By what kind of day people can be picked: whoever has one in the month."""


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

    name: a part of a name, or of a NIP. kind: one of KINDS; empty: everybody. A page beyond the last is the last.
    """
    dates = tuple(month.first + timedelta(days=step) for step in range((month.last - month.first).days + 1))
    with database.read() as session:
        within = None if unit_id is None else UnitTree.load(session.connection()).within(unit_id)
        chosen = _people(month, within, name, kind)
        people = session.scalar(select(func.count()).select_from(chosen.subquery())) or 0
        pages = max(1, -(-people // people_of_a_page))
        page = min(max(1, page), pages)
        rows = session.execute(
            chosen.order_by(func.coalesce(Unit.name, NO_UNIT), func.lower(Employee.name), Employee.id)
            .limit(people_of_a_page)
            .offset((page - 1) * people_of_a_page)
        ).all()
        days = _read_days(session, month, [row.id for row in rows], within)
    lines = tuple(
        _to_line(
            Person(row.id, row.name, row.nip, row.position),
            UnitName(row.unit_name or NO_UNIT, row.unit_id),
            days.get(row.id, {}),
            dates,
        )
        for row in rows
    )
    return MonthGrid(month=month, dates=dates, lines=lines, people=people, page=page, pages=pages)


def matches_person(text: str) -> ColumnElement[bool]:
    """Whether a name has all words of a text in it, or a NIP its digits."""
    words = [word for word in text.casefold().split() if word][:6]
    by_name = and_(*(func.lower(Employee.name).contains(word, autoescape=True) for word in words))
    digits = "".join(text.split())
    if digits.isascii() and digits.isdigit():
        return or_(by_name, Employee.nip.contains(digits, autoescape=True))
    return by_name


def _people(
    month: Month, within: Collection[int] | None, name: str, kind: str
) -> Select[str, str, str | None, str | None, int, str]:
    """Everybody employed in the month, with the unit entered last of those that the month touches."""
    in_month = (
        or_(Membership.valid_from.is_(None), Membership.valid_from <= month.last),
        or_(Membership.valid_until.is_(None), Membership.valid_until >= month.first),
        *(() if within is None else (Membership.unit_id.in_(within),)),
    )
    newest = (
        select(Membership.employee_id, func.max(Membership.id).label("membership_id"))
        .where(*in_month)
        .group_by(Membership.employee_id)
        .subquery()
    )
    unit_name = Unit.name.label("unit_name")
    query = (
        select(
            Employee.id,
            Employee.name,
            Employee.nip,
            Employee.position,
            Membership.unit_id,
            unit_name,
        )
        # Who belongs to no unit is shown only to those who see all of them.
        .join(newest, newest.c.employee_id == Employee.id, isouter=within is None)
        .outerjoin(Membership, Membership.id == newest.c.membership_id)
        .outerjoin(Unit, Unit.id == Membership.unit_id)
        .where(
            or_(Employee.employed_from.is_(None), Employee.employed_from <= month.last),
            or_(Employee.employed_until.is_(None), Employee.employed_until >= month.first),
        )
    )
    if name.strip():
        query = query.where(matches_person(name))
    if kind in KINDS:
        of_month = StoredDay.work_date.between(month.first, month.last)
        scope = () if within is None else (StoredDay.unit_id.in_(within),)
        query = query.where(exists().where(StoredDay.employee_id == Employee.id, of_month, KINDS[kind], *scope))
    return query


def _read_days(
    session: Session, month: Month, people: Sequence[str], within: Collection[int] | None
) -> dict[str, dict[int, GridDay]]:
    columns = (StoredDay.employee_id, StoredDay.work_date, StoredDay.status, StoredDay.late_min, StoredDay.early_min)
    query = select(*columns).where(_is_of(session, people), StoredDay.work_date.between(month.first, month.last))
    if within is not None:
        query = query.where(StoredDay.unit_id.in_(within))
    found: dict[str, dict[int, GridDay]] = {}
    for employee_id, work_date, status, late_min, early_min in session.connection().execute(query):
        found.setdefault(employee_id, {})[work_date.day] = GridDay(_STATUSES[status], late_min, early_min)
    return found


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
