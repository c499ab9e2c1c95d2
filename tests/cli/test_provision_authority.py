"""`presensi provision authority`, as a technician types it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from cli import main
from tests.factories.requests import request_for


def run(*words: object, typed: str | None = None) -> Result:
    return CliRunner().invoke(main, ["provision", "authority", *map(str, words)], input=typed)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An authority that the environment names."""
    passphrase = tmp_path / "passphrase"
    passphrase.write_text("correct horse battery\n")
    made = run(
        "init", tmp_path / "a", "--root", tmp_path / "r", "--organisation", "Pemkab", "--passphrase-file", passphrase
    )
    assert made.exit_code == 0, made.output
    monkeypatch.setenv("PRESENSI_AUTHORITY", str(tmp_path / "a"))
    return tmp_path / "a"


def test_passphrase_is_asked_twice_and_never_shown(tmp_path: Path) -> None:
    words = ("init", tmp_path / "a", "--root", tmp_path / "r", "--organisation", "Pemkab")
    made = run(*words, typed="correct horse battery\ncorrect horse battery\n")
    assert made.exit_code == 0, made.output
    assert "correct horse" not in made.output
    assert run(*words, typed="correct horse battery\ncorrect horse battery\n").exit_code == 2


def test_errand_from_a_request_to_a_revocation(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "k.csr").write_bytes(request_for("kiosk-1")[0])
    signed = run("sign", "kiosk", "kiosk-1", "--csr", tmp_path / "k.csr", "--out", tmp_path / "k", "--json")
    assert signed.exit_code == 0, signed.output
    found = json.loads(signed.stdout)
    assert found["files"] == [str(tmp_path / "k" / name) for name in ("kiosk-1.crt", "ca.crt")]
    shown = json.loads(run("show", "--json").stdout)
    assert [one["name"] for one in shown["certificates"]] == ["kiosk-1"]
    revoked = run("revoke", "kiosk-1", "--reason", "stolen", "--crl", tmp_path / "crl.pem", "--json")
    assert json.loads(revoked.stdout)["revoked"] == [found["serial"]]
    assert (tmp_path / "crl.pem").read_bytes().startswith(b"-----BEGIN X509 CRL-----")
    assert "Nothing is signed yet" in run("show").output
    assert "stolen" in run("show", "--all").output


def test_key_that_lies_there_is_not_overwritten(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "w").mkdir()
    (tmp_path / "w" / "ingest-1.key").write_text("precious")
    refused = run("sign", "worker", "ingest-1", "--out", tmp_path / "w")
    assert refused.exit_code == 2
    assert "is there already" in refused.stderr
    assert (tmp_path / "w" / "ingest-1.key").read_text() == "precious"
    assert json.loads(run("show", "--json").stdout)["certificates"] == []


def test_key_of_a_worker_is_its_owner_s_only(folder: Path, tmp_path: Path) -> None:
    assert run("sign", "worker", "ingest-1", "--out", tmp_path / "w").exit_code == 0
    key = tmp_path / "w" / "ingest-1.key"
    assert key.stat().st_mode & 0o777 == 0o600
    before = key.read_bytes()
    assert run("renew", "ingest-1", "--early", "--out", tmp_path / "w").exit_code == 0
    assert key.read_bytes() != before


def test_next_intermediate_needs_the_stick_and_its_passphrase(folder: Path, tmp_path: Path) -> None:
    words = ("intermediate", "--root", tmp_path / "r", "--passphrase-file", "-")
    assert run(*words, typed="wrong horse battery\n").exit_code == 2
    assert run(*words, typed="correct horse battery\n").exit_code == 0
    assert run("crl").output.count("BEGIN X509 CRL") == 2


def test_folder_without_an_authority_is_said(tmp_path: Path) -> None:
    shown = run("show", "--authority", tmp_path)
    assert shown.exit_code == 2
    assert "There is no authority" in shown.stderr
