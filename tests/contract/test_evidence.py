"""Snapshots as they travel: sealed for one purpose, within bounds, and named by what they are."""

from __future__ import annotations

import base64
import random

import msgspec
import pytest

from contract import codec
from contract.errors import MalformedMessageError, SignatureError
from contract.evidence import MAX_EVIDENCE_BYTES, MAX_SNAPSHOT_BYTES, Evidence, snapshot_hash
from contract.receipt import MAX_EVIDENCE, Receipt
from contract.signing import SigningKey

EPOCH = "01234567-89ab-cdef-0123-456789abcdef"


@pytest.fixture
def key() -> SigningKey:
    return SigningKey.generate()


def evidence(jpeg: bytes) -> Evidence:
    return Evidence(epoch=EPOCH, sha256=snapshot_hash(jpeg), jpeg=jpeg)


def test_largest_snapshot_that_cannot_be_compressed_fits_into_a_message(key: SigningKey) -> None:
    largest = evidence(random.Random(1).randbytes(MAX_SNAPSHOT_BYTES))
    sealed = codec.seal(largest, key=key, purpose="evidence", device="kiosk-1")
    assert len(sealed) <= MAX_EVIDENCE_BYTES
    opened = codec.unseal(sealed, Evidence, key=key.verify_key, purpose="evidence", device="kiosk-1")
    assert opened == largest


@pytest.mark.parametrize("size", [0, MAX_SNAPSHOT_BYTES + 1])
def test_snapshot_beyond_its_bounds_is_no_evidence(size: int) -> None:
    tree = {"v": 1, "epoch": EPOCH, "sha256": "0" * 64, "jpeg": base64.b64encode(bytes(size)).decode()}
    with pytest.raises(MalformedMessageError):
        codec.decode(msgspec.json.encode(tree), Evidence)


def test_evidence_is_sealed_for_its_purpose_and_device(key: SigningKey) -> None:
    sealed = codec.seal(evidence(b"jpeg"), key=key, purpose="evidence", device="kiosk-1")
    with pytest.raises(SignatureError):
        codec.unseal(sealed, Evidence, key=key.verify_key, purpose="state", device="kiosk-1")
    with pytest.raises(SignatureError):
        codec.unseal(sealed, Evidence, key=key.verify_key, purpose="evidence", device="kiosk-2")
    with pytest.raises(SignatureError):
        codec.unseal(sealed, Evidence, key=SigningKey.generate().verify_key, purpose="evidence", device="kiosk-1")


def test_receipt_of_an_older_hub_names_no_snapshots() -> None:
    older = msgspec.json.encode({"v": 1, "version": 3, "epoch": EPOCH, "upto": 12})
    assert codec.decode(older, Receipt).evidence == ()


@pytest.mark.parametrize("names", [["0" * 63], ["G" * 64], ["../../etc/passwd"], ["0" * 64] * (MAX_EVIDENCE + 1)])
def test_receipt_that_names_no_snapshots_is_malformed(names: list[str]) -> None:
    with pytest.raises(MalformedMessageError):
        codec.decode(msgspec.json.encode({"version": 3, "epoch": EPOCH, "upto": 12, "evidence": names}), Receipt)
