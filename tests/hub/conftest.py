"""Databases for the hub's tests: each test gets an empty, migrated one, on SQLite and on PostgreSQL."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from contract.signing import SigningKey
from hub.db import Database, open_database
from tests.factories.journals import SettableClock
from tests.factories.postgresql import Slate, postgresql


@pytest.fixture(scope="session")
def postgresql_url() -> Iterator[str]:
    """A private server in a temporary folder; skips where PostgreSQL is not installed."""
    with postgresql() as url:
        yield url


@pytest.fixture(scope="session")
def slate(postgresql_url: str) -> Iterator[Slate]:
    made = Slate(postgresql_url)
    yield made
    made.close()


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path, lay_database: Callable[[Path], Path]) -> Iterator[str]:
    """Address of an empty, migrated database of the test's own."""
    if request.param == "sqlite":
        yield f"sqlite:///{lay_database(tmp_path)}"
        return
    slate: Slate = request.getfixturevalue("slate")
    yield slate.url
    slate.wipe()


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    with open_database(database_url) as opened:
        yield opened


@pytest.fixture(autouse=True)
def _cheap(cheap_passwords: None) -> None:
    """For every test of the hub."""


@pytest.fixture
def clock() -> SettableClock:
    return SettableClock()


@pytest.fixture(scope="session")
def hub_key() -> SigningKey:
    return SigningKey.generate()
