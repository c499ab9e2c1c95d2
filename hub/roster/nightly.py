"""The night's calibration inside a running hub: once a day, whichever hub is first."""

from __future__ import annotations

import logging
import threading
import uuid
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, insert, select, update
from sqlalchemy.exc import DBAPIError, IntegrityError

from hub.db import Database, table_of
from hub.roster.calibration import calibrate_kiosks
from hub.roster.models import NightlyRun
from kiosk.recognizer.calibration.threshold import TARGET_FPIR

logger = logging.getLogger(__name__)

JOB: Final = "calibration"
LEASE: Final = timedelta(hours=2)
"""After so long a run that was not finished counts as given up (its hub was stopped), and another may take it."""
MOST_ATTEMPTS: Final = 3
LOOK_EVERY_SECONDS: Final = 30.0

_runs = table_of(NightlyRun)


class NightlyCalibration:
    """Calibrates once for each local day, from `hour` on; a hub that was off at that hour does it when it is back.

    Several hubs on one database share the work: the one whose row is first does it.
    """

    def __init__(
        self,
        database: Database,
        *,
        hour: int,
        zone: ZoneInfo,
        target: float = TARGET_FPIR,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        calibrate: Callable[..., object] = calibrate_kiosks,
    ) -> None:
        self._database = database
        self._hour = hour
        self._zone = zone
        self._target = target
        self._now = now
        self._calibrate = calibrate
        self._name = f"hub-{uuid.uuid4().hex[:12]}"

    def step(self) -> bool:
        """Do the night's work when it is due and nobody else has it; whether it was done here and now."""
        now = self._now()
        local = now.astimezone(self._zone)
        if local.hour < self._hour or not self._claim(local.date(), now):
            return False
        self._calibrate(self._database, made_by=self._name, target=self._target, now=self._now)
        with self._database.write() as session:
            done = update(_runs).where(
                _runs.c.job == JOB, _runs.c.day == local.date(), _runs.c.claimed_by == self._name
            )
            session.execute(done.values(finished_at=self._now()))
        return True

    def run(self, stop: threading.Event) -> None:
        """Look every half minute until `stop` is set; trouble with the database is logged, and tried again."""
        while not stop.is_set():
            try:
                if self.step():
                    logger.info("the night's calibration is done")
            except DBAPIError as error:
                logger.warning("The database refuses (%s); the calibration is tried again later.", error.orig)
            stop.wait(LOOK_EVERY_SECONDS)

    def _claim(self, day: date, now: datetime) -> bool:
        """Whether this hub has the day's run: by the first row, or by taking over one that was given up."""
        with self._database.read() as session:
            if not _claimable(session.connection(), day, now):
                return False
        row = {"job": JOB, "day": day, "claimed_by": self._name, "claimed_at": now, "attempts": 1}
        try:
            with self._database.write() as session:
                session.execute(insert(_runs), row)
        except IntegrityError:
            return self._take_over(day, now)
        return True

    def _take_over(self, day: date, now: datetime) -> bool:
        with self._database.write() as session:
            given_up = update(_runs).where(
                _runs.c.job == JOB,
                _runs.c.day == day,
                _runs.c.finished_at.is_(None),
                _runs.c.claimed_at <= now - LEASE,
                _runs.c.attempts < MOST_ATTEMPTS,
            )
            values = {"claimed_by": self._name, "claimed_at": now, "attempts": _runs.c.attempts + 1}
            return session.connection().execute(given_up.values(**values)).rowcount == 1


def _claimable(connection: Connection, day: date, now: datetime) -> bool:
    row = connection.execute(select(_runs).where(_runs.c.job == JOB, _runs.c.day == day)).first()
    if row is None:
        return True
    claimed_at: datetime = row.claimed_at
    return row.finished_at is None and row.attempts < MOST_ATTEMPTS and claimed_at <= now - LEASE
