"""A seeded regency of 200 people over two months, written once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

import pytest

from hub.db import Database, open_database, upgrade
from hub.seeding.order import SeedOrder
from hub.seeding.seed import Seeded, seed_regency

ORDER = SeedOrder(employees=200, months=2, seed=1, until=date(2026, 3, 31))


@dataclass(frozen=True)
class Town:
    """A seeded database, only to be read, and what the seed said about it."""

    database: Database
    seeded: Seeded


@pytest.fixture(scope="session")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    with open_database(f"sqlite:///{tmp_path_factory.mktemp('town') / 'hub.db'}") as database:
        upgrade(database)
        yield Town(database, seed_regency(database, ORDER))
