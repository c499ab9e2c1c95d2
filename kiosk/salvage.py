"""Rows carved out of a damaged journal file.

In the journal's table the hash of the row before, the row's own hash and the row's bytes stand side by side in one
cell. So rows can be found in the raw bytes of the file and its write-ahead log even when SQLite can no longer read a
page, and each proves by its hash that it is whole.
"""

from __future__ import annotations

import logging
import os
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final, get_args

from contract.errors import MalformedMessageError
from contract.punch import JournalRow, RowKind, decode_row
from contract.signing import HASH_BYTES, chain_hash

log = logging.getLogger(__name__)

_ROW_START: Final = re.compile(b'\\{"kind":"(?:' + "|".join(get_args(RowKind)).encode() + b')"')
_BRACE: Final = re.compile(rb"\}")
_REACH_BYTES: Final = 8192
"""No row of a journal is longer: it fits into one page."""
_BLOCK_BYTES: Final = 4096


@dataclass(frozen=True, slots=True)
class CarvedRow:
    """A whole row: its exact bytes, what they mean, and the two hashes (32 bytes each) that prove it."""

    row: JournalRow
    content: bytes
    previous: bytes
    hash: bytes


def carve(paths: Iterable[Path], *, more: Iterable[CarvedRow] = ()) -> list[CarvedRow]:
    """Every row that is whole, once, ordered by epoch (as first met) and seq; files that are missing hold none.

    more: rows that were carved earlier, to go with them.

    Of two different rows with one key (a transaction that was never committed leaves its bytes behind) the one that the
    next row continues is kept, else the one found last.
    """
    found: dict[tuple[str, int], list[CarvedRow]] = defaultdict(list)
    for path in paths:
        for carved in _scan(path):
            found[carved.row.epoch, carved.row.seq].append(carved)
    for carved in more:
        found[carved.row.epoch, carved.row.seq].append(carved)
    epochs = list(dict.fromkeys(epoch for epoch, _ in found))
    ordered = sorted(found, key=lambda key: (epochs.index(key[0]), key[1]))
    return [_choose(found[key], found.get((key[0], key[1] + 1), [])) for key in ordered]


def _choose(candidates: list[CarvedRow], successors: list[CarvedRow]) -> CarvedRow:
    continued = {successor.previous for successor in successors}
    for candidate in candidates:
        if candidate.hash in continued:
            return candidate
    return candidates[-1]


def _scan(path: Path) -> Iterator[CarvedRow]:
    try:
        content = _read(path)
    except FileNotFoundError:
        return
    for start in _ROW_START.finditer(content):
        carved = _read_at(content, start.start())
        if carved is not None:
            yield carved


def _read(path: Path) -> bytes:
    """What a card still gives of a file; a block that cannot be read counts as zeros."""
    blocks = []
    with path.open("rb", buffering=0) as file:
        size = os.fstat(file.fileno()).st_size
        for offset in range(0, size, _BLOCK_BYTES):
            wanted = min(_BLOCK_BYTES, size - offset)
            try:
                block = os.pread(file.fileno(), wanted, offset)
            except OSError as error:
                log.error("%s cannot be read at byte %d: %s", path, offset, error)  # noqa: TRY400 (no trace: see text)
                block = b""
            blocks.append(block.ljust(wanted, b"\0"))
    return b"".join(blocks)


def _read_at(content: bytes, start: int) -> CarvedRow | None:
    """The row whose text begins at `start`; None when it is not whole. Its hash says where it ends."""
    previous = content[max(0, start - 2 * HASH_BYTES) : max(0, start - HASH_BYTES)]
    own = content[max(0, start - HASH_BYTES) : start]
    if len(previous) != HASH_BYTES:
        return None
    for brace in _BRACE.finditer(content, start, start + _REACH_BYTES):
        row_bytes = content[start : brace.end()]
        if chain_hash(previous, row_bytes) == own:
            try:
                return CarvedRow(decode_row(row_bytes), row_bytes, previous, own)
            except MalformedMessageError:
                return None
    return None
