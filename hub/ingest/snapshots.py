"""Snapshots of refused presentations: checked, kept on the disk, and receipted so that the kiosk may delete its own.

Nothing is kept that a signed row of the same kiosk does not announce. A picture that comes before its row is let go
without a word: its kiosk sends it again, and by then the row is here.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import Connection, bindparam, select, tuple_, update

from contract import codec
from contract.errors import MalformedMessageError, SignatureError
from contract.evidence import MAX_EVIDENCE_BYTES, Evidence, snapshot_hash
from contract.signing import SigningKey
from hub.db import Database, table_of
from hub.errors import RefusedEvidenceError
from hub.fleet.alarms import NO_DEVICE, AlarmBook
from hub.ingest.locking import lock_kiosks, save_kiosks, still_holds
from hub.ingest.progress import EpochKey, ProgressBook, rejections_of
from hub.ingest.storing import Answer
from hub.ingest.terminals import Terminal, Terminals
from hub.outgoing import Outgoing
from hub.refusals.jpeg import jpeg_size
from hub.refusals.models import AnnouncedSnapshot
from hub.refusals.snapshots import SnapshotStore

log = logging.getLogger(__name__)

_announced = table_of(AnnouncedSnapshot)


@dataclass(frozen=True, slots=True)
class _Picture:
    terminal: Terminal
    evidence: Evidence

    @property
    def key(self) -> tuple[str, str]:
        return self.terminal.device, self.evidence.sha256


class SnapshotRecorder:
    """Keeps what kiosks send on their evidence topics, and says what it keeps.

    unannounced: how many pictures were let go because no row announces them. Not thread-safe; each ingest worker has
    its own, on the same database and folder.
    """

    def __init__(
        self,
        *,
        database: Database,
        hub_key: SigningKey,
        store: SnapshotStore,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        alarms: AlarmBook | None = None,
    ) -> None:
        self._database = database
        self._hub_key = hub_key
        self._store = store
        self._now = now
        self._alarms = alarms or AlarmBook(now=now)
        self._terminals = Terminals(database)
        self.unannounced = 0
        self.pause_ms = 0
        """Back-pressure: what the next receipts tell kiosks to wait; set by whoever sees the backlog."""

    def record(self, deliveries: Sequence[tuple[str, bytes]]) -> list[Outgoing]:
        """Keep the pictures in (device, payload) pairs; the receipts to publish. Database errors pass, as in Recorder.

        A picture that the disk refuses is not receipted, and an alarm says so: the kiosk will send it again.
        """
        kept = self._keep(self._announced_ones(self._verify(deliveries)))
        if not kept and not self._alarms.due:
            return []
        with self._database.writing_connection() as connection:
            answers = self._note(connection, kept) if kept else []
            self._alarms.write(connection)
        return [answer.seal(self._hub_key, pause_ms=self.pause_ms) for answer in answers]

    def _verify(self, deliveries: Sequence[tuple[str, bytes]]) -> list[_Picture]:
        terminals = self._terminals.find(device for device, _ in deliveries)
        pictures = []
        for device, payload in deliveries:
            terminal = terminals.get(device)
            if terminal is None:
                self._alarms.ring(NO_DEVICE, "unknown_device", f"{device} sends a picture and is not registered.")
                continue
            try:
                pictures.append(_Picture(terminal, open_evidence(payload, terminal)))
            except RefusedEvidenceError as error:
                log.warning("dropped a picture of %s: %s", device, error)
                self._alarms.ring(device, error.kind, str(error))
        return pictures

    def _announced_ones(self, pictures: Sequence[_Picture]) -> list[_Picture]:
        if not pictures:
            return []
        place = tuple_(_announced.c.device, _announced.c.sha256)
        query = select(_announced.c.device, _announced.c.sha256).where(place.in_({each.key for each in pictures}))
        with self._database.read() as session:
            announced = {(row.device, row.sha256) for row in session.execute(query)}
        expected = [each for each in pictures if each.key in announced]
        self.unannounced += len(pictures) - len(expected)
        return expected

    def _keep(self, pictures: Sequence[_Picture]) -> list[_Picture]:
        kept = []
        for picture in pictures:
            device = picture.terminal.device
            try:
                self._store.keep(picture.evidence.jpeg)
            except OSError as error:
                log.error("a picture of %s cannot be kept: %s", device, error)  # noqa: TRY400 (the sentence says all)
                self._alarms.ring(device, "unstorable", f"A picture of a refusal cannot be kept: {error.strerror}.")
            else:
                kept.append(picture)
        return kept

    def _note(self, connection: Connection, kept: Sequence[_Picture]) -> list[Answer]:
        now = self._now()
        kiosks = lock_kiosks(connection, (each.terminal.device for each in kept))
        kept = [each for each in kept if still_holds(kiosks.get(each.terminal.device), each.terminal)]
        if not kept:
            return []
        statement = (
            update(_announced)
            .where(
                _announced.c.device == bindparam("of"),
                _announced.c.sha256 == bindparam("is"),
                _announced.c.stored_at.is_(None),
            )
            .values(stored_at=bindparam("at"))
        )
        connection.execute(statement, [{"of": of, "is": is_, "at": now} for of, is_ in sorted({e.key for e in kept})])
        by_epoch: dict[EpochKey, set[str]] = defaultdict(set)
        for each in kept:
            by_epoch[each.terminal.device, each.evidence.epoch].add(each.evidence.sha256)
        progress = ProgressBook(connection, now)
        progress.load(by_epoch)
        answers = []
        for (device, epoch), evidence in by_epoch.items():
            kiosks[device].receipt_version += 1
            standing = progress.of(device, epoch)
            rejected = rejections_of(connection, standing, ())
            version = kiosks[device].receipt_version
            answers.append(Answer(standing, version, rejected, evidence=tuple(sorted(evidence))))
        save_kiosks(connection, [kiosks[device] for device in sorted({device for device, _ in by_epoch})])
        return answers


def open_evidence(payload: bytes, terminal: Terminal) -> Evidence:
    """The snapshot in a payload; RefusedEvidenceError when it is none, another's, or the kiosk is revoked."""
    if not terminal.active:
        raise RefusedEvidenceError("revoked_device", f"{terminal.device} was revoked and still sends pictures.")
    if len(payload) > MAX_EVIDENCE_BYTES:
        raise RefusedEvidenceError("malformed", f"A picture of {len(payload)} bytes is larger than any snapshot.")
    try:
        evidence = codec.unseal(payload, Evidence, key=terminal.key, purpose="evidence", device=terminal.device)
        if snapshot_hash(evidence.jpeg) != evidence.sha256:
            raise MalformedMessageError("The snapshot is not the one that its hash says.")
        jpeg_size(evidence.jpeg)
    except SignatureError as error:
        raise RefusedEvidenceError("bad_signature", str(error)) from error
    except MalformedMessageError as error:
        raise RefusedEvidenceError("malformed", str(error)) from error
    return evidence
