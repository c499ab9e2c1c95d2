"""What the journal is asked with, and what it answers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from contract.heartbeat import EpochStanding

EpochReason = Literal["born", "booted", "salvaged", "rolled_back"]


@dataclass(frozen=True, slots=True)
class RowKey:
    """Where a row stands."""

    device: str
    epoch: str
    seq: int


@dataclass(frozen=True, slots=True)
class Announcement:
    """A row that names a snapshot. sha256: of its bytes; taken_at: wall time, aware."""

    sha256: str
    epoch: str
    seq: int
    taken_at: datetime


@dataclass(frozen=True, slots=True)
class PendingRows:
    """Rows without a gap that the hub has not settled: ready to be signed and sent.

    previous, last: hash (32 bytes) of the row before the first one, and of the last one.
    """

    epoch: str
    first_seq: int
    previous: bytes
    rows: tuple[bytes, ...]
    last: bytes

    @property
    def last_seq(self) -> int:
        return self.first_seq + len(self.rows) - 1


@dataclass(frozen=True, slots=True)
class JournalState:
    """The journal at a glance.

    first_kept, last_seq: of the current epoch; 0 when it is empty. queue: unsettled rows of all epochs.
    oldest_pending_at: when the oldest unsettled row was taken; None: everything is settled.
    receipt_version: of the newest receipt applied. older: earlier epochs that still hold rows, newest first; at most
    contract.heartbeat.MAX_OLDER of them.
    """

    epoch: str
    first_kept: int
    last_seq: int
    queue: int
    oldest_pending_at: datetime | None
    receipt_version: int
    older: tuple[EpochStanding, ...] = ()


@dataclass(frozen=True, slots=True)
class Settlement:
    """What a receipt changed.

    rolled_back: the hub holds rows that this journal never wrote; a new epoch was begun. news: False when the receipt
    is one that was applied before, an older one, or about an epoch that is not ours: it changed nothing.
    """

    settled: int
    reopened: int
    rolled_back: bool
    news: bool = True


NO_NEWS = Settlement(0, 0, rolled_back=False, news=False)
