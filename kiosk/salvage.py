"""Rows carved out of a damaged journal file.

In the journal's table the hash of the row before, the row's own hash and the row's bytes stand side by side in one
cell. So rows can be found in the raw bytes of the file and its write-ahead log even when SQLite can no longer read a
page, and each proves by its hash that it is whole.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from contract.errors import MalformedMessageError
from contract.punch import JournalRow, decode_row
from contract.signing import HASH_BYTES, chain_hash

_ROW_START: Final = re.compile(rb'\{"kind":"(?:punch|clock)"')


@dataclass(frozen=True, slots=True)
class CarvedRow:
    """A whole row: its exact bytes, what they mean, and the two hashes (32 bytes each) that prove it."""

    row: JournalRow
    content: bytes
    previous: bytes
    hash: bytes


def carve(paths: Iterable[Path]) -> list[CarvedRow]:
    """Every row that is whole, once, ordered by epoch (as first met) and seq; files that are missing hold none.

    Of two different rows with one key (a transaction that was never committed leaves its bytes behind) the one that the
    next row continues is kept, else the one found last.
    """
    found: dict[tuple[str, int], list[CarvedRow]] = defaultdict(list)
    for path in paths:
        for carved in _scan(path):
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
        content = path.read_bytes()
    except FileNotFoundError:
        return
    for start in _ROW_START.finditer(content):
        carved = _read_at(content, start.start())
        if carved is not None:
            yield carved


def _read_at(content: bytes, start: int) -> CarvedRow | None:
    previous = content[start - 2 * HASH_BYTES : start - HASH_BYTES]
    own = content[start - HASH_BYTES : start]
    end = _end_of_object(content, start)
    if end is None or len(previous) != HASH_BYTES:
        return None
    row_bytes = content[start:end]
    if chain_hash(previous, row_bytes) != own:
        return None
    try:
        return CarvedRow(decode_row(row_bytes), row_bytes, previous, own)
    except MalformedMessageError:
        return None


def _end_of_object(content: bytes, start: int) -> int | None:
    """Where the JSON object that begins at `start` ends; None when it does not within a page's reach."""
    depth = 0
    in_text = False
    escaped = False
    for position in range(start, min(len(content), start + 65_536)):
        byte = content[position]
        if in_text:
            if escaped:
                escaped = False
            elif byte == 0x5C:
                escaped = True
            elif byte == 0x22:
                in_text = False
        elif byte == 0x22:
            in_text = True
        elif byte == 0x7B:
            depth += 1
        elif byte == 0x7D:
            depth -= 1
            if depth == 0:
                return position + 1
    return None
