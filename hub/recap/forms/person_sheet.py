"""A person's month on paper: every day, and the sums of Lampiran II."""

from __future__ import annotations

from datetime import date
from typing import Final

from sqlalchemy.orm import Session

from hub.attendance.day import AttendanceDay, Status
from hub.recap.forms.heads import head_of, leader_of
from hub.recap.forms.indonesian import write_day, write_month, write_time
from hub.recap.forms.lampiran_ii import EMPTY, SUMS, sum_cells
from hub.recap.forms.letterhead import Term, read_terms
from hub.recap.forms.sheet import Cell, Column, Section, Sheet, SumLine, clean
from hub.recap.monthly import Month
from hub.recap.person import PersonMonth

NAME: Final = "Rekap Perorangan"
STATUS_WORDS: Final[dict[Status, str]] = {
    Status.HADIR: "Hadir",
    Status.TIDAK_LENGKAP: "Tidak lengkap",
    Status.BERJALAN: "Sedang berjalan",
    Status.MENUNGGU_DATA: "Menunggu data kiosk",
    Status.BELUM_ADA_KETERANGAN: "Belum ada keterangan",
    Status.TK: "Tanpa keterangan",
    Status.LIBUR: "Libur",
    Status.DIBATALKAN: "Kehadiran dibatalkan",
    Status.DL: "Dinas luar",
    Status.C: "Cuti",
    Status.S: "Sakit",
    Status.I: "Ijin",
}
_MEASURED: Final = frozenset({Status.HADIR, Status.TIDAK_LENGKAP, Status.BERJALAN})
"""Days on which minutes say something."""

COLUMNS: Final = (
    Column("Tanggal", 22, "center"),
    Column("Hari", 20),
    Column("Status", 46),
    Column("Kedatangan", 24, "center"),
    Column("Kepulangan", 24, "center"),
    Column("Terlambat Datang (Jumlah Menit)", 32, "right"),
    Column("Pulang Sebelum Waktu (Jumlah Menit)", 34, "right"),
    Column("TK/C/S/DL/I", 26, "center"),
    Column("Keterangan", 72),
)


def person_sheet(session: Session, found: PersonMonth, *, signed_on: date | None = None) -> Sheet:
    """The month of one person."""
    month = Month.parse(found.month)
    kop, facts = head_of(session, found.unit if found.unit.id is not None else None)
    term = read_terms(session, month.last, [found.person.id]).get(found.person.id, Term())
    sums = found.summary.lampiran_ii
    words = "; ".join(
        f"{column.heading}: {total}" for column, total in zip(SUMS, sum_cells(sums), strict=True) if found.days
    )
    return Sheet(
        name=NAME,
        kop=kop.lines,
        title=("REKAPITULASI KEHADIRAN PERORANGAN",),
        facts=(
            *facts,
            ("NAMA", clean(found.person.name)),
            ("NIP", clean(found.person.shown_nip) or "-"),
            ("JABATAN", clean(term.position or found.person.position or "") or "-"),
            ("BULAN", write_month(month.month)),
            ("TAHUN", str(month.year)),
        ),
        columns=COLUMNS,
        sections=(Section(tuple(_row(day) for day in found.days)),),
        empty=EMPTY,
        sums=SumLine("Jumlah", 5, (sums.terlambat_menit, sums.pulang_awal_menit, None, None)) if found.days else None,
        legend=(f"{words}.",) if words else (),
        notes=tuple(f"{clean(remark)}." for remark in found.summary.remarks),
        signatures=(
            leader_of(session, None if found.unit.id is None else found.unit, kop, day=month.last, signed_on=signed_on),
        ),
    )


def _row(day: AttendanceDay) -> tuple[Cell, ...]:
    return (
        f"{day.work_date:%d-%m-%Y}",
        write_day(day.work_date),
        STATUS_WORDS[day.status],
        None if day.arrival is None else write_time(day.arrival),
        None if day.departure is None else write_time(day.departure),
        day.late_min if day.status in _MEASURED else None,
        day.early_min if day.status in _MEASURED else None,
        day.lampiran_i_code,
        clean(day.remark) or None,
    )
