"""The file that second steps are sealed with: missing, damaged, and another than it was."""

from __future__ import annotations

import logging
from datetime import UTC, datetime
from pathlib import Path

import pyotp
import pytest

from contract.errors import BadInputError
from hub.access.accounts import add_account
from hub.access.roles import Role
from hub.access.second_step import SecondSteps
from hub.db import Database
from hub.keys import load_second_step_key, second_step_trouble, take_second_step_key

NOW = datetime(2026, 3, 2, 7, 0, 5, tzinfo=UTC)


@pytest.fixture
def siti(database: Database, tmp_path: Path) -> Path:
    """The key's file, after an account was given a second step."""
    add_account(database, username="siti", password="kopi-tubruk-manis", role=Role.OPERATOR)
    steps = SecondSteps(database, load_second_step_key(tmp_path), now=lambda: NOW)
    steps.begin("siti")
    offer = steps.offer("siti")
    assert offer is not None
    assert steps.confirm("siti", pyotp.TOTP(offer.secret).at(NOW))
    return tmp_path / "second-step.key"


def test_hub_without_second_steps_or_with_the_right_key_has_no_trouble(
    database: Database, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    assert second_step_trouble(tmp_path / "new", database) is None
    assert not (tmp_path / "new").exists()
    take_second_step_key(tmp_path, database)
    assert caplog.text == ""


def test_lost_key_is_told_with_its_file_and_whom_it_keeps_out(
    siti: Path, database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    kept = siti.read_bytes()
    assert second_step_trouble(siti.parent, database) is None
    siti.unlink()
    with caplog.at_level(logging.ERROR):
        assert take_second_step_key(siti.parent, database) != kept
    assert f"{siti} is missing: the codes of siti cannot be checked" in caplog.text
    trouble = second_step_trouble(siti.parent, database)
    assert trouble is not None
    assert f"{siti} is not the key that was there" in trouble
    siti.write_bytes(kept)
    assert second_step_trouble(siti.parent, database) is None


def test_damaged_key_is_told_and_stops_the_hub(siti: Path, database: Database) -> None:
    siti.write_bytes(b"short")
    assert f"{siti} is damaged" in str(second_step_trouble(siti.parent, database))
    with pytest.raises(BadInputError, match=r"second-step\.key is damaged; put back a copy"):
        take_second_step_key(siti.parent, database)
