"""The days off and the circulars in force, a year at a time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from hub.roster.models import Unit
from hub.schedule.models import Holiday, ScheduleOverride


@dataclass(frozen=True, slots=True, kw_only=True)
class DayOff:
    """A holiday or a day of joint leave. unit None: everybody's."""

    day: date
    name: str
    kind: str
    decree: str
    unit_id: int | None
    unit: str | None
    set_by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Circular:
    """Hours for a span of dates, both included. hours: as people read them. unit None: everybody's."""

    id: int
    name: str
    first: date
    last: date
    hours: str
    decree: str
    unit: str | None
    set_by: str


def days_off(session: Session, year: int) -> list[DayOff]:
    """Those in force in a year, by date."""
    query = (
        select(Holiday, Unit.name)
        .outerjoin(Unit, Unit.id == Holiday.unit_id)
        .where(Holiday.withdrawn_at.is_(None), Holiday.day.between(date(year, 1, 1), date(year, 12, 31)))
        .order_by(Holiday.day, Holiday.id)
    )
    return [
        DayOff(
            day=row.day,
            name=row.name,
            kind=row.kind,
            decree=row.decree,
            unit_id=row.unit_id,
            unit=unit,
            set_by=row.set_by,
        )
        for row, unit in session.execute(query)
    ]


def circulars(session: Session, year: int) -> list[Circular]:
    """Those in force that speak of a day of a year, in the order in which they were put on record."""
    query = (
        select(ScheduleOverride, Unit.name)
        .outerjoin(Unit, Unit.id == ScheduleOverride.unit_id)
        .where(
            ScheduleOverride.withdrawn_at.is_(None),
            ScheduleOverride.first <= date(year, 12, 31),
            ScheduleOverride.last >= date(year, 1, 1),
        )
        .order_by(ScheduleOverride.id)
    )
    return [
        Circular(
            id=row.id,
            name=row.name,
            first=row.first,
            last=row.last,
            hours=", ".join(_said(key, value) for key, value in row.hours.items()),
            decree=row.decree,
            unit=unit,
            set_by=row.set_by,
        )
        for row, unit in session.execute(query)
    ]


def _said(key: str, value: object) -> str:
    return f"{key} {' '.join(map(str, value)) if isinstance(value, list) else value}"
