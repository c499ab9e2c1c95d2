"""Recaps as files: each format says the same, and none carries a formula."""

from __future__ import annotations

import csv
import io
import json
from datetime import date

import openpyxl
import pytest

from benchmarks.invented_office import InventedOffice
from hub.attendance.day import Status
from hub.db import Database
from hub.recap.daily import daily
from hub.recap.exports import FORMATS, Recap, escaped, export
from hub.recap.monthly import Month, monthly
from hub.recap.person import person_month
from hub.recap.yearly import discipline_list, yearly
from tests.factories.stored_days import absences, day, store

MONDAY = date(2026, 11, 2)
NOVEMBER = Month(2026, 11)
FORMULA = '=HYPERLINK("http://x";"Ani")'


@pytest.fixture
def recaps(database: Database, office: InventedOffice) -> dict[str, Recap]:
    unit = office.unit("Dinas Kesehatan")
    ani = office.employee(FORMULA, unit=unit, nip="198501012010011001", position="@SUM(A1)")
    budi = office.employee("Budi", unit=unit)
    store(database, ani, unit, day(MONDAY, late_min=5, remark="-1+1"), day(date(2026, 11, 3), late_min=7))
    store(database, ani, unit, day(date(2026, 11, 4), Status.TIDAK_LENGKAP, early_min=None, missing=("out",)))
    store(database, budi, unit, *absences(MONDAY, 11))
    person = person_month(database, ani, NOVEMBER)
    assert person is not None
    return {
        "day": daily(database, MONDAY),
        "month": monthly(database, NOVEMBER),
        "person": person,
        "year": yearly(database, 2026),
        "discipline": discipline_list(database, 2026),
    }


def read_csv(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode())))


@pytest.mark.parametrize("name", ["day", "month", "person", "year", "discipline"])
def test_every_recap_has_every_format(database: Database, recaps: dict[str, Recap], name: str) -> None:
    files = {form: export(database, recaps[name], form) for form in FORMATS}
    assert json.loads(files["json"])
    assert read_csv(files["csv"])
    assert files["pdf"].startswith(b"%PDF-")
    book = openpyxl.load_workbook(io.BytesIO(files["xlsx"]))
    assert {cell.data_type for page in book for row in page.iter_rows() for cell in row} <= {"s", "n"}


def test_csv_of_a_month_equals_its_json(database: Database, recaps: dict[str, Recap]) -> None:
    sums = [line["summary"]["lampiran_ii"] for line in json.loads(export(database, recaps["month"], "json"))["lines"]]
    rows = read_csv(export(database, recaps["month"], "csv"))
    assert [[int(row[heading]) for heading in list(row)[6:11]] for row in rows] == [
        list(each.values()) for each in sums
    ]
    assert list(rows[0])[:6] == ["No", "Nama", "NIP", "Jabatan", "Unit Kerja", "Bulan"]
    assert rows[0]["NIP"] == "19850101 201001 1 001"
    assert rows[0]["Keterangan"] == "1 hari tanpa scan pulang, menit dihitung 0 (04-11)"


def test_csv_has_no_formula(database: Database, recaps: dict[str, Recap]) -> None:
    for recap in recaps.values():
        for row in csv.reader(io.StringIO(export(database, recap, "csv").decode())):
            assert not [cell for cell in row if cell.lstrip().startswith(("=", "+", "-", "@"))]
    rows = read_csv(export(database, recaps["day"], "csv"))
    assert (rows[0]["Nama"], rows[0]["Jabatan"], rows[0]["Keterangan"]) == (f"'{FORMULA}", "'@SUM(A1)", "'-1+1")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Ani", "Ani"),
        ("", ""),
        ("=1", "'=1"),
        ("+1", "'+1"),
        ("-1", "'-1"),
        ("@x", "'@x"),
        ("  =1", "'  =1"),
        ("\t=1", "' =1"),
        ("\r=1", "' =1"),
        ("＝1", "'＝1"),
        ("a=1", "a=1"),
        ("\x1b[31m", "�[31m"),
    ],
)
def test_text_that_begins_like_a_formula_is_escaped(text: str, shown: str) -> None:
    assert escaped(text) == shown


def test_byte_order_mark_is_there_when_asked_for(database: Database, recaps: dict[str, Recap]) -> None:
    plain, marked = (export(database, recaps["month"], "csv", bom=bom) for bom in (False, True))
    assert marked == b"\xef\xbb\xbf" + plain
    assert not plain.startswith(b"\xef\xbb\xbf")


def test_year_as_csv_has_a_line_for_each_month(database: Database, recaps: dict[str, Recap]) -> None:
    rows = read_csv(export(database, recaps["year"], "csv"))
    assert [(row["Nama"], row["Bulan"]) for row in rows] == [(f"'{FORMULA}", "2026-11"), ("Budi", "2026-11")]


def test_discipline_list_names_sanction_and_article(database: Database, recaps: dict[str, Recap]) -> None:
    (row,) = read_csv(export(database, recaps["discipline"], "csv"))
    assert (row["Nama"], row["Tidak Hadir (Jumlah Hari)"], row["Tingkat"]) == ("Budi", "11", "berat")
    assert row["Jenis Hukuman Disiplin"] == "Pemberhentian dengan hormat tidak atas permintaan sendiri sebagai PNS"
    assert row["Pasal"] == "Pasal 11 ayat (2) huruf d angka 4"
    assert row["Berturut-turut"] == "11 hari, 2 November 2026 sampai 16 November 2026"
