"""Claiming a job's row, keeping hold of it, and settling it; two processes never both have it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import ColumnElement, delete, insert, or_, select, update
from sqlalchemy.exc import IntegrityError

from hub.db import Database, table_of
from hub.errors import JobError
from hub.roster.officers import officer_name
from hub.scheduler.models import JobRun, ScheduledJob
from hub.scheduler.rhythm import Rhythm

LEASE: Final = timedelta(minutes=2)
"""So long a process may be silent about what it claimed; then it counts as ended, and another takes over."""

LONGEST_DETAIL: Final = 500

RETIRED_AFTER: Final = timedelta(days=1)
"""What was due for so long, and in nobody's hands, may be retired: no scheduler that runs knows of it any more."""

_jobs = table_of(ScheduledJob)
_runs = table_of(JobRun)


@dataclass(frozen=True, slots=True)
class Claim:
    """A job that this process has in hand. attempts: earlier ones that failed since it last went well."""

    name: str
    claimed_by: str
    due_at: datetime
    started_at: datetime
    run_id: int
    attempts: int


def enrol(database: Database, name: str, due_at: datetime) -> None:
    """Let a job be known; one that is known already keeps its time."""
    with database.read() as session:
        if session.scalar(select(_jobs.c.name).where(_jobs.c.name == name)) is not None:
            return
    try:
        with database.write() as session:
            session.execute(insert(_jobs), {"name": name, "due_at": due_at, "attempts": 0})
    except IntegrityError:
        return  # another hub was first


def due_jobs(database: Database, names: Sequence[str], now: datetime) -> list[str]:
    """Which of these may be claimed now, the longest due first."""
    query = select(_jobs.c.name).where(_jobs.c.name.in_(names), _jobs.c.due_at <= now, _free(now))
    with database.read() as session:
        return list(session.scalars(query.order_by(_jobs.c.due_at, _jobs.c.name)))


def claim(database: Database, name: str, *, by: str, now: datetime) -> Claim | None:
    """Take a job in hand; None when it is not due any more, or somebody else has it."""
    mine = update(_jobs).where(_jobs.c.name == name, _jobs.c.due_at <= now, _free(now))
    with database.writing_connection() as connection:
        taken = connection.execute(mine.values(claimed_by=by, claimed_until=now + LEASE))
        if taken.rowcount != 1:
            return None
        left = update(_runs).where(_runs.c.name == name, _runs.c.outcome.is_(None))
        abandoned = connection.execute(left.values(outcome="abandoned", ended_at=now)).rowcount
        if abandoned:
            connection.execute(update(_jobs).where(_jobs.c.name == name).values(attempts=_jobs.c.attempts + abandoned))
        job = connection.execute(select(_jobs.c.due_at, _jobs.c.attempts).where(_jobs.c.name == name)).one()
        run = connection.execute(
            insert(_runs).returning(_runs.c.id),
            {"name": name, "claimed_by": by, "due_at": job.due_at, "started_at": now},
        )
        return Claim(name, by, job.due_at, now, run.scalar_one(), job.attempts)


def renew(database: Database, held: Claim, *, now: datetime) -> bool:
    """Say that the work goes on; False when somebody else took it over, so that it must end."""
    own = update(_jobs).where(_jobs.c.name == held.name, _jobs.c.claimed_by == held.claimed_by)
    with database.writing_connection() as connection:
        return connection.execute(own.values(claimed_until=now + LEASE)).rowcount == 1


def settle(
    database: Database, held: Claim, *, outcome: str, detail: str, due_at: datetime, attempts: int, now: datetime
) -> bool:
    """Write what came of it and when it is due next; False when somebody else took it over meanwhile.

    detail: what was done, or what went wrong; a run that did nothing is forgotten.
    """
    own = update(_jobs).where(_jobs.c.name == held.name, _jobs.c.claimed_by == held.claimed_by)
    with database.writing_connection() as connection:
        values = {"claimed_by": None, "claimed_until": None, "due_at": due_at, "attempts": attempts}
        if outcome == "done":
            values["looked_at"] = now
        kept = connection.execute(own.values(**values)).rowcount == 1
        this = _runs.c.id == held.run_id
        if outcome == "done" and not detail:
            connection.execute(delete(_runs).where(this))
        else:
            ended = update(_runs).where(this, _runs.c.outcome.is_(None))
            connection.execute(ended.values(outcome=outcome, detail=detail[:LONGEST_DETAIL], ended_at=now))
        return kept


def ask_for(database: Database, name: str, *, now: datetime) -> bool:
    """Make a job due now; False when there is none of this name."""
    with database.writing_connection() as connection:
        asked = update(_jobs).where(_jobs.c.name == name).values(due_at=now)
        return connection.execute(asked).rowcount == 1


def may_be_retired(job: ScheduledJob, now: datetime) -> bool:
    """Whether nobody has done a job for so long that its folder or its program must be gone."""
    held = job.claimed_until is not None and job.claimed_until >= now
    return not held and now - job.due_at >= RETIRED_AFTER


def retire(database: Database, name: str, *, by: str, now: datetime) -> None:
    """Let a job be known no more that nobody does; who did so, and since when nobody did it, stands among the runs.

    A hub that does it after all makes it known again when it starts. JobError when there is none of this name, or when
    it is not due for as long as RETIRED_AFTER.
    """
    officer = officer_name(by)
    with database.write() as session:
        job = session.scalar(select(ScheduledJob).where(ScheduledJob.name == name).with_for_update())
        if job is None:
            raise JobError(f"There is no job '{name}'; `presensi hub jobs` shows them.")
        if not may_be_retired(job, now):
            raise JobError(f"'{name}' was due within the last day, or is being done; only what nobody does is retired.")
        since = "never done" if job.looked_at is None else f"last done {job.looked_at:%Y-%m-%d %H:%M} UTC"
        left = update(_runs).where(_runs.c.name == name, _runs.c.outcome.is_(None))
        session.execute(left.values(outcome="abandoned", ended_at=now))
        session.add(
            JobRun(
                name=name,
                claimed_by=officer,
                due_at=job.due_at,
                started_at=now,
                ended_at=now,
                outcome="done",
                detail=f"retired by {officer}; {since}",
            )
        )
        session.delete(job)


def forget_runs(database: Database, *, before: datetime) -> int:
    """Delete runs that began earlier; how many."""
    with database.writing_connection() as connection:
        return connection.execute(delete(_runs).where(_runs.c.started_at < before)).rowcount


def next_due(rhythm: Rhythm, held: Claim, *, failed: bool, most_attempts: int, now: datetime) -> tuple[datetime, int]:
    """When a job that just ended is due again, and its failures in a row: soon after one, but not for ever."""
    regular = rhythm.after(held.started_at)
    if not failed:
        return regular, 0
    attempts = held.attempts + 1
    if attempts >= most_attempts:
        return max(regular, now), 0
    return min(regular, now + timedelta(minutes=min(60, 2**held.attempts))), attempts


def _free(now: datetime) -> ColumnElement[bool]:
    return or_(_jobs.c.claimed_by.is_(None), _jobs.c.claimed_until < now)
