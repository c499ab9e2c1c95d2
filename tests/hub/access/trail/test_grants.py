"""The role that a hub runs as on PostgreSQL adds to its trail, and can do nothing else to it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from sqlalchemy import text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError

from contract.errors import BadInputError
from hub.access.trail.append import record
from hub.access.trail.chain import Deed
from hub.access.trail.grants import grant, statements_for
from hub.access.trail.verify import verify_chain
from hub.db import Database, open_database, upgrade

ROLE = "presensi_hub"
DEED = Deed(at=datetime(2026, 3, 2, tzinfo=UTC), actor="siti", kind="read", act="day.read", address="GET /", status=200)


@pytest.fixture
def as_role(database: Database) -> Iterator[Database]:
    """The same database as the role sees it; on PostgreSQL only."""
    if database.dialect != "postgresql":
        pytest.skip("roles are PostgreSQL's")
    grant(database, ROLE)
    grant(database, ROLE)  # as after every upgrade
    url = make_url(database.engine.url.render_as_string(hide_password=False)).set(username=ROLE)
    with open_database(url.set(drivername="postgresql").render_as_string(hide_password=False)) as opened:
        yield opened
    with database.writing_connection() as connection:
        connection.execute(text(f"DROP OWNED BY {ROLE}"))
        connection.execute(text(f"DROP ROLE {ROLE}"))


def test_role_adds_and_reads(as_role: Database) -> None:
    assert record(as_role, DEED).seq == 1
    assert record(as_role, DEED).seq == 2
    assert verify_chain(as_role).entries == 2


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_entry SET actor = 'budi'",
        "DELETE FROM audit_entry",
        "TRUNCATE audit_entry",
        "DROP TABLE audit_entry",
        "ALTER TABLE audit_entry DISABLE TRIGGER USER",
        "DROP TRIGGER audit_entry_no_change ON audit_entry",
        "SET session_replication_role = replica",
    ],
)
def test_role_changes_nothing(as_role: Database, statement: str) -> None:
    record(as_role, DEED)
    with pytest.raises(DBAPIError, match=r"permission denied|must be owner"), as_role.write() as session:
        session.execute(text(statement))
    assert verify_chain(as_role).entries == 1


def test_role_works_with_the_other_tables(as_role: Database) -> None:
    upgrade(as_role)  # which every start does, and which finds nothing to do
    with as_role.write() as session:
        session.execute(text("INSERT INTO unit (name, created_at, timezone) VALUES ('Dinas', now(), 'Asia/Jakarta')"))
        session.execute(text("UPDATE unit SET name = 'Dinas Kesehatan'"))
        session.execute(text("DELETE FROM unit"))


def test_name_is_no_way_into_the_database() -> None:
    with pytest.raises(BadInputError, match="cannot be a role"):
        statements_for('x"; DROP TABLE account; --')


def test_sqlite_knows_no_roles(database: Database) -> None:
    if database.dialect != "sqlite":
        pytest.skip("about SQLite")
    with pytest.raises(BadInputError, match="SQLite knows no roles"):
        grant(database, ROLE)
