"""Journal rows and the batches in which they travel."""

from __future__ import annotations

import base64
import math
from datetime import datetime, timedelta, timezone
from typing import Any, get_args

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract import codec
from contract.codec import encode
from contract.errors import ChainError, ContractError, MalformedMessageError, SignatureError
from contract.punch import (
    MAX_BATCH_ROWS,
    MAX_ROW_CHARACTERS,
    ClockAnchor,
    Place,
    Punch,
    PunchBatch,
    RowKind,
    decode_row,
    kind_of,
    make_batch,
    pack_batch,
    unpack_batch,
)
from contract.signing import FIRST_PREVIOUS, SigningKey, chain_hash, chain_hashes
from tests.factories.journals import disavowal, operator_act, refusal


def make_rows(punch: Punch, count: int) -> list[bytes]:
    return [encode(msgspec.structs.replace(punch, seq=seq)) for seq in range(1, count + 1)]


def batch_of(punch: Punch, key: SigningKey, count: int = 3) -> PunchBatch:
    rows = make_rows(punch, count)
    return make_batch(
        device=punch.device,
        epoch=punch.epoch,
        first_seq=1,
        previous=FIRST_PREVIOUS,
        rows=rows,
        last=chain_hashes(FIRST_PREVIOUS, rows)[-1],
        key=key,
    )


def test_rows_come_back_as_they_were_written(punch: Punch, anchor: ClockAnchor) -> None:
    assert decode_row(encode(punch)) == punch
    assert decode_row(encode(anchor)) == anchor


def test_row_begins_with_its_kind(punch: Punch, anchor: ClockAnchor) -> None:
    """The kiosk's salvage finds rows in raw bytes by these beginnings."""
    assert encode(punch).startswith(b'{"kind":"punch","v":1,')
    assert encode(anchor).startswith(b'{"kind":"clock","v":1,')


def test_refused_presentation_comes_back_as_it_was_written() -> None:
    for row in (refusal(), refusal(person=None, evidence="0" * 64, reason="spoken_for")):
        assert encode(row).startswith(b'{"kind":"refusal","v":1,')
        assert decode_row(encode(row)) == row


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("attempts", 0),
        ("evidence", "0" * 63),
        ("evidence", "A" * 64),
        ("reason", ""),
        ("reason", "Liveness"),
        ("reason", "liveness\n"),
        ("reason", "x" * 33),
        ("person", ""),
        ("taken_at", "9999-12-31T23:59:59-23:59"),
    ],
)
def test_refused_presentation_that_cannot_be_is_refused(field: str, value: Any) -> None:
    tree = msgspec.json.decode(encode(refusal()))
    with pytest.raises(MalformedMessageError):
        decode_row(msgspec.json.encode({**tree, field: value}))


@pytest.mark.parametrize("field", ["person", "evidence", "liveness", "reason", "attempts", "roster"])
def test_refused_presentation_names_everything(field: str) -> None:
    """What is not known is None, and never left out: a row is read by people years later."""
    tree = msgspec.json.decode(encode(refusal()))
    del tree[field]
    with pytest.raises(MalformedMessageError):
        decode_row(msgspec.json.encode(tree))


def test_every_kind_of_row_has_its_word(punch: Punch, anchor: ClockAnchor) -> None:
    rows = (punch, anchor, refusal(), disavowal(), operator_act())
    assert [kind_of(row) for row in rows] == [msgspec.json.decode(encode(row))["kind"] for row in rows]
    assert {kind_of(row) for row in rows} == set(get_args(RowKind))


def test_row_of_before_other_factors_were_known_is_a_face(punch: Punch) -> None:
    tree = msgspec.json.decode(encode(punch))
    for field in ("factor", "duty", "evidence"):
        del tree[field]
    assert decode_row(msgspec.json.encode(tree)) == punch


def test_row_of_tomorrow_with_more_fields_is_read(punch: Punch) -> None:
    tree = msgspec.json.decode(encode(punch))
    assert decode_row(msgspec.json.encode({**tree, "mood": 7})) == punch


def test_row_of_a_kiosk_that_knows_no_places_is_read(punch: Punch) -> None:
    tree = msgspec.json.decode(encode(punch))
    del tree["place"]
    assert decode_row(msgspec.json.encode(tree)) == punch


@pytest.mark.parametrize(
    "place",
    [
        Place(fix=False),
        Place(fix=True, latitude=0.5, longitude=117.5),
        Place(fix=True, latitude=-90.0, longitude=180.0, accuracy_m=4.5, age_s=0.0),
    ],
)
def test_place_comes_back_as_it_was_written(punch: Punch, place: Place) -> None:
    row = decode_row(encode(msgspec.structs.replace(punch, place=place)))
    assert isinstance(row, Punch)
    assert row.place == place


IMPOSSIBLE_PLACES = [
    {"fix": True},
    {"fix": True, "latitude": 1.0},
    {"fix": False, "latitude": 1.0, "longitude": 1.0},
    {"fix": False, "accuracy_m": 3.0},
    {"fix": True, "latitude": 90.1, "longitude": 0.0},
    {"fix": True, "latitude": 0.0, "longitude": -180.1},
    {"fix": True, "latitude": 0.0, "longitude": 0.0, "accuracy_m": -1.0},
    {"fix": True, "latitude": 0.0, "longitude": 0.0, "age_s": -0.1},
]


@pytest.mark.parametrize("place", IMPOSSIBLE_PLACES)
def test_place_that_cannot_be_is_refused(punch: Punch, place: dict[str, Any]) -> None:
    """At the hub, and before at the kiosk: a row that the hub refuses would be a punch lost."""
    tree = msgspec.json.decode(encode(punch))
    with pytest.raises(MalformedMessageError):
        decode_row(msgspec.json.encode({**tree, "place": place}))
    with pytest.raises(ValueError, match=r"fix|cannot be"):
        Place(**place)


@pytest.mark.parametrize("wrong", [math.nan, math.inf])
def test_place_that_is_no_number_cannot_be_made(wrong: float) -> None:
    with pytest.raises(ValueError, match="latitude"):
        Place(fix=True, latitude=wrong, longitude=1.0)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("v", 2),
        ("kind", "rumour"),
        ("kind", None),
        ("seq", 0),
        ("seq", 2**53 + 1),
        ("seq", 1.5),
        ("taken_at", "2026-11-23T07:00:00"),
        ("taken_at", "yesterday"),
        ("taken_at", "0001-01-01T00:00:00+23:59"),
        ("taken_at", "9999-12-31T23:59:59-23:59"),
        ("epoch", "x"),
        ("epoch", "01234567-89ab-cdef-0123-456789abcdef\n"),
        ("device", "kiosk-1\n"),
        ("device", "+"),
        ("person", ""),
        ("person", "p" * 65),
        ("source", "television"),
        ("roster", -1),
        ("roster", 2**80),
        ("session_hint", "lunch"),
    ],
)
def test_row_with_a_value_that_cannot_be_is_refused(punch: Punch, field: str, value: object) -> None:
    tree = msgspec.json.decode(encode(punch))
    with pytest.raises(MalformedMessageError):
        decode_row(msgspec.json.encode({**tree, field: value}))


@pytest.mark.parametrize("score", [math.nan, math.inf, -math.inf])
def test_row_with_a_score_that_is_no_number_cannot_be_read_back(punch: Punch, score: float) -> None:
    """JSON has no such numbers and they are written as null; so the journal must not take such a row."""
    bad = msgspec.structs.replace(punch, recognition=msgspec.structs.replace(punch.recognition, similarity=score))
    with pytest.raises(MalformedMessageError):
        decode_row(encode(bad))


def test_row_with_a_huge_step_is_refused(anchor: ClockAnchor) -> None:
    tree = msgspec.json.decode(encode(anchor))
    with pytest.raises(MalformedMessageError):
        decode_row(msgspec.json.encode(tree).replace(b"-86400000", b"9" * 300))


def test_row_of_another_time_zone_is_the_same_instant(punch: Punch) -> None:
    jakarta = punch.taken_at.astimezone(timezone(timedelta(hours=7)))
    there = decode_row(encode(msgspec.structs.replace(punch, taken_at=jakarta)))
    assert there.taken_at == punch.taken_at
    assert isinstance(there.taken_at, datetime)


@given(st.binary(max_size=300))
def test_reading_any_bytes_as_a_row_raises_nothing_but_a_contract_error(row: bytes) -> None:
    for each in (row, b'{"kind":"punch",' + row, b'{"kind":"clock",' + row):
        with pytest.raises(MalformedMessageError):
            decode_row(each)


# Batches ------------------------------------------------------------------------------------------------------------


def test_batch_comes_back_and_verifies(punch: Punch, key: SigningKey) -> None:
    batch = unpack_batch(pack_batch(batch_of(punch, key)))
    hashes = batch.verify(key.verify_key)
    assert batch.last_seq == 3
    assert hashes == chain_hashes(FIRST_PREVIOUS, make_rows(punch, 3))
    assert [row.encode() for row in batch.rows] == make_rows(punch, 3)


def test_batch_in_the_middle_of_a_chain_verifies(punch: Punch, key: SigningKey) -> None:
    rows = make_rows(punch, 5)
    hashes = chain_hashes(FIRST_PREVIOUS, rows)
    batch = make_batch(
        device="kiosk-1", epoch=punch.epoch, first_seq=3, previous=hashes[1], rows=rows[2:], last=hashes[4], key=key
    )
    assert unpack_batch(pack_batch(batch)).verify(key.verify_key) == hashes[2:]


@given(st.integers(0, 10**6), st.integers(0, 255))
def test_batch_with_one_changed_byte_never_verifies(place: int, value: int) -> None:
    key = SigningKey.generate()
    row = b'{"kind":"clock","n":"abcdefghij"}'
    batch = make_batch(
        device="k",
        epoch="01234567-89ab-cdef-0123-456789abcdef",
        first_seq=1,
        previous=FIRST_PREVIOUS,
        rows=[row],
        last=chain_hash(FIRST_PREVIOUS, row),
        key=key,
    )
    changed = bytearray(row)
    place %= len(row)
    changed[place] = value % 128
    if bytes(changed) == row:
        return
    with pytest.raises(ChainError):
        msgspec.structs.replace(batch, rows=(changed.decode(),)).verify(key.verify_key)


def changed_batches(batch: PunchBatch) -> dict[str, PunchBatch]:
    first, second, third = batch.rows
    replace = msgspec.structs.replace
    return {
        "order": replace(batch, rows=(second, first, third)),
        "row left out": replace(batch, rows=(first, third)),
        "row added": replace(batch, rows=(*batch.rows, third)),
        "rows joined": replace(batch, rows=(first + second, third)),
        "previous": replace(batch, previous="11" * 32),
        "last": replace(batch, last="22" * 32),
    }


@pytest.mark.parametrize("how", ["order", "row left out", "row added", "rows joined", "previous", "last"])
def test_batch_tampered_with_does_not_lead_to_its_hash(punch: Punch, key: SigningKey, how: str) -> None:
    with pytest.raises(ChainError):
        changed_batches(batch_of(punch, key))[how].verify(key.verify_key)


def test_batch_signed_by_another_kiosk_is_refused(punch: Punch, key: SigningKey, other_key: SigningKey) -> None:
    with pytest.raises(SignatureError):
        batch_of(punch, other_key).verify(key.verify_key)


@pytest.mark.parametrize("signature", ["", "AAAA", "no base64", "é", base64.b64encode(bytes(64)).decode()])
def test_batch_without_a_proper_signature_is_refused(punch: Punch, key: SigningKey, signature: str) -> None:
    with pytest.raises(ContractError):
        msgspec.structs.replace(batch_of(punch, key), signature=signature).verify(key.verify_key)


def test_batch_signature_over_a_sealed_message_opens_nothing(punch: Punch, key: SigningKey) -> None:
    """What a kiosk signs as a hash is 32 raw bytes; a seal over the same text is a different signature."""
    batch = batch_of(punch, key)
    other = base64.b64encode(key.sign(batch.last.encode())).decode()
    with pytest.raises(SignatureError):
        msgspec.structs.replace(batch, signature=other).verify(key.verify_key)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("rows", []),
        ("rows", ["{}"] * (MAX_BATCH_ROWS + 1)),
        ("rows", ["x" * (MAX_ROW_CHARACTERS + 1)]),
        ("rows", "abc"),
        ("previous", "00"),
        ("previous", "AB" * 32),
        ("last", "ab" * 32 + "\n"),
        ("first_seq", 0),
        ("signature", "A" * 101),
        ("v", 7),
    ],
)
def test_batch_with_a_value_that_cannot_be_is_refused(punch: Punch, key: SigningKey, field: str, value: Any) -> None:
    tree = msgspec.to_builtins(batch_of(punch, key))
    with pytest.raises(MalformedMessageError):
        unpack_batch(codec.pack({**tree, field: value}))


def test_fullest_batch_stays_below_the_caps(punch: Punch, key: SigningKey) -> None:
    batch = batch_of(punch, key, MAX_BATCH_ROWS)
    assert unpack_batch(pack_batch(batch)).verify(key.verify_key)
    with pytest.raises(ValueError, match="32 bytes"):
        make_batch(device="k", epoch=punch.epoch, first_seq=1, previous=b"", rows=[b"{}"], last=bytes(32), key=key)
