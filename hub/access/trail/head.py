"""The chain's head as a signed file: kept elsewhere, it shows when the end of the trail was cut off or rewritten."""

from __future__ import annotations

import base64
import binascii
import logging
import os
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

import msgspec

from contract.errors import BadInputError, SignatureError
from contract.signing import SigningKey, VerifyKey, seal_bytes
from hub.access.trail.append import last_entry
from hub.access.trail.chain import FIRST_PREVIOUS
from hub.db import Database

logger = logging.getLogger(__name__)

FOLDER: Final = "audit"
"""Below the hub's data folder: head-YYYY-MM-DD.json, one for each day on which the hub ran."""


class Head(msgspec.Struct, frozen=True, kw_only=True):
    """Where the chain ended at a moment. seq 0: it had not begun. hash: of that entry. at: when that was made."""

    seq: int
    hash: str
    at: datetime | None
    exported_at: datetime


class SignedHead(msgspec.Struct, frozen=True, kw_only=True):
    """A head with the hub's signature over it, as it stands in a file. signature: base64."""

    head: Head
    signature: str


def read_head(database: Database, *, now: datetime) -> Head:
    """Where the chain ends now."""
    with database.read() as session:
        last = last_entry(session.connection())
    exported_at = now.astimezone(UTC)
    if last is None:
        return Head(seq=0, hash=FIRST_PREVIOUS, at=None, exported_at=exported_at)
    return Head(seq=last.seq, hash=last.own, at=last.at, exported_at=exported_at)


def encode_head(head: Head, key: SigningKey) -> bytes:
    """The content of a head's file: JSON."""
    signature = base64.b64encode(key.sign(_signed(head))).decode()
    found = msgspec.json.encode(SignedHead(head=head, signature=signature))
    return msgspec.json.format(found, indent=2) + b"\n"


def load_head(path: Path, key: VerifyKey) -> Head:
    """A head from its file; BadInputError when it cannot be read, or is not what this key's hub signed."""
    try:
        found = msgspec.json.decode(path.read_bytes(), type=SignedHead)
        key.verify(base64.b64decode(found.signature, validate=True), _signed(found.head))
    except OSError as error:
        raise BadInputError(f"Cannot read the head {path}: {error.strerror}.") from error
    except (msgspec.DecodeError, binascii.Error) as error:
        raise BadInputError(f"{path} holds no head of an audit trail.") from error
    except SignatureError as error:
        raise BadInputError(f"{path} was not signed by this hub, or was changed since.") from error
    return found.head


class DailyHead:
    """Exports the head once for each local day on which the hub runs; several hubs each keep files of their own."""

    def __init__(
        self,
        database: Database,
        data_folder: Path,
        key: SigningKey,
        *,
        zone: ZoneInfo,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._database = database
        self._folder = data_folder / FOLDER
        self._key = key
        self._zone = zone
        self._now = now

    def step(self) -> Path | None:
        """Write the day's file unless it is there, or the trail is empty; the file, when it was written now."""
        now = self._now()
        path = self._folder / f"head-{now.astimezone(self._zone).date()}.json"
        if path.exists():
            return None
        head = read_head(self._database, now=now)
        if head.seq == 0:
            return None
        self._folder.mkdir(parents=True, exist_ok=True)
        temporary = path.with_name(f".{path.name}.{os.getpid()}")
        temporary.write_bytes(encode_head(head, self._key))
        temporary.replace(path)
        logger.info("the audit trail has %d entries; the newest is %s", head.seq, head.hash)
        return path


def _signed(head: Head) -> bytes:
    return seal_bytes("audit-head", "hub", msgspec.json.encode(head))
