"""Pure: the numbers of civil servants, read from their digits. They are shown and checked, and never used as a key.

NIP (PNS and CPNS): birth date 8, start of service 6, sex 1, number 3. NI PPPK: birth date 8, year 4, contract 2, sex 1,
number 3; its digits 13 and 14 are no month, which is how the two are told apart.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import Final, Literal

from contract.errors import BadInputError

Kind = Literal["NIP", "NI PPPK"]

DIGITS: Final = 18
YOUNGEST_START: Final = 15
OLDEST_START: Final = 70
"""Years between birth and start of service beyond which somebody has mistyped one of the two."""

_SEPARATORS: Final = re.compile(r"[\s.\-]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Nip:
    """A number and what its digits say.

    started_month: 1 to 12 of a NIP; None of an NI PPPK. contract: digits 13 and 14 of an NI PPPK; None of a NIP.
    sex: L or P. number: 1 to 999, among those who share the rest.
    """

    digits: str
    kind: Kind
    born: date
    started_year: int
    started_month: int | None
    contract: str | None
    sex: Literal["L", "P"]
    number: int

    @property
    def grouped(self) -> str:
        """The number as people read it, birth, start, sex and number apart: `19850101 201001 1 001`."""
        return f"{self.digits[:8]} {self.digits[8:14]} {self.digits[14]} {self.digits[15:]}"


def parse_nip(text: str) -> Nip:
    """A number with or without spaces, dots and hyphens; BadInputError says which of its digits are wrong."""
    digits = _SEPARATORS.sub("", text)
    if not (digits.isascii() and digits.isdigit()):
        raise BadInputError(f"'{text[:40]}' is no NIP: it has {DIGITS} digits, and nothing else but spaces.")
    if len(digits) != DIGITS:
        raise BadInputError(f"'{text[:40]}' is no NIP: it has {len(digits)} digits instead of {DIGITS}.")
    born = _read_birth(digits)
    year, month = int(digits[8:12]), int(digits[12:14])
    if month == 0:
        raise _wrong(digits, "13-14 (00) are neither a month nor the number of a contract")
    if not YOUNGEST_START <= year - born.year <= OLDEST_START:
        raise _wrong(digits, f"9-12 say that somebody born in {born.year} started in {year}")
    if digits[14] not in "12":
        raise _wrong(digits, f"15 ({digits[14]}) is no sex, which is 1 or 2")
    if digits[15:] == "000":
        raise _wrong(digits, "16-18 (000) are no number, which begins at 001")
    is_month = month <= 12
    return Nip(
        digits=digits,
        kind="NIP" if is_month else "NI PPPK",
        born=born,
        started_year=year,
        started_month=month if is_month else None,
        contract=None if is_month else digits[12:14],
        sex="L" if digits[14] == "1" else "P",
        number=int(digits[15:]),
    )


def show_nip(text: str | None) -> str | None:
    """A stored number in groups; as it is when it is none, None for None."""
    if text is None:
        return None
    try:
        return parse_nip(text).grouped
    except BadInputError:
        return text


def bare_nip(text: str) -> str:
    """What a number is stored and looked up as: without spaces, dots and hyphens."""
    return _SEPARATORS.sub("", text)


def _read_birth(digits: str) -> date:
    try:
        return date(int(digits[:4]), int(digits[4:6]), int(digits[6:8]))
    except ValueError as error:
        raise _wrong(digits, f"1-8 ({digits[:8]}) are no date of birth") from error


def _wrong(digits: str, what: str) -> BadInputError:
    return BadInputError(f"'{digits}' is no NIP: its digits {what}; copy it from the decree of appointment.")
