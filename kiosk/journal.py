"""The kiosk's append-only log of punches: what is in here happened, and nothing leaves before the hub has it.

One SQLite file (WAL, synchronous=FULL). A row's key is (device, epoch, seq); `epoch` is born with the file, so that a
re-imaged card never collides with its past. A row holds the exact bytes that are hashed and signed. What the hub has
settled is kept beside the rows, as ranges, so rows themselves are never rewritten.
"""

from __future__ import annotations

import contextlib
import json
import logging
import os
import threading
import uuid
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final, TypeVar

from contract import ranges
from contract.codec import encode
from contract.errors import BadInputError, MalformedMessageError
from contract.heartbeat import MAX_OLDER
from contract.punch import MAX_BATCH_ROWS, Disavowal, JournalRow, Punch, RefusedPresentation, decode_row
from contract.ranges import Ranges
from contract.receipt import Receipt
from contract.signing import FIRST_PREVIOUS, chain_hash
from kiosk.errors import JournalDamagedError, JournalError, JournalFullError
from kiosk.journal_columns import check_row, read_rejected, read_settled, write_settled
from kiosk.journal_epochs import MeasuredEpoch, forget, measure
from kiosk.journal_file import MAX_ROW_BYTES, JournalFile
from kiosk.journal_records import NO_NEWS, Announcement, EpochReason, JournalState, PendingRows, RowKey, Settlement

log = logging.getLogger(__name__)

__all__ = ["Journal", "JournalState", "PendingRows", "RowKey", "Settlement"]

_Answer = TypeVar("_Answer")

_NAMING: Final = b'"evidence":"'
"""In the bytes of a row that names a snapshot; the others are not decoded to find the few that do."""
_REFUSAL_START: Final = b'{"kind":"refusal"'


class Journal:
    """The open journal; safe to use from several threads. Close it, or use it in a with statement.

    Every method raises JournalFullError when the disk refuses (nothing was changed then), JournalError when the journal
    is closed; opening raises JournalError. A damaged file is set aside with its rows salvaged, and a new epoch begun;
    `alarms` says so. A journal that holds another device's rows is not opened.
    boot: id of this boot of the machine, at most 64 characters. Each boot begins an epoch of its own: a card that lost
    its last rows with the power can then give none of their numbers to other punches. None: the epoch goes on.
    """

    def __init__(
        self,
        path: Path,
        *,
        device: str,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        boot: str | None = None,
    ) -> None:
        self._device = device
        self._now = now
        self._boot = boot or ""
        self._lock = threading.RLock()
        self._ordinal, self._epoch, self._last_seq, self._last_hash = 0, "", 0, FIRST_PREVIOUS
        self._epoch_owed = False
        self._older: dict[int, MeasuredEpoch] = {}
        self.alarms: list[str] = []
        self.full = False
        """Whether the disk has refused something, and no row was taken since."""
        self._file = JournalFile(path, now=now)
        try:
            try:
                self._file.open()
            except JournalDamagedError as error:
                self._salvage(str(error))
            self._check_device()
            self._resume()
            self._epoch_owed = boot is not None and boot != self._boot_of_epoch()
            if self._epoch_owed:
                # A full disk must not keep the kiosk from starting: it has rows to deliver, and words to say.
                with contextlib.suppress(JournalFullError):
                    self._mending(lambda: self.begin_epoch("booted"))
        except BaseException:
            self._file.close()
            raise

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

        JournalFullError: it is not, and nothing was changed. ValueError: `build` made a row that nobody could read.
        """
        return self._mending(lambda: self._append(build))

    def _append(self, build: Callable[[RowKey], JournalRow]) -> JournalRow:
        if self._epoch_owed:
            self.begin_epoch("booted")
        key = RowKey(self._device, self._epoch, self._last_seq + 1)
        row = build(key)
        row_bytes = encode(row)
        _check_readable(row_bytes, row, key)
        own = chain_hash(self._last_hash, row_bytes)
        values = (self._ordinal, key.seq, row.taken_at.timestamp(), self._last_hash, own, row_bytes)
        with self._file.transaction():
            self._file.change("INSERT INTO row VALUES (?, ?, ?, ?, ?, ?)", values)
        self._last_seq, self._last_hash = key.seq, own
        self.full = False
        return row

    def begin_epoch(self, reason: EpochReason) -> str:
        """Start counting anew under a new epoch; unsettled rows of older epochs are still delivered."""
        with self._lock:
            epoch = str(uuid.uuid4())
            with self._file.transaction():
                cursor = self._file.change(
                    "INSERT INTO epoch (epoch, reason, begun_at, boot) VALUES (?, ?, ?, ?)",
                    (epoch, reason, self._now().isoformat(), self._boot),
                )
            # Only now: rows under an epoch that was not written would never be sent.
            self._ordinal, self._epoch = int(cursor.lastrowid or 0), epoch
            self._last_seq, self._last_hash = 0, FIRST_PREVIOUS
            self._epoch_owed = False
            return epoch

    def settle(self, receipt: Receipt) -> Settlement:
        """Apply the hub's word about one of our epochs; a receipt about an epoch that is not ours changes nothing."""
        return self._mending(lambda: self._settle(receipt))

    def _settle(self, receipt: Receipt) -> Settlement:
        found = self._file.fetch(
            "SELECT ordinal, settled, rejected, receipt_version FROM epoch WHERE epoch = ?", (receipt.epoch,)
        )
        if not found or receipt.version <= found[0][3]:
            return NO_NEWS
        ordinal, before = int(found[0][0]), read_settled(found[0][1])
        last_seq = self._last_seq_of(ordinal)
        wanted = ranges.union([(1, receipt.upto)], receipt.also)
        beyond = bool(wanted) and wanted[-1][1] > last_seq
        after = ranges.subtract(ranges.union(before, wanted), [*receipt.missing, (last_seq + 1, 2**60)])
        rejected = read_rejected(found[0][2]) | {str(each.seq): each.reason for each in receipt.rejected}
        with self._file.transaction():
            self._file.change(
                "UPDATE epoch SET settled = ?, rejected = ?, receipt_version = ? WHERE ordinal = ?",
                (write_settled(after), json.dumps(rejected), receipt.version, ordinal),
            )
        self._older.pop(ordinal, None)
        rolled_back = beyond and receipt.epoch == self._epoch
        if rolled_back:
            self.begin_epoch("rolled_back")
            self._raise_alarm(
                f"The hub holds rows of epoch {receipt.epoch} that this journal never wrote (last here: {last_seq})"
                ": the card was rolled back. A new epoch was begun."
            )
        return Settlement(
            ranges.count(ranges.subtract(after, before)), ranges.count(ranges.subtract(before, after)), rolled_back
        )

    def forget_delivered(self, *, older_than: timedelta) -> int:
        """Delete settled rows that were taken longer ago than this; how many.

        Each epoch is forgotten from its beginning on, and goes with its last row. The newest row of all stays.
        """
        return self._mending(lambda: self._forget((self._now() - older_than).timestamp()))

    def _forget(self, before: float) -> int:
        with self._file.transaction():
            forgotten = forget(self._file, current=self._ordinal, before=before)
        self._older.clear()
        return forgotten

    # Reading --------------------------------------------------------------------------------------------------------

    def pending(self, *, sent: Mapping[str, Ranges], limit: int = MAX_BATCH_ROWS) -> PendingRows | None:
        """The next unsettled rows that are not in `sent` (ranges in flight, by epoch), oldest epoch first.

        A row whose bytes no longer fit its hash is never sent: the file is set aside as damaged, and what is whole of
        it is served from the new one.
        """
        return self._mending(lambda: self._pending(sent, limit))

    def _pending(self, sent: Mapping[str, Ranges], limit: int) -> PendingRows | None:
        for ordinal, epoch, settled in self._file.fetch("SELECT ordinal, epoch, settled FROM epoch ORDER BY ordinal"):
            measured = self._older.get(ordinal)
            if measured is not None and measured.standing.queue == 0:
                continue
            skip = ranges.union(read_settled(settled), sent.get(epoch, ()))
            found = self._next_run(ordinal, epoch, skip, limit)
            if found is not None:
                return found
        return None

    @property
    def state(self) -> JournalState:
        return self._mending(self._state)

    def _state(self) -> JournalState:
        epochs = self._file.fetch("SELECT ordinal, epoch, settled, receipt_version FROM epoch ORDER BY ordinal DESC")
        measured = [self._measure(ordinal, epoch, settled) for ordinal, epoch, settled, _ in epochs]
        pending = [each.oldest_pending for each in measured if each.oldest_pending is not None]
        return JournalState(
            epoch=self._epoch,
            first_kept=measured[0].standing.first_kept,
            last_seq=self._last_seq,
            queue=sum(each.standing.queue for each in measured),
            oldest_pending_at=datetime.fromtimestamp(min(pending), UTC) if pending else None,
            receipt_version=max(version for _, _, _, version in epochs),
            older=tuple(each.standing for each in measured[1:] if each.standing.last_seq)[:MAX_OLDER],
        )

    def _measure(self, ordinal: int, epoch: str, settled: str) -> MeasuredEpoch:
        """Count an epoch's rows; all but the current one change by receipts and forgetting only."""
        if ordinal in self._older:
            return self._older[ordinal]
        grows = ordinal == self._ordinal
        measured = measure(self._file, ordinal=ordinal, epoch=epoch, settled=read_settled(settled), grows=grows)
        if not grows:
            self._older[ordinal] = measured
        return measured

    @property
    def last_taken_at(self) -> datetime | None:
        """Wall time of the newest row of all; None: the journal is empty."""
        ((newest,),) = self._mending(lambda: self._file.fetch("SELECT max(taken_at) FROM row"))
        return datetime.fromtimestamp(newest, UTC) if newest is not None else None

    def punches_since(self, moment: datetime) -> list[Punch]:
        """Punches taken at or after a moment, oldest first."""
        return [row for row in self.rows(since=moment) if isinstance(row, Punch)]

    def own_punches(self, person: str, since: datetime) -> tuple[datetime, ...]:
        """When this person punched since a moment, oldest first, without what was said to be somebody else's."""
        found: dict[tuple[str, int], datetime] = {}
        for row in self.rows(since=since):
            match row:
                case Punch(person=whose) if whose == person:
                    found[row.epoch, row.seq] = row.taken_at
                case Disavowal():
                    found.pop((row.punch_epoch, row.punch_seq), None)
        return tuple(sorted(found.values()))

    def refusals(self) -> list[RefusedPresentation]:
        """Refused presentations that are kept, in the order in which they were written."""
        # By the row's first bytes: the journal of a quarter is not decoded to find the few that these are.
        found = self._mending(
            lambda: self._file.fetch(
                "SELECT bytes FROM row WHERE substr(bytes, 1, ?) = ? ORDER BY ordinal, seq",
                (len(_REFUSAL_START), _REFUSAL_START),
            )
        )
        decoded = (decode_row(row_bytes) for (row_bytes,) in found)
        return [row for row in decoded if isinstance(row, RefusedPresentation)]

    def announcing(self) -> list[Announcement]:
        """The snapshots that kept rows name, in the order in which these were written."""
        rows = self._mending(
            lambda: self._file.fetch(
                "SELECT bytes FROM row WHERE instr(bytes, ?) > 0 ORDER BY ordinal, seq", (_NAMING,)
            )
        )
        decoded = (decode_row(row_bytes) for (row_bytes,) in rows)
        return [
            Announcement(row.evidence, row.epoch, row.seq, row.taken_at)
            for row in decoded
            if isinstance(row, Punch | RefusedPresentation) and row.evidence is not None
        ]

    def settled(self, epoch: str) -> Ranges:
        """Which rows of an epoch the hub has settled; none for an epoch that is not ours, or forgotten."""
        found = self._mending(lambda: self._file.fetch("SELECT settled FROM epoch WHERE epoch = ?", (epoch,)))
        return read_settled(found[0][0]) if found else ()

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
        except FileExistsError as error:
            raise BadInputError(f"Cannot write the journal to {to}: {error.strerror}.") from error
        except OSError as error:
            # Half a file would pass for a whole one, and stand in the way of the next try.
            with contextlib.suppress(OSError):
                to.unlink(missing_ok=True)
            raise BadInputError(f"Cannot write the journal to {to}: {error.strerror}.") from error
        return written

    def probe(self) -> None:
        """Read the newest row, and take the right to write and give it back; nothing is written, so it costs little.

        Raises JournalError when one of them is not possible. A full disk passes: that is told where rows are taken.
        """
        self._mending(self._probe)

    def _probe(self) -> None:
        self._file.fetch("SELECT bytes FROM row ORDER BY ordinal DESC, seq DESC LIMIT 1")
        with self._file.transaction():
            if not os.access(self._file.path, os.W_OK):
                raise JournalError(f"The journal {self._file.path} cannot be written: its disk is read-only.")

    def fact(self, name: str) -> str | None:
        """A small thing to remember across restarts; None: never set."""
        found = self._mending(lambda: self._file.fetch("SELECT value FROM fact WHERE name = ?", (name,)))
        return str(found[0][0]) if found else None

    def set_fact(self, name: str, value: str) -> None:
        """Remember it from now on."""
        self._mending(lambda: self._set_fact(name, value))

    def _set_fact(self, name: str, value: str) -> None:
        with self._file.transaction():
            self._file.change(
                "INSERT INTO fact VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value", (name, value)
            )

    # Inside ---------------------------------------------------------------------------------------------------------

    def _mending(self, work: Callable[[], _Answer]) -> _Answer:
        """Do it, alone; when the file turns out to be damaged, mend the file and do it once more."""
        with self._lock:
            try:
                try:
                    return work()
                except JournalDamagedError as error:
                    self._salvage(str(error))
                    return work()
            except JournalFullError:
                self.full = True
                raise

    def _stored(self, since: datetime | None) -> list[tuple[bytes, bytes, bytes]]:
        since_at = since.timestamp() if since is not None else float("-inf")
        return self._mending(
            lambda: self._file.fetch(
                "SELECT previous, hash, bytes FROM row WHERE taken_at >= ? ORDER BY ordinal, seq", (since_at,)
            )
        )

    def _last_seq_of(self, ordinal: int) -> int:
        ((found,),) = self._file.fetch("SELECT max(seq) FROM row WHERE ordinal = ?", (ordinal,))
        return int(found or 0)

    def _next_run(self, ordinal: int, epoch: str, skip: Ranges, limit: int) -> PendingRows | None:
        for first, last in ranges.subtract([(1, 2**60)], skip):
            stored = self._file.fetch(
                "SELECT seq, previous, hash, bytes FROM row"
                " WHERE ordinal = ? AND seq BETWEEN ? AND ? ORDER BY seq LIMIT ?",
                (ordinal, first, last, limit),
            )
            if stored:
                return _run(epoch, stored)
        return None

    def _raise_alarm(self, sentence: str) -> None:
        log.error(sentence)
        self.alarms.append(sentence)

    def _resume(self) -> None:
        """Find the place after the newest row of the newest epoch, or begin the first epoch."""
        newest = self._file.fetch("SELECT ordinal, epoch FROM epoch ORDER BY ordinal DESC LIMIT 1")
        if not newest:
            self.begin_epoch("born")
            return
        self._ordinal, self._epoch = newest[0]
        last = self._file.fetch(
            "SELECT seq, hash FROM row WHERE ordinal = ? ORDER BY seq DESC LIMIT 1", (self._ordinal,)
        )
        self._last_seq, self._last_hash = last[0] if last else (0, FIRST_PREVIOUS)

    def _check_device(self) -> None:
        """Raise JournalError when the rows are another device's: the hub would refuse every one of them."""
        newest = self._file.fetch("SELECT bytes FROM row ORDER BY ordinal DESC, seq DESC LIMIT 1")
        if newest and (device := decode_row(newest[0][0]).device) != self._device:
            raise JournalError(
                f"The journal {self._file.path} holds the rows of '{device}', and this kiosk is called "
                f"'{self._device}': give it its old name until all is delivered, then move the journal away."
            )

    def _boot_of_epoch(self) -> str:
        ((boot,),) = self._file.fetch("SELECT boot FROM epoch WHERE ordinal = ?", (self._ordinal,))
        return str(boot)

    def _salvage(self, damage: str) -> None:
        aside, rows = self._file.salvage(epoch=str(uuid.uuid4()), boot=self._boot)
        self._older.clear()
        self._epoch_owed = False
        self._resume()
        self._raise_alarm(
            f"The journal was damaged ({damage}). It was set aside as {aside.name}; {rows} whole rows were salvaged "
            "and will be sent (again)."
        )


def _check_readable(row_bytes: bytes, row: JournalRow, key: RowKey) -> None:
    """Raise ValueError for a row that the hub would have to refuse: it must not be told as taken."""
    if (row.device, row.epoch, row.seq) != (key.device, key.epoch, key.seq):
        raise ValueError("the row was built for another key")
    if len(row_bytes) > MAX_ROW_BYTES:
        raise ValueError(f"a row of {len(row_bytes)} bytes is longer than {MAX_ROW_BYTES}")
    try:
        decode_row(row_bytes)
    except MalformedMessageError as error:
        raise ValueError(f"the row could not be read back: {error}") from error


def _run(epoch: str, stored: list[tuple[int, bytes, bytes, bytes]]) -> PendingRows:
    """Those of the stored rows (seq, previous, hash, bytes) that follow the first one without a gap."""
    kept: list[tuple[int, bytes, bytes, bytes]] = []
    for seq, previous, own, row_bytes in stored:
        check_row(epoch, seq, previous, own, row_bytes)
        # A salvaged epoch can have gaps; a batch cannot.
        if kept and (seq != kept[-1][0] + 1 or previous != kept[-1][2]):
            break
        kept.append((seq, previous, own, row_bytes))
    return PendingRows(epoch, kept[0][0], kept[0][1], tuple(each[3] for each in kept), kept[-1][2])
