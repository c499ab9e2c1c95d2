"""The journal's epochs: how far each is settled, and which of their rows are old enough to be forgotten.

There is one for every boot of the machine, so there can be a hundred; all but the current one stand still.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, Protocol

from contract import ranges
from contract.heartbeat import MAX_GAPS, EpochStanding
from contract.ranges import Ranges
from kiosk.journal_columns import read_settled
from kiosk.journal_file import JournalFile

_FREE: Final = b'"source":"free"'
"""In the bytes of a row whose clock ran free (contract.punch.ClockStamp); no other `source` has this value."""
_END: Final = 2**60
"""Beyond every sequence number."""


@dataclass(frozen=True, slots=True)
class MeasuredEpoch:
    """What the heartbeat says of an epoch, and when its oldest unsettled row was taken (seconds since 1970; None: all
    is settled)."""

    standing: EpochStanding
    oldest_pending: float | None


class Fetching(Protocol):
    """Where rows are read from; must provide `fetch`."""

    def fetch(self, statement: str, values: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        """All rows that a statement gives."""
        ...


def measure(file: Fetching, *, ordinal: int, epoch: str, settled: Ranges, grows: bool) -> MeasuredEpoch:
    """Count an epoch's rows. grows: it is the current one, which has no gaps."""
    ((first, last),) = file.fetch("SELECT min(seq), max(seq) FROM row WHERE ordinal = ?", (ordinal,))
    queue, oldest = 0, None
    for low, high in ranges.subtract([(1, _END)], settled):
        ((rows, taken_at),) = file.fetch(
            "SELECT count(*), min(taken_at) FROM row WHERE ordinal = ? AND seq BETWEEN ? AND ?", (ordinal, low, high)
        )
        queue += rows
        if taken_at is not None:
            oldest = taken_at if oldest is None else min(oldest, taken_at)
    gaps = () if grows else _gaps(file, ordinal)
    standing = EpochStanding(epoch=epoch, first_kept=first or 0, last_seq=last or 0, queue=queue, gaps=gaps)
    return MeasuredEpoch(standing, oldest)


def _gaps(file: Fetching, ordinal: int) -> Ranges:
    found = file.fetch(
        "SELECT seq + 1, following - 1 FROM"
        " (SELECT seq, lead(seq) OVER (ORDER BY seq) AS following FROM row WHERE ordinal = ?)"
        " WHERE following > seq + 1",
        (ordinal,),
    )
    gaps = [(int(first), int(last)) for first, last in found]
    if len(gaps) > MAX_GAPS:
        gaps[MAX_GAPS - 1 :] = [(gaps[MAX_GAPS - 1][0], gaps[-1][1])]
    return tuple(gaps)


def forget(file: JournalFile, *, current: int, before: float) -> int:
    """Delete, within the caller's transaction, what was settled and taken before then (seconds since 1970); how many.

    An epoch is forgotten from its beginning on and never in the middle: its kiosk could else not say what it still has.
    The newest row of all stays, because the clock is never earlier. Epochs without rows go, but for the current one.
    A row of a clock that runs free may say any year: it is old once a row after it is that a set clock calls old.
    """
    ((newest_ordinal,),) = file.fetch("SELECT max(ordinal) FROM row")
    old_ordinal, old_seq = _newest_surely_old(file, before)
    forgotten = 0
    for ordinal, settled in file.fetch("SELECT ordinal, settled FROM epoch WHERE ordinal <= ?", (old_ordinal,)):
        end = _first_to_keep(file, ordinal, read_settled(settled), before)
        if ordinal == old_ordinal:
            end = min(end, old_seq + 1)
        if ordinal in {newest_ordinal, current}:
            ((newest,),) = file.fetch("SELECT max(seq) FROM row WHERE ordinal = ?", (ordinal,))
            end = min(end, newest or 0)
        forgotten += file.change("DELETE FROM row WHERE ordinal = ? AND seq < ?", (ordinal, end)).rowcount
    empty = "ordinal <> ? AND ordinal NOT IN (SELECT ordinal FROM row)"
    ((version,),) = file.fetch(f"SELECT max(receipt_version) FROM epoch WHERE {empty}", (current,))  # noqa: S608
    if version is not None:
        # What the hub counts on from must not go with the epoch that heard it.
        file.change("UPDATE epoch SET receipt_version = max(receipt_version, ?) WHERE ordinal = ?", (version, current))
        file.change(f"DELETE FROM epoch WHERE {empty}", (current,))  # noqa: S608 (our own words)
    return forgotten


def _newest_surely_old(file: JournalFile, before: float) -> tuple[int, int]:
    """Ordinal and number of the newest row that a set clock gave a time before then; (0, 0): there is none."""
    found = file.fetch(
        "SELECT ordinal, seq FROM row WHERE taken_at < ? AND instr(bytes, ?) = 0"
        " ORDER BY ordinal DESC, seq DESC LIMIT 1",
        (before, _FREE),
    )
    return found[0] if found else (0, 0)


def _first_to_keep(file: JournalFile, ordinal: int, settled: Ranges, before: float) -> int:
    """The first row that is not settled, or young; beyond all of them when there is none."""
    ((young,),) = file.fetch("SELECT min(seq) FROM row WHERE ordinal = ? AND taken_at >= ?", (ordinal, before))
    first = _END if young is None else int(young)
    for low, high in ranges.subtract([(1, _END)], settled):
        ((unsettled,),) = file.fetch(
            "SELECT min(seq) FROM row WHERE ordinal = ? AND seq BETWEEN ? AND ?", (ordinal, low, high)
        )
        if unsettled is not None:
            return min(first, int(unsettled))
    return first
