"""The migrations make exactly the tables that the models speak of."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import inspect, text

from hub.db import Database, open_database, upgrade
from hub.errors import DatabaseError
from hub.models import Base


def test_migrated_schema_equals_models(database: Database) -> None:
    with database.engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), Base.metadata) == []


def test_upgrade_twice_changes_nothing(database: Database) -> None:
    upgrade(database)
    with database.read() as session:
        assert session.scalar(text("SELECT count(*) FROM roster_clock")) == 1


def test_upgrade_by_two_at_once_succeeds(tmp_path: Path) -> None:
    failures: list[DatabaseError] = []

    def migrate() -> None:
        try:
            with open_database(f"sqlite:///{tmp_path}/new/hub.db") as database:
                upgrade(database)
        except DatabaseError as error:
            failures.append(error)

    threads = [threading.Thread(target=migrate) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    with open_database(f"sqlite:///{tmp_path}/new/hub.db") as database:
        assert "journal_row" in inspect(database.engine).get_table_names()


def test_upgrade_of_a_file_that_is_no_database_says_so(tmp_path: Path) -> None:
    (tmp_path / "hub.db").write_bytes(b"not a database, for sure" * 1000)
    with open_database(f"sqlite:///{tmp_path}/hub.db") as database, pytest.raises(DatabaseError, match=r"hub\.db"):
        upgrade(database)


@pytest.mark.parametrize("url", ["", "nonsense", "mysql://x/y", "oracle://x", "sqlite://", "sqlite:///:memory:"])
def test_open_database_with_a_wrong_address_says_what_to_write(url: str) -> None:
    with pytest.raises(DatabaseError):
        open_database(url)
