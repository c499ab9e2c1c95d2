"""People enrolled at a kiosk, as they travel: for the hub's eyes only, bound to their place, within bounds."""

from __future__ import annotations

import random
import stat
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract import codec
from contract.enrolment import (
    MAX_ENROL_BYTES,
    MAX_FRAME_BYTES,
    MAX_SEALED_BYTES,
    Consent,
    EnrolmentPart,
    EnrolmentStanding,
    SealedEnrolment,
    open_part,
    seal_part,
)
from contract.errors import BadInputError, MalformedMessageError
from contract.heartbeat import Heartbeat
from contract.receipt import Receipt
from contract.sealing import SEAL_BYTES, OpeningKey, SealKey
from contract.signing import SigningKey

EPOCH = "01234567-89ab-cdef-0123-456789abcdef"
ID = "89abcdef-0123-4567-89ab-cdef01234567"
AT = datetime(2026, 11, 27, 1, 0, tzinfo=UTC)
HUB = OpeningKey.generate()


def part(number: int = 2, parts: int = 5, **changes: Any) -> EnrolmentPart:
    own: dict[str, Any] = {
        "id": ID,
        "person": "p-042",
        "name": "Rina Wulandari",
        "operator": "p-007",
        "consent": Consent(wording="2026-11", language="id", given_at=AT),
        "pose": "left",
        "taken_at": AT,
        "jpeg": b"jpeg",
    }
    return EnrolmentPart(part=number, parts=parts, **(own | changes))


def message(of: EnrolmentPart, device: str = "kiosk-1", **changes: Any) -> SealedEnrolment:
    own: dict[str, Any] = {"id": of.id, "part": of.part, "parts": of.parts}
    sealed = seal_part(of, key=HUB.seal_key, device=device)
    return SealedEnrolment(epoch=EPOCH, sealed=sealed, **(own | changes))


def test_hub_reads_what_a_kiosk_sealed() -> None:
    assert open_part(message(part()), key=HUB, device="kiosk-1") == part()


def test_neither_name_nor_picture_can_be_read_from_what_is_sealed() -> None:
    sealed = message(part(jpeg=b"a face that nobody else may see")).sealed
    assert b"Rina" not in sealed
    assert b"face" not in sealed
    assert len(sealed) == len(codec.encode(part(jpeg=b"a face that nobody else may see"))) + SEAL_BYTES


def test_same_frame_never_looks_the_same() -> None:
    assert message(part()).sealed != message(part()).sealed


@pytest.mark.parametrize(
    "changes", [{"id": EPOCH}, {"part": 3}, {"parts": 6}], ids=["another person's", "another place", "another count"]
)
def test_part_that_was_moved_is_not_opened(changes: dict[str, Any]) -> None:
    with pytest.raises(MalformedMessageError):
        open_part(message(part(), **changes), key=HUB, device="kiosk-1")


def test_part_of_another_kiosk_is_not_opened() -> None:
    with pytest.raises(MalformedMessageError):
        open_part(message(part()), key=HUB, device="kiosk-2")


def test_part_for_another_hub_is_not_opened() -> None:
    with pytest.raises(MalformedMessageError):
        open_part(message(part()), key=OpeningKey.generate(), device="kiosk-1")


@given(st.data())
def test_changed_or_cut_seal_is_not_opened(data: st.DataObject) -> None:
    whole = message(part())
    place = data.draw(st.integers(0, len(whole.sealed) - 1))
    changed = bytearray(whole.sealed)
    changed[place] ^= data.draw(st.integers(1, 255))
    for sealed in (bytes(changed), whole.sealed[: place or 1]):
        with pytest.raises(MalformedMessageError):
            open_part(msgspec.structs.replace(whole, sealed=sealed), key=HUB, device="kiosk-1")


def test_largest_frame_that_cannot_be_compressed_fits_into_a_message() -> None:
    whole = message(part(jpeg=random.Random(1).randbytes(MAX_FRAME_BYTES), name="é" * 200))
    assert len(whole.sealed) <= MAX_SEALED_BYTES
    key = SigningKey.generate()
    payload = codec.seal(whole, key=key, purpose="enrol", device="kiosk-1")
    assert len(payload) <= MAX_ENROL_BYTES
    assert codec.unseal(payload, SealedEnrolment, key=key.verify_key, purpose="enrol", device="kiosk-1") == whole


@pytest.mark.parametrize(
    "changes",
    [
        {"part": 6, "parts": 5},
        {"part": 0},
        {"parts": 13},
        {"jpeg": ""},
        {"name": ""},
        {"pose": "asleep"},
        {"id": "../../etc/passwd"},
        {"taken_at": "2026-11-27T08:00:00"},
    ],
)
def test_part_beyond_its_bounds_is_malformed(changes: dict[str, Any]) -> None:
    tree = msgspec.json.decode(codec.encode(part())) | changes
    with pytest.raises(MalformedMessageError):
        codec.decode(msgspec.json.encode(tree), EnrolmentPart)


def test_older_ends_know_of_no_enrolments() -> None:
    receipt = msgspec.json.encode({"v": 1, "version": 3, "epoch": EPOCH, "upto": 12})
    assert codec.decode(receipt, Receipt).enrolments == ()
    assert Heartbeat.__struct_fields__[-4:] == ("enrolments", "outcomes", "locked", "release")
    named = Receipt(version=4, epoch=EPOCH, upto=12, enrolments=(EnrolmentStanding(id=ID, outcome="waiting"),))
    assert codec.decode(codec.encode(named), Receipt) == named


def test_key_is_made_once_for_its_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "keys" / "enrol.key"
    made = OpeningKey.load_or_create(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert OpeningKey.load_or_create(path).seal_key.text == made.seal_key.text
    assert SealKey.from_text(made.seal_key.text).text == made.seal_key.text


def test_key_of_another_kind_or_a_damaged_one_is_not_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "enrol.key"
    SigningKey.load_or_create(path)
    with pytest.raises(BadInputError, match="another kind"):
        OpeningKey.load_or_create(path)
    path.write_text("no key")
    with pytest.raises(BadInputError, match="X25519"):
        OpeningKey.load_or_create(path)
    assert path.read_text() == "no key"


@pytest.mark.parametrize("text", ["", "AAAA", "not base64!", "A" * 44])
def test_text_that_is_no_key_is_refused(text: str) -> None:
    with pytest.raises(BadInputError):
        SealKey.from_text(text)
