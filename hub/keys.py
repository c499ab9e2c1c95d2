"""The hub's own keys: one signs receipts, rosters and commands; the other opens what kiosks seal for the hub."""

from __future__ import annotations

import os
from pathlib import Path

from contract.errors import BadInputError
from contract.sealing import OpeningKey
from contract.signing import SigningKey


def load_hub_key(data_folder: Path) -> SigningKey:
    """Read `hub.key` in the data directory, or make it there; `hub.pub` beside it is what kiosks are given.

    BadInputError when the files cannot be read or written.
    """
    try:
        key = SigningKey.load_or_create(data_folder / "hub.key")
        _write_public(data_folder / "hub.pub", key.verify_key.text)
    except OSError as error:
        raise BadInputError(f"The hub's key cannot be kept in {data_folder}: {error.strerror}.") from error
    return key


def load_enrol_key(data_folder: Path) -> OpeningKey:
    """Read `enrol.key` in the data directory, or make it there; rosters carry its public half.

    BadInputError when the file cannot be read or written.
    """
    try:
        return OpeningKey.load_or_create(data_folder / "enrol.key")
    except OSError as error:
        raise BadInputError(f"The hub's key cannot be kept in {data_folder}: {error.strerror}.") from error


def _write_public(path: Path, text: str) -> None:
    if path.exists() and path.read_text(encoding="ascii", errors="replace").strip() == text:
        return
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    temporary.write_text(text + "\n", encoding="ascii")
    temporary.replace(path)
