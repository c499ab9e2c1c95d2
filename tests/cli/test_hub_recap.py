"""Recaps, forms, letterheads and the discipline list on the command line: files, formats, one sentence for errors."""

from __future__ import annotations

import csv
import errno
import io
import json
import os
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import openpyxl
import pytest
from click.testing import CliRunner, Result

from benchmarks.invented_office import InventedOffice
from cli import main
from cli.output_files import file_name
from hub.attendance.day import Status
from hub.db import Database, open_database
from tests.factories.stored_days import absences, day, store

Run = Callable[..., Result]


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The hub's folder; commands run in a folder of their own."""
    (tmp_path / "desk").mkdir()
    monkeypatch.chdir(tmp_path / "desk")
    return tmp_path / "hub"


@pytest.fixture
def database(data: Path, lay_database: Callable[[Path], Path]) -> Iterator[Database]:
    with open_database(f"sqlite:///{lay_database(data)}") as opened:
        yield opened


@pytest.fixture
def office(database: Database) -> None:
    """November 2026 of two units."""
    office = InventedOffice(database, at=datetime(2026, 10, 1, tzinfo=UTC))
    above = office.unit("Kabupaten Jember")
    health, other = office.unit("Dinas Kesehatan", parent=above), office.unit("Dinas Lain", parent=above)
    rina = office.employee("Rina Wulandari", unit=health, nip="198501012010011001", position="Arsiparis")
    budi = office.employee("Budi", unit=other)
    monday = datetime(2026, 11, 2, tzinfo=UTC)
    store(database, rina, health, day(monday.date(), late_min=12), day(date(2026, 11, 3), Status.I))
    store(database, budi, other, *absences(monday.date(), 4))


@pytest.fixture
def run(data: Path, office: None) -> Run:
    def call(*arguments: str) -> Result:
        return CliRunner().invoke(
            main, ["hub", *arguments], env={"PRESENSI_HUB_DATA": str(data), "PRESENSI_HUB_DB": None}
        )

    return call


def test_month_comes_in_every_format_with_the_same_sums(run: Run) -> None:
    asked = ("recap", "--month", "2026-11", "--unit", "Dinas Kesehatan")
    as_json = run(*asked, "--format", "json")
    assert as_json.exit_code == 0, as_json.output
    assert as_json.stdout == run(*asked, "--json").stdout
    month = json.loads(as_json.stdout)
    sums = list(month["totals"].values())
    assert sums == [12, 0, 0, 0, 1]
    rows = list(csv.reader(io.StringIO(run(*asked, "--format", "csv").stdout)))
    assert rows[1][6:11] == [str(each) for each in sums]
    assert run(*asked, "--format", "xlsx", "--out", "x.xlsx").exit_code == 0
    page = openpyxl.load_workbook("x.xlsx")["Lampiran II"]
    assert [12, 0, 0, 0, 1] in [[cell.value for cell in row[3:]] for row in page.iter_rows()]
    assert run(*asked, "--out", "x.pdf").exit_code == 0
    assert Path("x.pdf").read_bytes().startswith(b"%PDF-")


def test_binary_goes_to_a_named_file_and_text_to_standard_output(run: Run) -> None:
    result = run("recap", "--month", "2026-11", "--unit", "Dinas Kesehatan", "--format", "pdf")
    assert result.stdout == ""
    assert "rekap-2026-11-dinas-kesehatan.pdf is written." in result.stderr
    assert Path("rekap-2026-11-dinas-kesehatan.pdf").read_bytes().startswith(b"%PDF-")
    assert run("recap", "--month", "2026-11", "--format", "pdf", "--out", "-").stdout_bytes.startswith(b"%PDF-")
    assert sorted(os.listdir()) == ["rekap-2026-11-dinas-kesehatan.pdf"]


def test_binary_is_not_sent_to_a_terminal(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cli.output_files._is_terminal", lambda: True)
    result = run("recap", "--month", "2026-11", "--format", "xlsx", "--out", "-")
    assert (result.exit_code, result.stdout) == (2, "")
    assert "no text for a terminal" in result.stderr
    assert run("recap", "--month", "2026-11", "--format", "csv", "--out", "-").exit_code == 0


def test_day_and_date_are_the_same(run: Run) -> None:
    assert run("recap", "--day", "2026-11-02").stdout == run("recap", "--date", "2026-11-02").stdout
    assert "Rina Wulandari" in run("recap", "--day", "2026-11-02", "--format", "csv").stdout


def test_month_and_year_of_one_person(run: Run) -> None:
    month = json.loads(run("recap", "--month", "2026-11", "--person", "Rina Wulandari", "--json").stdout)
    assert (month["month"], month["summary"]["lampiran_ii"]["terlambat_menit"], len(month["days"])) == (
        "2026-11",
        12,
        2,
    )
    assert "2026-11-03  I" in run("recap", "--month", "2026-11", "--person", "198501012010011001").stdout
    year = json.loads(run("recap", "--year", "2026", "--person", "Rina Wulandari", "--json").stdout)
    assert [line["person"]["name"] for line in year["lines"]] == ["Rina Wulandari"]


def test_year_is_a_table_and_a_workbook(run: Run) -> None:
    table = run("recap", "--year", "2026").stdout
    assert "Teguran tertulis" in table
    assert run("recap", "--year", "2026", "--out", "2026.xlsx").exit_code == 0
    assert openpyxl.load_workbook("2026.xlsx").sheetnames == ["Rekap Tahunan", "Jumlah per Bulan", "Jumlah per Unit"]
    assert "Nothing is recorded for 2020." in run("recap", "--year", "2020").stdout


def test_discipline_list(run: Run) -> None:
    table = run("discipline", "--year", "2026").stdout
    assert "Teguran tertulis" in table
    assert "Rina" not in table
    found = json.loads(run("discipline", "--year", "2026", "--unit", "Dinas Lain", "--json").stdout)
    assert [(line["person"]["name"], line["unexcused_days"]) for line in found["lines"]] == [("Budi", 4)]
    assert run("discipline", "--year", "2026", "--out", "d.pdf").exit_code == 0
    assert "Nobody has reached" in run("discipline", "--year", "2026", "--unit", "Dinas Kesehatan").stdout


def test_csv_begins_with_a_byte_order_mark_when_asked(run: Run) -> None:
    assert run("recap", "--month", "2026-11", "--bom", "--out", "x.csv").exit_code == 0
    assert Path("x.csv").read_bytes().startswith(b"\xef\xbb\xbfNo,")


def test_forms_are_written_as_pdf_and_xlsx(run: Run) -> None:
    for arguments in (
        ("lampiran-i", "--day", "2026-11-02", "--unit", "Dinas Kesehatan"),
        ("lampiran-i", "--day", "2026-12-02", "--unit", "Dinas Kesehatan", "--blank"),
        ("lampiran-ii", "--month", "2026-11", "--signed-on", "2026-12-01", "--paper", "A4"),
        ("lampiran-ii", "--month", "2027-01", "--blank"),
        ("lampiran-iii", "--person", "Rina Wulandari", "--day", "2026-11-02", "--supervisor", "Budi"),
        ("lampiran-iii", "--unit", "Dinas Lain"),
        ("lampiran-iii",),
    ):
        result = run("form", *arguments, "--out", "x.xlsx")
        assert result.exit_code == 0, result.output
        assert openpyxl.load_workbook("x.xlsx").sheetnames[0].lower().replace(" ", "-") == arguments[0]
        assert run("form", *arguments, "--out", "x.pdf").exit_code == 0
        assert Path("x.pdf").read_bytes().startswith(b"%PDF-")
    assert run("form", "lampiran-i", "--day", "2026-11-02").exit_code == 0
    assert Path("lampiran-i-2026-11-02.pdf").is_file()


def test_letterhead_is_set_and_shown(run: Run) -> None:
    shown = run("letterhead", "show", "--unit", "Dinas Kesehatan")
    assert shown.stdout == "KABUPATEN JEMBER\nDINAS KESEHATAN\nSigned in: -\n"
    assert "No letterhead is on record" in shown.stderr
    lines = ("--line", "PEMERINTAH KABUPATEN JEMBER", "--line", "Jalan Sudarman 1")
    assert run("letterhead", "set", *lines, "--place", "Jember").exit_code == 0
    found = json.loads(run("letterhead", "show", "--unit", "Dinas Kesehatan", "--json").stdout)
    assert (found["lines"], found["place"]) == (["PEMERINTAH KABUPATEN JEMBER", "Jalan Sudarman 1"], "Jember")


def test_empty_month_is_a_form_that_says_so(run: Run) -> None:
    result = run("recap", "--month", "2027-01", "--out", "x.pdf")
    assert (result.exit_code, Path("x.pdf").is_file()) == (0, True)
    assert "Nothing is recorded for 2027-01" in result.stderr


@pytest.mark.parametrize(
    ("arguments", "exit_code", "words"),
    [
        (("recap", "--month", "2026-11", "--year", "2026"), 2, "Say which recap"),
        (("recap", "--year", "26"), 2, "is not a year"),
        (("recap", "--month", "2026-11", "--unit", "X", "--format", "pdf"), 2, "no unit 'X'"),
        (("recap", "--month", "2026-11", "--person", "X"), 2, "no employee 'X'"),
        (("recap", "--day", "2026-11-02", "--person", "Budi"), 2, "--person goes with"),
        (("recap", "--month", "2026-11", "--unit", "Dinas Lain", "--person", "Budi"), 2, "--person goes with"),
        (("recap", "--month", "2026-11", "--json", "--format", "pdf"), 2, "contradict each other"),
        (("recap", "--month", "2026-11", "--out", "x.docx"), 2, "does not say its format"),
        (("recap", "--month", "2026-11", "--out", "-"), 2, "does not say its format"),
        (("recap", "--month", "2026-11", "--format", "pdf", "--signed-on", "x"), 2, "is not a date"),
        (("recap", "--month", "2026-11", "--out", "/nowhere/x.pdf"), 1, "there is no folder /nowhere"),
        (("recap", "--month", "2026-11", "--format", "pdf", "--out", "/dev/full"), 1, "the disk is full"),
        (("recap", "--month", "2026-11", "--format", "pdf", "--out", "."), 1, "it is a folder"),
        (("form", "lampiran-i", "--day", "2020-01-01"), 1, "No days are stored for 2020-01-01"),
        (("form", "lampiran-ii", "--month", "2020-01", "--unit", "Dinas Lain"), 1, "No days are stored for 2020-01"),
        (("form", "lampiran-ii", "--month", "2026-11", "--out", "x.csv"), 2, "neither .pdf nor .xlsx"),
        (("form", "lampiran-iii", "--person", "X"), 2, "no employee 'X'"),
        (("letterhead", "set", "--line", " ", "--place", "Jember"), 2, "A letterhead has 1 to 8 lines"),
        (("discipline", "--year", "x"), 2, "is not a year"),
    ],
)
def test_what_is_wrong_is_one_sentence(run: Run, arguments: tuple[str, ...], exit_code: int, words: str) -> None:
    result = run(*arguments)
    assert result.exit_code == exit_code, result.output
    assert words in result.stderr
    assert result.stderr.startswith("presensi: ")
    assert result.stderr.count("\n") == 1


@pytest.mark.parametrize(
    ("number", "words"),
    [(errno.ENOSPC, "the disk is full"), (errno.EACCES, "is not writable for you"), (errno.EIO, "input/output error")],
)
def test_file_that_was_there_stays_when_writing_fails(
    run: Run, monkeypatch: pytest.MonkeyPatch, number: int, words: str
) -> None:
    Path("x.pdf").write_text("before")

    def fail(*_arguments: object) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr("cli.output_files.os.replace", fail)
    result = run("recap", "--month", "2026-11", "--out", "x.pdf")
    assert result.exit_code == 1
    assert words in result.stderr
    assert Path("x.pdf").read_text() == "before"
    assert os.listdir() == ["x.pdf"]


def test_file_names_are_plain() -> None:
    assert (
        file_name("rekap", "2026-11", "Dinas/../Kesehatan & KB", suffix="pdf") == "rekap-2026-11-dinas-kesehatan-kb.pdf"
    )
    assert len(file_name("x" * 500, suffix="pdf")) < 130
