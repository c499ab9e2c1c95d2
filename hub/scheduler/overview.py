"""What people look at to see that due work is done: what came of each job, and when it is next."""

from __future__ import annotations

from datetime import datetime
from typing import Final

import msgspec
from sqlalchemy import func, select

from hub.db import Database
from hub.scheduler.claims import may_be_retired
from hub.scheduler.models import JobRun, ScheduledJob

LATE_SECONDS: Final = 300.0
"""What is due for longer and in nobody's hands is late: no scheduler runs, or it cannot keep up."""


class JobLine(msgspec.Struct, frozen=True, kw_only=True):
    """A job. running_by: the process that has it in hand; seconds: how long the last run took; runs: kept ones.

    looked_at: when it last ended well, with or without anything to do. started_at to last_detail: of the newest run
    that did something, or failed; last_outcome: done, failed or abandoned. failures: in a row, 0 after it went well.
    may_be_retired: nobody did it for so long that its folder must be gone.
    """

    name: str
    due_at: datetime
    late: bool
    running_by: str | None
    looked_at: datetime | None
    started_at: datetime | None
    ended_at: datetime | None
    seconds: float | None
    last_outcome: str | None
    last_detail: str | None
    failures: int
    runs: int
    may_be_retired: bool = False


class RunLine(msgspec.Struct, frozen=True, kw_only=True):
    """One run of a job."""

    name: str
    due_at: datetime
    started_at: datetime
    ended_at: datetime | None
    outcome: str | None
    detail: str | None
    claimed_by: str


def list_jobs(database: Database, *, now: datetime) -> list[JobLine]:
    """Every job that a hub on this database knows, what is late first, then by when it is due."""
    newest = select(JobRun.name, func.max(JobRun.id).label("id"), func.count().label("runs")).group_by(JobRun.name)
    ended = newest.where(JobRun.outcome.is_not(None)).subquery()
    with database.read() as session:
        counts = {row.name: row.runs for row in session.execute(newest)}
        last = {row.name: row for row in session.scalars(select(JobRun).join(ended, JobRun.id == ended.c.id))}
        jobs = session.scalars(select(ScheduledJob)).all()
    lines = []
    for job in jobs:
        held = job.claimed_until is not None and job.claimed_until >= now
        run = last.get(job.name)
        lines.append(
            JobLine(
                name=job.name,
                due_at=job.due_at,
                late=not held and (now - job.due_at).total_seconds() > LATE_SECONDS,
                running_by=job.claimed_by if held else None,
                looked_at=job.looked_at,
                started_at=run.started_at if run else None,
                ended_at=run.ended_at if run else None,
                seconds=(run.ended_at - run.started_at).total_seconds() if run and run.ended_at else None,
                last_outcome=run.outcome if run else None,
                last_detail=run.detail if run else None,
                failures=job.attempts,
                runs=counts.get(job.name, 0),
                may_be_retired=may_be_retired(job, now),
            )
        )
    return sorted(lines, key=lambda line: (not line.late, line.due_at, line.name))


def list_runs(database: Database, *, name: str | None = None, limit: int = 100) -> list[RunLine]:
    """Runs of one job or of all, the newest first."""
    query = select(JobRun).order_by(JobRun.id.desc()).limit(limit)
    if name is not None:
        query = query.where(JobRun.name == name)
    with database.read() as session:
        return [
            RunLine(
                name=run.name,
                due_at=run.due_at,
                started_at=run.started_at,
                ended_at=run.ended_at,
                outcome=run.outcome,
                detail=run.detail,
                claimed_by=run.claimed_by,
            )
            for run in session.scalars(query)
        ]
