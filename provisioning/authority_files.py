"""Certificates and keys of an authority, to and from PEM; errors are sentences that name the file."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from provisioning.errors import AuthorityError, FolderError

SHORTEST_PASSPHRASE: Final = 12


def check_passphrase(passphrase: bytes) -> None:
    """Raise AuthorityError unless it is long enough to keep a lost stick shut for a while."""
    if len(passphrase) < SHORTEST_PASSPHRASE:
        raise AuthorityError(f"The passphrase needs {SHORTEST_PASSPHRASE} characters or more: four words, for example.")


def certificate_pem(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(Encoding.PEM)


def key_pem(key: ec.EllipticCurvePrivateKey, passphrase: bytes | None) -> bytes:
    """PKCS 8; encrypted where there is a passphrase."""
    kept = NoEncryption() if passphrase is None else BestAvailableEncryption(passphrase)
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, kept)


def read_certificate(path: Path) -> x509.Certificate:
    """Raises FolderError, and AuthorityError when it is no certificate."""
    content = read_file(path)
    try:
        return x509.load_pem_x509_certificate(content)
    except ValueError as error:
        raise AuthorityError(f"{path} holds no certificate in PEM form.") from error


def read_key(path: Path, passphrase: bytes | None) -> ec.EllipticCurvePrivateKey:
    """Raises FolderError, and AuthorityError for a wrong passphrase or another kind of file."""
    content = read_file(path)
    try:
        key = load_pem_private_key(content, password=passphrase)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        why = "the passphrase is wrong, or the file is damaged" if passphrase else "it holds no key that can be used"
        raise AuthorityError(f"{path} cannot be opened: {why}.") from error
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise AuthorityError(f"{path} holds a key of another kind; an authority's is ECDSA on P-256.")
    return key


def read_file(path: Path) -> bytes:
    """Raises FolderError."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise FolderError(f"{path} cannot be read: {error.strerror}.") from error
