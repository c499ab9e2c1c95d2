"""`presensi provision claim`, as a technician types it at the hub."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
import tomli_w
from click.testing import CliRunner, Result

from cli import main
from cli.hub_signer import AuthoritySigner
from hub.access.trail.append import entries
from hub.db import Database
from hub.fleet.claims import hand_in_claim
from tests.factories.claims import Applicant, make_signer

Run = Callable[..., Result]


@pytest.fixture
def signer(tmp_path: Path) -> AuthoritySigner:
    return make_signer(tmp_path, datetime.now(UTC))


@pytest.fixture
def run(tmp_path: Path, hub_folder: Path, hub_database: Database, signer: AuthoritySigner) -> Run:
    settings = tmp_path / "hub.toml"
    settings.write_text(tomli_w.dumps({"data": str(hub_folder), "authority": {"folder": str(tmp_path / "authority")}}))

    def presensi(*words: str, typed: str | None = None) -> Result:
        command = ["provision", "claim", *words, "--settings", str(settings)]
        return CliRunner().invoke(main, command, input=typed)

    return presensi


@pytest.fixture
def code(tmp_path: Path, hub_database: Database, signer: AuthoritySigner) -> str:
    sealed = Applicant(tmp_path).sealed(software="0.1.0")
    return hand_in_claim(hub_database, signer, sealed, client="10.0.0.9", now=datetime.now(UTC)).code


def test_claim_is_listed_without_its_code_and_approved_with_it(run: Run, code: str, hub_database: Database) -> None:
    listed = run("list")
    assert "kiosk-1" in listed.output
    assert "10.0.0.9" in listed.output
    assert code[:4] not in listed.output
    approved = run("approve", "kiosk-1", "--by", "siti", typed=f"{code.lower()}\n")
    assert approved.exit_code == 0, approved.output
    assert "No kiosk asks" in run("list").output
    [line] = json.loads(run("list", "--all", "--json").stdout)
    assert (line["state"], line["settled_by"], line["code"]) == ("approved", "siti", code)
    with hub_database.read() as session:
        told = [(row.act, json.loads(row.about)) for row in session.execute(entries.select())]
    assert [(act, about["device"], about["by"]) for act, about in told] == [("cli.claim.approve", "kiosk-1", "siti")]


def test_claim_is_refused_with_a_reason(run: Run, code: str) -> None:
    assert run("refuse", "kiosk-1").exit_code == 2
    assert run("refuse", "kiosk-1", "--because", "not ours").exit_code == 0
    again = run("approve", "kiosk-1", "--code", code)
    assert again.exit_code == 2
    assert "Nobody asks" in again.stderr
    assert "not ours" in run("list", "--all").output


def test_hub_without_authority_says_what_to_do(hub_folder: Path, hub_database: Database) -> None:
    words = ["provision", "claim", "approve", "kiosk-1", "--code", "x", "--data", str(hub_folder)]
    refused = CliRunner().invoke(main, words)
    assert refused.exit_code == 2
    assert "[authority]" in refused.stderr


def test_help_of_provision_names_claim_beside_the_others() -> None:
    told = CliRunner().invoke(main, ["provision", "--help"]).output
    assert "claim" in told
    assert "wheelhouse" in told
