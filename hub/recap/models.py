"""What pay is computed from beside attendance, what was sent to it, and how the forms are headed."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from hub.db import Base


class EarnedPoints(Base):
    """Activity points that an employee earned in a month (e-TPP); the newest row counts. points: a decimal, as text."""

    __tablename__ = "earned_points"
    __table_args__ = (Index("ix_earned_points_month_employee_id", "month", "employee_id"),)

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    employee_id: Mapped[str] = mapped_column(ForeignKey("employee.id"))
    month: Mapped[date] = mapped_column(Date)
    points: Mapped[str] = mapped_column(String(20))
    source: Mapped[str] = mapped_column(String(200))
    set_by: Mapped[str] = mapped_column(String(64))
    set_at: Mapped[datetime]


class UnitScore(Base):
    """What a unit's score and job class make of the share that is not individual; factor: a decimal, as text."""

    __tablename__ = "unit_score"
    __table_args__ = (Index("ix_unit_score_month_unit_id", "month", "unit_id"),)

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    month: Mapped[date] = mapped_column(Date)
    factor: Mapped[str] = mapped_column(String(20))
    set_by: Mapped[str] = mapped_column(String(64))
    set_at: Mapped[datetime]


class PayRun(Base):
    """A month of a unit and those below it (None: everybody) as it was sent to pay: numbered, and never changed.

    kind: `run`, or `delta` with what changed since the run `of_run` and its earlier deltas. digest: SHA-256 over the
    lines in order, so that a copy can be held against it.
    """

    __tablename__ = "pay_run"
    __table_args__ = (
        Index("ix_pay_run_month_unit_id", "month", "unit_id"),
        CheckConstraint("kind IN ('run', 'delta')", name="kind"),
        CheckConstraint("(kind = 'delta') = (of_run IS NOT NULL)", name="of_run"),
    )

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    number: Mapped[str] = mapped_column(String(64), unique=True)
    kind: Mapped[str] = mapped_column(String(8))
    of_run: Mapped[int | None] = mapped_column(ForeignKey("pay_run.id"))
    month: Mapped[date] = mapped_column(Date)
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))
    digest: Mapped[str] = mapped_column(String(64))
    made_by: Mapped[str] = mapped_column(String(64))
    made_at: Mapped[datetime]


class PayRunLine(Base):
    """One person's line in a run, in one unit. line: as sent; before: what the line was until a delta changed it."""

    __tablename__ = "pay_run_line"
    __table_args__ = (Index("ix_pay_run_line_run_id", "run_id"),)

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    run_id: Mapped[int] = mapped_column(ForeignKey("pay_run.id"))
    employee_id: Mapped[str] = mapped_column(ForeignKey("employee.id"))
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))
    line: Mapped[dict[str, Any] | None]
    before: Mapped[dict[str, Any] | None]


class Letterhead(Base):
    """The KOP of a unit's forms; the newest row counts, and a unit without one has that of the nearest unit above.

    unit_id None: of the regency. lines: from the top, as they are printed. place: where forms are signed.
    """

    __tablename__ = "letterhead"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))
    lines: Mapped[list[Any]]
    place: Mapped[str] = mapped_column(String(100))
    set_by: Mapped[str] = mapped_column(String(64))
    set_at: Mapped[datetime]
