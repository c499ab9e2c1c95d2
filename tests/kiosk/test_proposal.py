"""What a punch is taken for."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract.roster import SessionWindow, Way
from kiosk.proposal import Proposal, propose

JAKARTA = ZoneInfo("Asia/Jakarta")


def at(clock: str, day: int = 2) -> datetime:
    parts = [int(part) for part in clock.split(":")]
    return datetime(2026, 11, day, *parts, tzinfo=JAKARTA)


def window(way: Way, opens: str, closes: str, due: str | None = None, name: str = "") -> SessionWindow:
    return SessionWindow(name=name, way=way, opens=at(opens), closes=at(closes), due=at(due) if due else None)


TWO = (window("in", "05:00", "11:29:59", "07:00"), window("out", "11:30", "18:00", "16:00"))
FOUR = (
    window("in", "06:00", "09:59:59", "07:30", "Masuk"),
    window("check", "10:00", "12:29:59", None, "Sebelum istirahat"),
    window("check", "12:30", "14:00", "13:00", "Setelah istirahat"),
    window("out", "14:30", "18:00", "16:00", "Pulang"),
)


@pytest.mark.parametrize(
    ("clock", "proposal"),
    [
        ("06:58", Proposal("in")),
        ("07:00:59", Proposal("in")),
        ("07:01", Proposal("in", late_minutes=1)),
        ("09:30", Proposal("in", late_minutes=150)),
        ("15:59:59", Proposal("out", early_minutes=1)),
        ("16:00", Proposal("out")),
        ("11:30", Proposal("out", early_minutes=270)),
    ],
)
def test_two_sessions(clock: str, proposal: Proposal) -> None:
    assert propose(TWO, at(clock)) == proposal


@pytest.mark.parametrize("clock", ["04:59:59", "18:00:01", "23:00"])
def test_outside_every_window_nothing_is_proposed(clock: str) -> None:
    assert propose(TWO, at(clock)) is None


def test_four_sessions_have_their_names() -> None:
    assert propose(FOUR, at("06:50")) == Proposal("in", "Masuk")
    assert propose(FOUR, at("10:15"), [at("06:50")]) == Proposal("check", "Sebelum istirahat")
    assert propose(FOUR, at("13:05"), [at("06:50"), at("10:15")]) == Proposal("check", "Setelah istirahat", 5)
    assert propose(FOUR, at("14:10")) is None


def test_who_punches_twice_in_one_window_is_taken_for_it_again() -> None:
    assert propose(TWO, at("16:30"), [at("06:50"), at("16:05")]) == Proposal("out")
    assert propose(TWO, at("06:55"), [at("06:50")]) == Proposal("in")


def test_of_overlapping_windows_the_first_free_one_is_filled() -> None:
    both = (window("in", "06:00", "12:00", "07:00"), window("out", "10:00", "18:00", "16:00"))
    assert propose(both, at("11:00")) == Proposal("in", late_minutes=240)
    assert propose(both, at("11:00"), [at("06:50")]) == Proposal("out", early_minutes=300)


@given(st.integers(0, 24 * 3600 - 1), st.lists(st.integers(0, 24 * 3600 - 1), max_size=6))
def test_minutes_are_never_negative_and_never_both(second: int, earlier: list[int]) -> None:
    midnight = at("00:00")
    found = propose(
        FOUR, midnight + timedelta(seconds=second), [midnight + timedelta(seconds=each) for each in earlier]
    )
    if found is not None:
        assert min(found.late_minutes, found.early_minutes) == 0
        assert max(found.late_minutes, found.early_minutes) >= 0
