"""What was changed about units, by whom and when; never changed itself."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from hub.db import Base


class UnitChange(Base):
    """One change of a unit. before, after: names, or those of the units above; valid_from: from which day it holds.

    what: made, renamed, moved, closed (valid_from: the day after the unit's last), reopened or zoned (names of
    time zones).
    """

    __tablename__ = "unit_change"
    __table_args__ = (
        Index("ix_unit_change_unit_id", "unit_id"),
        CheckConstraint("what IN ('made', 'renamed', 'moved', 'closed', 'reopened', 'zoned')", name="what"),
    )

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    what: Mapped[str] = mapped_column(String(16))
    before: Mapped[str | None] = mapped_column(String(200))
    after: Mapped[str | None] = mapped_column(String(200))
    valid_from: Mapped[date | None] = mapped_column(Date)
    basis: Mapped[str | None] = mapped_column(String(300))
    set_by: Mapped[str] = mapped_column(String(64))
    set_at: Mapped[datetime]
