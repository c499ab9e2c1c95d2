"""Whoever guesses waits longer and longer, also after a restart; nobody waits for ever."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select

from hub.access.models import SignInFailure
from hub.access.throttle import FREE_FAILURES, LONGEST_WAIT_SECONDS, Throttle
from hub.db import Database


class Clock:
    """Stands until it is moved."""

    def __init__(self) -> None:
        self.at = datetime(2026, 3, 2, 7, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.at

    def move(self, seconds: float) -> None:
        self.at += timedelta(seconds=seconds)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def make(database: Database, clock: Clock) -> Callable[[], Throttle]:
    """A throttle as a new process makes it."""
    return lambda: Throttle(database, now=clock)


def test_guessing_is_slowed_down_more_and_more_and_a_restart_does_not_help(
    make: Callable[[], Throttle], clock: Clock
) -> None:
    for _ in range(FREE_FAILURES - 1):
        make().fail("10.0.0.1")
    assert make().wait_seconds("10.0.0.1") == 0
    waits = []
    for _ in range(14):
        make().fail("10.0.0.1")
        waits.append(make().wait_seconds("10.0.0.1"))
        clock.move(waits[-1])
        assert make().wait_seconds("10.0.0.1") == 0
    assert waits[:4] == [1, 2, 4, 8]
    assert waits[-1] == LONGEST_WAIT_SECONDS
    assert make().wait_seconds("10.0.0.2") == 0


def test_right_password_and_time_end_the_wait(make: Callable[[], Throttle], clock: Clock, database: Database) -> None:
    throttle = make()
    for _ in range(20):
        throttle.fail("siti", "10.0.0.1")
    assert throttle.wait_seconds("siti", "other") > 0
    throttle.succeed("siti")
    assert throttle.wait_seconds("siti") == 0
    assert throttle.wait_seconds("10.0.0.1") > 0
    clock.move(3601)
    assert throttle.wait_seconds("10.0.0.1") == 0
    throttle.fail("10.0.0.2")
    with database.read() as session:
        assert session.scalar(select(func.count()).select_from(SignInFailure)) == 1


def test_clock_that_is_set_back_locks_nobody_out(make: Callable[[], Throttle], clock: Clock) -> None:
    throttle = make()
    for _ in range(40):
        throttle.fail("siti")
    clock.move(-LONGEST_WAIT_SECONDS)
    assert throttle.wait_seconds("siti") == LONGEST_WAIT_SECONDS
    clock.move(2 * LONGEST_WAIT_SECONDS)
    assert throttle.wait_seconds("siti") == 0
    clock.move(-30 * 24 * 3600)
    assert throttle.wait_seconds("siti") == 0, "noted by a clock that ran a month ahead"
    throttle.fail("siti")
    assert throttle.wait_seconds("siti") > 0


def test_what_was_typed_is_kept_as_a_hash_only(make: Callable[[], Throttle], database: Database) -> None:
    make().fail("my-password")
    with database.read() as session:
        row = session.scalars(select(SignInFailure)).one()
    assert "my-password" not in row.key
    assert len(row.key) == 64
