"""An office with a kiosk, a clock in hand and a worker that assesses its days."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import func, select

from benchmarks.invented_office import InventedOffice
from hub.attendance.models import DirtyDay, StoredDay
from hub.attendance.worker import AttendanceWorker
from hub.db import Database

JAKARTA = ZoneInfo("Asia/Jakarta")
MONDAY = date(2026, 3, 2)


def at(clock: str, day: date = MONDAY, tz: ZoneInfo = JAKARTA) -> datetime:
    return datetime.combine(day, datetime.strptime(clock, "%H:%M").time(), tz)


@dataclass
class Clock:
    moment: datetime

    def __call__(self) -> datetime:
        return self.moment


@dataclass
class House:
    """An office with one kiosk, a clock in hand and a worker."""

    database: Database
    clock: Clock
    office: InventedOffice
    stored: list[Any] = field(default_factory=list)

    def worker(self, **attributes: Any) -> AttendanceWorker:
        return AttendanceWorker(self.database, now=self.clock, on_stored=self.stored.extend, **attributes)

    def day(self, employee_id: str, work_date: date = MONDAY) -> StoredDay | None:
        with self.database.read() as session:
            return session.get(StoredDay, (employee_id, work_date))

    def status(self, employee_id: str, work_date: date = MONDAY) -> str | None:
        day = self.day(employee_id, work_date)
        return day.status if day is not None else None

    def dirty(self) -> int:
        with self.database.read() as session:
            return session.scalar(select(func.count()).select_from(DirtyDay)) or 0
