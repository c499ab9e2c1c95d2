"""Rows of a kiosk's journal, and the batch in which they travel.

A row's bytes are made once, at the kiosk, and never re-encoded: hash and signature are over exactly these bytes.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Final, Literal

import msgspec
from msgspec import Meta

from contract import codec
from contract.errors import ChainError, MalformedMessageError
from contract.signing import HASH_BYTES, SigningKey, VerifyKey, chain_hashes
from contract.topics import DEVICE_PATTERN

MAX_BATCH_ROWS: Final = 100
MAX_ROW_CHARACTERS: Final = 16_384

RowKind = Literal["punch", "clock", "refusal", "disavowal", "operator"]

Factor = Literal["face", "pin", "card"]
"""How a person said who they are: the face alone (one of many), or a PIN or a card, with the face as the check."""

SourceKind = Literal["picamera", "webcam", "clip", "photo"]
"""What stood in for the camera: the hub quarantines punches from clips and photos unless the kiosk is a demo kiosk."""

ClockSource = Literal["ntp", "rtc", "free"]
"""How the wall clock was set: by a time server, from a battery-backed clock, or not at all since power came."""

Device = Annotated[str, Meta(pattern=DEVICE_PATTERN)]
Epoch = Annotated[str, Meta(pattern=r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\Z")]
Seq = Annotated[int, Meta(ge=1, le=2**53)]
PersonId = Annotated[str, Meta(min_length=1, max_length=64)]
Instant = Annotated[datetime, Meta(tz=True)]
HexHash = Annotated[str, Meta(pattern=r"^[0-9a-f]{64}\Z")]
RefusalReason = Annotated[str, Meta(pattern=r"^[a-z][a-z_]{0,31}\Z")]
"""Now `liveness` only. Not a fixed list: a newer kiosk's reason shall not be malformed at an older hub."""


Act = Annotated[str, Meta(pattern=r"^[a-z][a-z_]{0,31}\Z")]
"""What was done in the operator mode; see OperatorAct. Not a fixed list, for the same reason."""


def check_instant(moment: datetime) -> None:
    """Raise ValueError for a time that could not be brought to UTC, or that no clock of ours can show."""
    if not 1970 <= moment.year <= 9000:
        raise ValueError(f"the year {moment.year} cannot be")


class ClockStamp(msgspec.Struct, frozen=True, kw_only=True):
    """What the kiosk knew of time when it wrote a row.

    boot: id of the boot (changes with every start of the machine).
    monotonic_ms: milliseconds since that boot, never stepped; places rows of one boot relative to each other.
    source: how the wall clock had been set.
    """

    boot: Annotated[str, Meta(min_length=1, max_length=64)]
    monotonic_ms: Annotated[int, Meta(ge=0, le=2**53)]
    source: ClockSource


class Recognition(msgspec.Struct, frozen=True, kw_only=True):
    """Why the kiosk took this person for who it says (cosine scores; see ISO/IEC 19795 for the terms)."""

    pack: str
    similarity: float
    threshold: float
    runner_up: float
    frames: Annotated[int, Meta(ge=1, le=2**53)]
    gallery: Annotated[int, Meta(ge=1, le=2**53)]


class LivenessLayer(msgspec.Struct, frozen=True, kw_only=True):
    """What one layer of presentation attack detection (ISO/IEC 30107) said; score None: it gives none."""

    name: Literal["passive", "challenge", "infrared"]
    verdict: Literal["live", "attack", "undecided"]
    score: float | None = None


class Liveness(msgspec.Struct, frozen=True, kw_only=True):
    """The policy in force and the layers that spoke; none for the policy `off`."""

    policy: Literal["off", "passive", "active", "strict"]
    layers: tuple[LivenessLayer, ...] = ()


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """Where a portable kiosk was when somebody punched.

    fix: False: it could not tell, the punch is unplaced and the rest is None.
    latitude, longitude: degrees on WGS 84, north and east positive. accuracy_m: radius in metres within which the
    receiver believes itself to be; None: it did not say. age_s: seconds between the fix and the punch.
    beyond_m: metres outside the nearest of the areas where the kiosk may stand (contract.area); None: inside one, or
    there are none.
    Raises ValueError when a fix has no position, when there is a position without a fix, or out of bounds.
    """

    fix: bool
    latitude: float | None = None
    longitude: float | None = None
    accuracy_m: float | None = None
    age_s: float | None = None
    beyond_m: float | None = None

    def __post_init__(self) -> None:
        position = (self.latitude, self.longitude)
        if self.fix and None in position:
            raise ValueError("a fix has a latitude and a longitude")
        if not self.fix and any(each is not None for each in (*position, self.accuracy_m, self.age_s, self.beyond_m)):
            raise ValueError("a place without a fix has no position")
        # Here and not as Meta, which is looked at by decoders only: no kiosk shall write what a hub would refuse.
        for name, value, least, most in (
            ("latitude", self.latitude, -90.0, 90.0),
            ("longitude", self.longitude, -180.0, 180.0),
            ("accuracy_m", self.accuracy_m, 0.0, 1e7),
            ("age_s", self.age_s, 0.0, 86_400.0),
            ("beyond_m", self.beyond_m, 0.0, 3e7),
        ):
            if value is not None and not least <= value <= most:
                raise ValueError(f"the {name} {value} cannot be")


class Punch(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", tag="punch"):
    """Somebody presented themselves and was recognised.

    factor: with anything but the face alone, `recognition` is a comparison with this one person (gallery 1), and the
    punch waits for the supervisor. evidence: SHA-256 of the snapshot's bytes that goes with such a punch; None: none
    was taken. session_hint: what the person chose on the screen; None: nothing chosen. duty: the person says that they
    are on duty elsewhere, and a letter will follow.
    roster: version of the roster against which the person was recognised.
    place: where a portable kiosk was; None: the kiosk is not portable.
    """

    v: Literal[1] = 1
    device: Device
    epoch: Epoch
    seq: Seq
    person: PersonId
    taken_at: Instant
    clock: ClockStamp
    source: SourceKind
    factor: Factor = "face"
    recognition: Recognition
    liveness: Liveness
    roster: Annotated[int, Meta(ge=0, le=2**53)]
    session_hint: Literal["in", "out"] | None = None
    duty: bool = False
    evidence: HexHash | None = None
    place: Place | None = None

    def __post_init__(self) -> None:
        check_instant(self.taken_at)


class ClockAnchor(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", tag="clock"):
    """The wall clock was set or stepped: from now on `taken_at` is what `clock.source` says it is.

    The hub places earlier rows of the same boot, taken while the clock ran free, by the monotonic distance to this row.
    stepped_ms: by how much the wall clock moved against the monotonic one.
    """

    v: Literal[1] = 1
    device: Device
    epoch: Epoch
    seq: Seq
    taken_at: Instant
    clock: ClockStamp
    stepped_ms: Annotated[int, Meta(ge=-(2**53), le=2**53)]

    def __post_init__(self) -> None:
        check_instant(self.taken_at)


class RefusedPresentation(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", tag="refusal"):
    """Somebody was refused so often in one visit that a person should know of it; it is no punch and counts nowhere.

    A presentation, in the words of ISO/IEC 30107-3, may be an attack or bona fide: which it was, people decide.

    person: whom the face resembled; None: nobody who is known here. attempts: how often it was refused.
    liveness: what the layers said the last time. evidence: SHA-256 of the snapshot's bytes; None: none could be taken.
    The picture itself is never in the journal: a picture of a person must be erasable, and a chain is not.
    roster: version of the roster against which the face was held.
    """

    v: Literal[1] = 1
    device: Device
    epoch: Epoch
    seq: Seq
    taken_at: Instant
    clock: ClockStamp
    source: SourceKind
    person: PersonId | None
    reason: RefusalReason
    attempts: Annotated[int, Meta(ge=1, le=2**53)]
    liveness: Liveness
    evidence: HexHash | None
    roster: Annotated[int, Meta(ge=0, le=2**53)]

    def __post_init__(self) -> None:
        check_instant(self.taken_at)


class Disavowal(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", tag="disavowal"):
    """Whoever stood at the kiosk said of the punch just shown: that is not me.

    The punch stays as it is; from this row on it counts for nobody until a person has looked at it.

    punch_epoch, punch_seq: the punch's place in the journal of the same kiosk. person: who was shown.
    """

    v: Literal[1] = 1
    device: Device
    epoch: Epoch
    seq: Seq
    taken_at: Instant
    clock: ClockStamp
    punch_epoch: Epoch
    punch_seq: Seq
    person: PersonId

    def __post_init__(self) -> None:
        check_instant(self.taken_at)


class OperatorAct(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", tag="operator"):
    """An operator did something at the kiosk itself; it is nobody's attendance.

    operator: whose face and PIN opened the operator mode. act: `entered` is written before anything can be done, and
    what follows up to `left` was done by the same person: enrolled, locked, unlocked, tested_parts, tested_recognition.
    `pin_barred`: the face was this operator's, and so many PINs were wrong that no more are taken.
    about: the enrolment's id, or the parts that were tested. similarity, threshold: of the face, for `entered`.
    liveness: what was proven of the face, for `entered`. roster: against which the face was held.
    """

    v: Literal[1] = 1
    device: Device
    epoch: Epoch
    seq: Seq
    taken_at: Instant
    clock: ClockStamp
    operator: PersonId
    act: Act
    about: Annotated[str, Meta(max_length=200)] = ""
    similarity: float | None = None
    threshold: float | None = None
    liveness: Liveness | None = None
    source: SourceKind | None = None
    roster: Annotated[int, Meta(ge=0, le=2**53)] = 0

    def __post_init__(self) -> None:
        check_instant(self.taken_at)


JournalRow = Punch | ClockAnchor | RefusedPresentation | Disavowal | OperatorAct

_KINDS: Final[dict[type, RowKind]] = {
    Punch: "punch",
    ClockAnchor: "clock",
    RefusedPresentation: "refusal",
    Disavowal: "disavowal",
    OperatorAct: "operator",
}

_row_decoder: msgspec.json.Decoder[JournalRow] = msgspec.json.Decoder(JournalRow)


def kind_of(row: JournalRow) -> RowKind:
    """The word for what a row is, as it stands in its bytes."""
    return _KINDS[type(row)]


def decode_row(row: bytes) -> JournalRow:
    """Row from its exact bytes; MalformedMessageError says what is wrong with it."""
    try:
        return _row_decoder.decode(row)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise MalformedMessageError(f"Not a journal row: {error}") from error


class PunchBatch(msgspec.Struct, frozen=True, kw_only=True):
    """Rows that follow each other without a gap, as they travel.

    previous: hash of the row before the first one (zeros in a new epoch); last: hash of the last row, hexadecimal.
    rows: each row's exact bytes as text. signature: base64 Ed25519 over the 32 bytes of `last`.
    """

    v: Literal[1] = 1
    device: Device
    epoch: Epoch
    first_seq: Seq
    previous: HexHash
    last: HexHash
    rows: Annotated[
        tuple[Annotated[str, Meta(max_length=MAX_ROW_CHARACTERS)], ...], Meta(min_length=1, max_length=MAX_BATCH_ROWS)
    ]
    signature: Annotated[str, Meta(max_length=100)]

    @property
    def last_seq(self) -> int:
        return self.first_seq + len(self.rows) - 1

    def verify(self, key: VerifyKey) -> list[bytes]:
        """Hashes (32 bytes each) of the rows, in order.

        ChainError when the rows do not lead to `last`; SignatureError when `last` was not signed by `key`.
        """
        hashes = chain_hashes(bytes.fromhex(self.previous), (row.encode() for row in self.rows))
        if hashes[-1].hex() != self.last:
            raise ChainError(f"Rows {self.first_seq} to {self.last_seq} do not lead to the hash that was signed.")
        try:
            signature = base64.b64decode(self.signature, validate=True)
        except (binascii.Error, ValueError) as error:
            raise MalformedMessageError("The signature is not base64.") from error
        key.verify(signature, hashes[-1])
        return hashes


def make_batch(
    *, device: str, epoch: str, first_seq: int, previous: bytes, rows: Sequence[bytes], last: bytes, key: SigningKey
) -> PunchBatch:
    """Sign consecutive rows; `last` is the stored hash of the last row (32 bytes)."""
    if len(last) != HASH_BYTES or len(previous) != HASH_BYTES:
        raise ValueError("a chain hash is 32 bytes")
    return PunchBatch(
        device=device,
        epoch=epoch,
        first_seq=first_seq,
        previous=previous.hex(),
        last=last.hex(),
        rows=tuple(row.decode() for row in rows),
        signature=base64.b64encode(key.sign(last)).decode(),
    )


def pack_batch(batch: PunchBatch) -> bytes:
    """Compressed bytes of a batch, as published."""
    return codec.pack(batch)


def unpack_batch(payload: bytes) -> PunchBatch:
    """Batch from what was received; MalformedMessageError when it is none. Nothing is verified yet."""
    return codec.unpack(payload, PunchBatch)
