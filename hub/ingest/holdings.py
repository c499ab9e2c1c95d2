"""What the hub holds already where a group of batches wants to go, and what of the batches is new."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any, Final

from sqlalchemy import Connection, Row, Table, select, tuple_

from contract import ranges
from contract.receipt import RejectionReason
from contract.signing import chain_hash
from hub.db import table_of
from hub.ingest.admission import AdmittedBatch, AdmittedRow
from hub.ingest.models import QuarantinedRow, StoredRow
from hub.ingest.progress import ProgressBook
from hub.ingest.quarantine import NOTHING_HELD, Held, Refusal, conflicts, continues_wrongly

RowKey = tuple[str, str, int]
"""Device, epoch and sequence number."""

_KEYS_PER_QUERY: Final = 5_000
"""SQLite takes at most 32,766 parameters in a statement, and a key is three."""

_FORKED: Final = Refusal("conflict", "The rows before it are not those that the hub holds: two histories of a journal.")


class Holdings:
    """Rows at the places of a group's batches and next to them; grows while the group is sifted."""

    def __init__(self) -> None:
        self._held: dict[RowKey, Held] = {}
        self._followers: dict[RowKey, tuple[bytes, bytes]] = {}

    @classmethod
    def load(cls, connection: Connection, batches: Iterable[AdmittedBatch], progress: ProgressBook) -> Holdings:
        """Read what is settled at and beside these batches: nothing at all, for a batch far from what is settled."""
        holdings = cls()
        keys: set[RowKey] = set()
        followers: set[RowKey] = set()
        for batch in batches:
            settled = progress.of(batch.device, batch.epoch).settled
            outside = ranges.subtract([(batch.first_seq - 1, batch.last_seq + 1)], settled)
            for first, last in ranges.subtract([(batch.first_seq - 1, batch.last_seq + 1)], outside):
                keys |= {(batch.device, batch.epoch, seq) for seq in range(first, last + 1)}
            if ranges.contains(settled, batch.last_seq + 1):
                followers.add((batch.device, batch.epoch, batch.last_seq + 1))
        for row in _look_up(connection, table_of(StoredRow), keys, ("hash",)):
            holdings._held[row.device, row.epoch, row.seq] = Held(row.hash, {})
        for row in _look_up(connection, table_of(QuarantinedRow), keys, ("hash", "reason")):
            holdings._set_aside((row.device, row.epoch, row.seq), row.hash, row.reason)
        for row in _look_up(connection, table_of(StoredRow), followers, ("row", "hash")):
            holdings._followers[row.device, row.epoch, row.seq] = (row.row, row.hash)
        return holdings

    def sift(self, batch: AdmittedBatch) -> list[tuple[AdmittedRow, Refusal | None]]:
        """The rows of a batch that are not held yet, each with why it must be set aside, or None."""
        place = (batch.device, batch.epoch)
        forked = self._is_forked(batch)
        fresh: list[tuple[AdmittedRow, Refusal | None]] = []
        for row in batch.rows:
            held = self._held.get((*place, row.seq), NOTHING_HELD)
            if row.hash == held.stored or row.hash in held.aside:
                continue
            refusal = row.refusal
            if conflicts(row.hash, held):
                refusal = Refusal("conflict", "Another row holds this place; it came first.")
            elif forked:
                refusal = _FORKED
            if refusal is None:
                self._held[*place, row.seq] = replace(held, stored=row.hash)
                self._followers[*place, row.seq] = (row.row, row.hash)
            else:
                self._set_aside((*place, row.seq), row.hash, refusal.reason)
            fresh.append((row, refusal))
        return fresh

    def _is_forked(self, batch: AdmittedBatch) -> bool:
        before = self._held.get((batch.device, batch.epoch, batch.first_seq - 1), NOTHING_HELD)
        if batch.begins_wrongly or continues_wrongly(batch.previous, before):
            return True
        follower = self._followers.get((batch.device, batch.epoch, batch.last_seq + 1))
        return follower is not None and chain_hash(batch.rows[-1].hash, follower[0]) != follower[1]

    def _set_aside(self, key: RowKey, own: bytes, reason: RejectionReason) -> None:
        held = self._held.get(key, NOTHING_HELD)
        self._held[key] = replace(held, aside={**held.aside, own: reason})


def _look_up(
    connection: Connection, table: Table, keys: Iterable[RowKey], columns: Sequence[str]
) -> Iterator[Row[Any]]:
    ordered = sorted(keys)
    place = tuple_(table.c.device, table.c.epoch, table.c.seq)
    for start in range(0, len(ordered), _KEYS_PER_QUERY):
        query = select(table.c.device, table.c.epoch, table.c.seq, *(table.c[name] for name in columns))
        yield from connection.execute(query.where(place.in_(ordered[start : start + _KEYS_PER_QUERY])))
