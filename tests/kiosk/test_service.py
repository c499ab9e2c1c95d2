"""How a kiosk counts the people whom it serves."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from kiosk.recognizer.consensus import Identity
from kiosk.service import ServiceTally
from kiosk.states import (
    Accepted,
    AlreadyRecorded,
    Approach,
    Challenge,
    CheckFace,
    Idle,
    Recording,
    Refused,
    State,
    Verify,
    Withdrawn,
)

MORNING = datetime(2026, 11, 22, 23, 55, tzinfo=UTC)
IDENTITY = Identity("ayu", 0.97, 0.93, 0.2, 3, 0.0)


class Day:
    def __init__(self, timezone: str = "Asia/Jakarta") -> None:
        self.tally = ServiceTally(timezone=timezone, now=MORNING)
        self.seconds = 0.0

    def on(self, *states: State, after: float = 0.5) -> Day:
        for state in states:
            self.seconds += after
            self.tally.note(state, at=self.seconds, now=MORNING + timedelta(seconds=self.seconds))
        return self

    def counts(self) -> tuple[int, ...]:
        today = self.tally.today
        return (today.visits, today.recorded, today.first_try, today.challenged, today.fallback, today.refused)


def accepted(factor: str = "face") -> Accepted:
    return Accepted("ayu", MORNING, 9.0, factor="pin" if factor == "pin" else "face")


def test_person_recognised_at_once_is_a_first_try() -> None:
    day = Day().on(Approach("nearer"), Verify(0.3), Recording(IDENTITY), accepted(), Idle())
    assert day.counts() == (1, 1, 1, 0, 0, 0)
    assert day.tally.today.seconds_median == 1.0


def test_refusal_before_makes_it_no_first_try() -> None:
    day = Day().on(Verify(0.3), Refused("unrecognised", 9.0), Verify(0.4), accepted(), Idle())
    assert day.counts() == (1, 1, 0, 0, 0, 0)


def test_challenge_and_fallback_have_their_own_counts() -> None:
    day = Day().on(Verify(0.3), Challenge("left", 1, 3, 0.5), Verify(1.0), accepted(), Idle())
    day.on(Verify(0.3), Refused("unrecognised", 9.0), CheckFace("ayu", "pin", 9.0), accepted("pin"), Idle())
    assert day.counts() == (2, 2, 0, 1, 1, 0)


def test_who_leaves_without_a_punch_is_refused_and_who_only_passes_is_no_visit() -> None:
    day = Day().on(Verify(0.3), Refused("unrecognised", 9.0), Idle(), Verify(0.1), Idle())
    assert day.counts() == (1, 0, 0, 0, 0, 1)


def test_who_lingers_is_no_second_visit() -> None:
    day = Day().on(Verify(0.3), accepted(), Idle(), Verify(0.3), AlreadyRecorded("ayu", MORNING, 9.0), Idle())
    assert day.counts() == (1, 1, 1, 0, 0, 0)


def test_full_disk_is_nobodys_refusal() -> None:
    assert Day().on(Verify(0.3), Refused("journal_full", 9.0), Idle()).counts() == (0, 0, 0, 0, 0, 0)


def test_disavowals_are_counted() -> None:
    assert Day().on(Verify(0.3), accepted(), Withdrawn(9.0), Idle()).tally.today.disavowed == 1


def test_new_day_begins_at_the_offices_own_midnight() -> None:
    day = Day().on(Verify(0.3), accepted(), Idle())
    day.on(Idle(), after=17 * 3600)
    assert day.counts() == (1, 1, 1, 0, 0, 0)
    day.on(Idle(), after=3600)
    assert day.counts() == (0, 0, 0, 0, 0, 0)
    assert day.tally.today.seconds_median is None
