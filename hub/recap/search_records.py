"""Finds schedules, holidays, circulars and letters by their names and numbers, within what somebody may see."""

from __future__ import annotations

import tomllib
from collections.abc import Collection
from datetime import date
from functools import lru_cache
from typing import Final

import msgspec
from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from hub.attendance.document_rows import State, state_of
from hub.attendance.models import DocumentRow
from hub.roster.models import Employee, Membership, Unit
from hub.schedule.models import Holiday, PolicyVersion, ScheduleOverride
from hub.schedule.policy import PRESETS, preset_names, read_policy_text

_Text = InstrumentedAttribute[str] | InstrumentedAttribute[str | None]

SHOWN: Final = 10
"""Of each kind at most."""


class FoundSchedule(msgspec.Struct, frozen=True):
    """A policy, one of the regency's own or one that Presensi brings along."""

    name: str
    title: str


class FoundDay(msgspec.Struct, frozen=True, kw_only=True):
    """A holiday, a day of joint leave, or the first day of a circular. unit None: everybody's."""

    day: date
    name: str
    kind: str
    decree: str
    unit: str | None


class FoundLetter(msgspec.Struct, frozen=True, kw_only=True):
    """A letter. unit: where its person belongs on the day of the question; None: nowhere."""

    id: int
    number: str | None
    type: str
    name: str
    unit: str | None
    first_day: date | None
    state: State


def find_schedules(session: Session, text: str) -> tuple[FoundSchedule, ...]:
    """Policies whose name and title hold all words; they are the regency's, and everybody's to read."""
    found = {name: _preset_title(name) for name in preset_names()}
    query = select(PolicyVersion.name, PolicyVersion.text).order_by(PolicyVersion.valid_from, PolicyVersion.id)
    found |= {name: _title_of(written) for name, written in session.execute(query)}
    words = text.casefold().split()
    hits = [
        FoundSchedule(name, title)
        for name, title in sorted(found.items())
        if all(word in f"{name} {title}".casefold() for word in words)
    ]
    return tuple(hits[:SHOWN])


def find_days(session: Session, text: str, units: Collection[int] | None) -> tuple[FoundDay, ...]:
    """Holidays and circulars in force whose name and decree hold all words, the newest first.

    units: for whom besides everybody; None: all.
    """
    found = [
        FoundDay(day=row.day, name=row.name, kind=row.kind, decree=row.decree, unit=unit)
        for row, unit in session.execute(
            select(Holiday, Unit.name)
            .outerjoin(Unit, Unit.id == Holiday.unit_id)
            .where(Holiday.withdrawn_at.is_(None), *_all_words(text, Holiday.name, Holiday.decree))
            .where(*_for(Holiday.unit_id, units))
            .order_by(Holiday.day.desc())
            .limit(SHOWN)
        )
    ]
    found += [
        FoundDay(day=row.first, name=row.name, kind="edaran", decree=row.decree, unit=unit)
        for row, unit in session.execute(
            select(ScheduleOverride, Unit.name)
            .outerjoin(Unit, Unit.id == ScheduleOverride.unit_id)
            .where(
                ScheduleOverride.withdrawn_at.is_(None),
                *_all_words(text, ScheduleOverride.name, ScheduleOverride.decree),
            )
            .where(*_for(ScheduleOverride.unit_id, units))
            .order_by(ScheduleOverride.first.desc())
            .limit(SHOWN)
        )
    ]
    return tuple(sorted(found, key=lambda line: line.day, reverse=True)[:SHOWN])


def find_letters(session: Session, text: str, today: date, within: Collection[int] | None) -> tuple[FoundLetter, ...]:
    """Letters whose number holds all words, or that are on record under just this number; the newest first.

    Nothing for a text without a digit: numbers of letters have some, and names of people are asked for more often.
    within: of people who are in these units today; None: of everybody.
    """
    if not any(character.isdigit() for character in text):
        return ()
    matches: ColumnElement[bool] = and_(*_all_words(text, DocumentRow.number))
    if text.isascii() and text.isdigit() and len(text) < 10:
        matches = or_(matches, DocumentRow.id == int(text))
    # Asked for the letters that match and for no others: a regency has tens of thousands.
    newest = (
        select(func.max(Membership.id))
        .where(
            Membership.employee_id == DocumentRow.employee_id,
            or_(Membership.valid_from.is_(None), Membership.valid_from <= today),
            or_(Membership.valid_until.is_(None), Membership.valid_until >= today),
        )
        .correlate(DocumentRow)
        .scalar_subquery()
    )
    query = (
        select(DocumentRow, Employee.name, Unit.name)
        .join(Employee, Employee.id == DocumentRow.employee_id)
        .outerjoin(Membership, Membership.id == newest)
        .outerjoin(Unit, Unit.id == Membership.unit_id)
        .where(matches)
        .order_by(DocumentRow.id.desc())
        .limit(SHOWN)
    )
    if within is not None:
        query = query.where(Membership.unit_id.in_(within))
    return tuple(
        FoundLetter(
            id=row.id,
            number=row.number,
            type=row.type,
            name=name,
            unit=unit,
            first_day=row.first_day,
            state=state_of(row),
        )
        for row, name, unit in session.execute(query)
    )


def _all_words(text: str, *columns: _Text) -> list[ColumnElement[bool]]:
    """Each word in at least one of the columns."""
    return [or_(*(_holds(column, word) for column in columns)) for word in text.casefold().split()]


def _holds(column: _Text, word: str) -> ColumnElement[bool]:
    # Figures have no capitals, and are compared faster as they stand.
    return (column if word.upper() == word else func.lower(column)).contains(word, autoescape=True)


def _for(column: InstrumentedAttribute[int | None], units: Collection[int] | None) -> list[ColumnElement[bool]]:
    return [] if units is None else [or_(column.is_(None), column.in_(units))]


@lru_cache(maxsize=64)
def _preset_title(name: str) -> str:
    return _title_of(read_policy_text(PRESETS / f"{name}.toml"))


@lru_cache(maxsize=512)
def _title_of(text: str) -> str:
    return str(tomllib.loads(text).get("title", ""))
