"""Claims of dirty days, so that no two workers assess the same one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from sqlalchemy import delete, or_, select, tuple_, update
from sqlalchemy.orm import Session

from hub.attendance.models import DirtyDay
from hub.roster.work_dates import EmployeeDay

LEASE: Final = timedelta(minutes=5)
"""A claim that is older belongs to a worker that died; its days are taken over."""


@dataclass(frozen=True, slots=True)
class Claim:
    """A day to assess. marks: how often it had been marked when it was claimed."""

    employee_id: str
    work_date: date
    marks: int

    @property
    def key(self) -> EmployeeDay:
        return self.employee_id, self.work_date


def claim_days(session: Session, *, claimant: str, now: datetime, limit: int) -> list[Claim]:
    """Take up to `limit` days, the longest waiting first.

    PostgreSQL skips rows that another worker is claiming at this moment; SQLite has one writer at a time anyway.
    """
    free = or_(DirtyDay.claimed_at.is_(None), DirtyDay.claimed_at < now - LEASE)
    chosen = (
        select(DirtyDay.employee_id, DirtyDay.work_date)
        .where(free)
        .order_by(DirtyDay.marked_at, DirtyDay.employee_id, DirtyDay.work_date)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    claimed = session.execute(
        update(DirtyDay)
        .where(tuple_(DirtyDay.employee_id, DirtyDay.work_date).in_(chosen))
        .values(claimed_by=claimant, claimed_at=now)
        .returning(DirtyDay.employee_id, DirtyDay.work_date, DirtyDay.marks)
        .execution_options(synchronize_session=False)
    )
    return [Claim(employee_id, work_date, marks) for employee_id, work_date, marks in claimed]


def hold_claims(session: Session, claims: Sequence[Claim], *, claimant: str) -> set[EmployeeDay]:
    """Which of the claims are still ours, locked until the end of the transaction."""
    held = session.execute(
        select(DirtyDay.employee_id, DirtyDay.work_date)
        .where(DirtyDay.claimed_by == claimant, _is_one_of(claims))
        .order_by(DirtyDay.employee_id, DirtyDay.work_date)
        .with_for_update()
    )
    return {(employee_id, work_date) for employee_id, work_date in held}


def settle_claims(session: Session, claims: Sequence[Claim], *, claimant: str) -> None:
    """Strike out assessed days; those that were marked again meanwhile are set free to be assessed once more."""
    for marks in sorted({claim.marks for claim in claims}):
        alike = [claim for claim in claims if claim.marks == marks]
        session.execute(
            delete(DirtyDay)
            .where(DirtyDay.claimed_by == claimant, DirtyDay.marks == marks, _is_one_of(alike))
            .execution_options(synchronize_session=False)
        )
    release_claims(session, claims, claimant=claimant)


def release_claims(session: Session, claims: Sequence[Claim], *, claimant: str) -> None:
    """Let other workers have these days."""
    session.execute(
        update(DirtyDay)
        .where(DirtyDay.claimed_by == claimant, _is_one_of(claims))
        .values(claimed_by=None, claimed_at=None)
        .execution_options(synchronize_session=False)
    )


def _is_one_of(claims: Sequence[Claim]):  # type: ignore[no-untyped-def]  # SQLAlchemy's own type is private
    return tuple_(DirtyDay.employee_id, DirtyDay.work_date).in_([claim.key for claim in claims])
