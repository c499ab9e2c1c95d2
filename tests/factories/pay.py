"""Days, terms, points and contracts of a month, written straight into a database."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

from hub.attendance.day import AttendanceDay, Status
from hub.attendance.stored import Assessed, store_days
from hub.db import Database
from hub.recap.models import EarnedPoints, UnitScore
from hub.recap.monthly import Month
from hub.roster.models import EmploymentTerm
from hub.schedule.models import PartTimeContract, PolicyVersion

NOVEMBER = Month(2026, 11)
SENT_AT = datetime(2026, 12, 1, 3, 0, tzinfo=UTC)


def dates_of(month: Month = NOVEMBER) -> list[date]:
    return [month.first + timedelta(days=number) for number in range((month.last - month.first).days + 1)]


def workdays_of(month: Month = NOVEMBER) -> list[date]:
    return [day for day in dates_of(month) if day.weekday() < 5]


def month_of_days(
    policy: str, changes: dict[date, dict[str, Any]], month: Month = NOVEMBER, **usual: Any
) -> list[AttendanceDay]:
    """Every date of a month: weekends are free, working days HADIR with `usual`, and `changes` to single dates."""
    days = []
    for work_date in dates_of(month):
        fields: dict[str, Any] = (
            {"status": Status.LIBUR} if work_date.weekday() >= 5 else {"status": Status.HADIR} | usual
        )
        days.append(AttendanceDay(work_date=work_date, policy=policy, **(fields | changes.get(work_date, {}))))
    return days


def points_day(late: int = 0, early: int = 0, *, excused: Sequence[str] = ()) -> dict[str, Any]:
    """Fields of a day under points."""
    events = [name for name, minutes in (("late", late), ("early", early)) if minutes and name not in excused]
    return {
        "late_min": late,
        "early_min": early,
        "deduction": {"points_pct": len(events), "events": events, "excused": list(excused)},
    }


def slot_day(paid: int, quota: int = 240, **changes: Any) -> dict[str, Any]:
    """Fields of a day under a slot."""
    return {
        "recorded_min": paid, "paid_min": paid, "short_min": quota - paid, "deduction": {"minutes": quota - paid},
    } | changes  # fmt: skip


def write_days(database: Database, employee_id: str, unit_id: int | None, days: Iterable[AttendanceDay]) -> None:
    with database.write() as session:
        store_days(session, [Assessed(employee_id, day.work_date, unit_id, day) for day in days], now=SENT_AT)


def write_term(database: Database, employee_id: str, **fields: Any) -> None:
    with database.write() as session:
        session.add(EmploymentTerm(**({"employee_id": employee_id, "set_by": "t", "set_at": SENT_AT} | fields)))


def write_points(database: Database, employee_id: str, points: str, month: Month = NOVEMBER) -> None:
    with database.write() as session:
        session.add(
            EarnedPoints(
                employee_id=employee_id, month=month.first, points=points, source="poin.csv", set_by="t", set_at=SENT_AT
            )
        )


def write_score(database: Database, unit_id: int, factor: str, month: Month = NOVEMBER) -> None:
    with database.write() as session:
        session.add(UnitScore(unit_id=unit_id, month=month.first, factor=factor, set_by="t", set_at=SENT_AT))


def write_contract(database: Database, employee_id: str, **changes: Any) -> None:
    fields: dict[str, Any] = {
        "number": "814/1/2026", "employee_id": employee_id, "valid_from": date(2026, 1, 1),
        "valid_until": date(2026, 12, 31), "weekdays": [0, 1, 2, 3, 4], "slot_start": "08:00", "slot_end": "12:00",
        "quota_min": 240, "monthly_pay": 1_200_000, "set_by": "t", "set_at": SENT_AT,
    }  # fmt: skip
    with database.write() as session:
        session.add(PartTimeContract(**(fields | changes)))


def write_policy(database: Database, name: str, text: str, valid_from: date = date(2026, 1, 1)) -> None:
    with database.write() as session:
        session.add(PolicyVersion(name=name, valid_from=valid_from, text=text, set_by="t", set_at=SENT_AT))
