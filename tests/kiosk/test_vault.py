"""What is sealed opens for its own purpose and name only, and with this kiosk's key only."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from kiosk.device_secret import FusedKey
from kiosk.errors import SealError, VaultError
from kiosk.vault import KEY_FILE, Vault, look_into_vault, open_vault

SECRET = b"templates of a face"


class Fused:
    """A machine with a key in its fuses; None: it has none; an error: it cannot be read now."""

    def __init__(self, key: bytes | VaultError | None) -> None:
        self.key = key

    def read(self) -> bytes | None:
        if isinstance(self.key, VaultError):
            raise self.key
        return self.key


def test_sealed_content_comes_back_after_a_start(tmp_path: Path) -> None:
    sealed = open_vault(tmp_path).seal("roster", "", SECRET)
    assert SECRET not in sealed
    assert open_vault(tmp_path).open("roster", "", sealed) == SECRET


def test_same_content_is_sealed_differently_each_time(tmp_path: Path) -> None:
    vault = open_vault(tmp_path)
    assert vault.seal("roster", "", SECRET) != vault.seal("roster", "", SECRET)


def test_key_file_is_its_owners_alone(tmp_path: Path) -> None:
    open_vault(tmp_path)
    assert stat.S_IMODE((tmp_path / KEY_FILE).stat().st_mode) == 0o600


def test_every_changed_or_missing_byte_is_noticed(tmp_path: Path) -> None:
    vault = open_vault(tmp_path)
    sealed = vault.seal("snapshot", "a", SECRET)
    for place in range(len(sealed)):
        changed = sealed[:place] + bytes([sealed[place] ^ 1]) + sealed[place + 1 :]
        for wrong in (changed, sealed[:place]):
            with pytest.raises(SealError):
                vault.open("snapshot", "a", wrong)


@pytest.mark.parametrize(("purpose", "name"), [("roster", "a"), ("snapshot", "b")])
def test_sealed_file_does_not_open_in_another_place(tmp_path: Path, purpose: str, name: str) -> None:
    vault = open_vault(tmp_path)
    sealed = vault.seal("snapshot", "a", SECRET)
    with pytest.raises(SealError):
        vault.open(purpose, name, sealed)  # type: ignore[arg-type]


def test_card_in_another_machine_opens_nothing(tmp_path: Path) -> None:
    sealed = open_vault(tmp_path, device=Fused(b"1" * 32)).seal("roster", "", SECRET)
    with pytest.raises(SealError):
        open_vault(tmp_path, device=Fused(b"2" * 32)).open("roster", "", sealed)
    without = open_vault(tmp_path, device=Fused(None))
    assert "fuses" in without.trouble
    with pytest.raises(VaultError):
        without.open("roster", "", sealed)
    assert open_vault(tmp_path, device=Fused(b"1" * 32)).open("roster", "", sealed) == SECRET


def test_fuses_that_cannot_be_read_now_cost_nothing(tmp_path: Path) -> None:
    sealed = open_vault(tmp_path, device=Fused(b"1" * 32)).seal("roster", "", SECRET)
    troubled = open_vault(tmp_path, device=Fused(VaultError("The fuses cannot be read.")))
    assert "The fuses cannot be read." in troubled.trouble
    with pytest.raises(VaultError):
        troubled.seal("roster", "", SECRET)
    assert open_vault(tmp_path, device=Fused(b"1" * 32)).open("roster", "", sealed) == SECRET


def test_fuses_that_cannot_be_read_at_the_first_start_are_done_without_and_told(tmp_path: Path) -> None:
    first = open_vault(tmp_path, device=Fused(VaultError("The fuses cannot be read.")))
    assert "on the card alone" in first.trouble
    sealed = first.seal("roster", "", SECRET)
    again = open_vault(tmp_path, device=Fused(b"1" * 32))
    assert again.trouble == ""
    assert again.open("roster", "", sealed) == SECRET


def test_damaged_key_file_is_put_aside_and_told(tmp_path: Path) -> None:
    sealed = open_vault(tmp_path).seal("roster", "", SECRET)
    (tmp_path / KEY_FILE).write_bytes(b"noise")
    again = open_vault(tmp_path)
    assert "damaged" in again.trouble
    assert (tmp_path / f"{KEY_FILE}.damaged").read_bytes() == b"noise"
    with pytest.raises(SealError):
        again.open("roster", "", sealed)
    assert again.open("roster", "", again.seal("roster", "", SECRET)) == SECRET


def test_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    vault = open_vault(tmp_path / "file")
    assert KEY_FILE in vault.trouble
    with pytest.raises(VaultError):
        vault.seal("roster", "", SECRET)


def test_shredded_key_opens_nothing_any_more(tmp_path: Path) -> None:
    vault = open_vault(tmp_path, device=Fused(b"1" * 32))
    sealed = vault.seal("roster", "", SECRET)
    vault.shred()
    assert not (tmp_path / KEY_FILE).exists()
    with pytest.raises(VaultError):
        vault.open("roster", "", sealed)
    with pytest.raises(SealError):
        open_vault(tmp_path, device=Fused(b"1" * 32)).open("roster", "", sealed)
    vault.shred()


def _reader(folder: Path, script: str) -> FusedKey:
    command = folder / "reader"
    command.write_text(f"#!/bin/sh\n{script}\n", encoding="ascii")
    command.chmod(0o700)
    return FusedKey(str(command), mailbox=folder)


def test_fused_key_is_what_the_command_prints(tmp_path: Path) -> None:
    assert _reader(tmp_path, "echo " + "0a" * 32).read() == b"\x0a" * 32
    assert _reader(tmp_path, "echo " + "00" * 32).read() is None
    assert FusedKey("/nowhere/reader", mailbox=tmp_path).read() is None
    assert FusedKey(str(tmp_path / "reader"), mailbox=tmp_path / "nowhere").read() is None


@pytest.mark.parametrize("script", ["exit 1", "echo secret"])
def test_command_that_fails_is_no_missing_key_and_its_words_are_not_repeated(tmp_path: Path, script: str) -> None:
    with pytest.raises(VaultError) as raised:
        _reader(tmp_path, script).read()
    assert "secret" not in str(raised.value)


def test_whoever_only_looks_opens_what_is_there_and_makes_nothing(tmp_path: Path) -> None:
    none = look_into_vault(tmp_path)
    assert KEY_FILE in none.trouble
    assert list(tmp_path.iterdir()) == []
    sealed = open_vault(tmp_path, device=Fused(b"1" * 32)).seal("roster", "", SECRET)
    assert look_into_vault(tmp_path, device=Fused(b"1" * 32)).open("roster", "", sealed) == SECRET
    assert "fuses" in look_into_vault(tmp_path).trouble
    (tmp_path / KEY_FILE).write_bytes(b"noise")
    assert "damaged" in look_into_vault(tmp_path).trouble
    assert [path.name for path in tmp_path.iterdir()] == [KEY_FILE]


def test_vault_without_a_file_seals(tmp_path: Path) -> None:
    vault = Vault(bytes(32))
    assert vault.open("months", "", vault.seal("months", "", b"x")) == b"x"
