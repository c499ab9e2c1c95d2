"""What a regency has decided about hours: policies, holidays, circulars, shift rosters and part-time contracts.

Nothing is overwritten: a newer row for the same thing counts, and what was withdrawn stays with its date.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, Date, ForeignKey, Index, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from hub.db import Base


class PolicyVersion(Base):
    """A regency's own policy, as the TOML text of a preset; of several for a date the newest row counts.

    valid_from: from then on this text is in force, until a later one is. A preset's name cannot be taken.
    """

    __tablename__ = "policy_version"
    __table_args__ = (Index("ix_policy_version_name_valid_from", "name", "valid_from"),)

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    name: Mapped[str] = mapped_column(String(64))
    valid_from: Mapped[date] = mapped_column(Date)
    text: Mapped[str] = mapped_column(Text)
    set_by: Mapped[str] = mapped_column(String(64))
    set_at: Mapped[datetime]


class Holiday(Base):
    """A day on which a unit and those below it (None: everybody) are not expected, and the decree that says so."""

    __tablename__ = "holiday"
    __table_args__ = (
        Index("ix_holiday_day", "day"),
        CheckConstraint("kind IN ('libur', 'cuti bersama')", name="kind"),
    )

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    day: Mapped[date] = mapped_column(Date)
    name: Mapped[str] = mapped_column(String(200))
    kind: Mapped[str] = mapped_column(String(16))
    decree: Mapped[str] = mapped_column(String(200))
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))
    set_by: Mapped[str] = mapped_column(String(64))
    set_at: Mapped[datetime]
    withdrawn_at: Mapped[datetime | None]
    withdrawn_by: Mapped[str | None] = mapped_column(String(64))


class ScheduleOverride(Base):
    """Hours that a circular sets for a span of dates, for a unit and those below it (None: everybody).

    hours: the table that `hub.schedule.calendar.read_override` reads, without name and dates.
    """

    __tablename__ = "schedule_override"
    __table_args__ = (Index("ix_schedule_override_first_last", "first", "last"),)

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    name: Mapped[str] = mapped_column(String(200))
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))
    first: Mapped[date] = mapped_column(Date)
    last: Mapped[date] = mapped_column(Date)
    hours: Mapped[dict[str, Any]]
    decree: Mapped[str] = mapped_column(String(200))
    set_by: Mapped[str] = mapped_column(String(64))
    set_at: Mapped[datetime]
    withdrawn_at: Mapped[datetime | None]
    withdrawn_by: Mapped[str | None] = mapped_column(String(64))


class ShiftDay(Base):
    """A day of a shift roster; the newest row of an employee and a date counts.

    code: what the roster calls the shift. hours: the table that `hub.schedule.hours.read_hours` reads; None: day off.
    """

    __tablename__ = "shift_day"
    __table_args__ = (Index("ix_shift_day_employee_id_work_date", "employee_id", "work_date"),)

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    employee_id: Mapped[str] = mapped_column(ForeignKey("employee.id"))
    work_date: Mapped[date] = mapped_column(Date)
    code: Mapped[str] = mapped_column(String(32))
    hours: Mapped[dict[str, Any] | None]
    set_by: Mapped[str] = mapped_column(String(64))
    set_at: Mapped[datetime]


class PartTimeContract(Base):
    """A part-timer's contract: which slot on which weekdays, and what a month of them pays.

    weekdays: 0 is Monday. slot_start, slot_end: HH:MM. quota_min: minutes a day; monthly_pay: rupiah.
    """

    __tablename__ = "part_time_contract"
    __table_args__ = (
        Index("ix_part_time_contract_employee_id_valid_from", "employee_id", "valid_from"),
        CheckConstraint("quota_min > 0", name="quota_min"),
        CheckConstraint("monthly_pay >= 0", name="monthly_pay"),
        CheckConstraint("valid_until >= valid_from", name="dates"),
    )

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    number: Mapped[str] = mapped_column(String(100))
    employee_id: Mapped[str] = mapped_column(ForeignKey("employee.id"))
    valid_from: Mapped[date] = mapped_column(Date)
    valid_until: Mapped[date] = mapped_column(Date)
    weekdays: Mapped[list[Any]]
    slot_start: Mapped[str] = mapped_column(String(5))
    slot_end: Mapped[str] = mapped_column(String(7))
    quota_min: Mapped[int] = mapped_column(Integer)
    monthly_pay: Mapped[int] = mapped_column(BigInteger)
    set_by: Mapped[str] = mapped_column(String(64))
    set_at: Mapped[datetime]
    withdrawn_at: Mapped[datetime | None]
    withdrawn_by: Mapped[str | None] = mapped_column(String(64))
