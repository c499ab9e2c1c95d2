"""Shutting and opening accounts on the command line."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pyotp
import pytest
from click.testing import Result

from hub.access.accounts import add_account, authenticate
from hub.access.roles import Role
from hub.access.second_step import SecondSteps
from hub.db import Database
from hub.keys import load_second_step_key

Run = Callable[..., Result]
PASSWORD = "kopi-tubruk-manis"


@pytest.fixture(autouse=True)
def _accounts(hub_database: Database) -> None:
    add_account(hub_database, username="admin", password=PASSWORD, role=Role.ADMINISTRATOR)
    add_account(hub_database, username="siti", password=PASSWORD, role=Role.OPERATOR)


def test_account_is_disabled_and_enabled(presensi_hub: Run, hub_database: Database) -> None:
    assert presensi_hub("account", "disable", "siti").exit_code == 0
    assert authenticate(hub_database, "siti", PASSWORD) is None
    lines = json.loads(presensi_hub("account", "list", "--json").stdout)
    assert [line["disabled_at"] is None for line in lines] == [True, False]
    assert "can sign in again" in presensi_hub("account", "enable", "siti").stdout
    assert authenticate(hub_database, "siti", PASSWORD) is not None


def test_last_administrator_is_not_disabled(presensi_hub: Run) -> None:
    refused = presensi_hub("account", "disable", "admin")
    assert refused.exit_code != 0
    assert "last administrator" in refused.output
    assert "no account 'joko'" in presensi_hub("account", "enable", "joko").output


def test_password_for_one_sign_in_is_printed(presensi_hub: Run, hub_database: Database) -> None:
    password = presensi_hub("account", "reset", "siti").stdout.split()[-1]
    visitor = authenticate(hub_database, "siti", password)
    assert visitor is not None
    assert visitor.must_change


def test_list_says_whom_a_lost_key_keeps_out(presensi_hub: Run, hub_database: Database, hub_folder: Path) -> None:
    steps = SecondSteps(hub_database, load_second_step_key(hub_folder), now=lambda: datetime.now(UTC))
    steps.begin("siti")
    offer = steps.offer("siti")
    assert offer is not None
    assert steps.confirm("siti", pyotp.TOTP(offer.secret).now())
    assert presensi_hub("account", "list").stderr == ""
    (hub_folder / "second-step.key").unlink()
    listed = presensi_hub("account", "list", "--json")
    assert f"{hub_folder / 'second-step.key'} is missing: the codes of siti cannot be checked" in listed.stderr
    assert len(json.loads(listed.stdout)) == 2
