"""Turns dirty days into stored days; any number of workers may do so at once."""

from __future__ import annotations

import logging
import threading
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from sqlalchemy import select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from hub.attendance.claims import Claim, claim_days, hold_claims, release_claims, settle_claims
from hub.attendance.due import DueDays
from hub.attendance.evidence import Evidence, gather_evidence
from hub.attendance.models import DirtyDay
from hub.attendance.stored import Assessed, store_days
from hub.db import Database
from hub.errors import PolicyError
from hub.roster.work_dates import EmployeeDay

logger = logging.getLogger(__name__)

BATCH_DAYS: Final = 1000
POLL_SECONDS: Final = 0.2
"""How soon a punch that another process stored is noticed."""
DUE_EVERY: Final = timedelta(seconds=10)
PAUSE_AFTER_TROUBLE_SECONDS: Final = 5.0

OnStored = Callable[[Sequence[EmployeeDay]], None]


@dataclass(frozen=True, slots=True)
class Step:
    """What one step did. claimed: days taken; changed: days whose stored form is new or different, or gone."""

    claimed: int
    changed: tuple[EmployeeDay, ...] = ()


class AttendanceWorker:
    """Claims dirty days, assesses and stores them; `step` is one round, `run` the loop.

    on_stored: called after the commit with the days that changed, from the worker's thread.
    """

    def __init__(
        self,
        database: Database,
        *,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        batch_days: int = BATCH_DAYS,
        on_stored: OnStored | None = None,
    ) -> None:
        self._database = database
        self._now = now
        self._batch_days = batch_days
        self._on_stored = on_stored
        self._due = DueDays(database)
        self._due_at: datetime | None = None
        self._awake = threading.Event()

    def wake(self) -> None:
        """Look for dirty days at once; from any thread."""
        self._awake.set()

    def step(self) -> Step:
        """Assess one batch of dirty days; claims nothing when there are none. Database errors go to the caller."""
        claimant = uuid.uuid4().hex
        with self._database.read() as session:
            if not _has_dirty_days(session):
                return Step(0)
        with self._database.write() as session:
            claims = claim_days(session, claimant=claimant, now=self._now(), limit=self._batch_days)
        if not claims:
            return Step(0)
        try:
            changed = self._assess(claims, claimant)
        except BaseException:
            # Whatever happened, the days shall not wait for the lease to run out.
            with self._database.write() as session:
                release_claims(session, claims, claimant=claimant)
            raise
        if changed and self._on_stored is not None:
            self._on_stored(changed)
        return Step(len(claims), tuple(changed))

    def mark_due_days(self) -> int:
        """Mark the days that change by the mere passing of time; see DueDays."""
        return self._due.mark(self._now())

    def settle(self) -> int:
        """Mark what is due and work until nothing is dirty; returns the number of days assessed."""
        self.mark_due_days()
        total = 0
        while claimed := self.step().claimed:
            total += claimed
        return total

    def run(self, stop: threading.Event) -> None:
        """Work until `stop` is set; trouble with the database is logged and waited out."""
        while not stop.is_set():
            try:
                self._mark_now_and_then()
                worked = self.step().claimed > 0
            except DBAPIError as error:
                logger.warning("The database refuses (%s); days are assessed again in a moment.", error.orig)
                stop.wait(PAUSE_AFTER_TROUBLE_SECONDS)
                continue
            if not worked:
                self._awake.wait(POLL_SECONDS)
                self._awake.clear()

    def _mark_now_and_then(self) -> None:
        now = self._now()
        if self._due_at is None or not timedelta() <= now - self._due_at < DUE_EVERY:
            self._due_at = now
            self.mark_due_days()

    def _assess(self, claims: Sequence[Claim], claimant: str) -> list[EmployeeDay]:
        as_of = self._now()
        with self._database.read() as session:
            evidence = gather_evidence(session, [claim.key for claim in claims])
        assessed, settled = [], []
        for claim, known in zip(claims, evidence, strict=True):
            try:
                assessed.append(_assess_day(claim, known, as_of))
            except PolicyError as error:
                # The claim stays and runs out: tried again later, and the others do not wait for it.
                logger.warning("%s on %s cannot be assessed: %s", claim.employee_id, claim.work_date, error)
                continue
            settled.append(claim)
        if not settled:
            return []
        with self._database.write() as session:
            held = hold_claims(session, settled, claimant=claimant)
            changed = store_days(session, [day for day in assessed if day.key in held], now=as_of)
            settle_claims(session, settled, claimant=claimant)
        return changed


def _assess_day(claim: Claim, known: Evidence | None, as_of: datetime) -> Assessed:
    if known is None or not known.is_due(as_of):
        return Assessed(claim.employee_id, claim.work_date, None, None)
    return Assessed(known.employee_id, known.work_date, known.unit_id, known.assess(as_of))


def _has_dirty_days(session: Session) -> bool:
    return session.scalar(select(DirtyDay.employee_id).limit(1)) is not None
