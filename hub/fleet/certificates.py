"""Certificates of kiosks: who signs them, the newest of each, and the next one."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from sqlalchemy import select
from sqlalchemy.orm import Session

from contract.claim import DoublySealed, Renewal, request_key
from contract.codec import decode, unseal
from contract.errors import MalformedMessageError, SignatureError
from contract.signing import VerifyKey, seal_bytes
from hub.db import Database
from hub.errors import FleetError
from hub.fleet.claim_models import KioskCertificate
from hub.fleet.models import Kiosk


@dataclass(frozen=True, slots=True)
class SignedChain:
    """A certificate with its intermediate (PEM). due: when it is to be renewed; times are aware UTC."""

    chain: str
    signed_at: datetime
    due: datetime
    until: datetime


class CertificateSigner(Protocol):
    """The authority, as the hub needs it. Whatever cannot be done raises BadInputError with a sentence."""

    def root(self) -> str:
        """PEM of the certificate that kiosks trust."""
        ...

    def check(self, device: str, csr: str) -> None:
        """Raise unless this is a signing request for the device's name and nothing more."""
        ...

    def sign(self, device: str, csr: str, *, now: datetime) -> SignedChain:
        """Sign the first certificate; again for the same key when what was signed has got lost."""
        ...

    def renew(self, device: str, csr: str, certificate: str, *, now: datetime) -> SignedChain:
        """Sign the next one for whoever has `certificate`, also after it has expired; never after it was revoked."""
        ...

    def revoke(self, device: str, *, reason: str, now: datetime) -> bytes:
        """Revoke all that the device has; PEM of the list, made anew. Doing it twice does no harm."""
        ...


def renew_certificate(
    database: Database,
    signer: CertificateSigner,
    payload: bytes,
    *,
    now: datetime,
    on_proved: Callable[[str], None] = lambda _device: None,
) -> tuple[str, SignedChain]:
    """The device that sent this DoublySealed renewal, and its next certificate.

    on_proved: called when it is known who asks, before anything is written.

    What is not due yet is answered with the newest that it has: an answer got lost. MalformedMessageError when it is no
    such message; SignatureError when a signature is missing or wrong; FleetError when the kiosk is unknown or revoked.
    """
    envelope = decode(payload, DoublySealed)
    with database.write() as session:
        kiosk = session.scalar(select(Kiosk).where(Kiosk.device == envelope.device).with_for_update())
        if kiosk is None or kiosk.state != "active":
            raise FleetError(f"'{envelope.device}' is not trusted here any more, or was never.")
        asked = _open(envelope, VerifyKey.from_text(kiosk.public_key))
        on_proved(asked.device)
        newest = session.get(KioskCertificate, envelope.device)
        if newest is not None and now < newest.due and _has_key_of(newest.chain, asked.csr):
            return envelope.device, SignedChain(newest.chain, newest.signed_at, newest.due, newest.until)
        signer.check(asked.device, asked.csr)
        signed = signer.renew(asked.device, asked.csr, asked.certificate, now=now)
        keep_certificate(session, asked.device, signed)
        return envelope.device, signed


def keep_certificate(session: Session, device: str, signed: SignedChain) -> None:
    """Note the newest certificate of a kiosk."""
    kept = session.get(KioskCertificate, device) or KioskCertificate(device=device)
    kept.chain, kept.signed_at, kept.due, kept.until = signed.chain, signed.signed_at, signed.due, signed.until
    kept.revoked_at = None
    session.add(kept)
    session.flush()


def certificate_of(session: Session, device: str) -> str:
    """PEM of the newest certificate; empty when the kiosk has none."""
    kept = session.get(KioskCertificate, device)
    return "" if kept is None else kept.chain


def _open(envelope: DoublySealed, key: VerifyKey) -> Renewal:
    try:
        sealed = base64.b64decode(envelope.sealed, validate=True)
        signature = base64.b64decode(envelope.signature, validate=True)
    except (binascii.Error, ValueError) as error:
        raise MalformedMessageError("The renewal is not written in base64.") from error
    asked = unseal(sealed, Renewal, key=key, purpose="renewal", device=envelope.device)
    if asked.device != envelope.device:
        raise SignatureError("The renewal is for another kiosk.")
    try:
        own = x509.load_pem_x509_certificate(asked.certificate.encode()).public_key()
        if not isinstance(own, ec.EllipticCurvePublicKey):
            raise MalformedMessageError("The certificate has a key of another kind.")
        own.verify(signature, seal_bytes("renewal", envelope.device, sealed), ec.ECDSA(hashes.SHA256()))
    except InvalidSignature as error:
        raise SignatureError("The renewal is not signed with the key of the certificate.") from error
    except ValueError as error:
        raise MalformedMessageError("The renewal holds no certificate that can be read.") from error
    return asked


def _has_key_of(chain: str, csr: str) -> bool:
    own = x509.load_pem_x509_certificate(chain.encode()).public_key()
    return own.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo) == request_key(csr)
