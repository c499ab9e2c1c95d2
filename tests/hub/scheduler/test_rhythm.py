"""When work is due again, in the zones of Indonesia and over a night that has no such hour."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from hub.scheduler.rhythm import Daily, Every


@pytest.mark.parametrize(
    ("zone", "moment", "due"),
    [
        ("Asia/Jakarta", "2026-11-27T18:59:59+00:00", "2026-11-27T19:00:00+00:00"),
        ("Asia/Jakarta", "2026-11-27T19:00:00+00:00", "2026-11-28T19:00:00+00:00"),
        ("Asia/Makassar", "2026-11-27T19:00:00+00:00", "2026-11-28T18:00:00+00:00"),
        ("Asia/Jayapura", "2026-12-31T16:59:00+00:00", "2026-12-31T17:00:00+00:00"),
        ("Europe/Berlin", "2026-03-28T12:00:00+00:00", "2026-03-29T01:00:00+00:00"),
    ],
)
def test_daily_work_comes_at_the_local_hour(zone: str, moment: str, due: str) -> None:
    assert Daily(time(2), ZoneInfo(zone)).after(datetime.fromisoformat(moment)) == datetime.fromisoformat(due)


def test_first_time_of_daily_work_is_todays() -> None:
    daily = Daily(time(2), ZoneInfo("Asia/Jakarta"))
    morning = datetime(2026, 11, 28, 1, 0, tzinfo=UTC)
    assert daily.first(morning) == datetime(2026, 11, 27, 19, 0, tzinfo=UTC)
    night = datetime(2026, 11, 27, 18, 0, tzinfo=UTC)
    assert daily.first(night) == datetime(2026, 11, 27, 19, 0, tzinfo=UTC)


def test_paced_work_begins_at_once_and_is_not_made_up_for() -> None:
    moment = datetime(2026, 11, 28, tzinfo=UTC)
    pace = Every(timedelta(minutes=5))
    assert pace.first(moment) == moment
    assert pace.after(moment) == moment + timedelta(minutes=5)
