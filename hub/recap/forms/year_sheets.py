"""A year on paper: sums of every person, of every unit and of every month, and the discipline list."""

from __future__ import annotations

from datetime import date
from typing import Final

from sqlalchemy.orm import Session

from hub.recap.discipline import Run
from hub.recap.forms.heads import head_of, leader_of
from hub.recap.forms.indonesian import MONTHS, write_date, write_month
from hub.recap.forms.lampiran_ii import SUMS, TITLE, sum_cells, sum_line
from hub.recap.forms.letterhead import Term, read_terms
from hub.recap.forms.sheet import Cell, Column, Section, Sheet, clean, name_with_nip, sections_by_unit
from hub.recap.yearly import DisciplineList, YearlyRecap

EMPTY: Final = "Belum ada data kehadiran yang tersimpan untuk tahun ini."
NOBODY: Final = "Tidak ada pegawai yang mencapai batas hukuman disiplin pada tahun ini."
_SCOPE: Final = (
    "Dasar: Peraturan Pemerintah Nomor 94 Tahun 2021 tentang Disiplin Pegawai Negeri Sipil (Pasal 8, 9, 10, dan 11); "
    "hari kerja tanpa alasan yang sah dihitung kumulatif dalam satu tahun kalender, atau berturut-turut 10 hari kerja. "
    "Daftar ini menunjukkan ancaman hukuman; penjatuhannya melalui pemeriksaan oleh atasan langsung. "
    "Bagi pegawai yang bukan PNS berlaku perjanjian kerjanya.",
)


def year_sheets(session: Session, recap: YearlyRecap, *, signed_on: date | None = None) -> list[Sheet]:
    """By person, by month, and by unit when there are several."""
    sheets = [_by_person(session, recap, signed_on), _by_month(session, recap, signed_on)]
    return [*sheets, _by_unit(session, recap, signed_on)] if len(recap.units) > 1 else sheets


def discipline_sheet(session: Session, found: DisciplineList, *, signed_on: date | None = None) -> Sheet:
    """The list of PP 94/2021."""
    kop, facts = head_of(session, found.unit)
    last = date(found.year, 12, 31)
    terms = read_terms(session, last)
    rows: list[tuple[Cell, ...]] = []
    for number, line in enumerate(found.lines, 1):
        term = terms.get(line.person.id, Term())
        rows.append(
            (
                str(number),
                name_with_nip(line.person.name, line.person.shown_nip),
                clean(term.position or line.person.position or "") or None,
                clean(term.group or "") or None,
                clean(line.unit.name) or None,
                line.unexcused_days,
                write_run(line.run),
                line.sanction.level.capitalize(),
                line.sanction.name,
                line.sanction.article,
            )
        )
    waiting = f"{found.pending} hari masih dapat berubah menjadi tanpa keterangan."
    return Sheet(
        name="Daftar Disiplin",
        kop=kop.lines,
        title=("DAFTAR KETIDAKHADIRAN TANPA ALASAN YANG SAH", "MENURUT PP NOMOR 94 TAHUN 2021"),
        facts=(*facts, ("TAHUN", str(found.year))),
        columns=(
            Column("No", 10, "center"),
            Column("Nama/NIP", 56),
            Column("Jabatan", 40),
            Column("Kelompok", 20),
            Column("Unit Kerja", 38),
            Column("Tidak Hadir (Jumlah Hari)", 27, "right"),
            Column("Berturut-turut", 32),
            Column("Tingkat", 18, "center"),
            Column("Jenis Hukuman Disiplin", 46),
            Column("Pasal", 30),
        ),
        sections=(Section(tuple(rows)),),
        empty=NOBODY,
        legend=(*_SCOPE, waiting) if found.pending else _SCOPE,
        signatures=(leader_of(session, found.unit, kop, day=last, signed_on=signed_on),),
    )


def write_run(run: Run | None) -> str | None:
    """12 hari, 2 Maret 2026 sampai 18 Maret 2026; None for none."""
    return None if run is None else f"{run.days} hari, {write_date(run.first)} sampai {write_date(run.last)}"


def _by_person(session: Session, recap: YearlyRecap, signed_on: date | None) -> Sheet:
    kop, facts = head_of(session, recap.unit)
    terms = read_terms(session, date(recap.year, 12, 31))
    entries: list[tuple[str, tuple[Cell, ...]]] = []
    for number, line in enumerate(recap.lines, 1):
        position = terms.get(line.person.id, Term()).position or line.person.position or ""
        sanction = line.discipline.sanction
        row = (
            str(number),
            name_with_nip(line.person.name, line.person.shown_nip),
            clean(position) or None,
            *sum_cells(line.totals),
            None if sanction is None else sanction.name,
        )
        entries.append((line.unit.name, row))
    sums = {each.unit.name: sum_line(f"Jumlah {clean(each.unit.name)}", 3, each.totals, None) for each in recap.units}
    return Sheet(
        name="Rekap Tahunan",
        kop=kop.lines,
        title=(TITLE,),
        facts=(*facts, ("TAHUN", str(recap.year))),
        columns=(
            *(Column("No", 11, "center"), Column("Nama/NIP", 62), Column("Jabatan", 44)),
            *SUMS,
            Column("Ancaman Hukuman Disiplin (PP 94/2021)", 50),
        ),
        sections=sections_by_unit(entries, sums),
        empty=EMPTY,
        sums=sum_line("Jumlah", 3, recap.totals, None) if recap.lines else None,
        legend=(f"{recap.pending} dari {recap.days} hari masih dapat berubah.",) if recap.pending else (),
        signatures=(leader_of(session, recap.unit, kop, day=date(recap.year, 12, 31), signed_on=signed_on),),
    )


def _by_month(session: Session, recap: YearlyRecap, signed_on: date | None) -> Sheet:
    kop, facts = head_of(session, recap.unit)
    rows: list[tuple[Cell, ...]] = []
    for number in range(1, len(MONTHS) + 1):
        sums = recap.months.get(f"{recap.year:04d}-{number:02d}")
        cells: tuple[Cell, ...] = (None,) * len(SUMS) if sums is None else sum_cells(sums)
        rows.append((str(number), write_month(number), *cells))
    return Sheet(
        name="Jumlah per Bulan",
        kop=kop.lines,
        title=(TITLE, "JUMLAH PER BULAN"),
        facts=(*facts, ("TAHUN", str(recap.year))),
        columns=(Column("No", 11, "center"), Column("Bulan", 60), *SUMS),
        sections=(Section(tuple(rows)),),
        empty=EMPTY,
        sums=sum_line("Jumlah", 2, recap.totals),
        signatures=(leader_of(session, recap.unit, kop, day=date(recap.year, 12, 31), signed_on=signed_on),),
    )


def _by_unit(session: Session, recap: YearlyRecap, signed_on: date | None) -> Sheet:
    kop, facts = head_of(session, recap.unit)
    rows: list[tuple[Cell, ...]] = [
        (str(number), clean(each.unit.name) or "Tanpa unit", each.people, *sum_cells(each.totals))
        for number, each in enumerate(recap.units, 1)
    ]
    return Sheet(
        name="Jumlah per Unit",
        kop=kop.lines,
        title=(TITLE, "JUMLAH PER UNIT KERJA"),
        facts=(*facts, ("TAHUN", str(recap.year))),
        columns=(
            *(Column("No", 11, "center"), Column("Unit Kerja", 93), Column("Jumlah Pegawai", 32, "right")),
            *SUMS,
        ),
        sections=(Section(tuple(rows)),),
        empty=EMPTY,
        sums=sum_line("Jumlah", 3, recap.totals),
        signatures=(leader_of(session, recap.unit, kop, day=date(recap.year, 12, 31), signed_on=signed_on),),
    )
