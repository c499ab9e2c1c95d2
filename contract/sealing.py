"""Messages that only the hub can read: HPKE (RFC 9180), X25519 with HKDF-SHA256 and AES-256-GCM.

A kiosk can be stolen, so what it keeps for the hub is sealed before it reaches the disk. A seal says nothing of who
made it: messages are signed as well (contract.codec).
"""

from __future__ import annotations

import base64
import binascii
from pathlib import Path
from typing import Final, Self

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite

from contract.errors import BadInputError, MalformedMessageError
from contract.key_files import create_private, load_private, private_pem

_SUITE: Final = Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM)

SEAL_BYTES: Final = 48
"""How much longer a sealed message is: the ephemeral public key and the tag."""


class SealKey:
    """Somebody's public key, to seal messages for them."""

    def __init__(self, key: X25519PublicKey) -> None:
        self._key = key

    @classmethod
    def from_text(cls, text: str) -> Self:
        """Read the base64 form (44 characters); BadInputError when it is none."""
        try:
            return cls(X25519PublicKey.from_public_bytes(base64.b64decode(text.strip(), validate=True)))
        except (ValueError, binascii.Error) as error:
            raise BadInputError("This is not an X25519 public key: expected 44 characters of base64.") from error

    @property
    def text(self) -> str:
        """The key as 44 characters of base64."""
        raw = self._key.public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
        return base64.b64encode(raw).decode()

    def seal(self, message: bytes, *, context: bytes) -> bytes:
        """`message` so that only the key's owner can read it, and only with this context; SEAL_BYTES longer."""
        return _SUITE.encrypt(message, self._key, info=context)


class OpeningKey:
    """Our own private key, to open what was sealed for us."""

    def __init__(self, key: X25519PrivateKey) -> None:
        self._key = key

    @classmethod
    def generate(cls) -> Self:
        return cls(X25519PrivateKey.generate())

    @classmethod
    def load_or_create(cls, path: Path) -> Self:
        """Read the private key at `path` (PEM), or make one there, readable by its owner only.

        BadInputError when the file is there but is no X25519 private key: it is never overwritten.
        """
        try:
            return cls._load(path)
        except FileNotFoundError:
            made = cls.generate()
        return made if create_private(path, private_pem(made._key)) else cls._load(path)

    @classmethod
    def _load(cls, path: Path) -> Self:
        key = load_private(path, "X25519")
        if not isinstance(key, X25519PrivateKey):
            raise BadInputError(f"{path} holds a key of another kind; Presensi needs an X25519 private key.")
        return cls(key)

    @property
    def seal_key(self) -> SealKey:
        return SealKey(self._key.public_key())

    def open(self, sealed: bytes, *, context: bytes) -> bytes:
        """The message; MalformedMessageError when it was not sealed for this key and context, or was changed."""
        try:
            return _SUITE.decrypt(sealed, self._key, info=context)
        except (InvalidTag, ValueError) as error:
            raise MalformedMessageError("The message was not sealed for this hub, or was changed.") from error
