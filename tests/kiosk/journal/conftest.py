"""A kiosk's journal in a folder of its own."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from kiosk.journal import Journal
from tests.factories.journals import NOON


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "journal.sqlite3"


@pytest.fixture
def journal(path: Path) -> Iterator[Journal]:
    with open_journal(path) as opened:
        yield opened


def open_journal(path: Path, **keywords: Any) -> Journal:
    return Journal(path, device="kiosk-1", **({"now": lambda: NOON} | keywords))


def stored(path: Path, statement: str) -> list[Any]:
    """Look past the journal, into its file."""
    connection = sqlite3.connect(path)
    try:
        return connection.execute(statement).fetchall()
    finally:
        connection.close()
