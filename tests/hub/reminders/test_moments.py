"""When people are reminded of sessions, and when they are left in peace."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from contract.roster import SessionWindow
from hub.attendance.day import AttendanceDay, SessionSeen, Status
from hub.reminders.moments import Moment, after_quiet, closing_moments, has_punch, is_expected
from hub.schedule.reminding import Reminding

JAKARTA = ZoneInfo("Asia/Jakarta")


def at(text: str, zone: ZoneInfo = JAKARTA) -> datetime:
    return datetime.fromisoformat(f"2026-11-{text}").replace(tzinfo=zone)


def window(way: str, opens: str, closes: str, due: str | None = None, name: str = "") -> SessionWindow:
    return SessionWindow(name=name, way=way, opens=at(opens), closes=at(closes), due=at(due) if due else None)


ARRIVAL = window("in", "03T05:00", "03T11:00", "03T07:30")
DEPARTURE = window("out", "03T11:01", "03T23:59", "03T16:00")


def moments(*windows: SessionWindow, before: int = 15) -> list[tuple[str, str]]:
    return [
        (f"{each.at.astimezone(JAKARTA):%H:%M}", f"{each.closes.astimezone(JAKARTA):%H:%M}")
        for each in closing_moments(windows, Reminding(before=before))
    ]


def test_arrival_closes_for_people_when_they_are_late_and_departure_when_its_window_does() -> None:
    assert moments(ARRIVAL, DEPARTURE) == [("07:15", "07:30"), ("17:00", "23:59")]


def test_departure_is_never_asked_for_before_people_may_leave() -> None:
    assert moments(window("out", "03T12:00", "03T16:10", "03T16:00")) == [("16:00", "16:10")]


def test_short_window_is_not_reminded_of_before_it_opens() -> None:
    assert moments(window("check", "03T12:00", "03T12:10", name="S2")) == [("12:00", "12:10")]


def test_policy_may_say_how_long_before_or_not_at_all() -> None:
    assert moments(ARRIVAL, before=40) == [("06:50", "07:30")]
    assert moments(ARRIVAL, DEPARTURE, before=0) == []


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        *((status, True) for status in (Status.BERJALAN, Status.MENUNGGU_DATA, Status.DL, Status.TIDAK_LENGKAP)),
        *((status, False) for status in (Status.C, Status.S, Status.I, Status.LIBUR, Status.TK, Status.DIBATALKAN)),
    ],
)
def test_people_on_leave_are_left_alone_and_people_on_duty_are_not(status: Status, expected: bool) -> None:
    assert is_expected(day(status)) is expected


def test_day_that_is_not_stored_yet_is_expected_and_has_nothing() -> None:
    assert is_expected(None)
    assert not has_punch(None, place("in"))


def day(status: Status = Status.BERJALAN, **fields: object) -> AttendanceDay:
    return AttendanceDay(work_date=at("03T00:00").date(), policy="jember-5", status=status, **fields)  # type: ignore[arg-type]


def place(way: str, name: str = "") -> Moment:
    return Moment(0, name, way, at("03T07:15"), at("03T07:30"))


def test_session_has_its_punch_where_the_day_says_so() -> None:
    come = day(arrival=at("03T07:00"))
    assert has_punch(come, place("in"))
    assert not has_punch(come, place("out"))
    assert has_punch(day(departure=at("03T16:01")), place("out"))
    four = day(sessions=(SessionSeen("S1", "06:30", "08:00", at("03T07:00")), SessionSeen("S2", "12:00", "12:30")))
    assert has_punch(four, place("in", "S1"))
    assert not has_punch(four, place("check", "S2"))


def test_who_scans_where_they_are_on_duty_is_reminded_no_more() -> None:
    seen = day(Status.DL, first_seen=at("03T07:00"), last_seen=at("03T07:00"))
    assert has_punch(seen, place("in"))
    assert not has_punch(seen, place("out"))
    assert has_punch(day(Status.DL, first_seen=at("03T07:00"), last_seen=at("03T16:10")), place("out"))


@pytest.mark.parametrize(
    ("moment", "quiet", "sent"),
    [
        ("03T19:59", (1200, 300), "03T19:59"),
        ("03T20:00", (1200, 300), "04T05:00"),
        ("04T04:59", (1200, 300), "04T05:00"),
        ("04T05:00", (1200, 300), "04T05:00"),
        ("03T12:30", (720, 780), "03T13:00"),
        ("03T20:00", (0, 0), "03T20:00"),
    ],
)
@pytest.mark.parametrize("zone", ["Asia/Jakarta", "Asia/Makassar", "Asia/Jayapura"])
def test_quiet_hours_hold_on_the_clock_of_the_place(zone: str, moment: str, quiet: tuple[int, int], sent: str) -> None:
    local = ZoneInfo(zone)
    found = after_quiet(at(moment, local).astimezone(UTC), local, quiet)
    assert found == at(sent, local)
    assert after_quiet(found, local, quiet) - found == timedelta(0)
