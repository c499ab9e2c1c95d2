"""Which hub looks at which enrolment from a kiosk: one at a time, and another when it was killed over it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import ColumnElement, or_, select, update
from sqlalchemy.orm import Session

from hub.db import Database, table_of
from hub.roster.kiosk_enrolment_models import KioskEnrolment

LEASE: Final = timedelta(minutes=2)
"""After so long an enrolment that was not finished counts as given up; one takes a second or two."""

MOST_ATTEMPTS: Final = 5
"""One over which hubs failed so often is refused: it must not keep them from everybody else's."""

_enrolments = table_of(KioskEnrolment)


@dataclass(frozen=True, slots=True)
class Claim:
    """An enrolment that is ours to look at. attempt: from 1."""

    row: int
    by: str
    attempt: int


def something_waits(database: Database, now: datetime) -> bool:
    """Whether there is an enrolment to look at."""
    with database.read() as session:
        return session.scalar(select(_enrolments.c.id).where(_free(now)).limit(1)) is not None


def claim_next(database: Database, *, by: str, now: datetime) -> Claim | None:
    """Claim the oldest that nobody looks at; None when there is none, or somebody was faster."""
    with database.write() as session:
        row = session.scalar(select(_enrolments.c.id).where(_free(now)).order_by(_enrolments.c.id).limit(1))
        if row is None:
            return None
        claimed = (
            update(_enrolments)
            .where(_enrolments.c.id == row, _free(now))
            .values(claimed_by=by, claimed_at=now, attempts=_enrolments.c.attempts + 1)
            .returning(_enrolments.c.attempts)
        )
        attempt = session.execute(claimed).scalar_one_or_none()
    return None if attempt is None else Claim(row, by, attempt)


def hold(session: Session, claim: Claim) -> KioskEnrolment | None:
    """The claimed enrolment, locked until the transaction ends; None when it is ours no more."""
    query = (
        select(KioskEnrolment)
        .where(
            KioskEnrolment.id == claim.row,
            KioskEnrolment.state == "complete",
            KioskEnrolment.claimed_by == claim.by,
            KioskEnrolment.attempts == claim.attempt,
        )
        .with_for_update()
    )
    return session.scalars(query).one_or_none()


def release(database: Database, claim: Claim, *, uncounted: bool) -> None:
    """Let others have it at once. uncounted: it was no fault of the enrolment's."""
    with database.write() as session:
        enrolment = hold(session, claim)
        if enrolment is not None:
            enrolment.claimed_by = enrolment.claimed_at = None
            enrolment.attempts -= uncounted


def _free(now: datetime) -> ColumnElement[bool]:
    nobodys = or_(_enrolments.c.claimed_at.is_(None), _enrolments.c.claimed_at <= now - LEASE)
    return (_enrolments.c.state == "complete") & nobodys
