"""Encoding of messages: versioned JSON by msgspec, zlib where size matters, a seal where authorship matters."""

from __future__ import annotations

import base64
import binascii
import zlib
from collections.abc import Callable
from typing import Final, Literal, TypeVar

import msgspec

from contract.errors import MalformedMessageError, SignatureError
from contract.signing import SigningKey, VerifyKey, seal_bytes

MAX_PACKED_BYTES: Final = 1 << 20
MAX_UNPACKED_BYTES: Final = 4 << 20
"""Caps on what is accepted; an honest batch of 100 rows is about 80 kB unpacked, a roster part below 1 MB."""

Purpose = Literal["state", "evidence", "enrol", "receipt", "roster", "command", "online", "month", "claim", "renewal"]
_Message = TypeVar("_Message")


class Sealed(msgspec.Struct, frozen=True, kw_only=True):
    """An envelope: `body` is the exact JSON text that was signed for this device and purpose."""

    v: Literal[1] = 1
    device: str
    body: str
    signature: str


_envelope = msgspec.json.Decoder(Sealed)


def encode(message: object) -> bytes:
    """JSON of a message; the same message always gives the same bytes."""
    return msgspec.json.encode(message)


def decode(payload: bytes | str, kind: type[_Message]) -> _Message:
    """Message from JSON; MalformedMessageError says what is wrong with it."""
    try:
        return msgspec.json.decode(payload, type=kind)
    except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
        raise MalformedMessageError(f"Not a {kind.__name__}: {error}") from error


def pack(message: object) -> bytes:
    """Compressed JSON of a message."""
    return zlib.compress(encode(message), 6)


def unpack_bytes(payload: bytes) -> bytes:
    """Decompress at most MAX_UNPACKED_BYTES; MalformedMessageError for anything larger, cut short or not zlib."""
    if len(payload) > MAX_PACKED_BYTES:
        raise MalformedMessageError(f"Payload of {len(payload)} bytes is larger than {MAX_PACKED_BYTES}.")
    inflater = zlib.decompressobj()
    try:
        unpacked = inflater.decompress(payload, MAX_UNPACKED_BYTES)
    except zlib.error as error:
        raise MalformedMessageError("Payload is not zlib.") from error
    if not inflater.eof or inflater.unused_data:
        raise MalformedMessageError("Payload is cut short, too large when unpacked, or has bytes after its end.")
    return unpacked


def unpack(payload: bytes, kind: type[_Message]) -> _Message:
    """Message from compressed JSON."""
    return decode(unpack_bytes(payload), kind)


def seal(message: object, *, key: SigningKey, purpose: Purpose, device: str) -> bytes:
    """Sign a message for one purpose and device, and compress it."""
    body = encode(message)
    signature = key.sign(seal_bytes(purpose, device, body))
    return pack(Sealed(device=device, body=body.decode(), signature=base64.b64encode(signature).decode()))


def unseal(payload: bytes, kind: type[_Message], *, key: VerifyKey, purpose: Purpose, device: str) -> _Message:
    """Open a sealed message.

    SignatureError when it was not signed by `key` for this purpose and device; MalformedMessageError when it is
    no such message. The body is decoded only after its signature was found good.
    """
    envelope, signature = _read_envelope(payload)
    if envelope.device != device:
        raise SignatureError(f"The message is for {envelope.device[:64]!r} and not for {device!r}.")
    body = envelope.body.encode()
    key.verify(signature, seal_bytes(purpose, device, body))
    return decode(body, kind)


def unseal_introduction(
    payload: bytes, kind: type[_Message], *, purpose: Purpose, key_of: Callable[[_Message], VerifyKey]
) -> tuple[str, _Message]:
    """Open a message of somebody who is not known yet: it names its own key, which must have sealed it.

    The device that it was sealed for, and the message. Errors as of `unseal`, and those of `key_of`.
    """
    envelope, signature = _read_envelope(payload)
    body = envelope.body.encode()
    message = decode(body, kind)
    key_of(message).verify(signature, seal_bytes(purpose, envelope.device, body))
    return envelope.device, message


def _read_envelope(payload: bytes) -> tuple[Sealed, bytes]:
    try:
        envelope = _envelope.decode(unpack_bytes(payload))
        return envelope, base64.b64decode(envelope.signature, validate=True)
    except (msgspec.DecodeError, UnicodeError, RecursionError, binascii.Error, ValueError) as error:
        raise MalformedMessageError(f"Not a sealed message: {error}") from error
