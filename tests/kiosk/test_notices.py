"""What is said to whoever was recognised: to them alone, beside their punch, and while it is fresh."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import msgspec
import pytest

from contract.month import Notice, PersonMonth
from kiosk.journal_records import RowKey
from kiosk.months import Months
from kiosk.notices import FRESH_FOR, Told, is_fresh, told_in
from kiosk.recognizer.consensus import Identity
from kiosk.states import (
    Accepted,
    AlreadyRecorded,
    AskNotMe,
    CheckFace,
    EnterPin,
    Idle,
    Recording,
    ShowMonth,
    State,
    Withdrawn,
)

NOW = datetime(2026, 11, 23, 0, 10, tzinfo=UTC)
JAKARTA = ZoneInfo("Asia/Jakarta")
NOTICE = Notice(kind="missed", day="2026-11-22", until="2026-11-28", lacks="out")
MONTHS = Months(
    3,
    "2026-11",
    NOW - timedelta(minutes=40),
    {"a": PersonMonth(person="a", notice=NOTICE), "b": PersonMonth(person="b")},
)
IDENTITY = Identity("a", similarity=0.8, threshold=0.6, margin=0.2, frames=4, first_seen_at=0.0)


def test_person_is_told_beside_a_stored_punch() -> None:
    for state in (Accepted("a", NOW, 9.0), AlreadyRecorded("a", NOW, 9.0)):
        told = told_in(state, MONTHS)
        assert told == Told(NOTICE, date(2026, 11, 22), date(2026, 11, 28), NOW - timedelta(minutes=40))


@pytest.mark.parametrize(
    "state",
    [
        Idle(),
        Recording(IDENTITY),
        AskNotMe("a", RowKey("kiosk-1", "epoch", 1), NOW, 9.0),
        Withdrawn(9.0),
        EnterPin("a", 5, 9.0),
        CheckFace("a", "pin", 9.0),
        ShowMonth("a", 9.0),
        Accepted("a", NOW, 9.0, beyond_m=350.0),
        Accepted("b", NOW, 9.0),
        Accepted("stranger", NOW, 9.0),
    ],
)
def test_nothing_is_told_before_it_is_stored_nor_after_nor_to_anybody_else(state: State) -> None:
    assert told_in(state, MONTHS) is None


def test_kiosk_without_months_tells_nothing() -> None:
    assert told_in(Accepted("a", NOW, 9.0), Months()) is None


def test_day_that_no_calendar_has_is_left_out() -> None:
    wrong = msgspec.structs.replace(NOTICE, day="2026-02-30")
    months = Months(1, "2026-11", NOW, {"a": PersonMonth(person="a", notice=wrong)})
    assert told_in(Accepted("a", NOW, 9.0), months) is None


def fresh(now: datetime) -> bool:
    return is_fresh(Told(NOTICE, date(2026, 11, 22), date(2026, 11, 28), NOW), now, JAKARTA)


@pytest.mark.parametrize(
    ("age", "said"),
    [
        (timedelta(0), True),
        (FRESH_FOR, True),
        (FRESH_FOR + timedelta(seconds=1), False),
        (timedelta(days=3), False),
        (-timedelta(seconds=30), True),
        (-timedelta(minutes=2), False),
    ],
)
def test_what_is_old_is_not_said_nor_what_comes_from_a_time_to_come(age: timedelta, said: bool) -> None:
    assert fresh(NOW + age) == said


@pytest.mark.parametrize(("zone", "said"), [("Asia/Jakarta", True), ("Asia/Makassar", False), ("Asia/Jayapura", False)])
def test_last_day_ends_by_the_clock_of_the_place(zone: str, said: bool) -> None:
    now = datetime(2026, 11, 28, 16, 30, tzinfo=UTC)
    told = Told(NOTICE, date(2026, 11, 22), date(2026, 11, 28), now)
    assert is_fresh(told, now, ZoneInfo(zone)) == said
