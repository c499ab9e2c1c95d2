"""What does not work, as an office reports it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from hub.db import Base


class FaultReport(Base):
    """A fault that an office has reported. device None: no kiosk in particular."""

    __tablename__ = "fault_report"
    __table_args__ = (CheckConstraint("about IN ('terminal', 'network', 'power', 'other')", name="about"),)

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    device: Mapped[str | None] = mapped_column(ForeignKey("kiosk.device"))
    about: Mapped[str] = mapped_column(String(16))
    text: Mapped[str] = mapped_column(Text)
    reported_by: Mapped[str] = mapped_column(String(64))
    reported_at: Mapped[datetime]


class FaultStep(Base):
    """What was done about a fault, by whom and when; the newest row says where it stands."""

    __tablename__ = "fault_step"
    __table_args__ = (
        Index("ix_fault_step_report_id", "report_id"),
        CheckConstraint("step IN ('taken_up', 'solved', 'reopened')", name="step"),
    )

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    report_id: Mapped[int] = mapped_column(ForeignKey("fault_report.id"))
    step: Mapped[str] = mapped_column(String(16))
    note: Mapped[str] = mapped_column(Text)
    by: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime]
