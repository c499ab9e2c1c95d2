"""The key with which a kiosk comes to the broker: ECDSA on P-256, made here, never shown."""

from __future__ import annotations

from pathlib import Path
from typing import Self

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from cryptography.x509.oid import NameOID

from contract.errors import BadInputError
from contract.key_files import create_private, load_private


class TlsKey:
    """The private key of a kiosk's certificate."""

    def __init__(self, key: ec.EllipticCurvePrivateKey) -> None:
        self._key = key

    @classmethod
    def load_or_create(cls, path: Path) -> Self:
        """Read the key at `path` (PEM), or make one there (0600).

        BadInputError when the file is there but holds no such key: it is never overwritten.
        """
        try:
            return cls._load(path)
        except FileNotFoundError:
            made = ec.generate_private_key(ec.SECP256R1())
        pem = made.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        return cls(made) if create_private(path, pem) else cls._load(path)

    @classmethod
    def _load(cls, path: Path) -> Self:
        key = load_private(path, "ECDSA")
        if not isinstance(key, ec.EllipticCurvePrivateKey) or not isinstance(key.curve, ec.SECP256R1):
            raise BadInputError(f"{path} holds a key of another kind; a kiosk's certificate needs ECDSA on P-256.")
        return cls(key)

    def request(self, device: str) -> str:
        """A signing request (PEM) for the device's name."""
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, device)])
        made = x509.CertificateSigningRequestBuilder().subject_name(subject).sign(self._key, hashes.SHA256())
        return made.public_bytes(Encoding.PEM).decode()

    def sign(self, message: bytes) -> bytes:
        """ECDSA with SHA-256, in DER."""
        return self._key.sign(message, ec.ECDSA(hashes.SHA256()))

    def is_of(self, certificate: x509.Certificate) -> bool:
        """Whether the certificate is for this key."""
        form = PublicFormat.SubjectPublicKeyInfo
        own = self._key.public_key().public_bytes(Encoding.DER, form)
        return certificate.public_key().public_bytes(Encoding.DER, form) == own
