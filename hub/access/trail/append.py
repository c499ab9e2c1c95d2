"""Adding to the trail, one after the other, so that the chain never forks."""

from __future__ import annotations

from typing import Any, Final

import msgspec
from sqlalchemy import Connection, Row, insert, select, text
from sqlalchemy.orm import Session

from hub.access.trail.chain import FIRST_PREVIOUS, Deed, Entry, chained
from hub.access.trail.models import AuditEntry
from hub.db import Database, table_of

_ADVISORY_LOCK: Final = 0x7072_6573_6A65_6A61
"""Any number that nobody else uses for a PostgreSQL advisory lock: "presjeja" in ASCII."""

entries = table_of(AuditEntry)


def append(session: Session, deed: Deed) -> Entry:
    """Add a deed in a writing transaction of `Database.write`; it stands when that is committed, or not at all.

    To be the transaction's last step: on PostgreSQL whoever appends waits from here until the other has committed. On
    SQLite a writing transaction is alone already.
    """
    connection = session.connection()
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _ADVISORY_LOCK})
    last = last_entry(connection)
    seq, previous = (1, FIRST_PREVIOUS) if last is None else (last.seq + 1, last.own)
    entry = chained(deed, seq=seq, previous=previous)
    connection.execute(insert(entries), msgspec.structs.asdict(entry))
    return entry


def record(database: Database, deed: Deed) -> Entry:
    """Add a deed in a transaction of its own."""
    with database.write() as session:
        return append(session, deed)


def last_entry(connection: Connection) -> Entry | None:
    """The newest entry; None: there is none yet."""
    row = connection.execute(select(entries).order_by(entries.c.seq.desc()).limit(1)).first()
    return None if row is None else to_entry(row)


def to_entry(row: Row[Any]) -> Entry:
    """An entry from a row of `entries`."""
    return Entry(**row._mapping)
