"""`presensi hub pay`, `parttime`, `people`, `points` and `score` on the command line."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from openpyxl import load_workbook
from sqlalchemy import update

from benchmarks.invented_office import InventedOffice
from cli import main
from hub.attendance.day import Status
from hub.db import Database, open_database, upgrade
from hub.recap.models import PayRunLine
from tests.factories.pay import (
    month_of_days,
    points_day,
    slot_day,
    workdays_of,
    write_contract,
    write_days,
    write_points,
    write_term,
)
from tests.factories.sheets import write_csv

Run = Callable[..., Result]
RUN = "2026-11/DINAS-KESEHATAN/001"
NIP = "198501012010012001"


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return tmp_path / "hub"


@pytest.fixture
def run(data: Path) -> Run:
    def call(*arguments: str, code: int = 0) -> Result:
        result = CliRunner().invoke(
            main, ["hub", *arguments], env={"PRESENSI_HUB_DATA": str(data), "PRESENSI_HUB_DB": None}
        )
        assert result.exit_code == code, result.output
        return result

    return call


@pytest.fixture
def database(data: Path, lay_database: Callable[[Path], Path]) -> Iterator[Database]:
    with open_database(f"sqlite:///{lay_database(data)}") as opened:
        yield opened


@pytest.fixture
def office(database: Database) -> InventedOffice:
    return InventedOffice(database, at=datetime(2026, 10, 1, tzinfo=UTC))


@pytest.fixture
def unit(office: InventedOffice) -> int:
    return office.unit("Dinas Kesehatan")


@pytest.fixture
def rina(database: Database, office: InventedOffice, unit: int) -> str:
    rina = office.employee("Rina Wulandari", unit=unit, nip=NIP)
    be_late(database, rina, unit, 0)
    write_term(database, rina, tpp_base=3_000_000)
    write_points(database, rina, "6000")
    return rina


def be_late(database: Database, person: str, unit: int, *days: int) -> None:
    changes = {workdays_of()[day]: points_day(late=9) for day in days}
    write_days(database, person, unit, month_of_days("kulon-progo", changes, **points_day()))


def freeze(run: Run, *more: str, code: int = 0) -> Result:
    return run("pay", "freeze", "--month", "2026-11", "--unit", "Dinas Kesehatan", "--by", "siti", *more, code=code)


def test_amounts_are_listed_and_derived(run: Run, rina: str) -> None:
    listed = run("pay", "list", "--month", "2026-11")
    assert "Rp2.982.000" in listed.output
    assert "provisional: 0, without an amount: 0" in listed.output
    shown = run("pay", "show", NIP, "--month", "2026-11")
    assert "Rina Wulandari, Dinas Kesehatan, 2026-11: Rp2.982.000" in shown.output
    assert "5940" in shown.output
    (line,) = json.loads(run("pay", "list", "--month", "2026-11", "--json").output)["lines"]
    assert (line["amount"], line["person"]["nip"]) == (2_982_000, NIP)
    assert json.loads(run("pay", "show", NIP, "--month", "2026-11", "--json").output) == [line]
    assert run("pay", "show", NIP, "--month", "2026-10", code=1).stderr.count("\n") == 1


def test_a_month_is_frozen_changed_verified_and_fed(run: Run, database: Database, unit: int, rina: str) -> None:
    assert RUN in freeze(run).output
    assert "was sent to pay already as" in freeze(run, code=2).stderr
    assert f"Nothing has changed since {RUN}" in run("pay", "delta", RUN, "--by", "siti").output
    be_late(database, rina, unit, 0, 1)
    changed = run("pay", "delta", RUN, "--by", "siti").output
    assert f"{RUN}/D01: 1 lines, -Rp18.000" in changed
    assert "Rp2.982.000" in changed
    assert "Rp2.964.000" in changed
    assert [found["number"] for found in json.loads(run("pay", "runs", "--json").output)] == [RUN, f"{RUN}/D01"]
    assert "siti" in run("pay", "runs", "--month", "2026-11").output
    assert "Rp2.982.000" in run("pay", "runs", RUN).output
    assert "yes" in run("pay", "verify").output
    fed = list(csv.DictReader(io.StringIO(run("pay", "feed", "e-tpp", "--run", f"{RUN}/D01").output)))
    assert [(row["nip"], row["tpp_dibayar"], row["perubahan"]) for row in fed] == [(NIP, "2964000", "ubah")]
    assert json.loads(run("pay", "feed", "simpeg", "--month", "2026-11", "--format", "json").output)["number"] is None
    with database.write() as session:
        session.execute(update(PayRunLine).values(line={"amount": 1}))
    assert "These are not what was sent" in run("pay", "verify", RUN, code=1).stderr


def test_an_open_month_goes_only_with_a_reason(run: Run, database: Database, unit: int, rina: str) -> None:
    waiting: dict[str, Any] = {"status": Status.MENUNGGU_DATA, "late_min": None, "early_min": None, "deduction": None}
    write_days(database, rina, unit, month_of_days("kulon-progo", {workdays_of()[0]: waiting}, **points_day()))
    assert "(provisional)" in run("pay", "show", NIP, "--month", "2026-11").output
    refused = freeze(run, code=2).stderr
    assert "--force REASON" in refused
    assert refused.count("\n") == 1
    forced = json.loads(freeze(run, "--force", "Kas tutup", "--json").output)
    assert forced["run"]["forced"] == forced["lines"][0]["line"]["forced"] == "Kas tutup"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("pay", "list", "--month", "2026-13"), "is not a month"),
        (("pay", "list", "--month", "2026-11", "--unit", "X"), "no unit 'X'"),
        (("pay", "delta", "X", "--by", "siti"), "no run 'X'"),
        (("pay", "runs", "X", "--month", "2026-11"), "not both"),
        (("pay", "feed", "e-tpp"), "--run NUMBER, or --month"),
        (("pay", "feed", "e-tpp", "--run", "X", "--unit", "Y"), "leave --unit out"),
        (("pay", "freeze", "--month", "2020-01", "--by", "siti"), "nothing to send"),
        (("parttime", "report", "pay", "--month", "2026-11", "--until", "2026-12"), "--until is for the renewal"),
        (("parttime", "report", "renewal", "--month", "2026-11", "--until", "2026-10"), "2026-10 is before 2026-11"),
        (("people", "import", "nowhere.csv", "--by", "siti"), "nowhere.csv cannot be read"),
        (("people", "import", "x.csv", "--by", "siti", "--from", "soon"), "is not a date"),
        (("points", "import", "nowhere.csv", "--by", "siti"), "cannot be read"),
        (("score", "import", "nowhere.csv", "--by", "siti"), "cannot be read"),
    ],
)
def test_what_cannot_be_is_said_in_one_sentence(run: Run, unit: int, arguments: tuple[str, ...], words: str) -> None:
    result = run(*arguments, code=2)
    assert words in result.stderr
    assert result.stderr.count("\n") == 1


def test_people_points_and_scores_are_imported_and_pay_follows(run: Run, tmp_path: Path, data: Path) -> None:
    with open_database(f"sqlite:///{data / 'hub.db'}") as database:
        upgrade(database)
    staff = write_csv(
        tmp_path / "pegawai.csv",
        [
            ("NIP", "Nama", "Unit", "TPP", "TMT"),
            (NIP, "Rina Wulandari", "Dinas Kesehatan", "Rp3.000.000", "01-11-2026"),
        ],
        delimiter=";",
    )
    refused = run("people", "import", str(staff), "--by", "siti", code=2)
    assert "Line 2, column Unit: there is no unit 'Dinas Kesehatan'" in refused.output
    assert "nothing was stored" in refused.output
    tried = run("people", "import", str(staff), "--by", "siti", "--make-units", "--dry-run")
    assert "New unit: Dinas Kesehatan" in tried.output
    assert "dry run" in tried.output
    assert (
        "1 new, 0 changed, 0 as they were, 0 wrong; stored."
        in run("people", "import", str(staff), "--by", "siti", "--make-units").output
    )
    points = write_csv(tmp_path / "poin.csv", [("nip", "poin"), (NIP, "6100")])
    assert "1 new" in run("points", "import", str(points), "--month", "2026-11", "--by", "siti").output
    scores = write_csv(tmp_path / "skor.csv", [("unit", "bulan", "faktor"), ("Dinas Kesehatan", "2026-11", "0.9")])
    report = json.loads(run("score", "import", str(scores), "--by", "siti", "--json").output)
    assert (report["new"], report["stored"]) == (1, True)
    with open_database(f"sqlite:///{data / 'hub.db'}") as database:
        people = json.loads(run("employees", "--json").output)
        write_days(database, people[0]["id"], 1, month_of_days("kulon-progo", {}, **points_day()))
    (line,) = json.loads(run("pay", "list", "--month", "2026-11", "--json").output)["lines"]
    assert line["amount"] == 1_800_000 + 1_080_000


@pytest.mark.parametrize("kind", ["pay", "performance", "renewal"])
def test_reports_on_part_timers_come_as_csv_and_json(
    run: Run, database: Database, office: InventedOffice, unit: int, kind: str
) -> None:
    dewi = office.employee("Dewi", unit=unit)
    write_days(database, dewi, unit, month_of_days("jombang-part-time", {}, **slot_day(240)))
    write_contract(database, dewi)
    rows = list(csv.DictReader(io.StringIO(run("parttime", "report", kind, "--month", "2026-11").output)))
    assert rows[0]["Nama"] == "Dewi"
    found = json.loads(run("parttime", "report", kind, "--month", "2026-11", "--format", "json").output)
    assert found["rows"][0]["name"] == "Dewi"
    assert [column["title"]["id"] for column in found["columns"]] == list(rows[0])


@pytest.mark.parametrize("kind", ["pay", "performance", "renewal"])
def test_reports_on_part_timers_are_forms_to_be_signed(
    run: Run, database: Database, office: InventedOffice, unit: int, kind: str, tmp_path: Path
) -> None:
    dewi = office.employee("Dewi *Ayu* #let", unit=unit)
    write_days(database, dewi, unit, month_of_days("jombang-part-time", {}, **slot_day(240)))
    write_contract(database, dewi)
    arguments = ("parttime", "report", kind, "--month", "2026-11")
    run(*arguments, "--out", str(tmp_path / "a.pdf"))
    assert (tmp_path / "a.pdf").read_bytes().startswith(b"%PDF")
    run(*arguments, "--out", str(tmp_path / "a.xlsx"))
    cells = [
        str(cell)
        for row in load_workbook(tmp_path / "a.xlsx").worksheets[0].iter_rows(values_only=True)
        for cell in row
        if cell is not None
    ]
    assert "November 2026" in " ".join(cells)
    assert any(cell.startswith("Dewi *Ayu* #let") for cell in cells)
    assert any("Pimpinan OPD" in cell for cell in cells)
    assert run("parttime", "report", kind, "--month", "2026-11", "--out", str(tmp_path / "no" / "a.pdf"), code=1)


@pytest.mark.parametrize(
    "arguments",
    [
        ("pay", "list", "--month", "2026-11"),
        ("pay", "runs"),
        ("pay", "verify"),
        ("people", "import", "x.csv", "--by", "siti"),
        ("parttime", "report", "pay", "--month", "2026-11"),
    ],
)
def test_no_hub_is_made_where_there_is_none(run: Run, data: Path, arguments: tuple[str, ...]) -> None:
    assert "There is no hub in" in run(*arguments, code=2).stderr
    assert not data.exists()
