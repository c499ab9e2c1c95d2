"""The audit trail on the command line: what commands leave in it, and looking at it."""

from __future__ import annotations

import getpass
import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from sqlalchemy import text

from benchmarks.invented_office import InventedOffice
from hub.access.accounts import add_account
from hub.access.roles import Role
from hub.db import Database

Run = Callable[..., Result]
NIP = "198501012010011001"


@pytest.fixture(autouse=True)
def rina(hub_database: Database) -> str:
    office = InventedOffice(hub_database, at=datetime(2026, 3, 1, tzinfo=UTC))
    add_account(hub_database, username="siti", password="kopi-tubruk-manis", role=Role.OPERATOR)
    return office.employee("Rina Wulandari", unit=office.unit("Dinas Kesehatan"), nip=NIP)


def answer(result: Result) -> Any:
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def tamper(database: Database, statement: str) -> None:
    with database.write() as session:
        for name in ("update", "delete"):
            session.execute(text(f"DROP TRIGGER IF EXISTS audit_entry_no_{name}"))
        session.execute(text(statement))


def test_command_that_writes_leaves_one_entry_and_one_that_reads_none(presensi_hub: Run, rina: str) -> None:
    assert presensi_hub("account", "link", "siti", NIP).exit_code == 0
    assert presensi_hub("account", "list").exit_code == 0
    granted = presensi_hub("account", "grant", "siti", "--role", "head", "--unit", "Dinas Kesehatan", "--by", "budi")
    assert granted.exit_code == 0
    assert presensi_hub("account", "end", "siti", "--role", "technician").exit_code == 2
    newer, older = answer(presensi_hub("audit", "list", "--json"))
    assert (older["actor"], older["kind"], older["act"]) == (f"cli:{getpass.getuser()}", "write", "cli.account.link")
    assert older["address"] == "presensi hub account link"
    assert older["about"] == {"account": "siti", "employees": [rina]}
    assert (newer["act"], newer["about"]["by"], newer["about"]["account"]) == ("cli.account.grant", "budi", "siti")
    assert isinstance(newer["about"]["unit"], int)


def test_pin_and_card_leave_no_secret(presensi_hub: Run, rina: str) -> None:
    drawn = answer(presensi_hub("pin", "set", NIP, "--generate", "--json"))
    assert presensi_hub("card", "add", NIP, "0012345678").exit_code == 0
    told = presensi_hub("audit", "list", "--json").stdout
    assert [entry["about"]["employees"] for entry in json.loads(told)] == [[rina]] * 2
    for secret in (drawn["pin"], "0012345678", NIP, "Rina"):
        assert secret not in told


def test_list_is_narrowed_and_leaves_an_entry_itself(presensi_hub: Run, rina: str) -> None:
    assert presensi_hub("account", "link", "siti", NIP).exit_code == 0
    assert presensi_hub("account", "sign-out", "siti").exit_code == 0
    acts = lambda *options: [entry["act"] for entry in answer(presensi_hub("audit", "list", *options, "--json"))]  # noqa: E731
    assert acts("--employee", "Rina Wulandari") == ["cli.account.link"]
    assert acts("--act", "cli.account") == ["cli.account.sign-out", "cli.account.link"]
    assert acts("--act", "cli.acc") == []
    assert acts("--account", "siti") == []
    assert acts("--to", "2026-01-01") == []
    assert acts("--act", "trail.read") == ["trail.read"] * 5
    assert acts("--limit", "1") == ["trail.read"]
    assert "before it begins" in presensi_hub("audit", "list", "--from", "2026-02-01", "--to", "2026-01-01").output
    table = presensi_hub("audit", "list", "--act", "cli.account.link").stdout
    assert "cli.account.link" in table
    assert "There are no such entries" in presensi_hub("audit", "list", "--account", "nobody").stdout


def test_verify_says_where_the_trail_is_broken(presensi_hub: Run, hub_database: Database) -> None:
    for _ in range(3):
        assert presensi_hub("account", "sign-out", "siti").exit_code == 0
    assert "whole. Entries: 3;" in presensi_hub("audit", "verify").stdout
    assert answer(presensi_hub("audit", "verify", "--json"))["whole"] is True
    tamper(hub_database, "UPDATE audit_entry SET actor = 'cli:budi' WHERE seq = 2")
    said = presensi_hub("audit", "verify")
    assert (said.exit_code, said.stdout) == (1, "")
    assert "broken at entry 2: entry 2 was changed." in said.stderr
    said = presensi_hub("audit", "verify", "--json")
    assert said.exit_code == 1
    assert (json.loads(said.stdout)["broken_at"], json.loads(said.stdout)["entries"]) == (2, 1)


def test_exported_head_shows_that_the_end_was_cut_off(
    presensi_hub: Run, hub_database: Database, hub_folder: Path, tmp_path: Path
) -> None:
    for _ in range(3):
        assert presensi_hub("account", "sign-out", "siti").exit_code == 0
    kept = tmp_path / "head.json"
    assert presensi_hub("audit", "head", "--out", str(kept)).exit_code == 0
    assert presensi_hub("audit", "verify", "--head", str(kept)).exit_code == 0
    tamper(hub_database, "DELETE FROM audit_entry WHERE seq = 3")
    assert presensi_hub("audit", "verify").exit_code == 0
    said = presensi_hub("audit", "verify", "--head", str(kept))
    assert said.exit_code == 1
    assert "broken at entry 3: it ends there, but went on to entry 3 on" in said.stderr
    (hub_folder / "audit").mkdir()
    (hub_folder / "audit" / "head-2026-03-02.json").write_bytes(kept.read_bytes())
    assert presensi_hub("audit", "verify").exit_code == 1
    kept.write_text("{}")
    assert presensi_hub("audit", "verify", "--head", str(kept)).exit_code == 2


def test_role_is_printed_for_psql_and_executed_on_postgresql_only(presensi_hub: Run) -> None:
    printed = presensi_hub("audit", "role", "presensi_hub").stdout
    assert printed.count(";\n") == 6
    assert "GRANT SELECT, INSERT ON audit_entry TO presensi_hub;" in printed
    refused = presensi_hub("audit", "role", "presensi_hub", "--execute")
    assert refused.exit_code == 2
    assert "SQLite knows no roles" in refused.stderr
