"""PINs and cards as a kiosk may know them: hashed, because a kiosk can be stolen.

A PIN has six digits, so whoever holds the hash can try all of them; the hash makes that slow and keeps a PIN out of
logs and of sight, no more. At the kiosk tries are counted (kiosk.desk), and a PIN alone records nothing: the face is
compared too, and the supervisor looks at each such punch.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
import re
from typing import Final

from contract.errors import BadInputError, MalformedMessageError

PIN_DIGITS: Final = 6
_PIN: Final = re.compile(r"[0-9]{6}\Z")
_N, _R, _P = 2**14, 8, 1
"""scrypt: 16 MiB and some 50 ms on a Raspberry Pi 4 (RFC 7914; OWASP's least for scrypt is 2**17, which a Pi that
answers a queue cannot spare, and which six digits would not be saved by)."""
_SALT_BYTES: Final = 16
_CARD: Final = re.compile(r"[0-9A-Za-z]{4,32}\Z")


def check_pin(pin: str) -> str:
    """The PIN, if it can be one. BadInputError: not six digits, or one that everybody would try first."""
    if not _PIN.match(pin):
        raise BadInputError(f"A PIN has {PIN_DIGITS} digits.")
    if len(set(pin)) == 1 or pin in "01234567890" or pin in "09876543210":
        raise BadInputError("That PIN is too easy to guess: not one digit six times, and not digits in a row.")
    return pin


def hash_pin(pin: str, *, salt: bytes | None = None) -> str:
    """`scrypt$salt$hash`, both base64; salt: for tests, 16 bytes; None draws one."""
    salt = os.urandom(_SALT_BYTES) if salt is None else salt
    return "$".join(("scrypt", base64.b64encode(salt).decode(), base64.b64encode(_derive(pin, salt)).decode()))


def pin_matches(pin: str, hashed: str) -> bool:
    """Whether this is the PIN that was hashed. MalformedMessageError when `hashed` is no such hash."""
    try:
        scheme, salt, expected = hashed.split("$")
        if scheme != "scrypt":
            raise ValueError(scheme)
        known = base64.b64decode(expected, validate=True)
        found = _derive(pin, base64.b64decode(salt, validate=True))
    except ValueError as error:
        raise MalformedMessageError("The hash of a PIN cannot be read.") from error
    return hmac.compare_digest(found, known)


def hash_card(number: str) -> str:
    """SHA-256, hexadecimal, of what a card's reader types, without spaces and in capitals.

    BadInputError when it can be no card number.

    Not salted: card numbers are printed on the card and can be read through a pocket; the face is the check.
    """
    plain = "".join(number.split()).upper()
    if not _CARD.match(plain):
        raise BadInputError("A card's number has 4 to 32 letters and digits.")
    return hashlib.sha256(b"presensi/v1/card" + plain.encode("ascii")).hexdigest()


def _derive(pin: str, salt: bytes) -> bytes:
    return hashlib.scrypt(pin.encode(), salt=salt, n=_N, r=_R, p=_P, dklen=32)
