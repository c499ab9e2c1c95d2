"""An office whose papers are worked on: a unit with people, a clock in hand, and days that are assessed when asked."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select

from benchmarks.invented_office import InventedOffice
from hub.attendance.models import DirtyDay, StoredDay
from hub.attendance.paper_files import PaperStore
from hub.attendance.worker import AttendanceWorker
from hub.db import Database

JAKARTA = ZoneInfo("Asia/Jakarta")


def at(text: str) -> datetime:
    """`2026-11-10 08:00`, in Jakarta."""
    return datetime.fromisoformat(text).replace(tzinfo=JAKARTA)


@dataclass
class PaperDesk:
    """now: what the clock shows; the office was entered on 1 November 2026, a Sunday."""

    database: Database
    folder: Path
    now: datetime = field(default_factory=lambda: at("2026-11-11 08:00"))

    def __post_init__(self) -> None:
        self.office = InventedOffice(self.database, at=at("2026-11-01 00:00"))
        self.unit = self.office.unit("Dinas Kesehatan")
        self.rina = self.office.employee("Rina Wulandari", unit=self.unit, nip="198501012010011001")
        self.store = PaperStore(self.folder)

    def settle(self) -> None:
        AttendanceWorker(self.database, now=lambda: self.now).settle()

    def day(self, work_date: str, person: str | None = None) -> StoredDay:
        """The day as it is once everything that is marked was assessed."""
        self.settle()
        with self.database.read() as session:
            return session.get_one(StoredDay, (person or self.rina, date.fromisoformat(work_date)))

    def status(self, work_date: str, person: str | None = None) -> str:
        return self.day(work_date, person).status

    def dirty(self, person: str | None = None) -> set[str]:
        with self.database.read() as session:
            query = select(DirtyDay.work_date).where(DirtyDay.employee_id == (person or self.rina))
            return {day.isoformat() for day in session.scalars(query)}

    def rows(self, model: Any) -> list[Any]:
        with self.database.read() as session:
            return list(session.scalars(select(model).order_by(model.id)))
