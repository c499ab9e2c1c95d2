"""People who were enrolled at kiosks: their parts are kept, sealed as they came, and receipted after the commit.

Parts lie in the database and not in a folder: so a part survives with the receipt for it, and it makes no difference
which of several hubs takes in which. Nobody is compared or enrolled here, in the way of punches:
hub.roster.kiosk_enroller does that.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from datetime import UTC, datetime

from contract.sealing import OpeningKey
from contract.signing import SigningKey
from hub.db import Database
from hub.errors import RefusedEnrolmentError
from hub.fleet.alarms import NO_DEVICE, AlarmBook
from hub.ingest.enrolment_desk import EnrolmentDesk, rows_of
from hub.ingest.enrolment_parts import ArrivedPart, OpenedPart, look_into, verify_part
from hub.ingest.terminals import Terminals
from hub.outgoing import Outgoing
from hub.roster.enrol_key import enrol_key_in_force
from hub.roster.enrolment_standing import held_parts

log = logging.getLogger(__name__)


class EnrolmentRecorder:
    """Keeps what kiosks send on their enrol topics, and says how far each enrolment is.

    opening_key: to look into parts, and to see that they are whole. on_complete: called after a commit with which an
    enrolment became complete. Not thread-safe; each ingest worker has its own, on the same database.
    """

    def __init__(
        self,
        *,
        database: Database,
        hub_key: SigningKey,
        opening_key: OpeningKey,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        alarms: AlarmBook | None = None,
        on_complete: Callable[[], None] = lambda: None,
    ) -> None:
        self._database = database
        self._hub_key = hub_key
        self._opening_key = opening_key
        self._now = now
        self._alarms = alarms or AlarmBook(now=now)
        self._on_complete = on_complete
        self._terminals = Terminals(database)
        self.pause_ms = 0
        """Back-pressure: what the next receipts tell kiosks to wait; set by whoever sees the backlog."""

    def record(self, deliveries: Sequence[tuple[str, bytes]]) -> list[Outgoing]:
        """Keep the parts in (device, payload) pairs; the receipts to publish. Database errors pass, as in Recorder."""
        opened = self._open(self._verify(deliveries))
        if not opened and not self._alarms.due:
            return []
        with self._database.writing_connection() as connection:
            desk = EnrolmentDesk(connection, self._alarms, self._now())
            answers = desk.take(opened) if opened else []
            self._alarms.write(connection)
        if desk.completed:
            self._on_complete()
        return [answer.seal(self._hub_key, pause_ms=self.pause_ms) for answer in answers]

    def _verify(self, deliveries: Sequence[tuple[str, bytes]]) -> list[ArrivedPart]:
        terminals = self._terminals.find(device for device, _ in deliveries)
        arrived = []
        for device, payload in deliveries:
            terminal = terminals.get(device)
            if terminal is None:
                self._alarms.ring(NO_DEVICE, "unknown_device", f"{device} sends an enrolment and is not registered.")
                continue
            try:
                arrived.append(verify_part(payload, terminal))
            except RefusedEnrolmentError as error:
                log.warning("dropped a part of an enrolment of %s: %s", device, error)
                self._alarms.ring(device, error.kind, str(error))
        return arrived

    def _open(self, arrived: Sequence[ArrivedPart]) -> list[OpenedPart]:
        """Look into those that may be new; what is held, or belongs to an ended enrolment, only needs an answer.

        A part that this hub cannot open although it is for the database's key would be refused for good; one that is
        for another key than this hub's is left alone, and another hub may know what to do with it.
        """
        if not arrived:
            return []
        with self._database.read() as session:
            connection = session.connection()
            rows = rows_of(connection, {each.key for each in arrived})
            held = held_parts(connection, [row.id for row in rows.values() if row.state == "receiving"])
            is_ours = enrol_key_in_force(connection) == self._opening_key.seal_key.text
        opened = []
        for each in arrived:
            row = rows.get(each.key)
            if row is not None and (row.state != "receiving" or each.message.part in held[row.id]):
                opened.append(OpenedPart(each))
                continue
            part = look_into(each, self._opening_key)
            if part.header is None:
                log.warning("an enrolment of %s cannot be used: %s", each.terminal.device, part.fault)
                self._alarms.ring(each.terminal.device, "enrolments", f"{each.message.id}: {part.fault}")
                if not is_ours:
                    continue
            opened.append(part)
        return opened
