"""`presensi provision image`, as a technician types it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner, Result
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from cli import main


@pytest.fixture
def card(tmp_path: Path) -> Path:
    """A boot partition that was written just now."""
    folder = tmp_path / "bootfs"
    folder.mkdir()
    (folder / "config.txt").touch()
    (folder / "user-data").write_text("#cloud-config\n# the image's own\n")
    return folder


@pytest.fixture
def key(tmp_path: Path) -> Path:
    public = Ed25519PrivateKey.generate().public_key().public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH)
    (tmp_path / "id.pub").write_bytes(public + b" me\n")
    return tmp_path / "id.pub"


def run(card: Path, key: Path, *words: object, typed: str | None = None) -> Result:
    fixed = ["--zone", "WIT", "--ssh-key", str(key), "--hub", "https://hub", "--ca-fingerprint", "ab" * 32]
    return CliRunner().invoke(main, ["provision", "image", "kiosk-1", str(card), *fixed, *map(str, words)], input=typed)


def test_card_gets_three_files(card: Path, key: Path) -> None:
    written = run(card, key, "--json")
    assert written.exit_code == 0, written.output
    assert json.loads(written.stdout)["files"] == ["user-data", "network-config", "meta-data"]
    assert yaml.safe_load((card / "user-data").read_text())["timezone"] == "Asia/Jayapura"
    assert written.stderr == ""


def test_wifi_password_is_asked_and_never_shown(card: Path, key: Path) -> None:
    written = run(card, key, "--wifi", "KANTOR", typed="kata sandi\n")
    assert written.exit_code == 0, written.output
    assert "kata sandi" not in written.output
    assert "kata sandi" not in (card / "network-config").read_text()


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("--gateway", "10.0.0.1"), "give --address too"),
        (("--wifi-password-file", "-"), "--wifi"),
        (("--address", "10.0.0.21/24", "--gateway", "10.1.0.1"), "outside the kiosk's network"),
    ],
)
def test_what_cannot_be_right_leaves_the_card_as_it_was(
    card: Path, key: Path, words: tuple[str, ...], sentence: str
) -> None:
    refused = run(card, key, *words)
    assert refused.exit_code == 2
    assert sentence in refused.stderr
    assert sorted(path.name for path in card.iterdir()) == ["config.txt", "user-data"]
    assert "the image's own" in (card / "user-data").read_text()


def test_folder_that_is_no_boot_partition_is_said(tmp_path: Path, card: Path, key: Path) -> None:
    (card / "config.txt").unlink()
    assert "is it a card's boot partition?" in run(card, key).stderr
    assert "There is no folder" in run(tmp_path / "nowhere", key).stderr
