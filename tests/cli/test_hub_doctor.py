"""`presensi hub doctor`: one page, JSON, exit codes, and a bundle in which nobody is."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import text

from cli import main
from contract.checkup import bundle as bundle_module
from hub.db import Database
from hub.keys import load_hub_key
from hub.roster.models import Employee
from hub.scheduler import claims

Hub = Callable[..., Result]
NAMES = [
    "database", "ingest", "quarantine", "jobs", "backup", "outbox", "gateways", "network", "broker", "certificate",
    "server_certificate", "revocations", "clock", "disk", "keys", "versions",
]  # fmt: skip
NAME, NIP, ID = "Siti Aminah Nurhaliza", "198701012010012001", "3f1c2a9e77b04d1c"


def states(result: Result) -> dict[str, str]:
    return {each["name"]: each["state"] for each in json.loads(result.stdout)["checks"]}


def test_every_check_is_told_as_json(presensi_hub: Hub, hub_database: Database, hub_folder: Path) -> None:
    load_hub_key(hub_folder)
    now = datetime.now(UTC)
    claims.enrol(hub_database, "calibration", now + timedelta(hours=1))
    result = presensi_hub("doctor", "--json")
    assert result.exit_code == 1  # no broker
    found = states(result)
    assert list(found) == NAMES
    assert [found[name] for name in ("database", "jobs", "outbox", "keys", "broker")] == ["ok", "ok", "ok", "ok", "bad"]


def test_the_page_fits_80_columns_in_either_language(presensi_hub: Hub) -> None:
    for language, word in (("id", "Basis data"), ("en", "Database")):
        result = presensi_hub("doctor", "--language", language)
        assert word in result.stdout
        assert max(len(line) for line in result.stdout.splitlines()) <= 80


def test_no_hub_is_made_where_there_is_none(tmp_path: Path) -> None:
    result = CliRunner().invoke(main, ["hub", "doctor", "--data", str(tmp_path / "hub"), "--json"])
    assert (result.exit_code, states(result)["database"], states(result)["jobs"]) == (1, "bad", "bad")
    assert not (tmp_path / "hub").exists()


def test_tables_of_another_version_are_told_and_left_alone(presensi_hub: Hub, hub_database: Database) -> None:
    with hub_database.writing_connection() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '0001'"))
    result = presensi_hub("doctor", "--json", "--language", "en")
    database = json.loads(result.stdout)["checks"][0]
    assert (database["state"], database["measured"]["revision"]) == ("bad", "0001")
    assert "hub db upgrade" in database["advice"]
    assert states(result)["backup"] == "bad"
    with hub_database.read() as session:
        assert session.scalar(text("SELECT version_num FROM alembic_version")) == "0001"


def test_nobody_is_in_the_bundle(
    presensi_hub: Hub, hub_database: Database, hub_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    load_hub_key(hub_folder)
    key = (hub_folder / "hub.key").read_text(encoding="ascii").splitlines()[1]
    with hub_database.write() as session:
        session.add(Employee(id=ID, name=NAME, nip=NIP, created_at=datetime.now(UTC), created_by="budi"))
    log = [
        f"2026-11-28T07:00:00+0700 presensi[9]: {NAME} ({NIP}) asked, employee {ID}; NURHALIZA was refused",
        f"2026-11-28T07:00:01+0700 presensi[9]: key {key} and postgresql://presensi:rahasia7@db/presensi",
        "2026-11-28T07:00:02+0700 presensi[9]: mail to siti@dinas.go.id; pin: 7391; token=abc.def",
        "2026-11-28T07:00:03+0700 presensi[9]: the broker is away",
    ]
    monkeypatch.setattr(bundle_module, "read_log", lambda _unit: "\n".join(log))
    settings = tmp_path / "hub.toml"
    settings.write_text('[gateways]\nsurel = "mailto://u:rahasia7@mail.example/{to}"\n', encoding="utf-8")
    target = tmp_path / "support.zip"
    presensi_hub("doctor", "--settings", str(settings), "--bundle", str(target))
    with zipfile.ZipFile(target) as archive:
        contents = {name: archive.read(name) for name in archive.namelist()}
    everything = b"\n".join(contents.values())
    secrets = [NIP, ID, key, *NAME.split(), "NURHALIZA", "rahasia7", "siti@", "7391", "abc.def", "BEGIN"]
    assert [each for each in secrets if each.encode() in everything or each.encode() in target.read_bytes()] == []
    assert b"the broker is away" in contents["log.txt"]
    assert json.loads(contents["rows.json"])["employees"] == 1
