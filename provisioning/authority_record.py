"""What an authority has signed, for whom, until when, and what it has revoked: one SQLite file."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from provisioning.certificates import due_at
from provisioning.errors import AuthorityError

_TABLE = """CREATE TABLE IF NOT EXISTS certificate (
    serial TEXT PRIMARY KEY, name TEXT NOT NULL, kind TEXT NOT NULL, issuer INTEGER NOT NULL, names TEXT NOT NULL,
    key_hash TEXT NOT NULL, fingerprint TEXT NOT NULL, signed_at TEXT NOT NULL, until TEXT NOT NULL,
    revoked_at TEXT, reason TEXT)"""
_COLUMNS = "serial, name, kind, issuer, names, key_hash, fingerprint, signed_at, until, revoked_at, reason"


@dataclass(frozen=True, slots=True, kw_only=True)
class Signed:
    """One certificate. serial: hexadecimal; kind: kiosk, worker, server; issuer: the number of the intermediate.

    names: what a server is reached by, separated by spaces. key_hash: SHA-256 of its public key. Times are aware UTC.
    """

    serial: str
    name: str
    kind: str
    issuer: int
    names: str
    key_hash: str
    fingerprint: str
    signed_at: datetime
    until: datetime
    revoked_at: datetime | None = None
    reason: str | None = None

    @property
    def due(self) -> datetime:
        """From when it is to be renewed."""
        return due_at(self.signed_at, self.until)

    def is_in_force(self, now: datetime) -> bool:
        return self.revoked_at is None and now < self.until


class AuthorityRecord:
    """The record at a path; each method is a transaction of its own. Raises AuthorityError when it cannot be used."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def add(self, signed: Signed) -> None:
        """Note a certificate before it is handed out; a serial is never used twice."""
        values = [_to_text(getattr(signed, column)) for column in _COLUMNS.split(", ")]
        with self._opened() as connection:
            connection.execute(
                f"INSERT INTO certificate ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",  # noqa: S608 no input
                values,
            )

    def revoke(self, serials: list[str], *, reason: str, now: datetime) -> None:
        with self._opened() as connection:
            connection.executemany(
                "UPDATE certificate SET revoked_at = ?, reason = ? WHERE serial = ? AND revoked_at IS NULL",
                [(now.isoformat(), reason, serial) for serial in serials],
            )

    def all(self) -> list[Signed]:
        """Every certificate, in the order in which they were signed."""
        with self._opened() as connection:
            rows = connection.execute(f"SELECT {_COLUMNS} FROM certificate ORDER BY rowid").fetchall()  # noqa: S608
        return [_from_row(row) for row in rows]

    @contextmanager
    def _opened(self) -> Iterator[sqlite3.Connection]:
        try:
            # SQLite would let everybody read a file that it makes itself.
            os.close(os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600))
            connection = sqlite3.connect(self._path, timeout=30)
            try:
                connection.execute("PRAGMA synchronous=EXTRA")
                with connection:
                    connection.execute(_TABLE)
                    yield connection
            finally:
                connection.close()
        except (sqlite3.Error, OSError) as error:
            raise AuthorityError(f"The record {self._path} cannot be used: {error}.") from error


def _to_text(value: object) -> object:
    return value.isoformat() if isinstance(value, datetime) else value


def _from_row(row: tuple[str, ...]) -> Signed:
    serial, name, kind, issuer, names, key_hash, fingerprint, signed_at, until, revoked_at, reason = row
    return Signed(
        serial=serial,
        name=name,
        kind=kind,
        issuer=int(issuer),
        names=names,
        key_hash=key_hash,
        fingerprint=fingerprint,
        signed_at=_time(signed_at),
        until=_time(until),
        revoked_at=_time(revoked_at) if revoked_at else None,
        reason=reason,
    )


def _time(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)
