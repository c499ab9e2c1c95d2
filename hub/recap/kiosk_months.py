"""What kiosks show people of their own month, from stored days; no more than a person may read over a shoulder."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from datetime import date, datetime
from typing import Final

import msgspec
from sqlalchemy import Connection, select

from contract.month import MonthDay, MonthPart, PersonMonth
from hub.attendance.day import Status
from hub.attendance.models import StoredDay
from hub.db import table_of

PEOPLE_PER_PART: Final = 200
"""A month of one person is some 4 kB of JSON: 200 stay well below the unpacked limit of a payload."""

_PRESENT: Final = frozenset({Status.HADIR, Status.TIDAK_LENGKAP})
_OPEN: Final = frozenset({Status.TIDAK_LENGKAP, Status.BELUM_ADA_KETERANGAN})
"""A letter may still come, until the month is closed; and no month is closed before it is over."""

_MOST_MINUTES: Final = 100_000
_PEOPLE_PER_QUERY: Final = 5_000

_days = table_of(StoredDay)


class _Moments(msgspec.Struct):
    arrival: datetime | None = None
    departure: datetime | None = None


def read_months(connection: Connection, people: Collection[str], first: date, today: date) -> list[PersonMonth]:
    """The month of each of these people from its first day to today, ordered by id; with no days where none is stored.

    present: days on which they came. Minutes that are not known yet count 0.
    """
    ordered = sorted(people)
    found: dict[str, list[MonthDay]] = defaultdict(list)
    for start in range(0, len(ordered), _PEOPLE_PER_QUERY):
        query = (
            select(
                _days.c.employee_id,
                _days.c.work_date,
                _days.c.status,
                _days.c.late_min,
                _days.c.early_min,
                _days.c.day,
            )
            .where(
                _days.c.employee_id.in_(ordered[start : start + _PEOPLE_PER_QUERY]),
                _days.c.work_date.between(first, today),
            )
            .order_by(_days.c.work_date)
        )
        for row in connection.execute(query):
            moments = msgspec.convert(row.day, _Moments)
            found[row.employee_id].append(
                MonthDay(
                    date=f"{row.work_date:%Y-%m-%d}",
                    status=row.status,
                    in_at=moments.arrival,
                    out_at=moments.departure,
                    late_min=row.late_min or 0,
                    early_min=row.early_min or 0,
                    open=row.status in _OPEN,
                )
            )
    return [_sum(person, found.get(person, ())) for person in ordered]


def parts_of(people: Sequence[PersonMonth], *, version: int, month: date, as_of: datetime) -> Iterator[MonthPart]:
    """One version, divided so that every part stays below the size of a payload; at least one part."""
    parts = max(1, -(-len(people) // PEOPLE_PER_PART))
    for number in range(parts):
        yield MonthPart(
            version=version,
            part=number + 1,
            parts=parts,
            month=f"{month:%Y-%m}",
            as_of=as_of,
            people=tuple(people[number * PEOPLE_PER_PART : (number + 1) * PEOPLE_PER_PART]),
        )


def _sum(person: str, days: Sequence[MonthDay]) -> PersonMonth:
    return PersonMonth(
        person=person,
        present=sum(day.status in _PRESENT for day in days),
        late_min=min(_MOST_MINUTES, sum(day.late_min for day in days)),
        early_min=min(_MOST_MINUTES, sum(day.early_min for day in days)),
        days=tuple(days),
    )
