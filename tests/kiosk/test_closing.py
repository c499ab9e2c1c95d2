"""Which sessions everybody is told of before they close, from the hours that the kiosk holds."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from contract.roster import Hours, SessionWindow
from kiosk.closing import Closing, closing_now, closings_of

DAY = datetime(2026, 11, 23, tzinfo=UTC)


def at(clock: str) -> datetime:
    hour, minute, *rest = map(int, clock.split(":"))
    return DAY + timedelta(hours=hour, minutes=minute, seconds=rest[0] if rest else 0)


def window(way: Any, opens: str, closes: str, *, due: str = "", name: str = "", before: int = 15) -> SessionWindow:
    return SessionWindow(
        name=name, way=way, opens=at(opens), closes=at(closes), due=at(due) if due else None, before=before
    )


OFFICE = Hours(
    id="office",
    sessions=(
        window("in", "06:00", "11:59:59", due="07:30:59"),
        window("out", "12:00", "16:30:59", due="16:00"),
    ),
)
ALL = ("office",) * 3


def told(clock: str, *hours: Hours, holders: tuple[str, ...] = ALL) -> Closing | None:
    return closing_now(closings_of(hours or (OFFICE,), holders), at(clock))


@pytest.mark.parametrize(
    ("clock", "way"),
    [
        ("07:14:59", None), ("07:15", "in"), ("07:30:59", "in"), ("07:31", None), ("11:50", None), ("16:14:59", None),
        ("16:15", "out"), ("16:30:59", "out"), ("16:31", None),
    ],
)  # fmt: skip
def test_session_is_told_in_its_last_minutes(clock: str, way: str | None) -> None:
    found = told(clock)
    assert (found.way if found else None) == way


def test_arrival_is_told_until_it_is_late_and_a_departure_until_it_closes() -> None:
    arrival, departure = told("07:20"), told("16:20")
    assert arrival is not None
    assert departure is not None
    assert (arrival.at, arrival.on_time) == (at("07:30:59"), True)
    assert (departure.at, departure.on_time) == (at("16:30:59"), False)


def test_session_is_not_told_before_it_opens() -> None:
    short = Hours(id="office", sessions=(window("check", "09:00", "09:10:59", name="Apel"),))
    assert told("08:59", short) is None
    assert told("09:00", short) is not None


def test_hub_that_says_no_minutes_tells_nothing() -> None:
    assert told("16:20", Hours(id="office", sessions=(window("out", "12:00", "16:30", before=0),))) is None


@pytest.mark.parametrize(
    ("holders", "is_told"),
    [
        (("office", "office", "night"), True),
        (("office", "night"), True),
        (("office", "night", "night"), False),
        (("", "", "", "office"), True),
        ((), False),
    ],
)
def test_line_for_everybody_concerns_at_least_half_of_them(holders: tuple[str, ...], is_told: bool) -> None:
    night = Hours(id="night", sessions=(window("out", "12:00", "23:00:59"),))
    assert (told("16:20", OFFICE, night, holders=holders) is not None) == is_told


def test_timetables_that_close_together_count_together() -> None:
    hours = [
        Hours(id=name, sessions=(window("out", opens, "16:30:59"),)) for name, opens in (("a", "12:00"), ("b", "13:00"))
    ]
    others = Hours(id="c", sessions=(window("out", "12:00", "18:00:59"),))
    assert told("16:20", *hours, others, holders=("a", "b", "c", "c")) is not None
