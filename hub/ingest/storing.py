"""One group of verified batches into the tables, inside a transaction that the caller commits."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Connection

from contract.enrolment import EnrolmentStanding
from contract.punch import ClockAnchor, Disavowal, Punch, RefusedPresentation, kind_of
from contract.ranges import Range, Ranges
from contract.receipt import Rejection
from contract.signing import SigningKey
from hub.attendance.dirty import mark_dirty
from hub.bulk import Row, insert_new
from hub.db import table_of
from hub.fleet.alarms import AlarmBook
from hub.ingest.admission import AdmittedBatch, AdmittedRow
from hub.ingest.anchors import apply_anchors
from hub.ingest.clones import lock_clones
from hub.ingest.holdings import Holdings
from hub.ingest.locking import lock_kiosks, save_kiosks, still_holds
from hub.ingest.models import QuarantinedRow, StoredRow
from hub.ingest.progress import EpochKey, Progress, ProgressBook, rejections_of, seal_receipt
from hub.ingest.quarantine import Refusal
from hub.outgoing import Outgoing
from hub.refusals.events import NewRefusal, announce_snapshots, note_refusals
from hub.review.arrivals import is_plain, note_circumstances, note_disavowals, settle_disavowals
from hub.roster.work_dates import EmployeeDay, Moment

WorkDates = Callable[[Connection, Iterable[Moment]], set[EmployeeDay]]
"""Which employees' days a set of punches bears on; see hub.roster.work_dates."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What may be said about one journal once the transaction is committed.

    missing: rows to ask for again. evidence: snapshots that came and are kept. enrolments: see contract.receipt.
    """

    progress: Progress
    version: int
    rejected: tuple[Rejection, ...]
    missing: Ranges = ()
    evidence: tuple[str, ...] = ()
    enrolments: tuple[EnrolmentStanding, ...] = ()

    def seal(self, key: SigningKey, *, pause_ms: int = 0) -> Outgoing:
        """The receipt, signed for its kiosk."""
        return seal_receipt(
            self.progress,
            version=self.version,
            key=key,
            rejected=self.rejected,
            missing=self.missing,
            evidence=self.evidence,
            enrolments=self.enrolments,
            pause_ms=pause_ms,
        )


def store(
    connection: Connection,
    batches: Sequence[AdmittedBatch],
    *,
    now: datetime,
    alarms: AlarmBook,
    work_dates: WorkDates,
) -> list[Answer]:
    """Store what is new, set aside what must be, move progress on, and mark days; one answer per journal."""
    kiosks = lock_kiosks(connection, (batch.device for batch in batches))
    # A kiosk that was revoked, or got another key, since its batch was verified: it will send again.
    batches = [batch for batch in batches if still_holds(kiosks.get(batch.device), batch.terminal)]
    if not batches:
        return []
    progress = ProgressBook(connection, now)
    progress.load((batch.device, batch.epoch) for batch in batches)
    holdings = Holdings.load(connection, batches, progress)
    fresh = _Fresh()
    answered: dict[EpochKey, list[Range]] = defaultdict(list)
    for batch in batches:
        standing = progress.of(batch.device, batch.epoch)
        sifted = holdings.sift(batch)
        for row, refusal in sifted:
            fresh.take(batch, row, refusal)
        refused = [(row, refusal) for row, refusal in sifted if refusal is not None]
        _ring(alarms, batch, refused)
        standing.set_aside(len(refused))
        standing.settle((batch.first_seq, batch.last_seq))
        answered[batch.device, batch.epoch].append((batch.first_seq, batch.last_seq))
    fresh.insert(connection, now=now)
    disavowed = settle_disavowals(
        connection, {batch.device for batch in batches}, progress, new=fresh.disavowals, now=now
    )
    lock_clones(connection, _newest(fresh.stored).items(), progress, now=now, alarms=alarms)
    progress.save()
    _mark_days(connection, fresh.stored, disavowed, now=now, work_dates=work_dates)
    answers = []
    for (device, epoch), within in answered.items():
        kiosks[device].receipt_version += 1
        standing = progress.of(device, epoch)
        rejected = rejections_of(connection, standing, within)
        answers.append(Answer(standing, kiosks[device].receipt_version, rejected))
    save_kiosks(connection, [kiosks[device] for device in {device for device, _ in answered}])
    return answers


@dataclass(slots=True)
class _Fresh:
    """What a group of batches brings that was not here yet, by the table that it goes into.

    pictures: (device, SHA-256) of snapshots that punches announce. punches: those that are not plain.
    """

    stored: list[Row] = field(default_factory=list)
    aside: list[Row] = field(default_factory=list)
    refusals: list[NewRefusal] = field(default_factory=list)
    punches: list[tuple[str, Punch]] = field(default_factory=list)
    disavowals: list[tuple[str, Disavowal]] = field(default_factory=list)
    pictures: list[tuple[str, str]] = field(default_factory=list)

    def take(self, batch: AdmittedBatch, row: AdmittedRow, refusal: Refusal | None) -> None:
        """refusal None: the row is stored; else it goes into quarantine."""
        entry, device = row.entry, batch.device
        if isinstance(entry, RefusedPresentation):
            self.refusals.append(NewRefusal(device, entry, stored=refusal is None))
        elif isinstance(entry, Punch) and entry.evidence is not None:
            self.pictures.append((device, entry.evidence))
        if refusal is not None:
            self.aside.append(_aside_columns(batch, row, refusal))
            return
        self.stored.append(_stored_columns(batch, row))
        if isinstance(entry, Punch) and not is_plain(entry):
            self.punches.append((device, entry))
        elif isinstance(entry, Disavowal):
            self.disavowals.append((device, entry))

    def insert(self, connection: Connection, *, now: datetime) -> None:
        insert_new(connection, table_of(StoredRow), self.stored)
        insert_new(connection, table_of(QuarantinedRow), self.aside)
        note_refusals(connection, self.refusals, now=now)
        announce_snapshots(connection, self.pictures, now=now)
        note_circumstances(connection, self.punches)
        note_disavowals(connection, self.disavowals)


def _newest(stored: Sequence[Row]) -> dict[EpochKey, int]:
    """The last row of each journal that was stored."""
    newest: dict[EpochKey, int] = {}
    for row in stored:
        key = row["device"], row["epoch"]
        newest[key] = max(row["seq"], newest.get(key, 0))
    return newest


def _mark_days(
    connection: Connection, stored: Sequence[Row], disavowed: set[Moment], *, now: datetime, work_dates: WorkDates
) -> None:
    moments = disavowed | {(row["person_id"], row["placed_at"]) for row in stored if row["kind"] == "punch"}
    for correction in apply_anchors(connection, stored):
        if correction.person is not None:
            moments |= {(correction.person, correction.was), (correction.person, correction.now)}
    mark_dirty(connection, work_dates(connection, moments), now=now)


def _ring(alarms: AlarmBook, batch: AdmittedBatch, refused: Sequence[tuple[AdmittedRow, Refusal]]) -> None:
    for row, refusal in refused:
        place = f"{batch.epoch}/{row.seq}: {refusal.detail}"
        match refusal.reason:
            case "conflict":
                alarms.ring(batch.device, "conflict", place)
            case "source":
                alarms.ring(batch.device, "source", place)
            case _:
                alarms.ring(batch.device, "malformed", place)


def _stored_columns(batch: AdmittedBatch, row: AdmittedRow) -> Row:
    entry = row.entry
    if entry is None:
        raise ValueError("a row that could not be read is never stored")
    punch = entry if isinstance(entry, Punch) else None
    return {
        "device": batch.device,
        "epoch": batch.epoch,
        "seq": row.seq,
        "kind": kind_of(entry),
        "person_id": entry.person if isinstance(entry, Punch | Disavowal) else None,
        "taken_at": entry.taken_at,
        "corrected_at": None,
        "placed_at": entry.taken_at,
        "clock_source": entry.clock.source,
        "boot": entry.clock.boot,
        "monotonic_ms": entry.clock.monotonic_ms,
        "source": None if isinstance(entry, ClockAnchor | Disavowal) else entry.source,
        "similarity": punch.recognition.similarity if punch else None,
        "threshold": punch.recognition.threshold if punch else None,
        "session_hint": punch.session_hint if punch else None,
        "row": row.row,
        "hash": row.hash,
        "received_at": batch.received_at,
    }


def _aside_columns(batch: AdmittedBatch, row: AdmittedRow, refusal: Refusal) -> Row:
    return {
        "device": batch.device,
        "epoch": batch.epoch,
        "seq": row.seq,
        "hash": row.hash,
        "reason": refusal.reason,
        "detail": refusal.detail.replace("\0", "\N{REPLACEMENT CHARACTER}"),
        "row": row.row,
        "received_at": batch.received_at,
    }
