"""Lampiran II of Perbup Jember 55/2021: a month of a unit."""

from __future__ import annotations

from datetime import date
from typing import Final

from sqlalchemy.orm import Session

from hub.recap.forms.heads import head_of, leader_of
from hub.recap.forms.indonesian import write_month
from hub.recap.forms.lampiran_i import read_members
from hub.recap.forms.letterhead import Term, read_terms
from hub.recap.forms.sheet import Cell, Column, Section, Sheet, SumLine, clean, name_with_nip, sections_by_unit
from hub.recap.monthly import Month, MonthlyRecap
from hub.recap.people import Person, UnitName, read_unit_names
from hub.recap.summary import LampiranII

NAME: Final = "Lampiran II"
TITLE: Final = "REKAPITULASI KEHADIRAN PEGAWAI"
EMPTY: Final = "Belum ada data kehadiran yang tersimpan untuk bulan ini."

SUMS: Final = (
    Column("Rekap Terlambat Datang (Jumlah Menit)", 32, "right"),
    Column("Rekap Pulang Sebelum Waktu (Jumlah Menit)", 34, "right"),
    Column("Tidak Hadir Tanpa Alasan Sah (Jumlah Hari)", 34, "right"),
    Column("Cuti/Sakit/Dinas Luar/Diklat (Jumlah Hari)", 38, "right"),
    Column("Ijin (Jumlah Hari)", 26, "right"),
)
COLUMNS: Final = (Column("No", 11, "center"), Column("Nama/NIP", 72), Column("Jabatan", 53), *SUMS)


def lampiran_ii(session: Session, recap: MonthlyRecap, *, signed_on: date | None = None) -> Sheet:
    """The form of a month, from its recap; what the sums do not say stands below them."""
    month = Month.parse(recap.month)
    terms = read_terms(session, month.last)
    entries = [
        (line.unit.name, _row(number, line.person, terms, sum_cells(line.summary.lampiran_ii)))
        for number, line in enumerate(recap.lines, 1)
    ]
    notes = tuple(
        f"{number}. {clean(line.person.name)}: {clean(line.ringkasan)}."
        for number, line in enumerate(recap.lines, 1)
        if line.ringkasan
    )
    sums = {each.unit.name: sum_line(f"Jumlah {clean(each.unit.name)}", 3, each.totals) for each in recap.units}
    sections = sections_by_unit(entries, sums)
    totals = sum_line("Jumlah", 3, recap.totals) if recap.lines else None
    return _sheet(session, recap.unit, month, sections=sections, sums=totals, notes=notes, signed_on=signed_on)


def blank_lampiran_ii(session: Session, month: Month, unit_id: int | None) -> Sheet:
    """The form for writing by hand (Ps 11(7)): everybody who belongs to the unit on the month's last day."""
    unit = None if unit_id is None else read_unit_names(session)[unit_id]
    terms = read_terms(session, month.last)
    members = read_members(session, month.last, unit_id)
    entries = [
        (of_unit.name, _row(number, person, terms, (None,) * len(SUMS)))
        for number, (person, of_unit) in enumerate(members, 1)
    ]
    return _sheet(session, unit, month, sections=sections_by_unit(entries))


def sums_by_unit(session: Session, recap: MonthlyRecap, *, signed_on: date | None = None) -> Sheet:
    """One line for each unit, with the columns of Lampiran II."""
    kop, facts = head_of(session, recap.unit)
    month = Month.parse(recap.month)
    rows: list[tuple[Cell, ...]] = [
        (str(number), clean(each.unit.name) or "Tanpa unit", each.people, *sum_cells(each.totals))
        for number, each in enumerate(recap.units, 1)
    ]
    return Sheet(
        name="Jumlah per Unit",
        kop=kop.lines,
        title=(TITLE, "JUMLAH PER UNIT KERJA"),
        facts=(*facts, *_facts(month)),
        columns=(
            Column("No", 11, "center"),
            Column("Unit Kerja", 93),
            Column("Jumlah Pegawai", 32, "right"),
            *SUMS,
        ),
        sections=(Section(tuple(rows)),),
        empty=EMPTY,
        sums=sum_line("Jumlah", 3, recap.totals) if rows else None,
        legend=("Pegawai yang pindah unit dalam bulan ini dihitung pada setiap unit dengan hari-harinya di sana.",),
        signatures=(leader_of(session, recap.unit, kop, day=month.last, signed_on=signed_on),),
    )


def sum_cells(sums: LampiranII) -> tuple[int, ...]:
    """In the order of the form's columns."""
    return (
        sums.terlambat_menit,
        sums.pulang_awal_menit,
        sums.tanpa_alasan_hari,
        sums.cuti_sakit_dl_diklat_hari,
        sums.ijin_hari,
    )


def sum_line(label: str, span: int, sums: LampiranII, *after: Cell) -> SumLine:
    """A line of sums; `after`: cells of columns that follow them."""
    return SumLine(label, span, (*sum_cells(sums), *after))


def _row(number: int, person: Person, terms: dict[str, Term], sums: tuple[Cell, ...]) -> tuple[Cell, ...]:
    position = terms.get(person.id, Term()).position or person.position or ""
    return (str(number), name_with_nip(person.name, person.shown_nip), clean(position) or None, *sums)


def _facts(month: Month) -> tuple[tuple[str, str], ...]:
    return ("BULAN", write_month(month.month)), ("TAHUN", str(month.year))


def _sheet(
    session: Session,
    unit: UnitName | None,
    month: Month,
    *,
    sections: tuple[Section, ...],
    sums: SumLine | None = None,
    notes: tuple[str, ...] = (),
    signed_on: date | None = None,
) -> Sheet:
    kop, facts = head_of(session, unit)
    return Sheet(
        name=NAME,
        kop=kop.lines,
        title=(TITLE,),
        facts=(*facts, *_facts(month)),
        columns=COLUMNS,
        sections=sections,
        empty=EMPTY,
        sums=sums,
        notes=notes,
        signatures=(leader_of(session, unit, kop, day=month.last, signed_on=signed_on),),
    )
