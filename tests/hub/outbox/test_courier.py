"""What is owed is delivered once, tried again when it fails, and a dead lane delays nobody else."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Row, insert, select

from hub.db import Database, table_of
from hub.outbox.claiming import LEASE
from hub.outbox.courier import Answer, Courier, pause_after
from hub.reminders.models import Reminder
from tests.hub.reminders.conftest import Desk

NOW = datetime(2026, 11, 3, 0, 0, tzinfo=UTC)
_table = table_of(Reminder)


class PowerCutError(BaseException):
    """The process ends here, without any clean-up of its own."""


@dataclass
class Post:
    """An outbox with a clock that stands still. got: ids of what the other side took. before, after: a try."""

    database: Database
    contact: int
    now: datetime = NOW
    got: list[int] = field(default_factory=list)
    tries: Counter[str] = field(default_factory=Counter)
    dead: set[str] = field(default_factory=set)
    before: Callable[[Row[Any]], object] = lambda _row: None
    after: Callable[[Row[Any]], object] = lambda _row: None

    def owe(self, number: int, lane: str = "wa") -> None:
        with self.database.writing_connection() as connection:
            rows = [
                {
                    "key": f"{lane}-{each}", "kind": "month", "contact_id": self.contact, "lane": lane,
                    "state": "waiting", "due_at": self.now, "made_at": self.now, "attempts": 0,
                    "not_after": self.now + timedelta(days=9), "title": "t", "body": "b",
                }
                for each in range(number)
            ]  # fmt: skip
            connection.execute(insert(_table), rows)

    def courier(self, patience: timedelta = timedelta(days=1)) -> Courier:
        return Courier(self.database, _table, self._send, patience=patience, now=lambda: self.now)

    def states(self, lane: str = "wa") -> Counter[str]:
        with self.database.read() as session:
            return Counter(session.scalars(select(_table.c.state).where(_table.c.lane == lane)))

    def _send(self, row: Row[Any]) -> Answer:
        self.tries[row.lane] += 1
        self.before(row)
        if row.lane in self.dead:
            return Answer("again", "nobody answers")
        self.got.append(row.id)
        self.after(row)
        return Answer("delivered")


@pytest.fixture
def post(database: Database) -> Post:
    return Post(database, Desk(database).person("a"))


def test_everything_is_delivered_once(post: Post) -> None:
    post.owe(12)
    assert (post.courier().step(), post.courier().step()) == (12, 0)
    assert len(set(post.got)) == len(post.got) == 12
    assert post.states() == {"delivered": 12}


def test_couriers_at_once_deliver_nothing_twice(post: Post) -> None:
    post.owe(40)
    together = threading.Barrier(4)

    def work(courier: Courier) -> None:
        together.wait()
        courier.step()

    threads = [threading.Thread(target=work, args=(post.courier(),)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    post.courier().step()
    assert len(set(post.got)) == len(post.got) == 40


def test_dead_lane_is_asked_once_and_again_later_and_the_other_goes_on(post: Post) -> None:
    post.dead.add("wa")
    post.owe(7)
    post.owe(7, "mail")
    courier = post.courier()
    courier.step()
    assert (post.tries["wa"], post.states("mail")) == (1, {"delivered": 7})
    post.now += pause_after(1) - timedelta(seconds=1)
    courier.step()
    assert post.tries["wa"] == 1
    post.now += timedelta(seconds=1)
    post.dead.clear()
    courier.step()
    assert post.states() == {"delivered": 7}
    assert len(post.got) == 14


def test_row_that_always_fails_does_not_hold_back_the_others(post: Post) -> None:
    post.owe(6)
    bad = min(range(1, 7))

    def fail(row: Row[Any]) -> None:
        if row.key == f"wa-{bad - 1}":
            raise ValueError("this one cannot be written")

    post.before = fail
    courier = post.courier()
    for _ in range(3):
        courier.step()
        post.now += timedelta(hours=2)
    assert post.states() == {"delivered": 5, "waiting": 1}


def test_what_failed_for_too_long_is_given_up_and_says_why(post: Post) -> None:
    post.dead.add("wa")
    post.owe(1)
    courier = post.courier(patience=timedelta(hours=1))
    courier.step()
    post.now += timedelta(hours=1)
    courier.step()
    assert post.states() == {"given_up": 1}
    with post.database.read() as session:
        [row] = session.execute(select(_table)).all()
    assert (row.detail, row.attempts, row.ended_at) == ("nobody answers", 2, post.now)


def test_pauses_grow_to_an_hour() -> None:
    pauses = [pause_after(attempts).total_seconds() for attempts in (1, 2, 3, 8, 9, 1000)]
    assert pauses == [15, 30, 60, 1920, 3600, 3600]


def cut(_row: Row[Any]) -> None:
    raise PowerCutError


def test_process_that_dies_before_it_sends_loses_nothing(post: Post) -> None:
    post.owe(3)
    post.before = cut
    with pytest.raises(PowerCutError):
        post.courier().step()
    post.before = lambda _row: None
    assert post.courier().step() == 0
    post.now += LEASE + timedelta(seconds=1)
    post.courier().step()
    assert sorted(post.got) == sorted(set(post.got))
    assert post.states() == {"delivered": 3}


def test_process_that_dies_after_it_sent_sends_again_under_the_same_id(post: Post) -> None:
    post.owe(3)
    post.after = cut
    with pytest.raises(PowerCutError):
        post.courier().step()
    post.after = lambda _row: None
    post.now += LEASE + timedelta(seconds=1)
    post.courier().step()
    assert post.states() == {"delivered": 3}
    assert sorted(Counter(post.got).values()) == [1, 1, 2]


def test_slow_lane_does_not_delay_another_in_the_loop(post: Post) -> None:
    post.owe(1, "slow")
    post.owe(1, "wa")
    gone, stop = threading.Event(), threading.Event()

    def wait(row: Row[Any]) -> None:
        if row.lane == "slow":
            assert gone.wait(60)

    post.before = wait
    post.after = lambda row: gone.set() if row.lane == "wa" else None
    courier = post.courier()
    loop = threading.Thread(target=courier.run, args=(stop,))
    loop.start()
    assert gone.wait(60)
    stop.set()
    loop.join(60)
    assert post.states("slow") == {"delivered": 1}
