"""Months on their way from an office to the personnel agency."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from hub.db import Base


class HandoverStep(Base):
    """One step of a unit's month; rows are only ever added, and the newest says where the month is.

    month: its first day. digest: SHA-256, in hex, over what the unit's days were then, so that nobody signs other days
    than were checked. note: for whoever comes next; of `returned` the reason.
    """

    __tablename__ = "handover_step"
    __table_args__ = (
        Index("ix_handover_step_month_unit_id", "month", "unit_id"),
        CheckConstraint("step IN ('checked', 'signed', 'received', 'returned')", name="step"),
    )

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    month: Mapped[date] = mapped_column(Date)
    step: Mapped[str] = mapped_column(String(16))
    digest: Mapped[str] = mapped_column(String(64))
    note: Mapped[str] = mapped_column(Text)
    by: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime]
