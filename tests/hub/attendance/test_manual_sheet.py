"""A unit's Lampiran I goes in whole, or not at all, and every line says what is wrong with it."""

from __future__ import annotations

import io
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook

from hub.attendance.manual import decide_entries, list_entries
from hub.attendance.manual_sheet import MAX_SHEET_BYTES, SheetReport, import_sheet, read_sheet
from hub.attendance.models import ManualEntry
from hub.attendance.outages import declare_outage
from hub.errors import PaperError, SheetError
from tests.factories.desk import PaperDesk, at
from tests.factories.papers import scan

TUESDAY = date(2026, 11, 10)
SHEET = """No;Nama;NIP;Jam Datang;Jam Pulang;Keterangan
1;Rina Wulandari;19850101 201001 1 001;6.55;15.05;
2;budi santoso;;07:10;;pulang sakit

3;Siti Aminah;;-;-;cuti
"""


@pytest.fixture
def outage(desk: PaperDesk) -> int:
    desk.office.employee("Budi Santoso", unit=desk.unit)
    desk.office.employee("Siti Aminah", unit=desk.unit)
    desk.office.employee("Siti Aminah", unit=desk.office.unit("Dinas Pendidikan"))
    return declare_outage(
        desk.database, desk.unit, began_at=at("2026-11-10 05:00"), reason="listrik", by="siti", now=desk.now
    )


def imported(desk: PaperDesk, outage: int, content: str | bytes = SHEET, **options: Any) -> SheetReport:
    options = {"work_date": TUESDAY, "store": desk.store} | options
    raw = content if isinstance(content, bytes) else content.encode()
    return import_sheet(desk.database, raw, outage_id=outage, by="siti", now=desk.now, **options)


def test_sheet_is_entered_line_by_line_and_waits_for_another_person(desk: PaperDesk, outage: int) -> None:
    desk.settle()
    report = imported(desk, outage, scan=scan("lampiran.pdf"))
    assert (report.ready, report.without_times, report.errors, len(report.stored)) == (2, 1, (), 2)
    assert [line.line for line in report.lines] == [2, 3, 5]
    assert desk.dirty() == {"2026-11-10"}
    entries = list_entries(desk.database, outage_id=outage)
    assert [(entry.name, f"{entry.arrival:%H:%M}", entry.departure) for entry in entries] == [
        ("Budi Santoso", "07:10", None),
        ("Rina Wulandari", "06:55", at("2026-11-10 15:05")),
    ]
    assert {entry.sha256 for entry in entries} == {desk.store.keep(scan())}
    assert {entry.state for entry in entries} == {"submitted"}
    assert decide_entries(desk.database, report.stored, approved=True, by="budi", now=desk.now) == 2


def test_dry_run_stores_nothing(desk: PaperDesk, outage: int) -> None:
    report = imported(desk, outage, dry_run=True)
    assert (report.ready, report.stored) == (2, ())
    assert desk.rows(ManualEntry) == []


def test_one_bad_line_leaves_the_whole_sheet_out(desk: PaperDesk, outage: int) -> None:
    sheet = SHEET + "4;Rina Wulandari;;07:00;15:00;\n5;Nobody;;07:00;;\n6;;;07:00;;\n7;Budi Santoso;;25:00;;\n"
    sheet += "8;Rina;198501012010011001;07:00;;\n9;;1,98501E+17;07:00;;\n"
    report = imported(desk, outage, sheet)
    assert report.stored == ()
    assert desk.rows(ManualEntry) == []
    assert [(line.line, line.error.split(";")[0].split(":")[0]) for line in report.errors if line.error] == [
        (6, "Rina Wulandari stands on line 2 already."),
        (7, "There is no employee 'Nobody' in this unit"),
        (8, "The line names nobody"),
        (9, "'25"),
        (10, "The NIP is that of Rina Wulandari, and the name Rina"),
        (11, "'1,98501E+17' was a NIP before the spreadsheet rounded it"),
    ]


def test_two_people_of_one_name_in_the_unit_are_told_apart_by_the_number_only(desk: PaperDesk, outage: int) -> None:
    desk.office.employee("Budi Santoso", unit=desk.unit, nip="199203142021212017")
    [line] = imported(desk, outage, "Nama,Jam Datang\nBudi Santoso,07:00\n").errors
    assert "There are 2 employees 'Budi Santoso'; give the NIP" in (line.error or "")
    assert imported(desk, outage, "NIP,Jam Datang\n'199203142021212017,07:00\n").ready == 1


def test_sheet_is_entered_once(desk: PaperDesk, outage: int) -> None:
    imported(desk, outage)
    report = imported(desk, outage)
    assert report.stored == ()
    assert len(report.errors) == 2
    assert "already; withdraw it first" in (report.errors[0].error or "")


@pytest.mark.parametrize(
    "content",
    [
        b"\xef\xbb\xbf" + SHEET.encode(),
        SHEET.replace("\n", "\r\n").encode("cp1252"),
        SHEET.replace(";", "\t").encode(),
        SHEET.replace(";", ",").encode(),
        b"Nama/NIP;Kedatangan;Kepulangan\n198501012010011001;06.55;15.05\nBudi Santoso;07.10;\n",
    ],
)
def test_sheet_is_read_as_spreadsheets_write_it(desk: PaperDesk, outage: int, content: bytes) -> None:
    assert imported(desk, outage, content, dry_run=True).ready == 2


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "is empty"),
        (b"\n\n", "is empty"),
        (b"PK\x03\x04", "cannot be read as XLSX"),
        (b"\0\1", "neither UTF-8 text nor XLSX"),
        (b"Nama;Alamat\nRina;Jember\n", "names no people or no times"),
        (b"Jam Datang;Jam Pulang\n07:00;15:00\n", "names no people or no times"),
        (b"Nama;Jam Datang\n", "no rows"),
        (b'Nama;Jam Datang\n"' + b"x" * 200_000, "line 2: field larger"),
        (b"Nama;Jam Datang\n" + b"Rina;07:00\n" * 5001, "more than 5000 lines"),
    ],
    ids=range(9),
)
def test_file_that_is_no_sheet_is_refused_in_words(desk: PaperDesk, outage: int, content: bytes, words: str) -> None:
    with pytest.raises((PaperError, SheetError), match=words):
        imported(desk, outage, content)


def test_workbook_says_the_same_as_csv(desk: PaperDesk, outage: int) -> None:
    book = Workbook()
    for line in SHEET.splitlines():
        book.active.append([cell or None for cell in line.split(";")])
    content = io.BytesIO()
    book.save(content)
    report = imported(desk, outage, content.getvalue(), dry_run=True)
    assert (report.ready, report.without_times, report.errors) == (2, 1, ())


def test_sheet_of_another_date_or_outage_is_refused(desk: PaperDesk, outage: int) -> None:
    with pytest.raises(PaperError, match="and not on 2026-11-09"):
        imported(desk, outage, work_date=date(2026, 11, 9))
    with pytest.raises(PaperError, match="no outage 99"):
        imported(desk, 99)


def test_part_timer_on_a_sheet_needs_its_scan(desk: PaperDesk) -> None:
    school = desk.office.unit("Sekolah", policy="jombang-part-time")
    desk.office.employee("Dewi", unit=school)
    outage = declare_outage(
        desk.database, school, began_at=at("2026-11-10 05:00"), reason="listrik", by="siti", now=desk.now
    )
    sheet = "Nama,Jam Datang\nDewi,07:00\n"
    [line] = imported(desk, outage, sheet).errors
    assert "needs a photo as evidence; add the form's scan" in (line.error or "")
    assert len(imported(desk, outage, sheet, scan=scan()).stored) == 1


def test_sheet_that_is_too_large_or_missing_is_refused(tmp_path: Path) -> None:
    large = tmp_path / "lampiran.csv"
    large.write_bytes(b"x" * (MAX_SHEET_BYTES + 1))
    with pytest.raises(PaperError, match="larger than any unit's day"):
        read_sheet(large)
    with pytest.raises(PaperError, match="No such file"):
        read_sheet(tmp_path / "nowhere.csv")
