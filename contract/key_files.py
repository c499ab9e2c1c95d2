"""Private keys on disk: PEM, readable by their owner only, made once and never overwritten."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from contract.errors import BadInputError


def private_pem(key: Ed25519PrivateKey | X25519PrivateKey) -> bytes:
    """PKCS 8, not encrypted."""
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def load_private(path: Path, kind: str) -> PrivateKeyTypes:
    """The private key in a PEM file. kind: for the error's words, as in "Ed25519".

    FileNotFoundError when there is none; BadInputError when it cannot be read or is no private key.
    """
    try:
        return serialization.load_pem_private_key(path.read_bytes(), password=None)
    except FileNotFoundError:
        raise
    except OSError as error:
        raise BadInputError(f"Cannot read the key file {path}: {error.strerror}.") from error
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise BadInputError(
            f"{path} holds no {kind} private key in PEM form; move it away to get a new one."
        ) from error


def create_private(path: Path, pem: bytes) -> bool:
    """Write a new key; False when another process has made one meanwhile, which then stands."""
    path.parent.mkdir(parents=True, exist_ok=True)
    # A name that was never used: what an earlier start left behind may be a second name of a key that is in use.
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(pem)
        file.flush()
        os.fsync(file.fileno())
    try:
        # A link fails where another process was faster; a rename would replace the key it already used.
        os.link(temporary, path)
    except FileExistsError:
        return False
    finally:
        temporary.unlink(missing_ok=True)
    _sync_folder(path.parent)
    return True


def _sync_folder(folder: Path) -> None:
    """Bring a new name in this folder to the disk: a key that is lost with the power would be made anew."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
