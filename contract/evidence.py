"""The picture that goes with a refused presentation, on its way to the hub.

It travels apart from the journal, under the kiosk's seal. Its hash stands in a row, so nothing but the picture that was
taken then will do; a receipt that names the hash is what lets the kiosk delete its copy.
"""

from __future__ import annotations

import hashlib
from typing import Annotated, Final, Literal

import msgspec
from msgspec import Meta

from contract.punch import Epoch, HexHash

MAX_SNAPSHOT_BYTES: Final = 20_480
MAX_SNAPSHOT_SIDE: Final = 320
"""Pixels: a face that fills half of it has 160, enough for a person to know somebody by."""

MAX_EVIDENCE_BYTES: Final = 40_960
"""Cap on the sealed message: base64 adds a third, and zlib takes most of that off again."""


class Evidence(msgspec.Struct, frozen=True, kw_only=True):
    """One snapshot.

    epoch: the journal that announces it; the receipt will be about this one. sha256: of `jpeg`.
    jpeg: a baseline JPEG without metadata; travels as base64.
    """

    v: Literal[1] = 1
    epoch: Epoch
    sha256: HexHash
    jpeg: Annotated[bytes, Meta(min_length=1, max_length=MAX_SNAPSHOT_BYTES)]


def snapshot_hash(jpeg: bytes) -> str:
    """The name of a snapshot: SHA-256 of its bytes, hexadecimal."""
    return hashlib.sha256(jpeg).hexdigest()
