"""Who may open the operator mode of which kiosks."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import Date, ForeignKey, Index, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from hub.db import Base


class KioskOperator(Base):
    """An employee who may enrol people at the kiosks of a unit and of those below it.

    valid_from, valid_until: both days included; None: without end. withdrawn_at: from this moment on it holds no more.
    """

    __tablename__ = "kiosk_operator"
    __table_args__ = (
        Index("ix_kiosk_operator_employee_id", "employee_id"),
        Index("ix_kiosk_operator_unit_id", "unit_id"),
    )

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    employee_id: Mapped[str] = mapped_column(ForeignKey("employee.id"))
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    valid_from: Mapped[date] = mapped_column(Date)
    valid_until: Mapped[date | None] = mapped_column(Date)
    set_by: Mapped[str] = mapped_column(String(64))
    set_at: Mapped[datetime]
    withdrawn_at: Mapped[datetime | None]
    withdrawn_by: Mapped[str | None] = mapped_column(String(64))
