"""Batches of punches in, signed receipts out; in between one commit per group.

A group of batches is one transaction. Kiosks' rows are locked first, in the order of their names, so that everything
else about a kiosk (progress, versions, continuity) is decided by one writer at a time.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import Connection
from sqlalchemy.exc import InterfaceError, InternalError, OperationalError, StatementError

from contract.punch import PunchBatch
from contract.signing import SigningKey
from hub.db import Database
from hub.errors import RefusedBatchError
from hub.fleet.alarms import NO_DEVICE, AlarmBook
from hub.ingest.admission import AdmittedBatch, admit, open_batch
from hub.ingest.storing import Answer, WorkDates, store
from hub.ingest.terminals import Terminals
from hub.outgoing import Outgoing
from hub.roster.work_dates import work_dates_for

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Unreadable:
    """A payload that is no batch; it matters only when its topic's device is one of ours."""

    device: str
    error: RefusedBatchError


class Recorder:
    """Stores what kiosks deliver, once, and says what it holds.

    hub_key signs the receipts. now: aware. alarms: shared with whoever else rings. work_dates: which days a punch bears
    on. Not thread-safe; each ingest worker has its own, on the same database.
    """

    def __init__(
        self,
        *,
        database: Database,
        hub_key: SigningKey,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        alarms: AlarmBook | None = None,
        work_dates: WorkDates = work_dates_for,
    ) -> None:
        self._database = database
        self._hub_key = hub_key
        self._now = now
        self._alarms = alarms or AlarmBook(now=now)
        self._work_dates = work_dates
        self._terminals = Terminals(database)
        self.pause_ms = 0
        """Back-pressure: what the next receipts tell kiosks to wait; set by whoever sees the backlog."""

    def record(self, deliveries: Sequence[tuple[str, bytes]]) -> list[Outgoing]:
        """Store (device, payload) pairs from the punch topics; the receipts to publish, all of them committed.

        What is not its kiosk's own is dropped with an alarm and without a receipt. sqlalchemy's OperationalError and
        InterfaceError pass: then nothing was stored, and the kiosks will send again.
        """
        batches = self._admit(deliveries)
        try:
            answers = self._store(batches)
        except (OperationalError, InterfaceError, InternalError):
            raise
        except StatementError as error:
            log.warning("a group of %d batches was refused, trying them one by one: %s", len(batches), error)
            answers = [answer for batch in batches for answer in self._store_alone(batch)]
        return [answer.seal(self._hub_key, pause_ms=self.pause_ms) for answer in answers]

    def _admit(self, deliveries: Sequence[tuple[str, bytes]]) -> list[AdmittedBatch]:
        opened: list[PunchBatch | _Unreadable] = []
        for device, payload in deliveries:
            try:
                opened.append(open_batch(device, payload))
            except RefusedBatchError as error:
                opened.append(_Unreadable(device, error))
        terminals = self._terminals.find(each.device for each in opened)
        admitted = []
        received_at = self._now()
        for each in opened:
            terminal = terminals.get(each.device)
            try:
                if terminal is None:
                    self._alarms.ring(
                        NO_DEVICE, "unknown_device", f"{each.device} sends punches and is not registered."
                    )
                elif isinstance(each, PunchBatch):
                    admitted.append(admit(each, terminal, received_at=received_at))
                else:
                    raise each.error
            except RefusedBatchError as error:
                log.warning("dropped a batch of %s: %s", each.device, error)
                self._alarms.ring(each.device, error.kind, str(error))
        return admitted

    def _store(self, batches: Sequence[AdmittedBatch]) -> list[Answer]:
        if not batches and not self._alarms.due:
            return []
        with self._database.writing_connection() as connection:
            answers = self._store_within(connection, batches)
            self._alarms.write(connection)
        return answers

    def _store_within(self, connection: Connection, batches: Sequence[AdmittedBatch]) -> list[Answer]:
        if not batches:
            return []
        return store(connection, batches, now=self._now(), alarms=self._alarms, work_dates=self._work_dates)

    def _store_alone(self, batch: AdmittedBatch) -> list[Answer]:
        try:
            return self._store([batch])
        except (OperationalError, InterfaceError, InternalError):
            raise
        except StatementError as error:
            place = f"{batch.epoch}/{batch.first_seq}-{batch.last_seq}"
            log.exception("the database refuses the batch %s of %s", place, batch.device)
            self._alarms.ring(batch.device, "unstorable", f"The database refuses {place}: {error}")
            return []
