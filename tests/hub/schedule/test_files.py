"""Calendars, rosters and contracts as people hand them in, and what is said of wrong ones."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from contract.errors import BadInputError
from hub.errors import PolicyError
from hub.schedule.decisions import HolidayLine
from hub.schedule.files import read_calendar, read_contracts, read_roster, read_shift_codes

CODES = '[[shift]]\ncode = "P"\nin = "07:00"\nout = "14:00"\n[[shift]]\ncode = "M"\nin = "21:00"\nout = "07:00+1"\n'
ICS = """BEGIN:VCALENDAR\r
VERSION:2.0\r
PRODID:-//x//id\r
BEGIN:VEVENT\r
UID:1\r
DTSTART;VALUE=DATE:20270101\r
SUMMARY:Tahun Baru\r
END:VEVENT\r
BEGIN:VEVENT\r
UID:2\r
DTSTART;VALUE=DATE:20270310\r
DTEND;VALUE=DATE:20270312\r
SUMMARY:Cuti Bersama Idul Fitri\r
END:VEVENT\r
END:VCALENDAR\r
"""


def written(tmp_path: Path, name: str, text: str) -> Path:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8", newline="")
    return path


def nobody_but_rina(text: str) -> str:
    if text not in {"Rina", "199001012015032001"}:
        raise BadInputError(f"There is no employee '{text}'.")
    return "rina"


def test_calendar_as_csv_with_any_delimiter_and_either_order_of_the_date(tmp_path):
    text = "\ufeffTanggal;Nama;Jenis\r\n2027-01-01;Tahun Baru;\r\n\r\n31/12/2027;Cuti;cuti bersama\r\n"
    assert read_calendar(written(tmp_path, "libur.csv", text)) == [
        HolidayLine(day=date(2027, 1, 1), name="Tahun Baru"),
        HolidayLine(day=date(2027, 12, 31), name="Cuti", kind="cuti bersama"),
    ]


def test_calendar_as_ics_ends_on_the_day_before_its_end(tmp_path):
    assert read_calendar(written(tmp_path, "libur.ics", ICS)) == [
        HolidayLine(day=date(2027, 1, 1), name="Tahun Baru"),
        HolidayLine(day=date(2027, 3, 10), name="Cuti Bersama Idul Fitri", kind="cuti bersama"),
        HolidayLine(day=date(2027, 3, 11), name="Cuti Bersama Idul Fitri", kind="cuti bersama"),
    ]


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("a.csv", "", "a.csv is empty"),
        ("a.csv", "tanggal;nama\n", "has headings and no rows"),
        ("a.csv", "hari;nama\n2027-01-01;x\n", "has no column 'tanggal'; its headings are: hari, nama"),
        ("a.csv", "tanggal;nama;nama\n2027-01-01;x;y\n", "the column 'nama' twice"),
        (
            "a.csv",
            "tanggal;nama\n2027-02-30;x\n;y\n",
            r"2 lines cannot be used, nothing was stored:\n  Line 2, column tang",
        ),
        ("a.csv", "tanggal;nama;jenis\n2027-01-01;x;pasar\n", "'pasar' is neither libur nor cuti bersama"),
        ("a.csv", "tanggal;nama\n2027-01-01;\n", "Line 2, column nama: it is empty"),
        ("a.ics", "BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n", "there is no event in it"),
        ("a.ics", "hello", "is no calendar"),
        ("a.ics", ICS.replace("SUMMARY:Tahun Baru", "RRULE:FREQ=YEARLY"), "it repeats"),
    ],
)
def test_wrong_calendar_is_told_with_its_place(tmp_path, name, text, message):
    with pytest.raises(BadInputError, match=message):
        read_calendar(written(tmp_path, name, text))


def test_calendar_that_cannot_be_read_says_so(tmp_path):
    with pytest.raises(BadInputError, match="cannot be read"):
        read_calendar(tmp_path / "none.csv")
    (tmp_path / "latin.csv").write_bytes("tanggal;nama\n2027-01-01;Hari é\n".encode("latin-1"))
    with pytest.raises(BadInputError, match="is neither UTF-8"):
        read_calendar(tmp_path / "latin.csv")


def test_roster_in_both_shapes_says_the_same(tmp_path):
    codes = read_shift_codes(written(tmp_path, "codes.toml", CODES))
    wide = written(tmp_path, "wide.csv", "nip;nama;1;2;31\n199001012015032001;Rina;P;L;M\n")
    long = written(tmp_path, "long.csv", "nip,tanggal,kode\nRina,2026-12-01,P\nRina,2026-12-02,L\nRina,2026-12-31,M\n")
    lines = read_roster(wide, codes=codes, find=nobody_but_rina, month=date(2026, 12, 1))
    assert lines == read_roster(long, codes=codes, find=nobody_but_rina)
    assert [(line.work_date.day, line.hours) for line in lines] == [
        (1, {"in": "07:00", "out": "14:00"}),
        (2, None),
        (31, {"in": "21:00", "out": "07:00+1"}),
    ]


def test_wrong_roster_names_every_cell(tmp_path):
    codes = read_shift_codes(written(tmp_path, "codes.toml", CODES))
    roster = written(tmp_path, "r.csv", "nip;2026-12-01;2026-12-02\nRina;P;Z\nBudi;P;P\n")
    with pytest.raises(BadInputError) as caught:
        read_roster(roster, codes=codes, find=nobody_but_rina)
    assert "Line 2, column 2026-12-02: the shift 'Z' is none of P, M" in str(caught.value)
    assert "Line 3, column nip: There is no employee 'Budi'." in str(caught.value)
    with pytest.raises(BadInputError, match="no column for a date"):
        read_roster(written(tmp_path, "r.csv", "nip;1\nRina;P\n"), codes=codes, find=nobody_but_rina)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", r"write at least one \[\[shift\]\]"),
        ('[[shift]]\nin = "07:00"\nout = "14:00"\n', r"shift\[1\]\.code"),
        ('[[shift]]\ncode = "L"\nin = "07:00"\nout = "14:00"\n', r"shift\[1\]\.code"),
        ('[[shift]]\ncode = "P"\nin = "07:00"\n', r"shift\[1\]: in_due and out_due are both needed"),
        ('[[shift]]\ncode = "P"\nin = "7"\nout = "14:00"\n', r"shift\[1\]\.in: '7' is no time"),
        (CODES + '[[shift]]\ncode = "P"\nin = "07:00"\nout = "14:00"\n', r"shift\[3\]\.code: 'P' is there already"),
        ("shift = [", "correct the line"),
    ],
)
def test_wrong_shift_codes_name_table_and_key(tmp_path, text, message):
    with pytest.raises(PolicyError, match=message):
        read_shift_codes(written(tmp_path, "codes.toml", text))


CONTRACTS = "nomor;nip;mulai;sampai;hari;masuk;pulang;kuota;upah\n"


def test_contract_is_read(tmp_path):
    text = CONTRACTS + "800/1;Rina;2026-01-01;31-12-2026;senin-rabu,fri;08:00;12:00;240;1.200.000\n"
    (line,) = read_contracts(written(tmp_path, "k.csv", text), find=nobody_but_rina)
    assert (line.weekdays, line.quota_min, line.monthly_pay, line.last) == (
        (0, 1, 2, 4),
        240,
        1_200_000,
        date(2026, 12, 31),
    )


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("1;Rina;2026-01-01;2025-12-31;mon;08:00;12:00;240;1", "Line 2, column sampai: it ends"),
        ("1;Rina;2026-01-01;2026-12-31;mond;08:00;12:00;240;1", "'mond' is no weekday"),
        ("1;Rina;2026-01-01;2026-12-31;mon;08:00;12:00;241;1", "241 minutes are longer than the slot of 240"),
        ("1;Rina;2026-01-01;2026-12-31;mon;08:00;12:00;240;1,5", "'1,5' is no whole rupiah"),
        ("1;Rina;2026-01-01;2026-12-31;mon;12:00;08:00;240;1", "column hari: slot: the windows"),
        (";Rina;2026-01-01;2026-12-31;mon;08:00;12:00;240;1", "column nomor: it is empty"),
        ("1;Siti;2026-01-01;2026-12-31;mon;08:00;12:00;240;1", "There is no employee 'Siti'"),
    ],
)
def test_wrong_contract_is_told_with_its_place(tmp_path, line, message):
    with pytest.raises(BadInputError, match=message):
        read_contracts(written(tmp_path, "k.csv", CONTRACTS + line + "\n"), find=nobody_but_rina)
