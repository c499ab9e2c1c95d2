"""Keys, and the hash chain that every platform must compute alike."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from contract.errors import BadInputError, SignatureError
from contract.signing import FIRST_PREVIOUS, SigningKey, VerifyKey, chain_hash, chain_hashes

ROOT = Path(__file__).resolve().parents[2]


def test_chain_hash_matches_the_vectors() -> None:
    """Fixed for ever: rows that were signed under another computation could never be verified again.

    Made with coreutils: (printf 'presensi/v1/punch'; head -c32 /dev/zero; printf ROW) | sha256sum
    """
    rows = [b"{}", b'{"kind":"clock","v":1}', "Ni Luh Ayu é".encode()]
    assert [each.hex() for each in chain_hashes(FIRST_PREVIOUS, rows)] == [
        "8c907c3bfdb4da106e3e9250a6d2fee242a0a26e14b7a5b10592906f2ea04410",
        "84ce3699ea894ae6f06a8aa2f8ac41a7d65be2e46a3e2039ec0ef30ae1f21c80",
        "a4e53eeb6433eff7e8985c563e2f95be4e00c0fc1891d3a23a9dc06d5c23b648",
    ]
    assert bytes(32) == FIRST_PREVIOUS


def test_chain_of_nothing_is_empty() -> None:
    assert chain_hashes(FIRST_PREVIOUS, []) == []


@given(st.lists(st.binary(max_size=20), min_size=1, max_size=6), st.data())
def test_chain_hash_changes_with_every_row_before(rows: list[bytes], data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(rows) - 1))
    changed = [*rows]
    changed[place] += b"x"
    before, after = chain_hashes(FIRST_PREVIOUS, rows), chain_hashes(FIRST_PREVIOUS, changed)
    assert before[:place] == after[:place]
    assert all(one != other for one, other in zip(before[place:], after[place:], strict=True))
    assert before[0] == chain_hash(FIRST_PREVIOUS, rows[0])


def test_signature_matches_rfc_8032() -> None:
    """Test 2 of RFC 8032, section 7.1."""
    raw = bytes.fromhex("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb")
    key = SigningKey(Ed25519PrivateKey.from_private_bytes(raw))
    assert key.sign(b"\x72").hex() == (
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
        "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"
    )
    key.verify_key.verify(key.sign(b"\x72"), b"\x72")


@pytest.mark.parametrize("signature", [b"", bytes(63), bytes(64), bytes(65)])
def test_signature_that_is_none_is_refused(key: SigningKey, signature: bytes) -> None:
    with pytest.raises(SignatureError):
        key.verify_key.verify(signature, b"message")


# Key files ----------------------------------------------------------------------------------------------------------


def test_key_is_made_once_and_for_its_owner_only(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "device.key"
    before = os.umask(0)
    try:
        made = SigningKey.load_or_create(path)
    finally:
        os.umask(before)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert SigningKey.load_or_create(path).verify_key.text == made.verify_key.text
    assert os.listdir(path.parent) == ["device.key"]


@pytest.mark.parametrize(
    "content", [b"", b"garbage", b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n", b"\xff" * 99]
)
def test_key_file_without_a_key_is_refused_and_left_alone(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "device.key"
    path.write_bytes(content)
    with pytest.raises(BadInputError, match=r"device\.key"):
        SigningKey.load_or_create(path)
    assert path.read_bytes() == content


def _pem(key: ec.EllipticCurvePrivateKey | Ed25519PrivateKey, password: bytes | None = None) -> bytes:
    lock = serialization.BestAvailableEncryption(password) if password else serialization.NoEncryption()
    return key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, lock)


def test_key_file_of_another_kind_is_refused_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "device.key"
    for content in (_pem(ec.generate_private_key(ec.SECP256R1())), _pem(Ed25519PrivateKey.generate(), b"secret")):
        path.write_bytes(content)
        with pytest.raises(BadInputError, match=r"device\.key"):
            SigningKey.load_or_create(path)
        assert path.read_bytes() == content


def test_key_path_that_is_a_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInputError):
        SigningKey.load_or_create(tmp_path)


def test_key_moved_away_is_not_touched_by_the_next_one(tmp_path: Path) -> None:
    path = tmp_path / "device.key"
    SigningKey.load_or_create(path)
    # As if the power had gone between the two names of the first one.
    os.link(path, tmp_path / f".device.key.{os.getpid()}")
    old = path.read_bytes()
    path.rename(tmp_path / "old.key")
    SigningKey.load_or_create(path)
    assert (tmp_path / "old.key").read_bytes() == old
    assert path.read_bytes() != old


def test_key_made_by_several_processes_at_once_is_one(tmp_path: Path) -> None:
    program = (
        "import sys; from pathlib import Path; from contract.signing import SigningKey; sys.stdin.read(1);"
        "print(SigningKey.load_or_create(Path(sys.argv[1])).verify_key.text)"
    )
    path = tmp_path / "device.key"
    children = [
        subprocess.Popen(
            [sys.executable, "-c", program, str(path)], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        for _ in range(4)
    ]
    texts = set()
    for child in children:
        assert child.stdin is not None
        child.stdin.write(b"x")
        child.stdin.flush()
    for child in children:
        texts.add(child.communicate(timeout=60)[0])
        assert child.returncode == 0
    assert texts == {SigningKey.load_or_create(path).verify_key.text.encode() + b"\n"}
    assert os.listdir(tmp_path) == ["device.key"]


def test_public_key_comes_back_from_text_pem_and_file(tmp_path: Path, key: SigningKey) -> None:
    text = key.verify_key.text
    assert len(text) == 44
    pem = Ed25519PrivateKey.generate().public_key()
    block = pem.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo).decode()
    assert VerifyKey.from_text(f"\n {text}\n").text == text
    assert VerifyKey.from_text(block).text == VerifyKey(pem).text
    path = tmp_path / "hub.pub"
    path.write_text(text)
    VerifyKey.from_file(path).verify(key.sign(b"x"), b"x")


@pytest.mark.parametrize("text", ["", "AAAA", "é" * 44, "-----BEGIN PUBLIC KEY-----", "-----BEGIN \ud800", "A" * 44])
def test_public_key_that_is_none_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(BadInputError):
        VerifyKey.from_text(text)


def test_public_key_of_another_kind_says_so() -> None:
    other = ec.generate_private_key(ec.SECP256R1()).public_key()
    block = other.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo).decode()
    with pytest.raises(BadInputError, match="another kind"):
        VerifyKey.from_text(block)


def test_public_key_file_that_is_missing_is_named(tmp_path: Path) -> None:
    with pytest.raises(BadInputError, match=r"hub\.pub"):
        VerifyKey.from_file(tmp_path / "hub.pub")
    (tmp_path / "hub.pub").write_bytes(b"\xff\xfe")
    with pytest.raises(BadInputError, match=r"hub\.pub"):
        VerifyKey.from_file(tmp_path / "hub.pub")
