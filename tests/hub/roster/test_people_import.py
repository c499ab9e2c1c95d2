"""Employees from files: what is new, what changes from when, and one sentence for every line that will not do."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from benchmarks.invented_office import InventedOffice
from hub.attendance.day import AttendanceDay, Status
from hub.attendance.models import DirtyDay
from hub.db import Database
from hub.errors import SheetError
from hub.roster.changes import current_revision
from hub.roster.models import Employee, EmploymentTerm, Membership, Unit
from hub.roster.people_import import import_people
from hub.roster.units import Memberships
from hub.sheets import ImportReport
from tests.factories.pay import write_days
from tests.factories.sheets import write_csv, write_xlsx

NOW = datetime(2026, 11, 2, 3, 0, tzinfo=UTC)
HEAD = ("NIP", "Nama", "Unit Kerja", "Kelompok", "Pangkat/Golongan", "Jabatan", "TPP", "TMT")
RINA = (
    "198501012010012001",
    "Rina Wulandari",
    "Dinas Kesehatan",
    "PNS",
    "III/b",
    "Analis",
    "Rp3.000.000",
    "01-11-2026",
)
BUDI = ("199002022023211001", "Budi", "Dinas Kesehatan", "PPPK", "IX", "Perawat", "2000000", "2026-11-01")


@pytest.fixture
def office(database: Database) -> InventedOffice:
    return InventedOffice(database, at=NOW)


@pytest.fixture
def unit(office: InventedOffice) -> int:
    return office.unit("Dinas Kesehatan")


def take(database: Database, path: Path, **options: Any) -> ImportReport:
    return import_people(database, path, by="bkpp", now=NOW, today=date(2026, 11, 2), **options)


def take_rows(database: Database, tmp_path: Path, *rows: tuple[object, ...], **options: Any) -> ImportReport:
    return take(database, write_csv(tmp_path / "pegawai.csv", [HEAD, *rows]), **options)


def count(database: Database, model: Any) -> int:
    with database.read() as session:
        return session.scalar(select(func.count()).select_from(model)) or 0


def people(database: Database) -> dict[str, Employee]:
    with database.read() as session:
        return {employee.nip or "": employee for employee in session.scalars(select(Employee))}


def terms(database: Database) -> list[EmploymentTerm]:
    with database.read() as session:
        return list(session.scalars(select(EmploymentTerm).order_by(EmploymentTerm.id)))


def only_error(report: ImportReport) -> str:
    (line,) = [line for line in report.lines if line.action == "error"]
    assert not report.stored
    return line.words.en


def test_new_people_are_added_with_term_unit_and_dates(database: Database, unit: int, tmp_path: Path) -> None:
    with database.read() as session:
        before = current_revision(session.connection())
    report = take_rows(database, tmp_path, RINA, BUDI)
    assert (report.new, report.errors, report.stored) == (2, 0, True)
    rina = people(database)[RINA[0]]
    assert (rina.name, rina.position, rina.employed_from) == ("Rina Wulandari", "Analis", date(2026, 11, 1))
    first, second = terms(database)
    assert (first.group, first.rank, first.tpp_base, first.valid_from) == ("PNS", "III/b", 3_000_000, date(2026, 11, 1))
    assert (second.group, second.tpp_base) == ("PPPK", 2_000_000)
    with database.read() as session:
        assert Memberships.load(session.connection()).unit_on(rina.id, date(2026, 11, 1)) == unit
        assert current_revision(session.connection()) == before + 2


@pytest.mark.parametrize("form", ["semicolon and bom", "tabs", "xlsx", "xlsx with numbers and dates"])
def test_the_forms_that_offices_save_are_read_alike(database: Database, unit: int, tmp_path: Path, form: str) -> None:
    path = tmp_path / "pegawai"
    match form:
        case "semicolon and bom":
            write_csv(path, [HEAD, RINA], delimiter=";", bom=True)
        case "tabs":
            write_csv(path, [HEAD, RINA], delimiter="\t")
        case "xlsx":
            write_xlsx(path, [HEAD, RINA])
        case _:
            write_xlsx(path, [HEAD, (f"'{RINA[0]}", *RINA[1:6], 3_000_000.0, datetime(2026, 11, 1))])
    assert take(database, path).new == 1
    (term,) = terms(database)
    assert (term.tpp_base, term.valid_from) == (3_000_000, date(2026, 11, 1))
    assert list(people(database)) == [RINA[0]]


def test_a_dry_run_says_the_same_and_stores_nothing(database: Database, unit: int, tmp_path: Path) -> None:
    row = (RINA[0], RINA[1], "Dinas Baru", *RINA[3:])
    tried = take_rows(database, tmp_path, row, BUDI, dry_run=True, make_units=True)
    assert (tried.new, tried.stored, tried.made_units) == (2, False, ("Dinas Baru",))
    assert count(database, Employee) == 0
    assert count(database, Unit) == 1
    assert take_rows(database, tmp_path, row, BUDI, make_units=True).lines == tried.lines
    assert count(database, Unit) == 2


def test_one_bad_line_stores_nothing_of_the_others(database: Database, unit: int, tmp_path: Path) -> None:
    report = take_rows(database, tmp_path, RINA, (*BUDI[:6], "3000000,50", BUDI[7]))
    assert "Line 3, column TPP: '3000000,50' is no whole rupiah" in only_error(report)
    assert count(database, Employee) == count(database, EmploymentTerm) == count(database, Membership) == 0


def test_the_same_file_again_changes_nothing(database: Database, unit: int, tmp_path: Path) -> None:
    take_rows(database, tmp_path, RINA, BUDI)
    again = take_rows(database, tmp_path, RINA, BUDI)
    assert (again.same, again.changed, again.new) == (2, 0, 0)
    assert count(database, EmploymentTerm) == 2


def test_what_changes_is_a_new_row_from_its_date_and_empty_cells_keep_the_rest(
    database: Database, unit: int, tmp_path: Path
) -> None:
    take_rows(database, tmp_path, RINA)
    report = take_rows(database, tmp_path, (*RINA[:3], "", "", "", "3500000", "2026-12-01"))
    assert report.changed == 1
    assert "base allowance 3500000 (from 2026-12-01)" in report.lines[0].words.en
    old, new = terms(database)
    assert (old.tpp_base, old.valid_until) == (3_000_000, None)
    assert (new.tpp_base, new.group, new.rank, new.position) == (3_500_000, "PNS", "III/b", "Analis")
    assert new.valid_from == date(2026, 12, 1)


def test_what_was_decided_for_later_stays(database: Database, unit: int, tmp_path: Path) -> None:
    take_rows(database, tmp_path, RINA)
    take_rows(database, tmp_path, (*RINA[:6], "4000000", "2026-12-01"))
    take_rows(database, tmp_path, (*RINA[:6], "3500000", "2026-11-15"))
    assert terms(database)[-1].valid_until == date(2026, 11, 30)


def test_another_unit_is_a_transfer_and_its_days_are_assessed_again(
    database: Database, office: InventedOffice, unit: int, tmp_path: Path
) -> None:
    other = office.unit("Dinas Pendidikan")
    take_rows(database, tmp_path, RINA)
    rina = people(database)[RINA[0]].id
    days = [AttendanceDay(work_date=date(2026, 11, day), policy="jember-5", status=Status.HADIR) for day in (9, 16)]
    write_days(database, rina, unit, days)
    report = take_rows(database, tmp_path, (*RINA[:2], "dinas  pendidikan", *RINA[3:7], "2026-11-16"))
    assert "moves to dinas pendidikan" in report.lines[0].words.en
    with database.read() as session:
        memberships = Memberships.load(session.connection())
        assert memberships.unit_on(rina, date(2026, 11, 15)) == unit
        assert memberships.unit_on(rina, date(2026, 11, 16)) == other
        assert [day.work_date for day in session.scalars(select(DirtyDay))] == [date(2026, 11, 16)]
    back = take_rows(database, tmp_path, (*RINA[:7], "2026-11-10"))
    assert back.same == 1, "on that date she was there"


def test_a_transfer_before_a_later_one_is_refused(
    database: Database, office: InventedOffice, unit: int, tmp_path: Path
) -> None:
    office.unit("Dinas Pendidikan")
    office.unit("Dinas Sosial")
    take_rows(database, tmp_path, RINA)
    take_rows(database, tmp_path, (*RINA[:2], "Dinas Pendidikan", *RINA[3:7], "2026-11-16"))
    report = take_rows(database, tmp_path, (*RINA[:2], "Dinas Sosial", *RINA[3:7], "2026-11-05"))
    assert "is moved already from 2026-11-16" in only_error(report)


def test_somebody_enrolled_without_a_number_is_completed_and_not_doubled(
    database: Database, office: InventedOffice, unit: int, tmp_path: Path
) -> None:
    known = office.employee("rina wulandari", unit=unit)
    report = take_rows(database, tmp_path, RINA)
    assert report.changed == 1
    assert {nip: employee.id for nip, employee in people(database).items()} == {RINA[0]: known}


@pytest.mark.parametrize(
    ("place", "cell", "words"),
    [
        (0, "", "Line 2, column NIP: it is empty"),
        (0, "1.98501E+17", "was rounded by Excel"),
        (0, "19850101201001200", "it has 17 digits instead of 18"),
        (0, "198513012010012001", "are no date of birth"),
        (0, "198501012010132001", "digits 13-14 are no month, so it is no NIP of a PNS"),
        (0, "198501012010013001", "15 (3) is no sex"),
        (0, "198501011980012001", "somebody born in 1985 started in 1980"),
        (0, "198501012010012000", "16-18 (000) are no number"),
        (0, "ABC", "is no number"),
        (1, "", "Line 2, column Nama: it is empty"),
        (2, "Dinas Kesehatn", "Line 2, column Unit Kerja: there is no unit 'Dinas Kesehatn'; correct its name, or run"),
        (3, "Honorer", "column Kelompok: 'Honorer' is not known; write PNS, CPNS, PPPK, PPPK Paruh Waktu"),
        (6, "-3", "column TPP"),
        (6, "99999999999", "cannot be meant"),
        (7, "31-11-2026", "column TMT: '31-11-2026' is no date"),
        (7, "2026/11/01", "is no date"),
        (5, "x" * 201, "longer than 200"),
    ],
)
def test_a_bad_cell_is_named_by_line_and_column(
    database: Database, unit: int, tmp_path: Path, place: int, cell: str, words: str
) -> None:
    row = [*RINA]
    row[place] = cell
    assert words in only_error(take_rows(database, tmp_path, tuple(row)))
    assert count(database, Employee) == 0


def test_a_number_that_excel_kept_as_a_number_is_refused(database: Database, unit: int, tmp_path: Path) -> None:
    path = write_xlsx(tmp_path / "x.xlsx", [HEAD, (198501012010012001.0, *RINA[1:])])
    assert "was rounded by Excel" in only_error(take(database, path))


def test_a_number_twice_in_the_file_names_both_lines(database: Database, unit: int, tmp_path: Path) -> None:
    assert "Line 3, column NIP: 198501012010012001 stands on line 2 already" in only_error(
        take_rows(database, tmp_path, RINA, RINA)
    )


def test_a_change_without_a_date_asks_for_one(database: Database, unit: int, tmp_path: Path) -> None:
    take_rows(database, tmp_path, RINA)
    changed = (*RINA[:6], "3500000", "")
    assert "without a TMT" in only_error(take_rows(database, tmp_path, changed))
    assert take_rows(database, tmp_path, changed, without_tmt=date(2026, 12, 1)).changed == 1
    assert terms(database)[-1].valid_from == date(2026, 12, 1)


def test_a_pppk_number_has_no_month(database: Database, unit: int, tmp_path: Path) -> None:
    assert take_rows(database, tmp_path, BUDI).new == 1
    assert "digits 13-14" in only_error(take_rows(database, tmp_path, (BUDI[0], BUDI[1], BUDI[2], "PNS", *BUDI[4:])))


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "is empty"),
        (b"NIP,Nama,Unit\n", "headings and no rows"),
        (b"NIP,Nama\n1,2\n", "no column 'unit'; its headings are: NIP, Nama"),
        (b"NIP,nip,Nama,Unit\n1,2,3,4\n", "the column 'nip' twice"),
        (b"\xff\xfe\x00", "neither UTF-8"),
        (b"PK\x03\x04 broken", "cannot be read as XLSX"),
        (b'NIP,Nama,Unit\n"1,2,3\n', "quotation marks"),
    ],
)
def test_a_file_that_is_no_table_is_refused_in_one_sentence(
    database: Database, tmp_path: Path, content: bytes, words: str
) -> None:
    path = tmp_path / "pegawai.csv"
    path.write_bytes(content)
    with pytest.raises(SheetError, match=words):
        take(database, path)
    with pytest.raises(SheetError, match="cannot be read"):
        take(database, tmp_path / "nowhere.csv")


def test_lines_are_counted_as_an_editor_shows_them(database: Database, unit: int, tmp_path: Path) -> None:
    path = tmp_path / "pegawai.csv"
    quoted = '198501012010012001,"Rina\nWulandari",Dinas Kesehatan'
    path.write_text(f"NIP,Nama,Unit\n\n{quoted}\n,,\nx,Budi,Dinas Kesehatan\n")
    report = take(database, path)
    assert [line.line for line in report.lines] == [3, 6]


def test_progress_is_told_line_by_line(database: Database, unit: int, tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []
    take_rows(database, tmp_path, RINA, BUDI, progress=lambda done, total: told.append((done, total)))
    assert told == [(1, 2), (2, 2)]
