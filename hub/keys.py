"""The hub's own keys: to sign for kiosks, to open what kiosks seal, and to seal the secrets of accounts."""

from __future__ import annotations

import os
from pathlib import Path

from contract.errors import BadInputError
from contract.sealing import OpeningKey
from contract.signing import SigningKey
from hub.access.sessions import load_or_create_secret


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


def load_second_step_key(data_folder: Path) -> bytes:
    """Read `second-step.key` in the data directory, or make it there; it seals the secrets of second steps.

    BadInputError when the file cannot be read or written, or is damaged.
    """
    return load_or_create_secret(
        data_folder / "second-step.key", remedy="put back a copy of it, or remove it and set up second steps anew"
    )


def _write_public(path: Path, text: str) -> None:
    if path.exists() and path.read_text(encoding="ascii", errors="replace").strip() == text:
        return
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    temporary.write_text(text + "\n", encoding="ascii")
    temporary.replace(path)
