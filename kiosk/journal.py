"""The kiosk's append-only log of punches: what is in here happened, and nothing leaves before the hub has it.

One SQLite file (WAL, synchronous=FULL). A row's key is (device, epoch, seq); `epoch` is born with the file, so that a
re-imaged card never collides with its past. A row holds the exact bytes that are hashed and signed. What the hub has
settled is kept beside the rows, as ranges, so rows themselves are never rewritten.
"""

from __future__ import annotations

import json
import logging
import os
import sqlite3
import threading
import uuid
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Literal

from contract import ranges
from contract.codec import encode
from contract.errors import BadInputError
from contract.punch import MAX_BATCH_ROWS, MAX_ROW_CHARACTERS, JournalRow, Punch, decode_row
from contract.ranges import Ranges
from contract.receipt import Receipt
from contract.signing import FIRST_PREVIOUS, chain_hash
from kiosk.errors import JournalFullError
from kiosk.journal_file import JournalFile

log = logging.getLogger(__name__)

EpochReason = Literal["born", "salvaged", "rolled_back"]


@dataclass(frozen=True, slots=True)
class RowKey:
    """Where a row stands."""

    device: str
    epoch: str
    seq: int


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
    receipt_version: of the newest receipt applied.
    """

    epoch: str
    first_kept: int
    last_seq: int
    queue: int
    oldest_pending_at: datetime | None
    receipt_version: int


@dataclass(frozen=True, slots=True)
class Settlement:
    """What a receipt changed. rolled_back: the hub holds rows that this journal never wrote; a new epoch was begun."""

    settled: int
    reopened: int
    rolled_back: bool


class Journal:
    """The open journal; safe to use from several threads. Close it, or use it in a with statement.

    Raises JournalFullError when a row cannot be written, JournalError when the file cannot be opened at all.
    A damaged file is set aside with its rows salvaged, and a new epoch begun; `alarms` says so.
    """

    def __init__(self, path: Path, *, device: str, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._device = device
        self._now = now
        self._lock = threading.RLock()
        self._ordinal, self._epoch, self._last_seq, self._last_hash = 0, "", 0, FIRST_PREVIOUS
        self.alarms: list[str] = []
        self._file = JournalFile(path, now=now)
        try:
            self._file.open()
        except sqlite3.DatabaseError as error:
            self._salvage(str(error))
        else:
            self._resume()

    def __enter__(self) -> Journal:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        with self._lock:
            self._file.close()

    # Writing --------------------------------------------------------------------------------------------------------

    def append(self, build: Callable[[RowKey], JournalRow]) -> JournalRow:
        """Commit the row that `build` makes for the next key; when this returns, the row is on disk.

        JournalFullError: it is not, and nothing was changed.
        """
        with self._lock:
            key = RowKey(self._device, self._epoch, self._last_seq + 1)
            row = build(key)
            if (row.device, row.epoch, row.seq) != (key.device, key.epoch, key.seq):
                raise ValueError("the row was built for another key")
            row_bytes = encode(row)
            if len(row_bytes) > MAX_ROW_CHARACTERS:
                raise ValueError(f"a row of {len(row_bytes)} bytes would never be accepted by the hub")
            own = chain_hash(self._last_hash, row_bytes)
            values = (self._ordinal, key.seq, row.taken_at.timestamp(), self._last_hash, own, row_bytes)
            try:
                with self._file.transaction():
                    self._file.execute("INSERT INTO row VALUES (?, ?, ?, ?, ?, ?)", values)
            except sqlite3.Error as error:
                raise JournalFullError(
                    f"The punch could not be written to {self._file.path}: {error}. Free disk space, then try again."
                ) from error
            self._last_seq, self._last_hash = key.seq, own
            return row

    def begin_epoch(self, reason: EpochReason) -> str:
        """Start counting anew under a new epoch; unsettled rows of older epochs are still delivered."""
        with self._lock, self._file.transaction():
            epoch = str(uuid.uuid4())
            cursor = self._file.execute(
                "INSERT INTO epoch (epoch, reason, begun_at) VALUES (?, ?, ?)", (epoch, reason, self._now().isoformat())
            )
            self._ordinal, self._epoch = int(cursor.lastrowid or 0), epoch
            self._last_seq, self._last_hash = 0, FIRST_PREVIOUS
            return epoch

    def settle(self, receipt: Receipt) -> Settlement:
        """Apply the hub's word about one of our epochs; a receipt about an epoch that is not ours changes nothing."""
        with self._lock:
            found = self._file.execute(
                "SELECT ordinal, settled, rejected, receipt_version FROM epoch WHERE epoch = ?", (receipt.epoch,)
            ).fetchone()
            if found is None or receipt.version < found[3]:
                return Settlement(0, 0, rolled_back=False)
            ordinal = int(found[0])
            last_seq = self._last_seq_of(ordinal)
            before = _read_ranges(found[1])
            wanted = [(1, receipt.upto), *receipt.also] if receipt.upto else list(receipt.also)
            rolled_back = any(last > last_seq for _, last in wanted)
            after = ranges.subtract(ranges.union(before, wanted), receipt.missing)
            after = ranges.subtract(after, [(last_seq + 1, 2**60)])
            rejected = json.loads(found[2]) | {str(each.seq): each.reason for each in receipt.rejected}
            with self._file.transaction():
                self._file.execute(
                    "UPDATE epoch SET settled = ?, rejected = ?, receipt_version = ? WHERE ordinal = ?",
                    (json.dumps(after), json.dumps(rejected), receipt.version, ordinal),
                )
            if rolled_back and receipt.epoch == self._epoch:
                self._raise_alarm(
                    f"The hub holds rows of epoch {receipt.epoch} that this journal never wrote (last here: {last_seq})"
                    ": the card was rolled back. A new epoch was begun."
                )
                self.begin_epoch("rolled_back")
            return Settlement(
                ranges.count(ranges.subtract(after, before)), ranges.count(ranges.subtract(before, after)), rolled_back
            )

    def forget_delivered(self, *, older_than: timedelta) -> int:
        """Delete settled rows that were taken longer ago than this; how many. The newest row of an epoch stays."""
        limit = (self._now() - older_than).timestamp()
        with self._lock, self._file.transaction():
            forgotten = 0
            for ordinal, settled in self._file.execute("SELECT ordinal, settled FROM epoch").fetchall():
                newest = self._last_seq_of(ordinal)
                for first, last in _read_ranges(settled):
                    forgotten += self._file.execute(
                        "DELETE FROM row WHERE ordinal = ? AND seq BETWEEN ? AND ? AND taken_at < ? AND seq < ?",
                        (ordinal, first, last, limit, newest),
                    ).rowcount
            return forgotten

    # Reading --------------------------------------------------------------------------------------------------------

    def pending(self, *, sent: Mapping[str, Ranges], limit: int = MAX_BATCH_ROWS) -> PendingRows | None:
        """The next unsettled rows that are not in `sent` (ranges in flight, by epoch), oldest epoch first.

        A row whose bytes no longer fit its hash is never sent: the file is set aside as damaged, and what is whole of
        it is served from the new one.
        """
        with self._lock:
            for ordinal, epoch, settled in self._file.execute(
                "SELECT ordinal, epoch, settled FROM epoch ORDER BY ordinal"
            ).fetchall():
                skip = ranges.union(_read_ranges(settled), sent.get(epoch, ()))
                try:
                    found = self._next_run(ordinal, epoch, skip, limit)
                except sqlite3.DatabaseError as error:
                    return self._salvage_and_retry(str(error), sent=sent, limit=limit)
                if found is not None and not _chain_holds(found):
                    return self._salvage_and_retry(
                        f"row {found.epoch}/{found.first_seq} or one after it has changed", sent=sent, limit=limit
                    )
                if found is not None:
                    return _strip(found)
            return None

    @property
    def state(self) -> JournalState:
        with self._lock:
            queue, oldest = 0, None
            receipt_version = 0
            for ordinal, settled, version in self._file.execute(
                "SELECT ordinal, settled, receipt_version FROM epoch"
            ).fetchall():
                receipt_version = max(receipt_version, version)
                for first, last in ranges.subtract([(1, 2**60)], _read_ranges(settled)):
                    rows, taken_at = self._file.execute(
                        "SELECT count(*), min(taken_at) FROM row WHERE ordinal = ? AND seq BETWEEN ? AND ?",
                        (ordinal, first, last),
                    ).fetchone()
                    queue += rows
                    oldest = taken_at if oldest is None else min(oldest, taken_at or oldest)
            first_kept = self._file.execute("SELECT min(seq) FROM row WHERE ordinal = ?", (self._ordinal,)).fetchone()[
                0
            ]
            return JournalState(
                epoch=self._epoch,
                first_kept=first_kept or 0,
                last_seq=self._last_seq,
                queue=queue,
                oldest_pending_at=datetime.fromtimestamp(oldest, UTC) if oldest is not None else None,
                receipt_version=receipt_version,
            )

    @property
    def last_taken_at(self) -> datetime | None:
        """Wall time of the newest row of all; None: the journal is empty."""
        with self._lock:
            newest = self._file.execute("SELECT max(taken_at) FROM row").fetchone()[0]
            return datetime.fromtimestamp(newest, UTC) if newest is not None else None

    def punches_since(self, moment: datetime) -> list[Punch]:
        """Punches taken at or after a moment, oldest first."""
        return [row for row in self.rows(since=moment) if isinstance(row, Punch)]

    def rows(self, *, since: datetime | None = None) -> Iterator[JournalRow]:
        """All rows kept, in the order in which they were written."""
        for _, _, row_bytes in self._stored(since):
            yield decode_row(row_bytes)

    def stored_rows(self) -> list[tuple[bytes, bytes]]:
        """Hash (32 bytes) and exact bytes of every row kept, in the order in which they were written."""
        return [(own, row_bytes) for _, own, row_bytes in self._stored(None)]

    def export(self, to: Path) -> int:
        """Write every kept row as a JSON line {"row", "previous", "hash"} into a new file (a USB stick's); how many.

        BadInputError when the file is there already or cannot be written.
        """
        written = 0
        try:
            with to.open("x", encoding="utf-8") as file:
                for previous, own, row_bytes in self._stored(None):
                    line = {"row": row_bytes.decode(), "previous": previous.hex(), "hash": own.hex()}
                    file.write(json.dumps(line) + "\n")
                    written += 1
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            raise BadInputError(f"Cannot write the journal to {to}: {error.strerror}.") from error
        return written

    def fact(self, name: str) -> str | None:
        """A small thing to remember across restarts; None: never set."""
        with self._lock:
            found = self._file.execute("SELECT value FROM fact WHERE name = ?", (name,)).fetchone()
            return found[0] if found else None

    def set_fact(self, name: str, value: str) -> None:
        with self._lock, self._file.transaction():
            self._file.execute(
                "INSERT INTO fact VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value", (name, value)
            )

    # Inside ---------------------------------------------------------------------------------------------------------

    def _stored(self, since: datetime | None) -> list[tuple[bytes, bytes, bytes]]:
        with self._lock:
            return self._file.execute(
                "SELECT previous, hash, bytes FROM row WHERE taken_at >= ? ORDER BY ordinal, seq",
                (since.timestamp() if since is not None else float("-inf"),),
            ).fetchall()

    def _last_seq_of(self, ordinal: int) -> int:
        found = self._file.execute("SELECT max(seq) FROM row WHERE ordinal = ?", (ordinal,)).fetchone()[0]
        return int(found or 0)

    def _next_run(self, ordinal: int, epoch: str, skip: Ranges, limit: int) -> _Run | None:
        for first, last in ranges.subtract([(1, 2**60)], skip):
            rows = self._file.execute(
                "SELECT seq, previous, hash, bytes FROM row"
                " WHERE ordinal = ? AND seq BETWEEN ? AND ? ORDER BY seq LIMIT ?",
                (ordinal, first, last, limit),
            ).fetchall()
            if rows:
                # A salvaged epoch can have gaps; a batch cannot.
                run = [row for offset, row in enumerate(rows) if row[0] == rows[0][0] + offset]
                return _Run(epoch, rows[0][0], tuple((row[1], row[2], row[3]) for row in run))
        return None

    def _raise_alarm(self, sentence: str) -> None:
        log.error(sentence)
        self.alarms.append(sentence)

    def _resume(self) -> None:
        """Find the place after the newest row of the newest epoch, or begin the first epoch."""
        newest = self._file.execute("SELECT ordinal, epoch FROM epoch ORDER BY ordinal DESC LIMIT 1").fetchone()
        if newest is None:
            self.begin_epoch("born")
            return
        self._ordinal, self._epoch = newest
        last = self._file.execute(
            "SELECT seq, hash FROM row WHERE ordinal = ? ORDER BY seq DESC LIMIT 1", (self._ordinal,)
        ).fetchone()
        self._last_seq, self._last_hash = (last[0], last[1]) if last else (0, FIRST_PREVIOUS)

    def _salvage(self, damage: str) -> None:
        aside, rows = self._file.salvage()
        self.begin_epoch("salvaged")
        self._raise_alarm(
            f"The journal was damaged ({damage}). It was set aside as {aside.name}; {rows} whole rows were salvaged "
            "and will be sent (again)."
        )

    def _salvage_and_retry(self, damage: str, *, sent: Mapping[str, Ranges], limit: int) -> PendingRows | None:
        self._salvage(damage)
        return self.pending(sent=sent, limit=limit)


@dataclass(frozen=True, slots=True)
class _Run:
    """Stored rows (previous, hash, bytes) without a gap."""

    epoch: str
    first_seq: int
    rows: tuple[tuple[bytes, bytes, bytes], ...]


def _chain_holds(run: _Run) -> bool:
    previous = run.rows[0][0]
    for before, own, row_bytes in run.rows:
        if before != previous or chain_hash(before, row_bytes) != own:
            return False
        previous = own
    return True


def _strip(run: _Run) -> PendingRows:
    return PendingRows(
        run.epoch, run.first_seq, run.rows[0][0], tuple(row_bytes for _, _, row_bytes in run.rows), run.rows[-1][1]
    )


def _read_ranges(text: str) -> Ranges:
    return tuple((int(first), int(last)) for first, last in json.loads(text))
