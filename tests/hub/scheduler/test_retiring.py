"""Jobs that nobody does any more are retired, on record; those that somebody does are not."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from hub.db import Database
from hub.errors import JobError
from hub.scheduler import claims
from hub.scheduler.claims import RETIRED_AFTER, retire
from hub.scheduler.overview import list_jobs, list_runs
from hub.scheduler.rhythm import Every
from hub.scheduler.scheduler import Job, Scheduler

NOW = datetime(2026, 11, 2, 3, 0, tzinfo=UTC)
GONE = "retention@ab12"


def hub_of(database: Database, at: datetime) -> Scheduler:
    """A hub of the folder, whose clock stands."""
    return Scheduler(database, [Job(GONE, Every(timedelta(hours=1)), lambda _over: None)], now=lambda: at)


def names(database: Database, now: datetime) -> list[str]:
    return [line.name for line in list_jobs(database, now=now)]


def test_job_of_a_folder_that_is_gone_is_retired_on_record(database: Database) -> None:
    hub = hub_of(database, NOW)
    hub.enrol()
    hub.step()
    later = NOW + timedelta(days=40)
    [line] = list_jobs(database, now=later)
    assert (line.late, line.may_be_retired) == (True, True)
    retire(database, GONE, by="budi", now=later)
    assert names(database, later) == []
    [run] = list_runs(database)
    assert (run.name, run.claimed_by, run.started_at, run.outcome) == (GONE, "budi", later, "done")
    assert run.detail == "retired by budi; last done 2026-11-02 03:00 UTC"


def test_folder_that_comes_back_does_its_work_again(database: Database) -> None:
    claims.enrol(database, GONE, NOW)
    later = NOW + RETIRED_AFTER
    retire(database, GONE, by="budi", now=later)
    back = hub_of(database, later)
    back.enrol()
    assert names(database, later) == [GONE]
    assert back.step() == [GONE]


@pytest.mark.parametrize("span", [timedelta(), RETIRED_AFTER - timedelta(seconds=1)])
def test_job_that_is_late_for_less_than_a_day_is_not_retired(database: Database, span: timedelta) -> None:
    claims.enrol(database, GONE, NOW)
    assert [line.may_be_retired for line in list_jobs(database, now=NOW + span)] == [False]
    with pytest.raises(JobError, match="within the last day"):
        retire(database, GONE, by="budi", now=NOW + span)
    assert names(database, NOW) == [GONE]


def test_job_in_hand_is_not_retired_and_one_that_was_cut_off_is(database: Database) -> None:
    claims.enrol(database, GONE, NOW)
    later = NOW + timedelta(days=3)
    assert claims.claim(database, GONE, by="hub-1", now=later) is not None
    with pytest.raises(JobError, match="is being done"):
        retire(database, GONE, by="budi", now=later)
    over = later + claims.LEASE + timedelta(seconds=1)
    retire(database, GONE, by="budi", now=over)
    assert [run.outcome for run in list_runs(database)] == ["done", "abandoned"]


def test_job_that_nobody_knows_is_not_retired(database: Database) -> None:
    with pytest.raises(JobError, match="no job 'nonsense'"):
        retire(database, "nonsense", by="budi", now=NOW)
