"""Messages there and back, and everything that only looks like one."""

from __future__ import annotations

import contextlib
import zlib
from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract import codec
from contract.command import Command
from contract.errors import ContractError, MalformedMessageError, SignatureError
from contract.heartbeat import Health, Heartbeat
from contract.punch import ClockStamp, PunchBatch
from contract.receipt import Receipt, Rejection
from contract.roster import KioskPolicy, RosterPart, RosterPerson
from contract.signing import HASH_BYTES, SigningKey, seal_bytes

EPOCH = "01234567-89ab-cdef-0123-456789abcdef"
NOW = datetime(2026, 11, 23, 1, 2, 3, tzinfo=UTC)
STAMP = ClockStamp(boot="b", monotonic_ms=0, source="free")

MESSAGES: list[Any] = [
    Receipt(
        version=3,
        epoch=EPOCH,
        upto=12,
        also=((14, 20),),
        rejected=(Rejection(seq=12, reason="source"),),
        missing=((13, 13),),
        pause_ms=250,
    ),
    Heartbeat(
        epoch=EPOCH,
        first_kept=1,
        last_seq=9,
        queue=2,
        sent_at=NOW,
        as_of=NOW,
        clock=STAMP,
        health=Health(temperature_c=61.5, alarms=("penuh",)),
        roster=4,
        command=0,
        receipt=17,
        pack="builtin",
        software="0.1.0",
    ),
    RosterPart(
        version=5,
        base=None,
        part=1,
        parts=1,
        pack="builtin",
        policy=KioskPolicy(threshold=0.93),
        people=(RosterPerson(person="p1", name="Ni Luh Ayu", count=1, embeddings=b"\0\1\2\3"),),
    ),
    Command(version=1, action="message", text="Selamat pagi", expires_at=NOW),
]
KINDS = [type(each) for each in MESSAGES]


@pytest.mark.parametrize("message", MESSAGES, ids=lambda each: type(each).__name__)
def test_message_comes_back_as_it_was_written(message: Any) -> None:
    assert codec.decode(codec.encode(message), type(message)) == message
    assert codec.unpack(codec.pack(message), type(message)) == message
    assert codec.encode(message) == codec.encode(codec.decode(codec.encode(message), type(message)))


@pytest.mark.parametrize("message", MESSAGES, ids=lambda each: type(each).__name__)
def test_message_of_tomorrow_with_more_fields_is_read(message: Any) -> None:
    tree = msgspec.json.decode(codec.encode(message))
    assert codec.decode(msgspec.json.encode({**tree, "colour": ["blue"]}), type(message)) == message


@pytest.mark.parametrize("message", MESSAGES, ids=lambda each: type(each).__name__)
def test_message_of_another_version_is_refused(message: Any) -> None:
    tree = msgspec.json.decode(codec.encode(message))
    with pytest.raises(MalformedMessageError):
        codec.decode(msgspec.json.encode({**tree, "v": 2}), type(message))


@pytest.mark.parametrize(
    ("kind", "field", "value"),
    [
        (Receipt, "version", 0),
        (Receipt, "version", 2**63),
        (Receipt, "upto", -1),
        (Receipt, "upto", 10**40),
        (Receipt, "upto", 1.5),
        (Receipt, "pause_ms", 3_600_001),
        (Receipt, "epoch", EPOCH.upper()),
        (Receipt, "epoch", EPOCH + "\n"),
        (Receipt, "also", [[0, 3]]),
        (Receipt, "also", [[1, 2, 3]]),
        (Receipt, "rejected", [{"seq": 1, "reason": "mood"}]),
        (Heartbeat, "sent_at", "2026-11-23T01:02:03"),
        (Heartbeat, "as_of", "0001-01-01T00:00:00+23:59"),
        (Heartbeat, "as_of", "9999-12-31T23:59:59-23:59"),
        (Heartbeat, "queue", 2**80),
        (Command, "expires_at", "2026-11-23T01:02:03"),
        (Command, "version", 2**64),
        (Command, "action", "sudo"),
        (Command, "text", "x" * 501),
        (RosterPart, "version", 2**64),
        (RosterPart, "part", 0),
        (RosterPart, "parts", 100_001),
        (RosterPart, "policy", {"threshold": 1.01}),
        (RosterPart, "people", [{"person": "", "name": "x", "count": 1, "embeddings": ""}]),
        (RosterPart, "people", [{"person": "p", "name": "x", "count": 65, "embeddings": ""}]),
        (RosterPart, "people", [{"person": "p", "name": "x", "count": 1, "embeddings": "not base64"}]),
    ],
)
def test_message_with_a_value_that_cannot_be_is_refused(kind: type, field: str, value: object) -> None:
    whole = next(each for each in MESSAGES if isinstance(each, kind))
    tree = msgspec.json.decode(codec.encode(whole))
    with pytest.raises(MalformedMessageError):
        codec.decode(msgspec.json.encode({**tree, field: value}), kind)


@given(st.binary(max_size=200), st.sampled_from([*KINDS, PunchBatch]))
def test_decoding_any_bytes_raises_nothing_but_a_contract_error(payload: bytes, kind: type) -> None:
    for read in (codec.decode, codec.unpack):
        with pytest.raises(MalformedMessageError):
            read(payload, kind)
    with pytest.raises(MalformedMessageError):
        codec.unpack(zlib.compress(payload), kind)


json_like = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**30), 10**30) | st.floats(allow_nan=False) | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner, max_size=3),
    max_leaves=8,
)


@given(st.data())
def test_damaged_message_is_read_or_refused_with_a_contract_error(data: st.DataObject) -> None:
    message = data.draw(st.sampled_from(MESSAGES))
    tree = msgspec.json.decode(codec.encode(message))
    field = data.draw(st.sampled_from(sorted(tree)))
    tree[field] = data.draw(json_like)
    with contextlib.suppress(MalformedMessageError):
        codec.decode(msgspec.json.encode(tree), type(message))


@pytest.mark.parametrize(
    "payload",
    [
        b"[" * 100_000,
        b'{"v":' * 100_000,
        b'{"v":1,"version":1e999,"epoch":"x","upto":0}',
        b'{"v":1,"version":NaN}',
        b'{"version":' + b"9" * 100_000 + b"}",
        b'{"v":1,"epoch":"\\ud800"}',
        b'{"v":1,"epoch":"\xed\xa0\x80"}',
        "\ud800",
        b"",
        b"null",
    ],
    ids=[
        "deep-list",
        "deep-object",
        "infinite",
        "nan",
        "huge-int",
        "surrogate",
        "utf8-surrogate",
        "str",
        "empty",
        "null",
    ],
)
def test_hostile_json_is_refused(payload: bytes | str) -> None:
    with pytest.raises(MalformedMessageError):
        codec.decode(payload, Receipt)


def test_zip_bomb_is_refused_without_unpacking_it() -> None:
    bomb = zlib.compress(b" " * (300 << 20), 9)
    assert len(bomb) < codec.MAX_PACKED_BYTES
    with pytest.raises(MalformedMessageError, match="too large"):
        codec.unpack_bytes(bomb)


def test_packed_payload_beyond_the_cap_is_refused() -> None:
    with pytest.raises(MalformedMessageError, match="larger"):
        codec.unpack_bytes(bytes(codec.MAX_PACKED_BYTES + 1))


def test_payload_of_just_the_cap_is_unpacked() -> None:
    content = b"x" * (codec.MAX_UNPACKED_BYTES - 1)
    assert codec.unpack_bytes(zlib.compress(content)) == content


@given(st.integers(0, 60))
def test_truncated_payload_is_refused(cut: int) -> None:
    whole = codec.pack(MESSAGES[0])
    with pytest.raises(MalformedMessageError):
        codec.unpack(whole[: min(cut, len(whole) - 1)], Receipt)


def test_payload_with_a_tail_is_refused() -> None:
    with pytest.raises(MalformedMessageError):
        codec.unpack(codec.pack(MESSAGES[0]) + b"x", Receipt)


# Seals --------------------------------------------------------------------------------------------------------------


def seal_receipt(key: SigningKey, **changes: Any) -> bytes:
    return codec.seal(MESSAGES[0], key=key, **({"purpose": "receipt", "device": "kiosk-1"} | changes))


def test_sealed_message_opens_for_its_device_and_purpose(key: SigningKey) -> None:
    sealed = seal_receipt(key)
    opened = codec.unseal(sealed, Receipt, key=key.verify_key, purpose="receipt", device="kiosk-1")
    assert opened == MESSAGES[0]


@pytest.mark.parametrize(
    "changes",
    [{"device": "kiosk-2"}, {"purpose": "command"}, {"purpose": "state"}],
    ids=["device", "purpose", "other-purpose"],
)
def test_sealed_message_for_another_use_is_refused(key: SigningKey, changes: dict[str, Any]) -> None:
    with pytest.raises(SignatureError):
        codec.unseal(seal_receipt(key, **changes), Receipt, key=key.verify_key, purpose="receipt", device="kiosk-1")


def test_sealed_message_relabelled_for_another_device_is_refused(key: SigningKey) -> None:
    envelope = codec.unpack(seal_receipt(key, device="kiosk-2"), codec.Sealed)
    forged = codec.pack(codec.Sealed(device="kiosk-1", body=envelope.body, signature=envelope.signature))
    with pytest.raises(SignatureError):
        codec.unseal(forged, Receipt, key=key.verify_key, purpose="receipt", device="kiosk-1")


def test_sealed_message_of_a_stranger_is_refused(key: SigningKey, other_key: SigningKey) -> None:
    with pytest.raises(SignatureError):
        codec.unseal(seal_receipt(other_key), Receipt, key=key.verify_key, purpose="receipt", device="kiosk-1")


def test_sealed_body_changed_by_one_letter_is_refused(key: SigningKey) -> None:
    envelope = codec.unpack(seal_receipt(key), codec.Sealed)
    forged = codec.Sealed(device="kiosk-1", body=envelope.body.replace("12", "13"), signature=envelope.signature)
    with pytest.raises(SignatureError):
        codec.unseal(codec.pack(forged), Receipt, key=key.verify_key, purpose="receipt", device="kiosk-1")


@pytest.mark.parametrize("signature", ["", "AAAA", "not base64!", "é", "A" * 10_000])
def test_seal_without_a_proper_signature_is_refused(key: SigningKey, signature: str) -> None:
    envelope = codec.unpack(seal_receipt(key), codec.Sealed)
    forged = codec.Sealed(device="kiosk-1", body=envelope.body, signature=signature)
    with pytest.raises(ContractError):
        codec.unseal(codec.pack(forged), Receipt, key=key.verify_key, purpose="receipt", device="kiosk-1")


@given(st.binary(max_size=120))
def test_unsealing_any_bytes_raises_nothing_but_a_contract_error(payload: bytes) -> None:
    key = SigningKey.generate().verify_key
    for each in (payload, zlib.compress(payload)):
        with pytest.raises(ContractError):
            codec.unseal(each, Receipt, key=key, purpose="receipt", device="kiosk-1")


@pytest.mark.parametrize("message", MESSAGES, ids=lambda each: type(each).__name__)
def test_signed_bytes_of_any_message_are_longer_than_a_hash(message: Any) -> None:
    """Else a kiosk could be made to sign a row's hash that is a message too, or the reverse."""
    fields = {f.encode_name: 1 for f in msgspec.structs.fields(type(message)) if f.required}
    for purpose in ("state", "receipt", "roster", "command", "online"):
        signed = seal_bytes(purpose, "k", msgspec.json.encode(fields))
        assert len(signed) > HASH_BYTES
        assert signed.startswith(b"presensi/v1/sealed\0")


def test_signed_bytes_tell_purpose_from_device_from_body() -> None:
    assert len({seal_bytes(*each) for each in [("a", "bc", b"d"), ("ab", "c", b"d"), ("a", "b", b"cd")]}) == 3
