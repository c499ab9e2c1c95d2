"""The hub's own keys: to sign for kiosks, to open what kiosks seal, and to seal the secrets of accounts."""

from __future__ import annotations

import logging
import os
from pathlib import Path
from typing import Final

from contract.errors import BadInputError
from contract.sealing import OpeningKey
from contract.signing import SigningKey
from hub.access.second_step import sealed_with_another
from hub.access.sessions import SECRET_BYTES, load_or_create_secret
from hub.db import Database

logger = logging.getLogger(__name__)

SECOND_STEP_KEY: Final = "second-step.key"
MOST_NAMES: Final = 5
"""So many of those whom a wrong key keeps out are named."""


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
        data_folder / SECOND_STEP_KEY, remedy="put back a copy of it, or remove it and set up second steps anew"
    )


def take_second_step_key(data_folder: Path, database: Database) -> bytes:
    """As `load_second_step_key`, for a hub that begins: what is wrong with the file goes to the log."""
    trouble = second_step_trouble(data_folder, database)
    key = load_second_step_key(data_folder)
    if trouble is not None:
        logger.error("%s", trouble)
    return key


def second_step_trouble(data_folder: Path, database: Database) -> str | None:
    """Which accounts `second-step.key` keeps out, and what to do; None: nobody. Makes no file.

    BadInputError when the file cannot be read.
    """
    path = data_folder / SECOND_STEP_KEY
    try:
        key = path.read_bytes() if path.exists() else None
    except OSError as error:
        raise BadInputError(f"The key {path} cannot be read: {error.strerror}.") from error
    usable = key if key is not None and len(key) == SECRET_BYTES else None
    names = sealed_with_another(database, usable)
    if not names:
        return None
    what = "is missing" if key is None else "is not the key that was there" if usable else "is damaged"
    more = f" and {len(names) - MOST_NAMES} more" if len(names) > MOST_NAMES else ""
    return (
        f"{path} {what}: the codes of {', '.join(names[:MOST_NAMES])}{more} cannot be checked, only recovery codes. "
        "Put a copy of the file back and start the hub again, or run "
        "`presensi hub account reset-second-step NAME` for each."
    )


def _write_public(path: Path, text: str) -> None:
    if path.exists() and path.read_text(encoding="ascii", errors="replace").strip() == text:
        return
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    temporary.write_text(text + "\n", encoding="ascii")
    temporary.replace(path)
