"""A day at the office, with only what a test cares about spelt out."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from benchmarks.invented_office import InventedOffice
from hub.attendance.assess import assess
from hub.attendance.day import AttendanceDay, PunchSeen
from hub.db import Database
from hub.schedule.policy import Policy, load_policy
from tests.factories.desk import PaperDesk
from tests.hub.attendance.house import Clock, House
from tests.hub.attendance.house import at as moment_at

WIB = ZoneInfo("Asia/Jakarta")
TUESDAY = date(2026, 11, 10)

Assess = Callable[..., AttendanceDay]


def punch_at(moment: str, work_date: date = TUESDAY, tz: ZoneInfo = WIB) -> PunchSeen:
    """`07:05`, `2026-11-11T07:05:00`; with a choice on the screen `07:05 in`."""
    text, _, hint = moment.partition(" ")
    taken_at = datetime.fromisoformat(text if "T" in text else f"{work_date}T{text}")
    return PunchSeen(taken_at=taken_at.replace(tzinfo=tz), hint=hint or None)  # type: ignore[arg-type]


@pytest.fixture
def assessed() -> Assess:
    """Assess a Tuesday of jember-5 the day after, everything delivered, unless told otherwise."""

    def assess_day(
        *times: str,
        work_date: date = TUESDAY,
        policy: str | Policy = "jember-5",
        tz: ZoneInfo = WIB,
        as_of: str = "2030-01-01T00:00",
        **facts: Any,
    ) -> AttendanceDay:
        punches: Iterable[PunchSeen] = [punch_at(time, work_date, tz) for time in times]
        return assess(
            work_date=work_date,
            policy=load_policy(policy) if isinstance(policy, str) else policy,
            tz=tz,
            punches=punches,
            as_of=datetime.fromisoformat(as_of).replace(tzinfo=tz),
            **facts,
        )

    return assess_day


@pytest.fixture
def house(database: Database) -> House:
    """An office on a Monday morning, before anybody has come."""
    return House(database, Clock(moment_at("05:00")), InventedOffice(database, at=moment_at("04:00")))


@pytest.fixture
def desk(database: Database, tmp_path: Path) -> PaperDesk:
    return PaperDesk(database, tmp_path)
