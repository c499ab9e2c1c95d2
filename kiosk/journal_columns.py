"""What stands in the columns of the journal's tables, and whether it is still what was written.

SQLite has no checksums of its own: a byte that a card has changed inside a value passes its integrity check.
"""

from __future__ import annotations

import json
import zlib

from contract import ranges
from contract.errors import MalformedMessageError
from contract.punch import decode_row
from contract.ranges import Ranges
from contract.signing import chain_hash
from kiosk.errors import JournalDamagedError


def check_row(epoch: object, seq: object, previous: object, own: object, row_bytes: object) -> None:
    """Raise JournalDamagedError unless these bytes are the row of this place, and fit their hash."""
    where = f"row {epoch}/{seq}"
    if not (isinstance(previous, bytes) and isinstance(own, bytes) and isinstance(row_bytes, bytes)):
        raise JournalDamagedError(f"{where} is not what was written")
    if chain_hash(previous, row_bytes) != own:
        raise JournalDamagedError(f"{where} does not fit its hash")
    try:
        row = decode_row(row_bytes)
    except MalformedMessageError as error:
        raise JournalDamagedError(f"{where} is not a row") from error
    if (row.epoch, row.seq) != (epoch, seq):
        raise JournalDamagedError(f"{where} stands in another row's place")


def write_settled(settled: Ranges) -> str:
    """Ranges as text, with a checksum before them: a wrong digit here would keep a punch from being sent."""
    return _with_checksum(json.dumps(settled))


def read_settled(text: object) -> Ranges:
    """Ranges from what write_settled wrote ('': none); JournalDamagedError when it is something else."""
    if text == "":
        return ()
    if not isinstance(text, str) or _with_checksum(text[9:]) != text:
        raise JournalDamagedError("what is settled is not what was written")
    return ranges.union([(int(first), int(last)) for first, last in json.loads(text[9:])], ())


def read_rejected(text: object) -> dict[str, str]:
    """Reasons by sequence number."""
    try:
        rejected = json.loads(text) if isinstance(text, str) else None
    except ValueError as error:
        raise JournalDamagedError("what was rejected is not what was written") from error
    if not isinstance(rejected, dict):
        raise JournalDamagedError("what was rejected is not what was written")
    return {str(seq): str(reason) for seq, reason in rejected.items()}


def _with_checksum(text: str) -> str:
    return f"{zlib.crc32(text.encode()):08x} {text}"
