"""Lampiran I of Perbup Jember 55/2021: a day of a unit, filled from stored days or blank for a day without network."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Final

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from hub.recap.daily import DailyLine, DailyRecap
from hub.recap.forms.heads import head_of, leader_of
from hub.recap.forms.indonesian import write_date, write_day, write_time, write_zone
from hub.recap.forms.letterhead import Term, read_terms
from hub.recap.forms.sheet import Cell, Column, Sheet, clean, name_with_nip, sections_by_unit
from hub.recap.people import Person, UnitName, read_people, read_unit_names
from hub.roster.models import Employee, Membership
from hub.roster.units import Memberships, UnitTree

NAME: Final = "Lampiran I"
EMPTY: Final = "Belum ada data kehadiran yang tersimpan untuk hari ini."
CODES: Final = "TK: tanpa keterangan; C: cuti; S: sakit; DL: dinas luar; I: ijin."
TIMES: Final = "Jam adalah jam pemindaian wajah yang dihitung sebagai kedatangan dan kepulangan."


def columns(zone: str) -> tuple[Column, ...]:
    """The form's columns, the hours in the unit's zone (WIB, WITA, WIT)."""
    return (
        Column("No", 10, "center"),
        Column("Nama/NIP", 66),
        Column("Jabatan", 50),
        Column(f"Jam ({zone})", 19, "center", "Kedatangan"),
        Column("Tanda Tangan", 29, "center", "Kedatangan"),
        Column(f"Jam ({zone})", 19, "center", "Kepulangan"),
        Column("Tanda Tangan", 29, "center", "Kepulangan"),
        Column("TK/C/S/DL/I", 24, "center"),
        Column("Keterangan", 54),
    )


def lampiran_i(session: Session, recap: DailyRecap, *, signed_on: date | None = None) -> Sheet:
    """The form of a stored day."""
    offset = _offset(session, recap.unit, recap.work_date)
    terms = read_terms(session, recap.work_date)
    entries = [
        (line.unit.name, _row(number, line, terms.get(line.person.id, Term()), offset))
        for number, line in enumerate(recap.lines, 1)
    ]
    return _sheet(
        session,
        recap.unit,
        work_date=recap.work_date,
        offset=offset,
        entries=entries,
        signed_on=signed_on,
        legend=f"{CODES} {TIMES}",
    )


def blank_lampiran_i(session: Session, work_date: date, unit_id: int | None) -> Sheet:
    """The form for writing by hand (Ps 11(7)): everybody who belongs to the unit on that day, and nothing else."""
    names = read_unit_names(session)
    unit = None if unit_id is None else names[unit_id]
    terms = read_terms(session, work_date)
    entries = []
    members = read_members(session, work_date, unit_id)
    for number, (person, of_unit) in enumerate(members, 1):
        term = terms.get(person.id, Term())
        row = (str(number), *_who(person, term), None, None, None, None, None, None)
        entries.append((of_unit.name, row))
    return _sheet(
        session,
        unit,
        work_date=work_date,
        offset=_offset(session, unit, work_date),
        entries=entries,
        signed_on=None,
        legend=CODES,
    )


def read_members(session: Session, day: date, unit_id: int | None) -> list[tuple[Person, UnitName]]:
    """Who belongs to a unit and those below it (None: to any) on a day, by unit and name."""
    wanted = None if unit_id is None else UnitTree.load(session.connection()).within(unit_id)
    employed = select(Employee.id).where(
        or_(Employee.employed_from.is_(None), Employee.employed_from <= day),
        or_(Employee.employed_until.is_(None), Employee.employed_until >= day),
    )
    if wanted is not None:
        employed = employed.where(Employee.id.in_(select(Membership.employee_id).where(Membership.unit_id.in_(wanted))))
    people = read_people(session, session.scalars(employed).all())
    memberships, names = Memberships.load(session.connection()), read_unit_names(session)
    found = []
    for person in people.values():
        of_unit = memberships.unit_on(person.id, day)
        if of_unit is not None and (wanted is None or of_unit in wanted):
            found.append((person, names[of_unit]))
    return sorted(found, key=lambda each: (each[1].name.casefold(), each[0].name.casefold(), each[0].id))


def _sheet(
    session: Session,
    unit: UnitName | None,
    *,
    work_date: date,
    offset: timedelta | None,
    entries: Sequence[tuple[str, tuple[Cell, ...]]],
    signed_on: date | None,
    legend: str,
) -> Sheet:
    kop, facts = head_of(session, unit)
    return Sheet(
        name=NAME,
        kop=kop.lines,
        title=(),
        facts=(*facts, ("HARI", write_day(work_date)), ("TANGGAL", write_date(work_date))),
        columns=columns(write_zone(offset)),
        sections=sections_by_unit(entries),
        empty=EMPTY,
        legend=(legend,),
        signatures=(leader_of(session, unit, kop, day=work_date, signed_on=signed_on),),
    )


def _row(number: int, line: DailyLine, term: Term, offset: timedelta | None) -> tuple[Cell, ...]:
    return (
        str(number),
        *_who(line.person, term),
        _time(line.arrival, offset),
        None,
        _time(line.departure, offset),
        None,
        line.lampiran_i_code,
        clean(line.remark) or None,
    )


def _who(person: Person, term: Term) -> tuple[Cell, Cell]:
    return name_with_nip(person.name, person.shown_nip), clean(term.position or person.position or "") or None


def _time(moment: datetime | None, offset: timedelta | None) -> str | None:
    """The time; with its zone when that is not the one of the column's heading."""
    if moment is None:
        return None
    own = "" if moment.utcoffset() == offset else f" {write_zone(moment.utcoffset())}"
    return write_time(moment) + own


def _offset(session: Session, unit: UnitName | None, day: date) -> timedelta | None:
    zone = UnitTree.load(session.connection()).zone_of(None if unit is None else unit.id)
    return datetime(day.year, day.month, day.day, 12, tzinfo=zone).utcoffset()
