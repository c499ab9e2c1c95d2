"""Lampiran III of Perbup Jember 55/2021: the letter by which somebody's attendance is cancelled (Ps 13)."""

from __future__ import annotations

from datetime import date
from typing import Final

import msgspec
from sqlalchemy.orm import Session

from hub.recap.forms.heads import place_and_date
from hub.recap.forms.indonesian import write_day, write_month, write_number
from hub.recap.forms.letterhead import (
    HEAD_OF_OFFICE,
    SUPERVISOR,
    Signatory,
    read_holder,
    read_kop,
    read_signatory,
    signature_of,
)
from hub.recap.forms.sheet import Signature, clean
from hub.roster.units import Memberships

NAME: Final = "Lampiran III"
TITLE: Final = "SURAT KETERANGAN PEMBATALAN KEHADIRAN"
TEMPLATE: Final = "lampiran_iii.typ"

LINES: Final = ("Nama", "NIP", "Pangkat/Golongan", "Jabatan")
DECLARATION: Final = "Dengan ini menerangkan dengan sesungguhnya bahwa Pegawai:"
REASON: Final = (
    "Berdasarkan data Presensi Mobile/manual yang bersangkutan pada hari ini dinyatakan hadir namun yang bersangkutan "
    "tidak hadir secara fisik di lingkungan kerja dan tidak melaksanakan tugas dan fungsinya. Sehingga perlu dilakukan "
    "pembatalan kehadiran terhadap yang bersangkutan."
)
ENDING: Final = "Demikian Surat Keterangan ini dibuat dengan sesungguhnya dan dapat dipergunakan dengan sebaik-baiknya."
_SHORT: Final = "……………………"


class CancellationLetter(msgspec.Struct, frozen=True, kw_only=True):
    """The letter as it is printed. number None, and values that are None: dotted lines, to be filled in by hand.

    signer, employee: values of Nama, NIP, Pangkat/Golongan and Jabatan. signatures: the head's and the supervisor's.
    """

    name: str
    kop: tuple[str, ...]
    title: str
    number: str | None
    opening: str
    lines: tuple[str, ...]
    signer: tuple[str | None, ...]
    declaration: str
    employee: tuple[str | None, ...]
    reason: str
    ending: str
    place_and_date: str
    signatures: tuple[Signature, ...]


def lampiran_iii(
    session: Session,
    *,
    unit_id: int | None,
    employee_id: str | None = None,
    day: date | None = None,
    number: str | None = None,
    supervisor_id: str | None = None,
    today: date,
) -> CancellationLetter:
    """The letter for a person and a day, as far as they are given.

    unit_id: whose letterhead it has; None: that of the unit where the person belongs on that day. supervisor_id None:
    who holds the office of Atasan Langsung there on that day. today: stands for the day where none is given.
    """
    known_on = day or today
    if unit_id is None and employee_id is not None:
        unit_id = Memberships.load(session.connection(), [employee_id]).unit_on(employee_id, known_on)
    kop = read_kop(session, unit_id)
    supervisor = (
        read_holder(session, unit_id, SUPERVISOR, known_on)
        if supervisor_id is None
        else read_signatory(session, supervisor_id, known_on)
    )
    head = read_holder(session, unit_id, HEAD_OF_OFFICE, known_on)
    employee = None if employee_id is None else read_signatory(session, employee_id, known_on)
    return CancellationLetter(
        name=NAME,
        kop=kop.lines,
        title=TITLE,
        number=None if number is None else clean(number),
        opening=_opening(day, kop.place),
        lines=LINES,
        signer=_values(supervisor),
        declaration=DECLARATION,
        employee=_values(employee),
        reason=REASON,
        ending=ENDING,
        place_and_date=place_and_date(kop, day),
        signatures=(
            signature_of(head, HEAD_OF_OFFICE, above=("Mengetahui",)),
            signature_of(supervisor, SUPERVISOR, above=("",)),
        ),
    )


def _opening(day: date | None, place: str | None) -> str:
    """Pada hari ini Senin tanggal dua bulan Maret tahun dua ribu dua puluh enam …"""
    if day is None:
        words = (_SHORT,) * 4
    else:
        words = (write_day(day), write_number(day.day), write_month(day.month), write_number(day.year))
    regency = (place or _SHORT).removeprefix("Kabupaten ")
    return (
        f"Pada hari ini {words[0]} tanggal {words[1]} bulan {words[2]} tahun {words[3]} bertempat di Kabupaten "
        f"{regency}, saya yang bertanda tangan di bawah ini:"
    )


def _values(who: Signatory | None) -> tuple[str | None, ...]:
    """Nama, NIP, Pangkat/Golongan, Jabatan."""
    if who is None:
        return (None,) * len(LINES)
    found = (who.person.name, who.person.shown_nip, who.term.rank, who.position)
    return tuple(clean(text) if text else None for text in found)
