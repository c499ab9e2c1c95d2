"""Settings files, honest and wrong; the hub's key."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from contract.errors import BadInputError
from contract.signing import VerifyKey
from hub.errors import SettingsError
from hub.keys import load_hub_key
from hub.settings import HubSettings, read_settings


def test_settings_without_a_file_are_the_defaults() -> None:
    assert read_settings(None) == HubSettings()
    assert HubSettings().database_url == "sqlite:////var/lib/presensi/hub/hub.db"


def test_settings_file_is_read_and_options_win(tmp_path: Path) -> None:
    file = tmp_path / "hub.toml"
    file.write_text('port = 9000\nbroker = "mqtts://hub"\ndata = "/srv/hub"\n')
    settings = read_settings(file, port=9001, host=None)
    assert (settings.port, settings.broker, settings.host) == (9001, "mqtts://hub", "127.0.0.1")
    assert settings.database_url == "sqlite:////srv/hub/hub.db"


@pytest.mark.parametrize("content", ["prot = 1", "port = 'x'", "port = 99999", "port", "share = 3", "\xff"])
def test_settings_that_are_wrong_name_the_file(tmp_path: Path, content: str) -> None:
    file = tmp_path / "hub.toml"
    file.write_bytes(content.encode("latin-1"))
    with pytest.raises(SettingsError, match=r"hub\.toml"):
        read_settings(file)


def test_settings_file_that_is_missing_is_named(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="nowhere"):
        read_settings(tmp_path / "nowhere.toml")


def test_hub_key_is_made_once_and_its_public_half_lies_beside_it(tmp_path: Path) -> None:
    made = load_hub_key(tmp_path / "hub")
    again = load_hub_key(tmp_path / "hub")
    assert made.verify_key.text == again.verify_key.text
    assert VerifyKey.from_file(tmp_path / "hub" / "hub.pub").text == made.verify_key.text
    assert stat.S_IMODE((tmp_path / "hub" / "hub.key").stat().st_mode) == 0o600


def test_public_half_that_was_lost_or_changed_is_written_again(tmp_path: Path) -> None:
    key = load_hub_key(tmp_path)
    (tmp_path / "hub.pub").write_text("something else")
    load_hub_key(tmp_path)
    assert VerifyKey.from_file(tmp_path / "hub.pub").text == key.verify_key.text


def test_hub_key_in_a_place_that_cannot_be_says_so(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(BadInputError, match="file"):
        load_hub_key(tmp_path / "file")
