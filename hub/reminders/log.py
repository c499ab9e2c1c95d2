"""What was written for whom, and what became of it."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

import msgspec
from sqlalchemy import select

from hub.db import Database
from hub.reminders.contacts import shown
from hub.reminders.models import Reminder, ReminderContact
from hub.roster.models import Employee


class ReminderLine(msgspec.Struct, frozen=True, kw_only=True):
    """A reminder. owner: whose contact it went to; address: shortened. The text itself is not shown."""

    id: int
    kind: str
    owner: str
    gateway: str
    address: str
    title: str
    state: str
    due_at: datetime
    made_at: datetime
    attempts: int
    tried_at: datetime | None
    ended_at: datetime | None
    detail: str | None


def list_reminders(
    database: Database, *, state: str | None = None, contacts: Collection[int] | None = None, limit: int = 100
) -> list[ReminderLine]:
    """Reminders, the newest first; contacts: of these alone."""
    query = (
        select(Reminder, ReminderContact, Employee.name)
        .join(ReminderContact, ReminderContact.id == Reminder.contact_id)
        .outerjoin(Employee, Employee.id == ReminderContact.employee_id)
        .order_by(Reminder.id.desc())
        .limit(limit)
    )
    if contacts is not None:
        query = query.where(Reminder.contact_id.in_(contacts))
    if state is not None:
        query = query.where(Reminder.state == state)
    with database.read() as session:
        return [
            ReminderLine(
                id=row.id,
                kind=row.kind,
                owner=name or contact.account or "",
                gateway=row.lane,
                address=shown(contact.address),
                title=row.title,
                state=row.state,
                due_at=row.due_at,
                made_at=row.made_at,
                attempts=row.attempts,
                tried_at=row.tried_at,
                ended_at=row.ended_at,
                detail=row.detail,
            )
            for row, contact, name in session.execute(query)
        ]
