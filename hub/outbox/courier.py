"""The courier: delivers what an outbox holds, each lane in a thread of its own: a dead one delays nobody else."""

from __future__ import annotations

import logging
import threading
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final, Literal

from sqlalchemy import Row, Table
from sqlalchemy.exc import DBAPIError

from hub.db import Database
from hub.outbox.claiming import claim_rows, due_lanes, pause_lane, postpone_row, settle_row

logger = logging.getLogger(__name__)

LOOK_EVERY_SECONDS: Final = 1.0
MOST_LANES: Final = 16
END_SECONDS: Final = 12.0
_FIRST_PAUSE: Final = timedelta(seconds=15)
_LONGEST_PAUSE: Final = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of one try. again: to be tried later; the rest as in hub.outbox.rows.State. detail: for the log.

    after: how long the other side asks to be left alone; an hour at most is heeded.
    """

    outcome: Literal["delivered", "refused", "moot", "again"]
    detail: str = ""
    after: timedelta | None = None


Send = Callable[[Row[Any]], Answer]
"""Called with a claimed row, outside of any transaction; must end by itself within ten seconds or so."""


def pause_after(attempts: int) -> timedelta:
    """How long to wait after so many tries: 15 s, doubled each time, an hour at most."""
    return min(_LONGEST_PAUSE, _FIRST_PAUSE * float(2 ** min(max(attempts - 1, 0), 12)))


class Courier:
    """Delivers an outbox; any number of them may do so at once.

    A row is in hand of one process at a time. One that dies between the other side's answer and its own commit leaves
    the row to be sent again: the row's id travels with it, so that the other side can drop the second.

    patience: for how long after it was made a row is tried; later it is given up.
    """

    def __init__(
        self,
        database: Database,
        table: Table,
        send: Send,
        *,
        patience: timedelta,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._database = database
        self._table = table
        self._send = send
        self._patience = patience
        self._now = now
        self._name = uuid.uuid4().hex
        self._going: dict[str, threading.Thread] = {}
        self._stop = threading.Event()

    def step(self) -> int:
        """Deliver what is due now, lane after lane, here; how many rows were tried."""
        return sum(self._serve(lane) for lane in due_lanes(self._database, self._table, self._now()))

    def run(self, stop: threading.Event) -> None:
        """Look every second until `stop` is set; trouble with the database is logged, and tried again."""
        self._stop = stop
        while not stop.is_set():
            try:
                self._begin_lanes()
            except DBAPIError as error:
                logger.warning("The database refuses (%s); deliveries go on in a moment.", error.orig)
            stop.wait(LOOK_EVERY_SECONDS)
        for thread in list(self._going.values()):
            thread.join(END_SECONDS)

    def _begin_lanes(self) -> None:
        self._going = {lane: thread for lane, thread in self._going.items() if thread.is_alive()}
        for lane in due_lanes(self._database, self._table, self._now()):
            if lane in self._going or len(self._going) >= MOST_LANES:
                continue
            name = f"hub-{self._table.name}-{lane}"
            thread = threading.Thread(target=self._serve_safely, args=(lane,), name=name, daemon=True)
            self._going[lane] = thread
            thread.start()

    def _serve_safely(self, lane: str) -> None:
        try:
            self._serve(lane)
        except DBAPIError as error:
            # What it had claimed runs out, and is sent again.
            logger.warning("The database refuses (%s); deliveries to %s go on later.", error.orig, lane)

    def _serve(self, lane: str) -> int:
        tried = 0
        while not self._stop.is_set():
            rows = claim_rows(self._database, self._table, lane, by=self._name, now=self._now())
            if not rows:
                break
            for row in rows:
                tried += 1
                answer = self._try(row)
                if answer.outcome != "again":
                    self._settle(row, answer.outcome, answer.detail)
                    continue
                now = self._now()
                if now - row.made_at >= self._patience:
                    self._settle(row, "given_up", answer.detail)
                    continue
                # The others of this lane wait as long as this one: what is dead is not asked again for each of them.
                until = now + max(pause_after(row.attempts), min(answer.after or timedelta(), _LONGEST_PAUSE))
                postpone_row(self._database, self._table, row.id, by=self._name, until=until, detail=answer.detail)
                pause_lane(self._database, self._table, lane, by=self._name, until=until)
                return tried
        return tried

    def _try(self, row: Row[Any]) -> Answer:
        try:
            return self._send(row)
        except Exception as error:  # one row that cannot be sent must not hold up its lane
            logger.exception("delivery %d over %s failed", row.id, row.lane)
            return Answer("again", f"{type(error).__name__}: {error}")

    def _settle(self, row: Row[Any], outcome: str, detail: str) -> None:
        settle_row(self._database, self._table, row.id, by=self._name, state=outcome, detail=detail, now=self._now())
