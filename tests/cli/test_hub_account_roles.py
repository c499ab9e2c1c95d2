"""Roles of accounts on the command line."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from click.testing import Result

from benchmarks.invented_office import InventedOffice
from hub.access.accounts import add_account
from hub.access.roles import Role
from hub.access.session_rows import begin_session, list_sessions
from hub.access.sessions import Ticket
from hub.db import Database

Run = Callable[..., Result]


@pytest.fixture(autouse=True)
def _siti(hub_database: Database) -> None:
    InventedOffice(hub_database, at=datetime(2026, 3, 1, tzinfo=UTC)).unit("Dinas Kesehatan")
    add_account(hub_database, username="siti", password="kopi-tubruk-manis", role=Role.OPERATOR)


def answer(result: Result) -> Any:
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def test_role_is_granted_listed_and_ended(presensi_hub: Run) -> None:
    head = ("siti", "--role", "head", "--unit", "Dinas Kesehatan", "--by", "budi")
    granted = presensi_hub("account", "grant", *head, "--acting", "plh", "--letter", "800/12/2026")
    assert granted.exit_code == 0, granted.output
    operator, acting = answer(presensi_hub("account", "roles", "siti", "--json"))
    assert (operator["role"], operator["unit"], operator["leads"]) == ("operator", None, False)
    assert (acting["role"], acting["acting"], acting["set_by"], acting["leads"]) == ("head", "plh", "budi", True)
    [line] = answer(presensi_hub("account", "list", "--json"))
    assert (line["role"], line["unit"], line["has_role"]) == ("head", "Dinas Kesehatan", True)
    assert presensi_hub("account", "end", *head).exit_code == 0
    assert "head" not in presensi_hub("account", "roles").stdout
    assert "800/12/2026" in presensi_hub("account", "roles", "--all").stdout
    assert answer(presensi_hub("account", "list", "--json"))[0]["role"] == "operator"


def test_account_without_a_role_says_so_in_the_list(presensi_hub: Run) -> None:
    assert presensi_hub("account", "end", "siti", "--role", "operator", "--by", "budi").exit_code == 0
    assert "(none now)" in presensi_hub("account", "list").stdout
    assert "There are no roles" in presensi_hub("account", "roles").stdout


def test_last_administrator_keeps_the_role(presensi_hub: Run, hub_database: Database) -> None:
    add_account(hub_database, username="admin", password="kopi-tubruk-manis", role=Role.ADMINISTRATOR)
    ended = ("account", "end", "admin", "--role", "administrator", "--by", "budi")
    refused = presensi_hub(*ended)
    assert refused.exit_code == 2
    assert "admin is the last administrator; make another one first." in refused.stderr
    assert [line["role"] for line in answer(presensi_hub("account", "roles", "admin", "--json"))] == ["administrator"]
    assert presensi_hub("account", "grant", "siti", "--role", "administrator", "--by", "budi").exit_code == 0
    assert presensi_hub(*ended).exit_code == 0


def test_reset_of_the_second_step_signs_out(presensi_hub: Run, hub_database: Database) -> None:
    begin_session(hub_database, Ticket("siti", "fingerprint", "desk"), now=datetime.now(UTC))
    assert "had no second step" in presensi_hub("account", "reset-second-step", "siti").stdout
    assert list_sessions(hub_database, "siti", now=datetime.now(UTC)) == []


def test_account_is_signed_out_everywhere(presensi_hub: Run, hub_database: Database) -> None:
    begin_session(hub_database, Ticket("siti", "fingerprint", "desk"), now=datetime.now(UTC))
    assert "sessions ended: 1." in presensi_hub("account", "sign-out", "siti").stdout
    assert "sessions ended: 0." in presensi_hub("account", "sign-out", "siti").stdout


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("grant", "tono", "--role", "head"), "no account 'tono'"),
        (("grant", "siti", "--role", "operator"), "already"),
        (("grant", "siti", "--role", "head", "--acting", "plt"), "has a letter"),
        (("grant", "siti", "--role", "head", "--unit", "Dinas Lain"), "no unit 'Dinas Lain'"),
        (("end", "siti", "--role", "head"), "is not head there"),
        (("sign-out", "tono"), "no account 'tono'"),
        (("roles", "tono"), "no account 'tono'"),
    ],
)
def test_wrong_role_is_refused_with_words(presensi_hub: Run, arguments: tuple[str, ...], words: str) -> None:
    result = presensi_hub("account", *arguments)
    assert (result.exit_code, words in result.stderr) == (2, True), result.output
