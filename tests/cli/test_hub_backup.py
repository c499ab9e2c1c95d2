"""Backups on the command line."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from click.testing import Result

from hub.db import Database
from hub.keys import load_hub_key

Run = Callable[..., Result]


def test_backup_is_made_listed_verified_and_restored(
    presensi_hub: Run, hub_database: Database, hub_folder: Path, tmp_path: Path
) -> None:
    key = load_hub_key(hub_folder).verify_key.text
    shelf = str(tmp_path / "backups")
    made = presensi_hub("backup", "--to", shelf, "--json")
    assert made.exit_code == 0, made.output
    path = json.loads(made.stdout)["backup"]["path"]
    [listed] = json.loads(presensi_hub("backup", "--to", shelf, "--list", "--json").stdout)
    assert listed["path"] == path
    assert listed["expires_on"] in presensi_hub("backup", "--to", shelf, "--list").stdout
    verified = presensi_hub("verify", path)
    assert verified.exit_code == 0
    assert f"{path} is whole" in verified.stdout

    refused = presensi_hub("restore", path)
    assert (refused.exit_code, "There is a hub in" in refused.output) == (2, True)
    hub_database.close()
    restored = presensi_hub("restore", path, "--replace")
    assert restored.exit_code == 0, restored.output
    assert "What was there is now" in restored.stdout
    assert load_hub_key(hub_folder).verify_key.text == key
    entries = json.loads(presensi_hub("audit", "list", "--json").stdout)
    told = [(each["act"], each["kind"]) for each in entries if each["act"].startswith("cli.")]
    assert told == [("cli.restore", "write"), ("cli.backup", "read")]


def test_backup_without_a_folder_says_how_to_name_one(presensi_hub: Run) -> None:
    refused = presensi_hub("backup")
    assert (refused.exit_code, "[backup]" in refused.output) == (2, True)


def test_damaged_backup_is_refused_in_one_sentence(presensi_hub: Run, tmp_path: Path) -> None:
    path = tmp_path / "half.zip"
    path.write_bytes(b"PK\3\4half")
    refused = presensi_hub("verify", str(path))
    assert (refused.exit_code, refused.output.count("\n")) == (2, 1)
    assert "truncated, damaged or no backup" in refused.output
