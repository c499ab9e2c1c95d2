"""Where people are reached, what they wish to hear, and every reminder that was written for them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from hub.db import Base
from hub.outbox.rows import STATES, Owed


class ReminderContact(Base):
    """Where somebody is reached: an address at one of the hub's gateways (settings). ended_at: no longer.

    employee_id or account: whose it is. Rows are ended, never deleted, until privacy asks for it.
    """

    __tablename__ = "reminder_contact"
    __table_args__ = (CheckConstraint("(employee_id IS NULL) != (account IS NULL)", name="owner"),)

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    employee_id: Mapped[str | None] = mapped_column(ForeignKey("employee.id"), index=True)
    account: Mapped[str | None] = mapped_column(String(64), index=True)
    gateway: Mapped[str] = mapped_column(String(32))
    address: Mapped[str] = mapped_column(String(200))
    added_by: Mapped[str] = mapped_column(String(64))
    added_at: Mapped[datetime]
    ended_by: Mapped[str | None] = mapped_column(String(64))
    ended_at: Mapped[datetime | None]


class ReminderWish(Base):
    """What a contact wishes. without: unwanted kinds; quiet_from, quiet_until: minutes from local midnight."""

    __tablename__ = "reminder_wish"

    contact_id: Mapped[int] = mapped_column(ForeignKey("reminder_contact.id"), primary_key=True)
    without: Mapped[list[Any]] = mapped_column(default=list)
    quiet_from: Mapped[int] = mapped_column(Integer)
    quiet_until: Mapped[int] = mapped_column(Integer)
    set_by: Mapped[str] = mapped_column(String(64))
    set_at: Mapped[datetime]


class Reminder(Owed, Base):
    """One reminder to one contact; lane: its gateway.

    key: what it is about; with the contact it comes once. not_after: then it is of no use any more.
    """

    __tablename__ = "reminder"
    __table_args__ = (
        CheckConstraint(STATES, name="state"),
        CheckConstraint("kind IN ('closing', 'missed', 'letter', 'month')", name="kind"),
        UniqueConstraint("key", "contact_id", name="uq_reminder_key_contact_id"),
        Index("ix_reminder_state_due_at", "state", "due_at"),
        Index("ix_reminder_made_at", "made_at"),
    )

    key: Mapped[str] = mapped_column(String(160))
    kind: Mapped[str] = mapped_column(String(16))
    contact_id: Mapped[int] = mapped_column(ForeignKey("reminder_contact.id"))
    employee_id: Mapped[str | None] = mapped_column(String(64))
    not_after: Mapped[datetime]
    title: Mapped[str] = mapped_column(String(200))
    body: Mapped[str] = mapped_column(Text)
