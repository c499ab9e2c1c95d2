"""Lampiran I, II and III: columns, pages, what stands in them, and names that try to be more than names."""

from __future__ import annotations

import io
from datetime import date, datetime
from zoneinfo import ZoneInfo

import openpyxl
import pytest
from openpyxl.worksheet.worksheet import Worksheet
from PIL import Image

from benchmarks.invented_office import InventedOffice
from hub.attendance.day import Status
from hub.db import Database
from hub.recap.daily import daily
from hub.recap.exports import export, export_letter, export_sheet, sheets_of
from hub.recap.forms.lampiran_i import blank_lampiran_i, lampiran_i
from hub.recap.forms.lampiran_ii import COLUMNS, blank_lampiran_ii, lampiran_ii
from hub.recap.forms.lampiran_iii import TEMPLATE, lampiran_iii
from hub.recap.forms.letterhead import SUPERVISOR, set_kop, signature_of
from hub.recap.forms.sheet import Cell, Section, Sheet, SumLine, clean
from hub.recap.forms.typeset import form_to_png, sheets_to_pdf, sheets_to_png
from hub.recap.forms.workbook import to_workbook
from hub.recap.monthly import Month, monthly
from hub.roster.models import EmploymentTerm, OfficeHolder
from tests.factories.stored_days import day, store

JAKARTA = ZoneInfo("Asia/Jakarta")
MONDAY = date(2026, 11, 2)
NOVEMBER = Month(2026, 11)
# As in RULES.md, which has them from Perbup Jember 55/2021.
LAMPIRAN_I = (
    "No | Nama/NIP | Jabatan | Kedatangan: Jam (WIB) | Kedatangan: Tanda Tangan | Kepulangan: Jam (WIB) | "
    "Kepulangan: Tanda Tangan | TK/C/S/DL/I | Keterangan"
)
LAMPIRAN_II = (
    "No | Nama/NIP | Jabatan | Rekap Terlambat Datang (Jumlah Menit) | Rekap Pulang Sebelum Waktu (Jumlah Menit) | "
    "Tidak Hadir Tanpa Alasan Sah (Jumlah Hari) | Cuti/Sakit/Dinas Luar/Diklat (Jumlah Hari) | Ijin (Jumlah Hari)"
)
HOSTILE = (
    '*Ani* _Budi_ #panic(1) $x^2$ @ref <label> [c] `raw` \\ // /* "q" ~ -- = Judul',
    '#{ read("/etc/passwd") }',
    ']) #import "x.typ": * ([',
    "=cmd|' /C calc'!A0",
    "W" * 200,
    "Dr. dr. Raden Ajeng Siti Nurhaliza Kusumawardhani Prabowo Hadiningrat, Sp.PD-KGEH, M.Kes., FINASIM",
    "Baris\nkedua\tdan\x1b[31mmerah",
)


def at(clock: str) -> datetime:
    return datetime.combine(MONDAY, datetime.strptime(clock, "%H:%M").time(), JAKARTA)


@pytest.fixture
def unit(database: Database, office: InventedOffice) -> int:
    """A unit with a letterhead, and nobody in it."""
    unit = office.unit("Dinas Kesehatan")
    with database.write() as session:
        lines = ["PEMERINTAH KABUPATEN JEMBER", "DINAS KESEHATAN", "Jalan Srikoyo I/03"]
        set_kop(session, unit, lines=lines, place="Jember", author="bkpp", now=office.at)
    return unit


def form_i(database: Database, unit: int | None, work_date: date = MONDAY, **how) -> Sheet:
    recap = daily(database, work_date, unit)
    with database.read() as session:
        return lampiran_i(session, recap, **how)


def form_ii(database: Database, unit: int | None, month: Month = NOVEMBER, **how) -> Sheet:
    recap = monthly(database, month, unit)
    with database.read() as session:
        return lampiran_ii(session, recap, **how)


def headings(sheet: Sheet) -> str:
    return " | ".join(f"{each.group}: {each.heading}" if each.group else each.heading for each in sheet.columns)


def read_sheet(content: bytes, name: str) -> Worksheet:
    return openpyxl.load_workbook(io.BytesIO(content))[name]


def read_rows(page: Worksheet) -> list[tuple[object, ...]]:
    return list(page.iter_rows(values_only=True))


def test_lampiran_i_has_the_columns_of_the_regulation(database: Database, unit: int, office: InventedOffice) -> None:
    ani = office.employee("Ani", unit=unit, nip="198501012010011001", position="Arsiparis")
    budi = office.employee("Budi", unit=unit)
    store(database, ani, unit, day(MONDAY, late_min=5, arrival=at("07:05"), departure=at("15:10"), remark="Catatan"))
    store(database, budi, unit, day(MONDAY, Status.DL, lampiran_i_code="DL"))
    sheet = form_i(database, unit, signed_on=MONDAY)
    assert headings(sheet) == LAMPIRAN_I
    assert sheet.facts == (("HARI", "Senin"), ("TANGGAL", "2 November 2026"))
    assert sheet.sections[0].rows == (
        ("1", "Ani\n19850101 201001 1 001", "Arsiparis", "07.05", None, "15.10", None, None, "Catatan"),
        ("2", "Budi", None, None, None, None, None, "DL", None),
    )
    assert sheet.signatures[0].above == ("Jember, 2 November 2026", "Pimpinan OPD,")


def test_lampiran_ii_has_the_columns_of_the_regulation(database: Database, unit: int, office: InventedOffice) -> None:
    ani = office.employee("Ani", unit=unit)
    store(
        database,
        ani,
        unit,
        day(MONDAY, late_min=5),
        day(date(2026, 11, 3), Status.TIDAK_LENGKAP, early_min=None, missing=("out",)),
        day(date(2026, 11, 4), Status.TK),
        day(date(2026, 11, 5), Status.S),
        day(date(2026, 11, 6), Status.I),
    )
    with database.write() as session:
        session.add(EmploymentTerm(employee_id=ani, position="Penata", set_by="bkpp", set_at=office.at))
    sheet = form_ii(database, unit)
    assert headings(sheet) == LAMPIRAN_II
    assert (sheet.title, sheet.facts) == (
        ("REKAPITULASI KEHADIRAN PEGAWAI",),
        (("BULAN", "November"), ("TAHUN", "2026")),
    )
    assert sheet.sections[0].rows == (("1", "Ani", "Penata", 5, 0, 1, 1, 1),)
    assert sheet.notes == ("1. Ani: 1 hari tanpa scan pulang, menit dihitung 0 (03-11).",)
    assert sheet.sums is not None
    assert sheet.sums.cells == (5, 0, 1, 1, 1)


def test_hours_carry_the_zone_of_the_unit(database: Database, office: InventedOffice) -> None:
    unit = office.unit("Kutai Timur", timezone="Asia/Makassar")
    ani = office.employee("Ani", unit=unit)
    store(
        database,
        ani,
        unit,
        day(MONDAY, arrival=at("07:00").astimezone(ZoneInfo("Asia/Makassar")), departure=at("15:00")),
    )
    sheet = form_i(database, unit)
    assert sheet.columns[3].heading == "Jam (WITA)"
    assert (sheet.sections[0].rows[0][3], sheet.sections[0].rows[0][5]) == ("08.00", "15.00 WIB")


@pytest.mark.parametrize(
    ("work_date", "facts"),
    [
        (date(2028, 2, 29), (("HARI", "Selasa"), ("TANGGAL", "29 Februari 2028"))),
        (date(2026, 12, 31), (("HARI", "Kamis"), ("TANGGAL", "31 Desember 2026"))),
    ],
)
def test_days_at_the_edge_of_the_calendar(
    database: Database, unit: int, office: InventedOffice, work_date: date, facts: tuple[tuple[str, str], ...]
) -> None:
    store(database, office.employee("Ani", unit=unit), unit, day(work_date, late_min=7))
    assert form_i(database, unit, work_date).facts == facts
    assert form_ii(database, unit, Month.of(work_date)).sections[0].rows[0][3] == 7


def test_person_who_moved_stands_in_both_units(database: Database, unit: int, office: InventedOffice) -> None:
    other = office.unit("Puskesmas Sumber", parent=unit)
    ani = office.employee("Ani", unit=other)
    store(database, ani, unit, day(MONDAY, late_min=5))
    store(database, ani, other, day(date(2026, 11, 16), late_min=9))
    sheet = form_ii(database, unit)
    assert [(section.heading, section.rows[0][0], section.rows[0][3]) for section in sheet.sections] == [
        ("Dinas Kesehatan", "1", 5),
        ("Puskesmas Sumber", "2", 9),
    ]
    assert [section.sums and section.sums.cells[0] for section in sheet.sections] == [5, 9]
    below = form_ii(database, other)
    assert below.facts[0] == ("UNIT KERJA", "Puskesmas Sumber")
    assert below.kop[1] == "DINAS KESEHATAN"


def invented(*rows: tuple[Cell, ...], heading: str | None = None, sums: SumLine | None = None) -> Sheet:
    """Lampiran II with these rows, and no database behind it."""
    return Sheet(
        name="Lampiran II",
        kop=("PEMERINTAH KABUPATEN JEMBER", "DINAS KESEHATAN"),
        title=("REKAPITULASI KEHADIRAN PEGAWAI",),
        facts=(("BULAN", "November"), ("TAHUN", "2026")),
        columns=COLUMNS,
        sections=(Section(rows, heading, sums),),
        empty="Kosong",
        signatures=(signature_of(None, "Pimpinan OPD", above=("Jember, 1 Desember 2026",)),),
    )


def row(number: int, name: str) -> tuple[Cell, ...]:
    return (str(number), f"{name}\n19850101 201001 1 001", "Arsiparis", number, 0, 0, 0, 0)


def test_two_hundred_rows_of_long_names_take_many_pages() -> None:
    sheet = invented(*(row(number, f"Pegawai {'dengan nama panjang sekali ' * 3}") for number in range(200)))
    pages = sheets_to_png([sheet], paper="F4", ppi=10)
    assert 10 <= len(pages) <= 20
    assert len(sheets_to_png([sheet], paper="A4", ppi=10)) > len(pages) - 1
    assert sheets_to_pdf([sheet], paper="F4").startswith(b"%PDF-")


def test_pages_grow_one_by_one_and_the_signature_takes_rows_along() -> None:
    """Wherever the break falls, the last page has the heading of a table: a signature never stands alone."""
    counts = []
    for rows in range(8, 20):
        pages = sheets_to_png([invented(*(row(number, "Ani") for number in range(rows)))], paper="F4", ppi=20)
        counts.append(len(pages))
        last = Image.open(io.BytesIO(pages[-1])).convert("L")
        # The shaded heading of the table, in the upper quarter of a page that is not the first.
        upper = last.crop((0, 0, last.width, last.height // 4)).histogram()
        assert len(pages) == 1 or upper[225] > last.width
    assert (counts[0], counts[-1]) == (1, 2)
    assert counts == sorted(counts)


@pytest.mark.parametrize("name", HOSTILE)
def test_names_are_set_as_they_are_written(database: Database, unit: int, office: InventedOffice, name: str) -> None:
    ani = office.employee(name, unit=unit, position=name)
    store(database, ani, unit, day(MONDAY, remark=name))
    with database.write() as session:
        set_kop(session, unit, lines=[clean(name)], place="*Jember* #x", author="bkpp", now=office.at)
        session.add(
            OfficeHolder(
                unit_id=unit, office=SUPERVISOR, employee_id=ani, valid_from=MONDAY, set_by="x", set_at=office.at
            )
        )
    sheets = [form_i(database, unit), form_ii(database, unit)]
    assert sheets_to_pdf(sheets, paper="F4").startswith(b"%PDF-")
    with database.read() as session:
        letter = lampiran_iii(session, unit_id=unit, employee_id=ani, day=MONDAY, number=name, today=MONDAY)
    assert export_letter(letter, "pdf").startswith(b"%PDF-")
    cell = read_sheet(to_workbook(sheets, paper="F4"), "Lampiran II").cell(8, 2)
    assert (cell.value, cell.data_type) == (clean(name), "s")


def test_markup_in_a_name_is_not_markup() -> None:
    """Names that would look alike, or not be there at all, if they were read as markup."""
    names = ("Ani", "*Ani*", "_Ani_", "#Ani", "Ani // Budi", "Ani \\ Budi", "#[Ani]")
    assert len({sheets_to_png([invented(row(1, name))], paper="F4", ppi=60)[0] for name in names}) == len(names)


def test_empty_month_says_so_in_words(database: Database, unit: int) -> None:
    sheet = form_ii(database, unit)
    assert sheet.rows == 0
    assert sheet.empty.startswith("Belum ada data")
    assert len(sheets_to_png([sheet], paper="F4", ppi=20)) == 1
    words = [cell for row in read_rows(read_sheet(export_sheet(sheet, "xlsx"), "Lampiran II")) for cell in row]
    assert sheet.empty in words


def test_blank_forms_have_who_belongs_there_that_day(database: Database, unit: int, office: InventedOffice) -> None:
    office.employee("Budi", unit=unit, nip="198501012010011001")
    office.employee("Ani", unit=office.unit("Puskesmas", parent=unit))
    office.employee("Cici", unit=unit, member=(None, date(2026, 10, 31)))
    office.employee("Dodi", unit=unit, employed=(None, date(2026, 10, 31)))
    office.employee("Elang", unit=office.unit("Dinas Lain"))
    with database.read() as session:
        sheet = blank_lampiran_i(session, MONDAY, unit)
        month = blank_lampiran_ii(session, NOVEMBER, unit)
        everybody = blank_lampiran_i(session, MONDAY, None)
    assert [section.heading for section in sheet.sections] == ["Dinas Kesehatan", "Puskesmas"]
    assert sheet.sections[0].rows == (("1", "Budi\n19850101 201001 1 001", *(None,) * 7),)
    assert month.sections[1].rows == (("2", "Ani", *(None,) * 6),)
    assert (headings(sheet), headings(month)) == (LAMPIRAN_I, LAMPIRAN_II)
    assert everybody.rows == 3


def test_workbook_of_a_month_equals_its_recap(database: Database, unit: int, office: InventedOffice) -> None:
    other = office.unit("Puskesmas Sumber", parent=unit)
    for number, of_unit in enumerate((unit, unit, other)):
        store(database, office.employee(f"P{number}", unit=of_unit), of_unit, day(MONDAY, late_min=number, early_min=2))
    recap = monthly(database, NOVEMBER, unit)
    book = export(database, recap, "xlsx")
    rows = read_rows(read_sheet(book, "Lampiran II"))
    assert tuple(column.heading for column in COLUMNS) in rows
    people = [row for row in rows if isinstance(row[0], int)]
    assert [(row[1], row[3], row[4]) for row in people] == [
        (line.person.name, line.summary.lampiran_ii.terlambat_menit, line.summary.lampiran_ii.pulang_awal_menit)
        for line in recap.lines
    ]
    total = next(row for row in rows if row[0] == "Jumlah")
    assert total[3:] == tuple(getattr(recap.totals, name) for name in recap.totals.__struct_fields__)
    units = [row for row in read_rows(read_sheet(book, "Jumlah per Unit")) if isinstance(row[0], int)]
    assert [(row[1], row[2], row[3]) for row in units] == [
        (each.unit.name, each.people, each.totals.terlambat_menit) for each in recap.units
    ]


def test_workbook_is_ready_to_print(database: Database, unit: int, office: InventedOffice) -> None:
    store(database, office.employee("Ani", unit=unit), unit, day(MONDAY))
    for sheet, first, last in ((form_i(database, unit), 8, 9), (form_ii(database, unit), 9, 9)):
        page = read_sheet(export_sheet(sheet, "xlsx", paper="A4"), sheet.name)
        assert page.print_title_rows == f"${first}:${last}"
        assert page.freeze_panes == f"C{last + 1}"
        assert (page.page_setup.orientation, page.page_setup.paperSize) == ("landscape", 9)
        assert (page.page_setup.fitToWidth, page.page_setup.fitToHeight) == (None, 0)
        assert "&P" in page.oddFooter.right.text
    assert read_sheet(export_sheet(sheet, "xlsx"), sheet.name).page_setup.paperSize == 14


def test_big_workbook_is_written_row_by_row_and_reads_the_same() -> None:
    rows = [row(number, "=1+1") for number in range(2_500)]
    sheet = invented(*rows, heading="Unit", sums=SumLine("Jumlah Unit", 3, (1, 2, 3, 4, 5)))
    found = read_rows(read_sheet(to_workbook([sheet], paper="F4"), "Lampiran II"))
    assert [each for each in found if isinstance(each[0], int)] == [(int(str(each[0])), *each[1:]) for each in rows]
    assert ("Jumlah Unit", None, None, 1, 2, 3, 4, 5) in found
    assert found[0][0] == "PEMERINTAH KABUPATEN JEMBER"


def test_lampiran_iii_names_what_is_known_and_leaves_lines_for_the_rest(
    database: Database, unit: int, office: InventedOffice
) -> None:
    ani = office.employee("Ani", unit=unit, nip="198501012010011001", position="Arsiparis")
    boss = office.employee("Pak Bos", unit=unit)
    with database.write() as session:
        session.add(
            OfficeHolder(
                unit_id=unit, office=SUPERVISOR, employee_id=boss, valid_from=MONDAY, set_by="x", set_at=office.at
            )
        )
        session.add(EmploymentTerm(employee_id=ani, rank="Penata (III/c)", set_by="bkpp", set_at=office.at))
    with database.read() as session:
        letter = lampiran_iii(session, unit_id=None, employee_id=ani, day=MONDAY, number="800/1", today=MONDAY)
        blank = lampiran_iii(session, unit_id=unit, today=date(2025, 1, 1))
    assert letter.kop[1] == "DINAS KESEHATAN"
    assert letter.opening == (
        "Pada hari ini Senin tanggal dua bulan November tahun dua ribu dua puluh enam bertempat di Kabupaten Jember, "
        "saya yang bertanda tangan di bawah ini:"
    )
    assert letter.lines == ("Nama", "NIP", "Pangkat/Golongan", "Jabatan")
    assert letter.signer == ("Pak Bos", None, None, None)
    assert letter.employee == ("Ani", "19850101 201001 1 001", "Penata (III/c)", "Arsiparis")
    assert letter.place_and_date == "Jember, 2 November 2026"
    assert [signature.above[-1] for signature in letter.signatures] == ["Kepala Perangkat Daerah,", "Atasan Langsung,"]
    assert (blank.number, blank.signer, blank.employee) == (None, (None,) * 4, (None,) * 4)
    assert "hari ini …" in blank.opening
    for each in (letter, blank):
        assert len(form_to_png(TEMPLATE, each, paper="F4", ppi=20)) == 1
        assert export_letter(each, "pdf").startswith(b"%PDF-")
    words = [cell for row in read_rows(read_sheet(export_letter(letter, "xlsx"), "Lampiran III")) for cell in row]
    for expected in (letter.title, "NOMOR: 800/1", letter.opening, "Ani", letter.reason, letter.ending, "Pak Bos"):
        assert expected in words


def test_units_without_a_letterhead_still_get_forms(database: Database, office: InventedOffice) -> None:
    ani = office.employee("Ani", unit=None)
    store(database, ani, None, day(MONDAY))
    recap = monthly(database, NOVEMBER)
    assert sheets_of(database, recap)[0].kop == ("SELURUH UNIT KERJA",)
    assert export(database, recap, "pdf").startswith(b"%PDF-")
