"""What is due by the clock, who has it in hand, and what came of it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, Index, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from hub.db import Base


class ScheduledJob(Base):
    """A piece of work that comes again. due_at: when next.

    claimed_by, claimed_until: which process does it now, and until when it may be silent before another takes over.
    attempts: how often it failed or was left unfinished since it last went well. looked_at: when it last ended well,
    whether there was anything to do or not.
    """

    __tablename__ = "scheduled_job"

    name: Mapped[str] = mapped_column(String(80), primary_key=True)
    due_at: Mapped[datetime] = mapped_column(index=True)
    claimed_by: Mapped[str | None] = mapped_column(String(64))
    claimed_until: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(Integer, default=0)
    looked_at: Mapped[datetime | None]


class JobRun(Base):
    """One run of it; one that found nothing to do is not kept. due_at: what it was due for.

    ended_at, outcome None: still going, or its process ended with it. outcome: done, failed, or abandoned (nobody heard
    of its process any more). detail: what was done, or what went wrong.
    """

    __tablename__ = "job_run"
    __table_args__ = (
        CheckConstraint("outcome IN ('done', 'failed', 'abandoned')", name="outcome"),
        Index("ix_job_run_name_started_at", "name", "started_at"),
    )

    id: Mapped[int] = mapped_column(BigInteger().with_variant(Integer, "sqlite"), primary_key=True)
    name: Mapped[str] = mapped_column(String(80))
    claimed_by: Mapped[str] = mapped_column(String(64))
    due_at: Mapped[datetime]
    started_at: Mapped[datetime] = mapped_column(index=True)
    ended_at: Mapped[datetime | None]
    outcome: Mapped[str | None] = mapped_column(String(16))
    detail: Mapped[str | None] = mapped_column(String(500))
