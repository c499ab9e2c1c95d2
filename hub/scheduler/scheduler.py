"""The scheduler: looks what is due, claims it, does it in a thread of its own, and writes what came of it."""

from __future__ import annotations

import logging
import os
import socket
import threading
import uuid
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from sqlalchemy.exc import DBAPIError

from hub.db import Database
from hub.scheduler import claims
from hub.scheduler.claims import LEASE, Claim
from hub.scheduler.rhythm import Rhythm

logger = logging.getLogger(__name__)

LOOK_EVERY_SECONDS: Final = 1.0
RENEW_EVERY_SECONDS: Final = LEASE.total_seconds() / 4
KEEP_RUNS: Final = timedelta(days=30)
END_SECONDS: Final = 10.0


@dataclass(frozen=True, slots=True)
class Job:
    """Work that comes again.

    name: of its row; two hubs that name it alike share it. work: called with an event that is set when it must end;
    returns what was done, in a few words, or nothing. most_attempts: failures in a row before its next regular time.
    """

    name: str
    rhythm: Rhythm
    work: Callable[[threading.Event], str | None]
    most_attempts: int = 5


class Scheduler:
    """Any number may run on one database: each piece of work is done by whoever claims its row.

    A process that dies leaves its claim to run out (claims.LEASE), then another does the work again. So work must bear
    being done twice in that one case; what people or machines receive is written down first, and sent by its key.
    """

    def __init__(
        self, database: Database, jobs: Iterable[Job], *, now: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        self._database = database
        self._jobs = {job.name: job for job in jobs}
        self._now = now
        self.name = f"{socket.gethostname()[:30]}-{os.getpid()}-{uuid.uuid4().hex[:8]}"
        self._going: dict[str, threading.Thread] = {}
        self._ending = threading.Event()

    def enrol(self) -> None:
        """Let all jobs be known."""
        now = self._now()
        for job in self._jobs.values():
            claims.enrol(self._database, job.name, job.rhythm.first(now))

    def step(self) -> list[str]:
        """Do what is due, one after the other, here and now; the names of what was done."""
        return [name for name in self._due() if self._do(name)]

    def run(self, stop: threading.Event) -> None:
        """Look every second until `stop` is set; trouble with the database is logged, and tried again."""
        enrolled = False
        while not stop.is_set():
            try:
                if not enrolled:
                    self.enrol()
                    enrolled = True
                self._begin_due()
            except DBAPIError as error:
                logger.warning("The database refuses (%s); due work is looked for again.", error.orig)
            stop.wait(LOOK_EVERY_SECONDS)
        self._ending.set()
        for thread in list(self._going.values()):
            thread.join(END_SECONDS)

    def _due(self) -> list[str]:
        idle = [name for name in self._jobs if name not in self._going]
        return claims.due_jobs(self._database, idle, self._now())

    def _begin_due(self) -> None:
        self._going = {name: thread for name, thread in self._going.items() if thread.is_alive()}
        for name in self._due():
            thread = threading.Thread(target=self._do, args=(name,), name=f"hub-job-{name}", daemon=True)
            self._going[name] = thread
            thread.start()

    def _do(self, name: str) -> bool:
        job = self._jobs[name]
        try:
            held = claims.claim(self._database, name, by=self.name, now=self._now())
            if held is None:
                return False
            outcome, detail = self._work(job, held)
            now = self._now()
            due_at, attempts = claims.next_due(
                job.rhythm, held, failed=outcome == "failed", most_attempts=job.most_attempts, now=now
            )
            kept = claims.settle(
                self._database, held, outcome=outcome, detail=detail, due_at=due_at, attempts=attempts, now=now
            )
        except DBAPIError as error:
            # The claim runs out, and the work is done again.
            logger.warning("The database refuses (%s); %s is done again later.", error.orig, name)
            return False
        if not kept:
            logger.warning("%s took so long that another process took it over", name)
        return True

    def _work(self, job: Job, held: Claim) -> tuple[str, str]:
        over, done = threading.Event(), threading.Event()
        keeper = threading.Thread(target=self._keep, args=(held, over, done), name="hub-job-keeper", daemon=True)
        keeper.start()
        try:
            return "done", job.work(over) or ""
        except Exception as error:  # whatever work raises is what came of it
            logger.exception("%s failed", job.name)
            return "failed", f"{type(error).__name__}: {error}"
        finally:
            done.set()
            keeper.join()

    def _keep(self, held: Claim, over: threading.Event, done: threading.Event) -> None:
        """Renew the claim while the work goes on; tell the work to end when it was lost, or the hub stops."""
        waited = 0.0
        while not done.wait(0.2):
            if self._ending.is_set():
                over.set()
                return
            waited += 0.2
            if waited < RENEW_EVERY_SECONDS:
                continue
            waited = 0.0
            try:
                if not claims.renew(self._database, held, now=self._now()):
                    over.set()
                    return
            except DBAPIError as error:
                logger.warning("The database refuses (%s); the claim of %s is not renewed.", error.orig, held.name)
