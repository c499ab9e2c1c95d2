"""What is on record about an employee: units one after another, employment, pictures and templates, consent."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from hub.db import Database
from hub.roster.kiosk_enrolment_models import KioskEnrolment
from hub.roster.models import Employee, EmploymentTerm, EnrolmentFrame, Membership, Template, Unit
from hub.roster.newcomers import NOT_YET
from hub.roster.nip import show_nip
from hub.roster.page_enrolment_models import PageEnrolment
from hub.roster.units import Memberships, UnitTree


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitSpan:
    """A time in a unit, both days included; None: without end. basis: the letter, if there was one."""

    unit: str
    first: date | None
    last: date | None
    basis: str | None
    by: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class TermSpan:
    """As what somebody is employed, both days included; None: without end, or not known."""

    first: date | None
    last: date | None
    group: str | None
    rank: str | None
    position: str | None
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PackCount:
    """Templates of one recognition pack. newest: when the last of them was made."""

    pack: str
    templates: int
    newest: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Consent:
    """Consent given on a screen. wording: which text, in which language. kiosk None: at the hub's pages."""

    at: datetime
    wording: str
    language: str
    kiosk: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """An employee. nip: in groups. unit_id None: in no unit on the day asked about. Spans: the newest first."""

    id: str
    name: str
    nip: str | None
    position: str | None
    employed_from: date | None
    employed_until: date | None
    unit_id: int | None
    units: tuple[UnitSpan, ...]
    terms: tuple[TermSpan, ...]
    packs: tuple[PackCount, ...]
    consents: tuple[Consent, ...]
    frames: int


def find_record(database: Database, employee_id: str, on: date) -> Record | None:
    """What is on record about an employee; None: nobody has this id."""
    with database.read() as session:
        employee = session.get(Employee, employee_id)
        if employee is None:
            return None
        frames = select(func.count()).where(
            EnrolmentFrame.employee_id == employee_id, EnrolmentFrame.state == "approved"
        )
        return Record(
            id=employee.id,
            name=employee.name,
            nip=show_nip(employee.nip),
            position=employee.position,
            employed_from=None if employee.employed_from == NOT_YET else employee.employed_from,
            employed_until=employee.employed_until,
            unit_id=Memberships.load(session.connection(), [employee_id]).unit_on(employee_id, on),
            units=tuple(_units_of(session, employee_id)),
            terms=tuple(_terms_of(session, employee_id)),
            packs=tuple(_packs_of(session, employee_id)),
            consents=tuple(_consents_of(session, employee_id)),
            frames=session.scalar(frames) or 0,
        )


def _units_of(session: Session, employee_id: str) -> Iterator[UnitSpan]:
    query = (
        select(Membership, Unit.name)
        .join(Unit, Unit.id == Membership.unit_id)
        .where(Membership.employee_id == employee_id)
        .order_by(Membership.id.desc())
    )
    for row, name in session.execute(query):
        yield UnitSpan(
            unit=name, first=row.valid_from, last=row.valid_until, basis=row.basis, by=row.set_by, at=row.set_at
        )


def _terms_of(session: Session, employee_id: str) -> Iterator[TermSpan]:
    query = select(EmploymentTerm).where(EmploymentTerm.employee_id == employee_id).order_by(EmploymentTerm.id.desc())
    for row in session.scalars(query):
        yield TermSpan(
            first=row.valid_from,
            last=row.valid_until,
            group=row.group,
            rank=row.rank,
            position=row.position,
            by=row.set_by,
        )


def _packs_of(session: Session, employee_id: str) -> Iterator[PackCount]:
    query = (
        select(Template.pack, func.count(), func.max(Template.made_at))
        .where(Template.employee_id == employee_id)
        .group_by(Template.pack)
        .order_by(Template.pack)
    )
    for pack, templates, newest in session.execute(query):
        yield PackCount(pack=pack, templates=templates, newest=newest)


def _consents_of(session: Session, employee_id: str) -> list[Consent]:
    """The newest first."""
    kiosks = select(KioskEnrolment).where(KioskEnrolment.employee_id == employee_id)
    pages = select(PageEnrolment).where(PageEnrolment.employee_id == employee_id, PageEnrolment.state == "proposed")
    found = [
        Consent(at=row.consented_at, wording=row.consent_wording, language=row.consent_language, kiosk=row.device)
        for row in session.scalars(kiosks)
    ]
    found += [
        Consent(at=row.consented_at, wording=row.consent_wording, language=row.consent_language, kiosk=None)
        for row in session.scalars(pages)
    ]
    return sorted(found, key=lambda consent: consent.at, reverse=True)


HEADINGS = ("NIP", "Nama", "Unit Kerja", "Kelompok", "Pangkat", "Jabatan", "Bekerja sejak", "Bekerja sampai")
"""Of the export; an import knows the first six by these names, and leaves the others."""


def register_rows(
    database: Database, on: date, unit_id: int | None = None, *, words: str = ""
) -> list[tuple[str, ...]]:
    """Everybody on record by unit and name, as texts under HEADINGS; of a unit and those below it, or of all (None).

    words: only people whose name and NIP hold each of them.
    """
    wanted = words.casefold().split()
    with database.read() as session:
        tree = UnitTree.load(session.connection())
        within = None if unit_id is None else tree.within(unit_id)
        memberships = Memberships.load(session.connection())
        terms = _terms_on(session, on)
        rows = []
        for person in session.scalars(select(Employee)):
            if person.employed_from == NOT_YET:
                continue
            of_unit = memberships.unit_on(person.id, on)
            if within is not None and of_unit not in within:
                continue
            if not all(word in f"{person.name} {person.nip or ''}".casefold() for word in wanted):
                continue
            term = terms.get(person.id)
            unit = "" if of_unit is None else tree.node(of_unit).name
            rows.append(
                (
                    show_nip(person.nip) or "",
                    person.name,
                    unit,
                    (term.group if term is not None else None) or "",
                    (term.rank if term is not None else None) or "",
                    (term.position if term is not None else None) or person.position or "",
                    str(person.employed_from or ""),
                    str(person.employed_until or ""),
                )
            )
    return sorted(rows, key=lambda row: (row[2].casefold(), row[1].casefold(), row[0]))


def _terms_on(session: Session, on: date) -> dict[str, EmploymentTerm]:
    """The term in force of each person; the newest row counts."""
    return {
        term.employee_id: term
        for term in session.scalars(select(EmploymentTerm).order_by(EmploymentTerm.id))
        if (term.valid_from is None or term.valid_from <= on) and (term.valid_until is None or on <= term.valid_until)
    }
