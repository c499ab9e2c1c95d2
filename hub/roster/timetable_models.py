"""The timetables that kiosks are sent: computed from what is on record about hours, and kept to tell what changed."""

from __future__ import annotations

from sqlalchemy import ForeignKey, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from hub.db import Base


class Timetable(Base):
    """The coming days of everybody who has the same hours. sessions: JSON of contract.roster.SessionWindow, a list."""

    __tablename__ = "timetable"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    sessions: Mapped[bytes] = mapped_column(LargeBinary)


class PersonTimetable(Base):
    """Which timetable somebody has; no row: none."""

    __tablename__ = "person_timetable"
    __table_args__ = (Index("ix_person_timetable_timetable_id", "timetable_id"),)

    employee_id: Mapped[str] = mapped_column(ForeignKey("employee.id"), primary_key=True)
    timetable_id: Mapped[str] = mapped_column(String(32))
