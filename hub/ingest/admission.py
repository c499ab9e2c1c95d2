"""Pure: what of a received batch may be believed. Touches no database; takes what it must know as arguments."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from contract.errors import ChainError, MalformedMessageError, SignatureError
from contract.punch import JournalRow, PunchBatch, unpack_batch
from contract.signing import FIRST_PREVIOUS
from hub.errors import RefusedBatchError
from hub.ingest.quarantine import Refusal, refusal_of
from hub.ingest.terminals import Terminal


@dataclass(frozen=True, slots=True)
class AdmittedRow:
    """One row of a verified batch. entry None: it could not be read, and `refusal` says why."""

    seq: int
    row: bytes
    hash: bytes
    entry: JournalRow | None
    refusal: Refusal | None


@dataclass(frozen=True, slots=True)
class AdmittedBatch:
    """A batch whose chain and signature are good. previous: hash of the row before the first (32 bytes)."""

    terminal: Terminal
    epoch: str
    first_seq: int
    previous: bytes
    rows: tuple[AdmittedRow, ...]
    received_at: datetime

    @property
    def device(self) -> str:
        return self.terminal.device

    @property
    def last_seq(self) -> int:
        return self.first_seq + len(self.rows) - 1

    @property
    def begins_wrongly(self) -> bool:
        """Whether the first row of an epoch follows something, or a later one follows nothing."""
        return (self.first_seq == 1) != (self.previous == FIRST_PREVIOUS)


def open_batch(device: str, payload: bytes) -> PunchBatch:
    """The batch in a payload on this device's topic; RefusedBatchError when it is none, or another device's."""
    try:
        batch = unpack_batch(payload)
    except MalformedMessageError as error:
        raise RefusedBatchError("malformed", str(error)) from error
    if batch.device != device:
        raise RefusedBatchError("malformed", f"A batch of {batch.device} came on the topic of {device}.")
    return batch


def admit(batch: PunchBatch, terminal: Terminal, *, received_at: datetime) -> AdmittedBatch:
    """Verify chain and signature, and read the rows; RefusedBatchError when the batch is not the kiosk's own."""
    if not terminal.active:
        raise RefusedBatchError("revoked_device", f"{terminal.device} was revoked and still sends.")
    try:
        hashes = batch.verify(terminal.key)
    except ChainError as error:
        raise RefusedBatchError("broken_chain", str(error)) from error
    except SignatureError as error:
        raise RefusedBatchError("bad_signature", str(error)) from error
    except MalformedMessageError as error:
        raise RefusedBatchError("malformed", str(error)) from error
    rows = []
    for offset, (text, own) in enumerate(zip(batch.rows, hashes, strict=True)):
        seq = batch.first_seq + offset
        row = text.encode()
        entry, refusal = refusal_of(row, device=batch.device, epoch=batch.epoch, seq=seq, demo=terminal.demo)
        rows.append(AdmittedRow(seq, row, own, entry, refusal))
    return AdmittedBatch(
        terminal=terminal,
        epoch=batch.epoch,
        first_seq=batch.first_seq,
        previous=bytes.fromhex(batch.previous),
        rows=tuple(rows),
        received_at=received_at.astimezone(UTC),
    )
