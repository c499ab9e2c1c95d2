"""An office whose people can be reached, a clock, and what was written for whom."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from hub.db import Database
from hub.reminders.contacts import add_contact, set_wish
from hub.reminders.models import Reminder
from hub.reminders.planner import SessionPlanner
from tests.factories.people import add_employee, add_unit

GATEWAYS = ("wa", "mail")


@dataclass
class Desk:
    """`walk` lets the planner look once a minute, as the scheduler does."""

    database: Database
    now: datetime = datetime(2026, 11, 2, 17, 0, tzinfo=UTC)

    def person(self, name: str, *, zone: str = "Asia/Jakarta", gateway: str = "wa", unit: int | None = None) -> int:
        """Somebody of an office in a zone who can be reached, without quiet hours; their contact."""
        place = add_unit(self.database, f"Kantor {name}", timezone=zone) if unit is None else unit
        add_employee(self.database, name, unit=place, frames=0)
        return self.reach(name, gateway)

    def reach(self, name: str, gateway: str = "wa", address: str = "6281234567890") -> int:
        contact = add_contact(
            self.database,
            employee_id=name,
            gateway=gateway,
            address=address,
            gateways=GATEWAYS,
            by="bkpp",
            now=self.now,
        )
        set_wish(self.database, contact, quiet=(0, 0), by="bkpp", now=self.now)
        return contact

    def planner(self) -> SessionPlanner:
        return SessionPlanner(self.database, now=lambda: self.now)

    def walk(self, until: datetime, *, every: timedelta = timedelta(minutes=5)) -> None:
        planner = self.planner()
        while self.now <= until:
            planner.step()
            self.now += every

    def written(self, zone: str = "Asia/Jakarta") -> list[tuple[str, str, str]]:
        """For whom, of which kind, and when on the clock of a zone, in the order of the clock."""
        with self.database.read() as session:
            rows = session.scalars(select(Reminder).order_by(Reminder.due_at, Reminder.key)).all()
        local = ZoneInfo(zone)
        return [(row.employee_id or "", row.kind, f"{row.due_at.astimezone(local):%d %H:%M}") for row in rows]

    def rows(self) -> list[Reminder]:
        with self.database.read() as session:
            return list(session.scalars(select(Reminder).order_by(Reminder.id)))


@pytest.fixture
def desk(database: Database) -> Desk:
    return Desk(database)
