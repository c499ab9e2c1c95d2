"""What the history of scheduled work knows of backups."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from sqlalchemy import func, select

from hub.db import Database
from hub.scheduler.models import JobRun

JOB: Final = "backup@"
"""How the names of the jobs begin that make backups."""

NAME: Final = "presensi-"
"""How a backup's name begins, and with it the detail of a run that made one."""


def newest_backups(database: Database) -> dict[str, datetime]:
    """Job -> when its newest backup began, aware UTC; jobs that made none within the history are not in it."""
    made = (
        select(JobRun.name, func.max(JobRun.started_at).label("begun"))
        .where(JobRun.name.startswith(JOB), JobRun.outcome == "done", JobRun.detail.startswith(NAME))
        .group_by(JobRun.name)
    )
    with database.read() as session:
        return {row.name: row.begun for row in session.execute(made)}
