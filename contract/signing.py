"""Ed25519 keys, sealed messages and the hash chain of journal rows.

A sealed message is bound to its purpose and its device, so that a receipt cannot be played back as a command, nor one
kiosk's message as another's. A chain hash is SHA-256 over `presensi/v1/punch`, the hash of the row before (32 zero
bytes in a new epoch) and the row's exact bytes; signing the last hash covers every row before it (DESIGN section 3).
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Iterable
from pathlib import Path
from typing import Final, Self

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from contract.errors import BadInputError, SignatureError
from contract.key_files import create_private, load_private, private_pem

FIRST_PREVIOUS: Final = bytes(32)
"""What the first row of an epoch has as the hash of the row before."""

HASH_BYTES: Final = 32
_CHAIN_DOMAIN: Final = b"presensi/v1/punch"


def chain_hash(previous: bytes, row: bytes) -> bytes:
    """Hash of a row: 32 bytes over the domain, the previous row's hash and the row's exact bytes."""
    return hashlib.sha256(_CHAIN_DOMAIN + previous + row).digest()


def chain_hashes(previous: bytes, rows: Iterable[bytes]) -> list[bytes]:
    """Hashes of rows that follow each other, the first of them following `previous`."""
    hashes = []
    for row in rows:
        previous = chain_hash(previous, row)
        hashes.append(previous)
    return hashes


def seal_bytes(purpose: str, device: str, body: bytes) -> bytes:
    """The bytes that are signed for a message.

    They begin with a domain of their own and are longer than 32 bytes for every body that is one of our messages, so
    that they are never mistaken for a chain hash.
    """
    return b"presensi/v1/sealed\0" + purpose.encode() + b"\0" + device.encode() + b"\0" + body


class VerifyKey:
    """Somebody's public key."""

    def __init__(self, key: Ed25519PublicKey) -> None:
        self._key = key

    @classmethod
    def from_text(cls, text: str) -> Self:
        """Read the base64 form (44 characters) or a PEM block; BadInputError when it is neither."""
        try:
            if text.lstrip().startswith("-----BEGIN"):
                key = serialization.load_pem_public_key(text.strip().encode())
            else:
                key = Ed25519PublicKey.from_public_bytes(base64.b64decode(text.strip(), validate=True))
        except (ValueError, binascii.Error, UnsupportedAlgorithm) as error:
            raise BadInputError(
                "This is not an Ed25519 public key: expected 44 characters of base64, or a PEM block."
            ) from error
        if not isinstance(key, Ed25519PublicKey):
            raise BadInputError("The PEM block holds a key of another kind; Presensi needs an Ed25519 public key.")
        return cls(key)

    @classmethod
    def from_file(cls, path: Path) -> Self:
        """Read a key file; BadInputError names the file when it is missing or holds no public key."""
        try:
            return cls.from_text(path.read_text(encoding="ascii"))
        except OSError as error:
            raise BadInputError(f"Cannot read the key file {path}: {error.strerror}.") from error
        except (BadInputError, UnicodeDecodeError) as error:
            raise BadInputError(f"{path} holds no Ed25519 public key (44 characters of base64, or PEM).") from error

    @property
    def text(self) -> str:
        """The key as 44 characters of base64."""
        raw = self._key.public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
        return base64.b64encode(raw).decode()

    def verify(self, signature: bytes, signed: bytes) -> None:
        """Raise SignatureError unless `signature` was made over `signed` by this key's owner."""
        try:
            self._key.verify(signature, signed)
        except InvalidSignature as error:
            raise SignatureError("The signature does not belong to this message.") from error


class SigningKey:
    """Our own private key."""

    def __init__(self, key: Ed25519PrivateKey) -> None:
        self._key = key

    @classmethod
    def generate(cls) -> Self:
        return cls(Ed25519PrivateKey.generate())

    @classmethod
    def load_or_create(cls, path: Path) -> Self:
        """Read the private key at `path` (PEM), or make one there, readable by its owner only.

        BadInputError when the file is there but is no Ed25519 private key: it is never overwritten.
        """
        try:
            return cls._load(path)
        except FileNotFoundError:
            made = cls.generate()
        return made if create_private(path, made._pem()) else cls._load(path)

    @classmethod
    def _load(cls, path: Path) -> Self:
        key = load_private(path, "Ed25519")
        if not isinstance(key, Ed25519PrivateKey):
            raise BadInputError(f"{path} holds a key of another kind; Presensi needs an Ed25519 private key.")
        return cls(key)

    def _pem(self) -> bytes:
        return private_pem(self._key)

    @property
    def verify_key(self) -> VerifyKey:
        return VerifyKey(self._key.public_key())

    def sign(self, message: bytes) -> bytes:
        """64 bytes over `message`."""
        return self._key.sign(message)
