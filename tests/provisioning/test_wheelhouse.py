"""A wheelhouse is filled by pip from the lock, signed, and refused when anything in it was changed."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner

from cli import main
from contract.signing import SigningKey
from provisioning.errors import FolderError, LockFileError, MissingWheelError, WheelhouseError
from provisioning.lock_file import BOOKWORM_PC, SOURCE_ONLY, TRIXIE_PI, Pin
from provisioning.wheelhouse import Manifest, check
from provisioning.wheelhouse_fetch import make_wheelhouse, steps
from tests.factories.wheels import FOR_PC, FOR_PI, PURE, write_lock, write_wheel

NOW = datetime(2026, 11, 28, 9, 0, tzinfo=UTC)
KEY = SigningKey.generate()


@pytest.fixture
def index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that the user's pip configuration names."""
    folder = tmp_path / "secret-index"
    folder.mkdir()
    for file in (PURE, FOR_PI, FOR_PC):
        write_wheel(folder, file)
    for name in [name for name in os.environ if name.startswith("PIP_")]:
        monkeypatch.delenv(name)
    (tmp_path / "pip.conf").write_text(f"[global]\nno-index = true\nfind-links = {folder}\n")
    monkeypatch.setenv("PIP_CONFIG_FILE", str(tmp_path / "pip.conf"))
    return folder


@pytest.fixture
def lock(index: Path, tmp_path: Path) -> Path:
    return write_lock(tmp_path / "kiosk.lock", *sorted(index.iterdir()))


def make(folder: Path, lock: Path, told: list[str] | None = None) -> Manifest:
    say = (told if told is not None else []).append
    return make_wheelhouse(folder, lock, [TRIXIE_PI, BOOKWORM_PC], key=KEY, now=NOW, on_wheel=say)


@pytest.fixture
def house(lock: Path, tmp_path: Path) -> Path:
    make(tmp_path / "house", lock)
    return tmp_path / "house"


def test_each_target_gets_its_wheels_and_a_list(lock: Path, tmp_path: Path) -> None:
    told: list[str] = []
    made = make(tmp_path / "house", lock, told)
    assert [file.path for file in made.files] == [
        "requirements-aarch64-cp313.txt",
        "requirements-x86_64-cp311.txt",
        f"wheels/{FOR_PC}",
        f"wheels/{FOR_PI}",
        f"wheels/{PURE}",
    ]
    assert made.targets == ["aarch64 cp313", "x86_64 cp311"]
    assert len(told) == steps(lock, [TRIXIE_PI, BOOKWORM_PC]) == 4
    assert check(tmp_path / "house", KEY.verify_key) == made


def test_pip_installs_from_it_without_an_index(house: Path, tmp_path: Path) -> None:
    listed = house / "requirements-aarch64-cp313.txt"
    command = [sys.executable, "-m", "pip", "install", "--no-index", "--require-hashes", "--target", tmp_path / "out"]
    command += ["--find-links", house / "wheels", "-r", listed, "--only-binary", ":all:"]
    command += ["--python-version", "3.13", "--abi", "cp313", "--platform", "manylinux_2_28_aarch64"]
    environment = os.environ | {"PIP_CONFIG_FILE": os.devnull}
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True, env=environment, check=False)
    assert done.returncode == 0, done.stderr
    assert {"tool.py", "words.py"} <= {path.name for path in (tmp_path / "out").iterdir()}


def test_nothing_says_where_the_wheels_came_from(house: Path) -> None:
    texts = [path.read_text() for path in house.iterdir() if path.is_file()]
    assert len(texts) == 4
    assert not any("secret-index" in text or "://" in text for text in texts)


def test_run_that_was_cut_goes_on_where_it_was(house: Path, index: Path, lock: Path) -> None:
    (house / "manifest.sig").unlink()
    (house / "wheels" / FOR_PI).unlink()
    for file in (PURE, FOR_PC):
        (index / file).unlink()
    make(house, lock)
    check(house, KEY.verify_key)


def test_wheel_that_was_damaged_meanwhile_is_fetched_again(house: Path, lock: Path) -> None:
    (house / "wheels" / PURE).write_bytes(b"damaged")
    make(house, lock)
    check(house, KEY.verify_key)


def test_wheels_of_an_earlier_lock_are_taken_away(house: Path, index: Path, lock: Path) -> None:
    write_wheel(house / "wheels", "old-1.0-py3-none-any.whl")
    made = make(house, lock)
    assert not [file.path for file in made.files if "old" in file.path]
    assert not (house / "wheels" / "old-1.0-py3-none-any.whl").exists()


def test_wheel_that_is_made_of_an_archive_is_made_once_for_all(
    lock: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    times: list[str] = []

    def make_wheel(pin: Pin, *, into: Path) -> Path:
        times.append(pin.name)
        return write_wheel(into, PURE, content=f"x = {len(times)}\n")

    monkeypatch.setitem(SOURCE_ONLY, "words", "2.0")
    monkeypatch.setattr("provisioning.wheelhouse_fetch.make_wheel", make_wheel)
    house = tmp_path / "house"
    make(house, lock)
    assert times == ["words"]
    digest = hashlib.sha256((house / "wheels" / PURE).read_bytes()).hexdigest()
    assert all(f"words==2.0 --hash=sha256:{digest}" in path.read_text() for path in house.glob("requirements-*.txt"))


def test_other_wheel_than_the_lock_s_is_refused_and_nothing_is_signed(index: Path, lock: Path, tmp_path: Path) -> None:
    write_wheel(index, FOR_PI, content="x = 2\n")
    with pytest.raises(MissingWheelError, match="aarch64 cp313"):
        make(tmp_path / "house", lock)
    assert not (tmp_path / "house" / "manifest.json").exists()


def test_what_would_have_to_be_compiled_is_named(index: Path, lock: Path, tmp_path: Path) -> None:
    (index / FOR_PI).unlink()
    with pytest.raises(MissingWheelError, match=r"tool==1\.0"):
        make(tmp_path / "house", lock)


def test_failed_run_leaves_no_signature_of_the_one_before(house: Path, index: Path, lock: Path) -> None:
    (house / "wheels" / FOR_PI).unlink()
    (index / FOR_PI).unlink()
    with pytest.raises(MissingWheelError):
        make(house, lock)
    with pytest.raises(WheelhouseError, match="no wheelhouse"):
        check(house, KEY.verify_key)


def test_folder_with_something_else_is_left_alone(lock: Path, tmp_path: Path) -> None:
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "letter.txt").touch()
    with pytest.raises(FolderError, match=r"something else \(letter.txt\)"):
        make(tmp_path / "home", lock)
    with pytest.raises(LockFileError, match="cannot be read"):
        make(tmp_path / "house", tmp_path / "none.lock")


def change_wheel(house: Path) -> None:
    content = bytearray((house / "wheels" / PURE).read_bytes())
    content[60] ^= 1
    (house / "wheels" / PURE).write_bytes(content)


def lengthen_wheel(house: Path) -> None:
    with (house / "wheels" / PURE).open("ab") as wheel:
        wheel.write(b"x")


def change_manifest(house: Path) -> None:
    manifest = house / "manifest.json"
    manifest.write_bytes(manifest.read_bytes().replace(b"aarch64", b"aarch65"))


def change_signature(house: Path) -> None:
    signature = bytearray(base64.b64decode((house / "manifest.sig").read_bytes()))
    signature[0] ^= 1
    (house / "manifest.sig").write_bytes(base64.b64encode(signature))


def swap_for_a_link(house: Path) -> None:
    shutil.move(house / "wheels" / PURE, house.parent / PURE)
    (house / "wheels" / PURE).symlink_to(house.parent / PURE)


CHANGES: dict[str, tuple[Callable[[Path], object], str]] = {
    "wheel changed": (change_wheel, f"wheels/{PURE} is not what was signed: it has another content"),
    "wheel longer": (lengthen_wheel, "bytes instead of"),
    "wheel gone": (lambda house: (house / "wheels" / FOR_PI).unlink(), "is missing"),
    "wheel added": (lambda house: write_wheel(house / "wheels", "evil-1.0-py3-none-any.whl"), "does not name it"),
    "wheel linked": (swap_for_a_link, "is no file"),
    "list changed": (lambda house: (house / "requirements-x86_64-cp311.txt").write_text(""), "0 bytes instead of"),
    "manifest changed": (change_manifest, "not signed with this release key, or was changed"),
    "signature changed": (change_signature, "not signed with this release key, or was changed"),
    "signature of no shape": (lambda house: (house / "manifest.sig").write_text("?"), "not signed with this"),
    "signature gone": (lambda house: (house / "manifest.sig").unlink(), "manifest.sig"),
}


@pytest.mark.parametrize("what", sorted(CHANGES))
def test_whatever_was_changed_is_refused_with_a_sentence(house: Path, what: str) -> None:
    change, sentence = CHANGES[what]
    change(house)
    with pytest.raises(WheelhouseError) as refused:
        check(house, KEY.verify_key)
    assert sentence in str(refused.value)


def test_other_release_key_is_refused(house: Path) -> None:
    with pytest.raises(WheelhouseError, match="not signed with this release key"):
        check(house, SigningKey.generate().verify_key)


def test_command_makes_a_key_signs_and_checks(lock: Path, tmp_path: Path) -> None:
    house, key = tmp_path / "house", tmp_path / "release.key"
    run = ["provision", "wheelhouse", str(house)]
    made = CliRunner().invoke(main, [*run, "--key", str(key), "--lock", str(lock), "--json"])
    assert made.exit_code == 0, made.output
    assert json.loads(made.stdout)["targets"] == ["aarch64 cp313", "x86_64 cp311"]
    assert key.stat().st_mode & 0o777 == 0o600
    checked = CliRunner().invoke(main, [*run, "--check", "--key", str(tmp_path / "release.pub")])
    assert checked.exit_code == 0, checked.output
    assert "is what was signed: 5 files" in checked.stdout
    change_wheel(house)
    refused = CliRunner().invoke(main, [*run, "--check", "--key", str(tmp_path / "release.pub")])
    assert refused.exit_code == 1
    assert "another content" in refused.stderr


def test_release_key_does_not_lie_in_the_wheelhouse(lock: Path, tmp_path: Path) -> None:
    house = tmp_path / "house"
    made = CliRunner().invoke(
        main, ["provision", "wheelhouse", str(house), "--key", str(house / "release.key"), "--lock", str(lock)]
    )
    assert made.exit_code == 2
    assert "must not lie in the wheelhouse" in made.stderr
