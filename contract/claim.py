"""How a kiosk without a certificate asks the hub for one, and how it asks for the next.

Both go over HTTPS. A request is sealed with the kiosk's device key; a renewal is signed with the key of the certificate
that it has, too. That is shown in the message and not at the handshake, so that it holds behind a reverse proxy as
well, and after the certificate has expired.
"""

from __future__ import annotations

import hashlib
from typing import Annotated, Final, Literal

import msgspec
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from msgspec import Meta

from contract.errors import MalformedMessageError
from contract.punch import Instant
from contract.signing import VerifyKey
from contract.topics import DEVICE_PATTERN

CLAIMS_PATH: Final = "/klaim"
RENEWALS_PATH: Final = "/klaim/perpanjang"
AUTHORITY_PATH: Final = "/klaim/ca.crt"

MAX_REQUEST_BYTES: Final = 16_384
"""A renewal with a certificate of three links is about 5 kB."""
MAX_CSR: Final = 2_048
"""A request for one name with a key on P-256 is about 450 characters."""

ALPHABET: Final = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
"""32 signs, without those that are taken for one another: 0 and O, 1 and I."""
CODE_SIGNS: Final = 8
_CODE_ROUNDS: Final = 100_000
"""So that whoever wants keys with a code that he has seen on a screen needs 2^40 times some 30 ms."""

Device = Annotated[str, Meta(pattern=DEVICE_PATTERN)]
Csr = Annotated[str, Meta(max_length=MAX_CSR)]
ClaimState = Literal["open", "approved", "refused", "expired"]


class Claim(msgspec.Struct, frozen=True, kw_only=True):
    """A kiosk's wish to be let in. public_key: Ed25519, base64. csr: PEM, for the device's name. software: version."""

    v: Literal[1] = 1
    device: Device
    public_key: Annotated[str, Meta(min_length=44, max_length=44)]
    csr: Csr
    software: Annotated[str, Meta(max_length=64)] = ""


class Renewal(msgspec.Struct, frozen=True, kw_only=True):
    """A kiosk's wish for its next certificate. csr: PEM; certificate: PEM of the one that it has."""

    v: Literal[1] = 1
    device: Device
    csr: Csr
    certificate: Annotated[str, Meta(max_length=8_192)]


class DoublySealed(msgspec.Struct, frozen=True, kw_only=True):
    """A sealed renewal, and the signature of the certificate's key (ECDSA with SHA-256) over it. Both base64."""

    v: Literal[1] = 1
    device: Device
    sealed: Annotated[str, Meta(max_length=MAX_REQUEST_BYTES)]
    signature: Annotated[str, Meta(max_length=256)]


class ClaimAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """Where a claim stands. code: as the hub computed it. reason: why it was refused.

    Once approved: certificate (PEM, with the intermediate), ca (PEM of the root), hub_key (base64) and broker, the
    address at which the kiosk finds it; empty: the hub was not told.
    """

    v: Literal[1] = 1
    state: ClaimState
    device: str
    code: str = ""
    expires_at: Instant | None = None
    reason: str = ""
    certificate: str = ""
    ca: str = ""
    hub_key: str = ""
    broker: str = ""


class Refused(msgspec.Struct, frozen=True, kw_only=True):
    """What an answer other than 200 says: one sentence."""

    error: str


def claim_code(public_key: VerifyKey, csr: str) -> str:
    """Eight signs that stand for both public keys of a claim: what a technician compares proves the keys.

    PBKDF2 with HMAC-SHA-256 over the device key and the DER of the request's key. MalformedMessageError when the
    request cannot be read.
    """
    digest = hashlib.pbkdf2_hmac(
        "sha256", public_key.text.encode() + request_key(csr), b"presensi/v1/claim", _CODE_ROUNDS, CODE_SIGNS
    )
    return "".join(ALPHABET[byte % len(ALPHABET)] for byte in digest)


def request_key(csr: str) -> bytes:
    """DER of the public key that a signing request asks a certificate for; MalformedMessageError when it is none."""
    try:
        key = x509.load_pem_x509_csr(csr.encode()).public_key()
        return key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    except (ValueError, TypeError) as error:
        raise MalformedMessageError("The claim holds no signing request that can be read.") from error


def shown_code(code: str) -> str:
    """In two groups, as it is read aloud."""
    return f"{code[:4]}-{code[4:]}"


def read_code(text: str) -> str:
    """A code as somebody typed it: small letters, spaces and hyphens are nothing."""
    return "".join(sign for sign in text.upper() if sign not in " -\t\n")
