"""How a shared library is laid out in memory, from its ELF header (System V ABI, AMD64 and AArch64 supplements)."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from pathlib import Path

MAGIC = b"\x7fELF"
AARCH64 = 183
_LOAD = 1


@dataclass(frozen=True, slots=True)
class Layout:
    """machine: e_machine. alignments: p_align of every segment that is loaded, in bytes."""

    machine: int
    alignments: tuple[int, ...]


def read_layout(path: Path) -> Layout | None:
    """Read a 64-bit little-endian ELF file; None when it is no ELF file. ValueError for other classes."""
    with path.open("rb") as file:
        header = file.read(64)
        if header[:4] != MAGIC:
            return None
        if header[4:6] != b"\x02\x01":
            raise ValueError(f"{path} is not a 64-bit little-endian ELF file")
        (machine,) = struct.unpack_from("<H", header, 18)
        (offset,) = struct.unpack_from("<Q", header, 32)
        size, count = struct.unpack_from("<HH", header, 54)
        file.seek(offset)
        table = file.read(size * count)
    alignments = [
        struct.unpack_from("<Q", table, start + 48)[0]
        for start in range(0, size * count, size)
        if struct.unpack_from("<I", table, start)[0] == _LOAD
    ]
    return Layout(machine, tuple(alignments))
