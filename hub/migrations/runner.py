"""Runs the migrations from inside the program; no alembic.ini is needed at run time."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy import Connection, text
from sqlalchemy.exc import IntegrityError

from hub.db import Database

_ADVISORY_LOCK: Final = 0x70726573656E7369
"""Any number that nobody else uses for a PostgreSQL advisory lock: "presensi" in ASCII."""


def configuration() -> Config:
    """Alembic's settings, pointing at this folder."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    return config


def upgrade_to_head(database: Database) -> None:
    """Apply what is missing, in one transaction; a second process waits for the first and then finds nothing to do."""
    migrate(database, "head")


def migrate(database: Database, revision: str) -> None:
    """Bring the tables to a revision, upwards or (for tests) downwards; the same promises as upgrade_to_head."""
    config = configuration()
    with database.migrating_connection() as connection:
        if database.dialect == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _ADVISORY_LOCK})
        before = _revision_of(connection)
        config.attributes["connection"] = connection
        if revision == "head" or before is None or revision > before:
            command.upgrade(config, revision)
        else:
            command.downgrade(config, revision)
        if database.dialect == "sqlite" and _revision_of(connection) != before:
            _check_references(connection)


def _revision_of(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()


def _check_references(connection: Connection) -> None:
    """SQLite looks at foreign keys only now: a step that copies a table could not drop the old one otherwise."""
    broken = connection.exec_driver_sql("PRAGMA foreign_key_check").first()
    if broken is not None:
        raise IntegrityError("PRAGMA foreign_key_check", None, ValueError(f"a row of {broken[0]} refers to nothing"))
