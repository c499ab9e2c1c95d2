"""What the heads and feet of our forms have in common."""

from __future__ import annotations

from datetime import date
from typing import Final

from sqlalchemy.orm import Session

from hub.recap.forms.indonesian import write_date
from hub.recap.forms.letterhead import HEAD_OF_OFFICE, Kop, read_holder, read_kop, signature_of
from hub.recap.forms.sheet import Signature, clean
from hub.recap.people import UnitName

LEADER: Final = "Pimpinan OPD"
DOTS: Final = "……………………………"


def head_of(session: Session, unit: UnitName | None) -> tuple[Kop, tuple[tuple[str, str], ...]]:
    """The letterhead, and the unit's name where the letterhead is that of one above it. unit None: the regency."""
    kop = read_kop(session, None if unit is None else unit.id)
    own = unit is None or kop.of_unit == unit.id
    return kop, () if own or unit is None else (("UNIT KERJA", clean(unit.name)),)


def leader_of(session: Session, unit: UnitName | None, kop: Kop, *, day: date, signed_on: date | None) -> Signature:
    """Place, date and Pimpinan OPD as of `day`; signed_on None: dots, for the date is written by hand."""
    holder = read_holder(session, None if unit is None else unit.id, HEAD_OF_OFFICE, day)
    return signature_of(holder, LEADER, above=(place_and_date(kop, signed_on),))


def place_and_date(kop: Kop, signed_on: date | None) -> str:
    """Jember, 2 Maret 2026; dots for what is not known."""
    return f"{kop.place or DOTS}, {DOTS if signed_on is None else write_date(signed_on)}"
