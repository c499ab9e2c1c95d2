"""Due work is done once by whoever claims it, again after it failed, and by another when its process has died."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from hub.db import Database
from hub.scheduler import claims
from hub.scheduler.claims import LEASE
from hub.scheduler.overview import JobLine, list_jobs, list_runs
from hub.scheduler.rhythm import Daily, Every, Rhythm
from hub.scheduler.scheduler import Job, Scheduler

NOW = datetime(2026, 11, 27, 19, 0, tzinfo=UTC)
NIGHTLY = Daily(time(2), ZoneInfo("Asia/Jakarta"))


class Night:
    """A clock that stands still, and how often the work was done. during: what happens meanwhile."""

    def __init__(self, database: Database) -> None:
        self.now = NOW
        self.database = database
        self.done = 0
        self.says: str | None = "done so"
        self.during: Callable[[], object] = lambda: None

    def hub(self, rhythm: Rhythm = NIGHTLY, **terms: int) -> Scheduler:
        made = Scheduler(self.database, [Job("night", rhythm, self._work, **terms)], now=lambda: self.now)
        made.enrol()
        return made

    def line(self) -> JobLine:
        [line] = list_jobs(self.database, now=self.now)
        return line

    def _work(self, _over: threading.Event) -> str | None:
        self.done += 1
        self.during()
        return self.says


@pytest.fixture
def night(database: Database) -> Night:
    return Night(database)


def fail() -> None:
    raise RuntimeError("power cut")


def test_two_hubs_do_a_night_once(night: Night) -> None:
    one, other = night.hub(), night.hub()
    night.during = other.step
    assert [one.step(), other.step(), one.step()] == [["night"], [], []]
    assert night.done == 1
    assert (night.line().last_outcome, night.line().last_detail, night.line().late) == ("done", "done so", False)


def test_many_hubs_at_once_do_it_once(night: Night) -> None:
    hubs = [night.hub() for _ in range(8)]
    together = threading.Barrier(len(hubs))

    def step(hub: Scheduler) -> None:
        together.wait()
        hub.step()

    threads = [threading.Thread(target=step, args=(hub,)) for hub in hubs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert night.done == 1


def test_work_is_not_due_before_its_hour_and_comes_every_night(night: Night) -> None:
    hub = night.hub()
    done = []
    for after in (-10, 0, 23 * 60 + 50, 24 * 60, 24 * 60 + 1):
        night.now = NOW + timedelta(minutes=after)
        done.append(bool(hub.step()))
    assert done == [False, True, False, True, False]


def test_hub_that_was_off_for_days_does_it_once_when_it_is_back(night: Night) -> None:
    night.hub().step()
    night.now = NOW + timedelta(days=5, hours=7)
    hub = night.hub()
    assert [hub.step(), hub.step()] == [["night"], []]


def test_failure_is_told_and_tried_again_later_and_later_until_the_next_night(night: Night) -> None:
    night.during = fail
    hub = night.hub(most_attempts=3)
    tried = []
    for minute in range(12):
        night.now = NOW + timedelta(minutes=minute)
        if hub.step():
            tried.append(minute)
    assert tried == [0, 1, 3]
    assert (night.line().last_outcome, night.line().last_detail) == ("failed", "RuntimeError: power cut")
    assert night.line().due_at == NOW + timedelta(days=1)


def test_count_of_failures_ends_with_success(night: Night) -> None:
    night.during = fail
    hub = night.hub()
    hub.step()
    assert night.line().failures == 1
    night.now += timedelta(minutes=1)
    night.during = lambda: None
    hub.step()
    assert (night.line().failures, night.line().due_at) == (0, NOW + timedelta(days=1))


def test_work_of_a_process_that_died_is_taken_over_after_its_lease(night: Night) -> None:
    night.hub()
    assert claims.claim(night.database, "night", by="the dead", now=NOW) is not None
    assert night.line().running_by == "the dead"
    other = night.hub()
    night.now = NOW + LEASE
    assert not other.step()
    night.now = NOW + LEASE + timedelta(seconds=1)
    assert other.step() == ["night"]
    assert [run.outcome for run in list_runs(night.database)] == ["done", "abandoned"]


def test_work_that_goes_on_keeps_its_claim(night: Night) -> None:
    night.hub()
    held = claims.claim(night.database, "night", by="slow", now=NOW)
    assert held is not None
    assert claims.renew(night.database, held, now=NOW + LEASE)
    night.now = NOW + LEASE + timedelta(seconds=1)
    assert not night.hub().step()


def test_who_was_taken_over_learns_it_and_changes_nothing(night: Night) -> None:
    night.hub()
    held = claims.claim(night.database, "night", by="asleep", now=NOW)
    assert held is not None
    night.now = NOW + 2 * LEASE
    night.hub().step()
    assert not claims.renew(night.database, held, now=night.now)
    before = night.line()
    assert not claims.settle(
        night.database, held, outcome="failed", detail="late", due_at=NOW, attempts=1, now=night.now
    )
    assert night.line() == before


def test_look_that_finds_nothing_leaves_no_run_but_is_seen(night: Night) -> None:
    night.says = None
    night.hub(Every(timedelta(minutes=1))).step()
    assert list_runs(night.database) == []
    assert night.line().looked_at == NOW


def test_work_in_nobodys_hands_is_late(night: Night) -> None:
    night.hub()
    night.now = NOW + timedelta(minutes=6)
    assert night.line().late


def test_job_can_be_asked_for_and_unknown_ones_are_told(night: Night) -> None:
    hub = night.hub()
    hub.step()
    assert claims.ask_for(night.database, "night", now=NOW)
    assert hub.step() == ["night"]
    assert not claims.ask_for(night.database, "day", now=NOW)


def test_old_runs_are_forgotten(night: Night) -> None:
    night.hub().step()
    assert claims.forget_runs(night.database, before=NOW) == 0
    assert claims.forget_runs(night.database, before=NOW + timedelta(seconds=1)) == 1


def test_loop_does_the_work_in_a_thread_and_ends_it_when_told(night: Night) -> None:
    begun, stop = threading.Event(), threading.Event()

    def work(over: threading.Event) -> str:
        begun.set()
        return "ended" if over.wait(60) else "never told"

    hub = Scheduler(night.database, [Job("long", Every(timedelta(hours=1)), work)], now=lambda: NOW)
    loop = threading.Thread(target=hub.run, args=(stop,))
    loop.start()
    assert begun.wait(60)
    stop.set()
    loop.join(60)
    assert [run.detail for run in list_runs(night.database)] == ["ended"]


def test_folder_keeps_its_name(tmp_path: Path) -> None:
    from hub.due_work import folder_id

    (tmp_path / "other").mkdir()
    assert folder_id(tmp_path) == folder_id(tmp_path) != folder_id(tmp_path / "other")
    assert [path.name for path in tmp_path.iterdir() if path.is_file()] == ["folder.id"]
