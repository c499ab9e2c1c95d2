"""How far each journal is settled, and the receipts that say so."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, bindparam, insert, select, tuple_, update

from contract import ranges
from contract.codec import seal
from contract.enrolment import EnrolmentStanding
from contract.ranges import Range, Ranges
from contract.receipt import Receipt, Rejection
from contract.signing import SigningKey
from contract.topics import down
from hub.db import table_of
from hub.fleet.models import EpochProgress
from hub.ingest.models import QuarantinedRow
from hub.outgoing import Outgoing

MAX_ALSO: Final = 500
MAX_REJECTED: Final = 200
"""A receipt names at most so many ranges and rows; what is left out is said in later ones."""

_KEYS_PER_QUERY: Final = 5_000
"""SQLite takes at most 32,766 parameters in a statement, and a key is two."""

EpochKey = tuple[str, str]
"""Device and epoch."""

_journals = table_of(EpochProgress)
_quarantine = table_of(QuarantinedRow)


@dataclass(slots=True)
class Progress:
    """One journal's standing within a transaction.

    settled: all that is stored or quarantined; quarantined: how many of these. last_seq_claimed, first_kept: the
    journal's ends as its kiosk last gave them.
    """

    device: str
    epoch: str
    settled: Ranges = ()
    quarantined: int = 0
    last_seq_claimed: int = 0
    first_kept: int = 0
    is_new: bool = False
    changed: bool = False

    @property
    def upto(self) -> int:
        return ranges.prefix(self.settled)

    @property
    def also(self) -> Ranges:
        return tuple(each for each in self.settled if each[0] > 1)

    @property
    def last_settled(self) -> int:
        """The highest settled row; 0: none."""
        return self.settled[-1][1] if self.settled else 0

    def settle(self, rows: Range) -> None:
        after = ranges.union(self.settled, [rows])
        self.changed = self.changed or after != self.settled
        self.settled = after

    def set_aside(self, rows: int) -> None:
        """Count rows that went into quarantine."""
        self.quarantined += rows
        self.changed = self.changed or rows > 0

    def claim(self, *, last_seq: int, first_kept: int) -> None:
        """Note where the journal begins and ends, as its kiosk says."""
        self.changed = self.changed or (last_seq, first_kept) != (self.last_seq_claimed, self.first_kept)
        self.last_seq_claimed, self.first_kept = last_seq, first_kept

    def held_within(self, last: int) -> int:
        """How many of the rows 1 to `last` are settled."""
        return ranges.count(self.settled) - ranges.count(ranges.subtract(self.settled, [(1, last)]))


@dataclass(slots=True)
class ProgressBook:
    """Loads progress, keeps it while a group is worked on, and writes back what changed."""

    connection: Connection
    now: datetime
    _progress: dict[EpochKey, Progress] = field(default_factory=dict)

    def load(self, keys: Iterable[EpochKey]) -> None:
        """Read these journals' progress; the kiosks' rows must be locked already."""
        wanted = sorted(set(keys) - set(self._progress))
        place = tuple_(_journals.c.device, _journals.c.epoch)
        for start in range(0, len(wanted), _KEYS_PER_QUERY):
            query = select(_journals).where(place.in_(wanted[start : start + _KEYS_PER_QUERY]))
            for row in self.connection.execute(query):
                settled = ranges.union([(1, row.upto)], [(first, last) for first, last in row.also])
                self._progress[row.device, row.epoch] = Progress(
                    row.device, row.epoch, settled, row.quarantined, row.last_seq_claimed, row.first_kept
                )
        for key in wanted:
            self._progress.setdefault(key, Progress(*key, is_new=True))

    def of(self, device: str, epoch: str) -> Progress:
        return self._progress[device, epoch]

    def save(self) -> None:
        """Write what changed."""
        changed = [each for each in self._progress.values() if each.changed]
        new = [each for each in changed if each.is_new]
        old = [each for each in changed if not each.is_new]
        if new:
            values = [
                {"device": each.device, "epoch": each.epoch, "begun_at": self.now} | _standing(each) for each in new
            ]
            self.connection.execute(insert(_journals), values)
        if old:
            statement = update(_journals).where(
                _journals.c.device == bindparam("of"), _journals.c.epoch == bindparam("in_")
            )
            changes = [{"of": each.device, "in_": each.epoch} | _standing(each) for each in old]
            self.connection.execute(statement.values({name: bindparam(name) for name in _standing(old[0])}), changes)


def rejections_of(connection: Connection, progress: Progress, within: Iterable[Range]) -> tuple[Rejection, ...]:
    """Quarantined rows to name in a receipt: the newest, and those within the ranges it answers, newest first."""
    if not progress.quarantined:
        return ()
    own = select(_quarantine.c.seq, _quarantine.c.reason).where(
        _quarantine.c.device == progress.device, _quarantine.c.epoch == progress.epoch
    )
    newest = connection.execute(own.order_by(_quarantine.c.seq.desc()).limit(MAX_REJECTED)).all()
    found = {row.seq: row.reason for row in newest}
    for first, last in within:
        answered = (
            own.where(_quarantine.c.seq.between(first, last)).order_by(_quarantine.c.seq.desc()).limit(MAX_REJECTED)
        )
        found |= {row.seq: row.reason for row in connection.execute(answered)}
    return tuple(Rejection(seq=seq, reason=found[seq]) for seq in sorted(found, reverse=True))


def seal_receipt(
    progress: Progress,
    *,
    version: int,
    key: SigningKey,
    rejected: tuple[Rejection, ...] = (),
    missing: Ranges = (),
    pause_ms: int = 0,
    evidence: tuple[str, ...] = (),
    enrolments: tuple[EnrolmentStanding, ...] = (),
) -> Outgoing:
    """The receipt about one journal, signed for its kiosk; call it only after the commit."""
    receipt = Receipt(
        version=version,
        epoch=progress.epoch,
        upto=progress.upto,
        also=progress.also[:MAX_ALSO],
        rejected=rejected,
        missing=missing[:MAX_ALSO],
        pause_ms=pause_ms,
        evidence=evidence,
        enrolments=enrolments,
    )
    return Outgoing(down(progress.device, "receipt"), seal(receipt, key=key, purpose="receipt", device=progress.device))


def _standing(progress: Progress) -> dict[str, Any]:
    return {
        "upto": progress.upto,
        "also": [list(each) for each in progress.also],
        "quarantined": progress.quarantined,
        "last_seq_claimed": progress.last_seq_claimed,
        "first_kept": progress.first_kept,
    }
