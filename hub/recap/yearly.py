"""A year: every person's months with the columns of Lampiran II, and the discipline list. Read from stored days."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import date, timedelta
from typing import Final

import msgspec
from sqlalchemy import ColumnElement, and_, func, select
from sqlalchemy.orm import Session

from contract.errors import BadInputError
from hub.attendance.day import Status
from hub.attendance.models import StoredDay
from hub.db import Database
from hub.recap.discipline import RUN_THRESHOLD, SANCTIONS, DatedStatus, Discipline, Run, Sanction, sanction_for, weigh
from hub.recap.monthly import Month, add_up
from hub.recap.people import Person, UnitName, in_units, much_read, read_people, read_unit_names, shares_of
from hub.recap.summary import LEAVE_AND_DUTY, LampiranII
from hub.roster.units import UnitTree

_YEARS: Final = (1900, 2999)
_OPEN: Final = (Status.BERJALAN, Status.MENUNGGU_DATA, Status.BELUM_ADA_KETERANGAN)
_LOOK_BACK: Final = timedelta(days=60)
"""How far before New Year a run is followed: ten working days in a row lie within it, whatever the holidays."""

_NOTHING: Final = LampiranII()
_Key = tuple[int | None, str]


class YearLine(msgspec.Struct, frozen=True, kw_only=True):
    """One person's year in one unit. months: YYYY-MM -> sums, of months that have days.

    discipline: of the person's whole year, wherever it was spent.
    """

    person: Person
    unit: UnitName
    days: int
    working_days: int
    pending: int
    months: dict[str, LampiranII]
    totals: LampiranII
    discipline: Discipline


class UnitYear(msgspec.Struct, frozen=True, kw_only=True):
    """The sums of one unit."""

    unit: UnitName
    people: int
    days: int
    pending: int
    totals: LampiranII


class YearlyRecap(msgspec.Struct, frozen=True, kw_only=True):
    """A year: lines by unit and name, sums by month, by unit and in all. unit None: all units.

    days: how many days went into it. pending: how many of these can still change.
    """

    year: int
    unit: UnitName | None
    days: int
    pending: int
    months: dict[str, LampiranII]
    totals: LampiranII
    lines: tuple[YearLine, ...]
    units: tuple[UnitYear, ...]


class DisciplineLine(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody whose unexcused days point to a sanction. unit: where the year's last stored day is.

    run: as in Discipline.
    """

    person: Person
    unit: UnitName
    unexcused_days: int
    run: Run | None
    sanction: Sanction


class DisciplineList(msgspec.Struct, frozen=True, kw_only=True):
    """The heaviest sanction first. unit None: all units. pending: days that may still become unexcused ones."""

    year: int
    unit: UnitName | None
    pending: int
    lines: tuple[DisciplineLine, ...]


def parse_year(text: str) -> int:
    """Read YYYY; BadInputError for anything else."""
    if not (len(text) == 4 and text.isascii() and text.isdigit()) or not _YEARS[0] <= int(text) <= _YEARS[1]:
        raise BadInputError(f"'{text[:40]}' is not a year: write YYYY, like 2026.")
    return int(text)


def yearly(database: Database, year: int, unit_id: int | None = None, *, employee_id: str | None = None) -> YearlyRecap:
    """The recap of a year, for a unit and those below it, for all of them (None), or of one person."""
    with database.read() as session, much_read(session):
        sums = _read_sums(session, year, unit_id, employee_id)
        units = read_unit_names(session)
        ids = None if unit_id is None and employee_id is None else {person_id for _, person_id in sums}
        people = read_people(session, ids)
        disciplines = _read_disciplines(session, year, ids)
    lines = [
        YearLine(
            person=people[person_id],
            unit=units[of_unit],
            days=found.days,
            working_days=found.working_days,
            pending=found.pending,
            months={month: found.months[month] for month in sorted(found.months)},
            totals=add_up(found.months.values()),
            discipline=disciplines.get(person_id, Discipline(0, None, None)),
        )
        for (of_unit, person_id), found in sums.items()
    ]
    lines.sort(key=lambda line: (line.unit.name.casefold(), line.person.name.casefold(), line.person.id))
    months = sorted({month for line in lines for month in line.months})
    return YearlyRecap(
        year=year,
        unit=None if unit_id is None else units.get(unit_id, UnitName("", unit_id)),
        days=sum(line.days for line in lines),
        pending=sum(line.pending for line in lines),
        months={month: add_up(line.months[month] for line in lines if month in line.months) for month in months},
        totals=add_up(line.totals for line in lines),
        lines=tuple(lines),
        units=_by_unit(lines),
    )


def discipline_list(database: Database, year: int, unit_id: int | None = None) -> DisciplineList:
    """Who has reached a threshold of PP 94/2021, among the people who now belong to a unit or one below it."""
    with database.read() as session, much_read(session):
        disciplines = {
            employee_id: found
            for employee_id, found in _read_disciplines(session, year).items()
            if found.sanction is not None
        }
        units, people = read_unit_names(session), read_people(session, disciplines)
        last_units = _read_last_units(session, year, disciplines)
        wanted = None if unit_id is None else UnitTree.load(session.connection()).within(unit_id)
        pending = session.scalar(
            select(func.count()).where(*_of_year(session, year, unit_id), StoredDay.status.in_(_OPEN))
        )
    lines = [
        DisciplineLine(
            person=people[employee_id],
            unit=units[last_units[employee_id]],
            unexcused_days=found.unexcused_days,
            run=found.run,
            sanction=found.sanction,
        )
        for employee_id, found in disciplines.items()
        if found.sanction is not None and (wanted is None or last_units[employee_id] in wanted)
    ]
    lines.sort(key=_heaviest_first)
    return DisciplineList(
        year=year,
        unit=None if unit_id is None else units.get(unit_id, UnitName("", unit_id)),
        pending=pending or 0,
        lines=tuple(lines),
    )


class _Sums(msgspec.Struct):
    """One person's year in one unit, as it is added up."""

    days: int = 0
    working_days: int = 0
    pending: int = 0
    months: dict[str, LampiranII] = msgspec.field(default_factory=dict)

    def add(
        self, month: str, status: str, *, days: int, late_min: int | None, early_min: int | None, absent_days: int
    ) -> None:
        """Add a month's days of one status."""
        before = self.months.get(month, _NOTHING)
        self.days += days
        self.working_days += 0 if status == Status.LIBUR else days
        self.pending += days if status in _OPEN else 0
        self.months[month] = LampiranII(
            terlambat_menit=before.terlambat_menit + (late_min or 0),
            pulang_awal_menit=before.pulang_awal_menit + (early_min or 0),
            tanpa_alasan_hari=before.tanpa_alasan_hari + absent_days,
            cuti_sakit_dl_diklat_hari=before.cuti_sakit_dl_diklat_hari + (days if status in LEAVE_AND_DUTY else 0),
            ijin_hari=before.ijin_hari + (days if status == Status.I else 0),
        )


def _read_sums(session: Session, year: int, unit_id: int | None, only: str | None) -> dict[_Key, _Sums]:
    """Every person's months by unit, added up by the database month by month."""
    found: dict[_Key, _Sums] = {}
    shares = shares_of(session, unit_id)
    for month in (Month(year, number) for number in range(1, 13)):
        for share in shares:
            query = (
                select(
                    StoredDay.employee_id,
                    StoredDay.unit_id,
                    StoredDay.status,
                    func.count(),
                    func.sum(StoredDay.late_min),
                    func.sum(StoredDay.early_min),
                    func.sum(StoredDay.absent_days),
                )
                .where(share, StoredDay.work_date.between(month.first, month.last))
                .group_by(StoredDay.employee_id, StoredDay.unit_id, StoredDay.status)
            )
            if only is not None:
                query = query.where(StoredDay.employee_id == only)
            for employee_id, of_unit, status, days, late, early, absent in session.connection().execute(query).all():
                sums = found.setdefault((of_unit, employee_id), _Sums())
                sums.add(month.text, status, days=days, late_min=late, early_min=early, absent_days=absent)
    return found


def _read_disciplines(session: Session, year: int, ids: Iterable[str] | None = None) -> dict[str, Discipline]:
    """Of everybody with an unexcused day; whole days are read only of those who may have ten in a row."""
    begin, end = date(year, 1, 1) - _LOOK_BACK, date(year, 12, 31)
    query = select(StoredDay.employee_id, StoredDay.work_date).where(
        StoredDay.work_date.between(begin, end), StoredDay.absent_days > 0
    )
    shares = shares_of(session, None) if ids is None else [StoredDay.employee_id.in_(list(ids))]
    absences: Counter[str] = Counter()
    in_year: Counter[str] = Counter()
    for share in shares:
        for employee_id, work_date in session.connection().execute(query.where(share)).all():
            absences[employee_id] += 1
            in_year[employee_id] += work_date.year == year
    long_absent = [employee_id for employee_id, days in absences.items() if days >= RUN_THRESHOLD]
    days: dict[str, list[DatedStatus]] = {}
    whole = select(StoredDay.employee_id, StoredDay.work_date, StoredDay.status).where(
        StoredDay.employee_id.in_(long_absent), StoredDay.work_date.between(begin, end)
    )
    for employee_id, work_date, status in session.connection().execute(whole):
        days.setdefault(employee_id, []).append(DatedStatus(work_date, Status(status)))
    found = {
        employee_id: Discipline(count, None, sanction_for(count)) for employee_id, count in in_year.items() if count
    }
    return found | {employee_id: weigh(of_person, year) for employee_id, of_person in days.items()}


def _read_last_units(session: Session, year: int, ids: Iterable[str]) -> dict[str, int | None]:
    """The unit of everybody's last stored day of the year."""
    last = (
        select(StoredDay.employee_id, func.max(StoredDay.work_date).label("work_date"))
        .where(StoredDay.employee_id.in_(list(ids)), *_of_year(session, year, None))
        .group_by(StoredDay.employee_id)
        .subquery()
    )
    query = select(StoredDay.employee_id, StoredDay.unit_id).join(
        last, and_(StoredDay.employee_id == last.c.employee_id, StoredDay.work_date == last.c.work_date)
    )
    return {row.employee_id: row.unit_id for row in session.execute(query)}


def _of_year(session: Session, year: int, unit_id: int | None) -> list[ColumnElement[bool]]:
    return [StoredDay.work_date.between(date(year, 1, 1), date(year, 12, 31)), *in_units(session, unit_id)]


def _by_unit(lines: Iterable[YearLine]) -> tuple[UnitYear, ...]:
    units: dict[UnitName, list[YearLine]] = {}
    for line in lines:
        units.setdefault(line.unit, []).append(line)
    return tuple(
        UnitYear(
            unit=unit,
            people=len(of_unit),
            days=sum(line.days for line in of_unit),
            pending=sum(line.pending for line in of_unit),
            totals=add_up(line.totals for line in of_unit),
        )
        for unit, of_unit in units.items()
    )


def _heaviest_first(line: DisciplineLine) -> tuple[int, int, str, str]:
    place = len(SANCTIONS) if line.sanction not in SANCTIONS else SANCTIONS.index(line.sanction)
    return -place, -line.unexcused_days, line.person.name.casefold(), line.person.id
