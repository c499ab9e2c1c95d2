"""The code that a technician compares."""

from __future__ import annotations

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from contract.claim import ALPHABET, claim_code, read_code, shown_code
from contract.errors import MalformedMessageError
from contract.signing import SigningKey


def csr(name: str = "kiosk-1") -> str:
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    builder = x509.CertificateSigningRequestBuilder().subject_name(subject)
    return builder.sign(ec.generate_private_key(ec.SECP256R1()), hashes.SHA256()).public_bytes(Encoding.PEM).decode()


def test_code_stands_for_both_keys_and_for_nothing_else() -> None:
    key, request = SigningKey.generate().verify_key, csr()
    code = claim_code(key, request)
    assert code == claim_code(key, request)
    assert len(code) == 8
    assert set(code) <= set(ALPHABET)
    assert not set(ALPHABET) & set("01IO")
    assert claim_code(SigningKey.generate().verify_key, request) != code
    assert claim_code(key, csr()) != code


def test_code_as_typed() -> None:
    assert read_code(" abcd-2345\n") == read_code("ABCD2345") == "ABCD2345"
    assert read_code(shown_code("ABCD2345")) == "ABCD2345"


@pytest.mark.parametrize("text", ["", "-----BEGIN CERTIFICATE REQUEST-----", "\0", "é" * 100])
def test_request_that_is_none(text: str) -> None:
    with pytest.raises(MalformedMessageError):
        claim_code(SigningKey.generate().verify_key, text)
