"""What operators did at the kiosks themselves, as the kiosks have written it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from contract.punch import OperatorAct, decode_row
from hub.db import Database
from hub.ingest.models import StoredRow
from hub.roster.models import Employee


@dataclass(frozen=True, slots=True)
class OperatorActLine:
    """One act. name: the operator's, None when they are no employee any more; about: see contract.punch.OperatorAct."""

    device: str
    seq: int
    at: datetime
    operator: str
    name: str | None
    act: str
    about: str


def list_operator_acts(database: Database, *, device: str | None = None, limit: int = 200) -> list[OperatorActLine]:
    """The latest first, of one kiosk or of all."""
    query = (
        select(StoredRow).where(StoredRow.kind == "operator").order_by(StoredRow.placed_at.desc(), StoredRow.seq.desc())
    )
    if device is not None:
        query = query.where(StoredRow.device == device)
    with database.read() as session:
        lines = []
        for stored in session.scalars(query.limit(limit)):
            row = decode_row(stored.row)
            if isinstance(row, OperatorAct):
                employee = session.get(Employee, row.operator)
                name = employee.name if employee is not None else None
                lines.append(
                    OperatorActLine(stored.device, stored.seq, stored.placed_at, row.operator, name, row.act, row.about)
                )
    return lines
