"""Runs the migrations from inside the program; no alembic.ini is needed at run time."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from alembic import command
from alembic.config import Config
from sqlalchemy import text

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
    config = configuration()
    with database.writing_connection() as connection:
        if database.dialect == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _ADVISORY_LOCK})
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
