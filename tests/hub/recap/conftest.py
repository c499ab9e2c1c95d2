"""An office that is invented."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from benchmarks.invented_office import InventedOffice
from hub.db import Database


@pytest.fixture
def office(database: Database) -> InventedOffice:
    return InventedOffice(database, at=datetime(2026, 2, 27, tzinfo=UTC))
