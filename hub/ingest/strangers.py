"""Punches of people whom this hub does not know: kept, counted nowhere, shown to the operator."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select

from hub.db import table_of
from hub.ingest.models import StoredRow
from hub.roster.models import Employee
from hub.roster.work_dates import EmployeeDay, work_dates_for

_rows = table_of(StoredRow)


@dataclass(frozen=True, slots=True)
class StrangersPunch:
    """A punch whose person is on no list here: enrolled at a hub that was lost, or erased since."""

    device: str
    epoch: str
    seq: int
    person: str
    placed_at: datetime


def punches_of_strangers(connection: Connection, *, limit: int = 200) -> list[StrangersPunch]:
    """The newest punches of unknown people."""
    query = (
        select(_rows.c.device, _rows.c.epoch, _rows.c.seq, _rows.c.person_id, _rows.c.placed_at)
        .join(Employee, Employee.id == _rows.c.person_id, isouter=True)
        .where(_rows.c.person_id.is_not(None), Employee.id.is_(None))
        .order_by(_rows.c.placed_at.desc())
        .limit(limit)
    )
    return [StrangersPunch(*row) for row in connection.execute(query)]


def days_with_punches(connection: Connection, person: str) -> set[EmployeeDay]:
    """The days that a person's stored punches bear on, to mark when somebody becomes known or moves."""
    moments = connection.execute(select(_rows.c.person_id, _rows.c.placed_at).where(_rows.c.person_id == person))
    return work_dates_for(connection, [(row.person_id, row.placed_at) for row in moments])
