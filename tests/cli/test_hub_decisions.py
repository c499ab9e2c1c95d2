"""`presensi hub policy`, `holiday`, `circular`, `shift`, `contract`: on record, withdrawn, and days assessed again."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import func, select

from benchmarks.invented_office import InventedOffice
from cli import main
from hub.attendance.models import DirtyDay
from hub.attendance.worker import AttendanceWorker
from hub.db import Database, open_database

NOW = datetime(2026, 3, 2, 19, 0, tzinfo=ZoneInfo("Asia/Jakarta"))
Run = Callable[..., Result]


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Call `presensi hub …` on a folder of the test's own."""

    def call(*arguments: str) -> Result:
        environment = {"PRESENSI_HUB_DATA": str(tmp_path / "hub"), "PRESENSI_HUB_DB": None}
        return CliRunner().invoke(main, ["hub", *arguments], env=environment)

    return call


@pytest.fixture
def office(tmp_path: Path, lay_database: Callable[[Path], Path]) -> Iterator[InventedOffice]:
    """Rina of the Dinas Kesehatan has one stored day, the Monday 2 March 2026."""
    with open_database(f"sqlite:///{lay_database(tmp_path / 'hub')}") as database:
        office = InventedOffice(database, at=NOW.replace(hour=4))
        office.employee("Rina", unit=office.unit("Dinas Kesehatan"), nip="199001012015032001")
        AttendanceWorker(database, now=lambda: NOW).settle()
        yield office


def dirty(database: Database) -> int:
    with database.read() as session:
        return session.scalar(select(func.count()).select_from(DirtyDay)) or 0


def test_own_policy_from_a_copied_preset_to_a_unit(run: Run, office: InventedOffice, tmp_path: Path) -> None:
    preset = run("policy", "show", "jember-5").output
    ours = tmp_path / "ours.toml"
    ours.write_text(preset.replace('name = "jember-5"', 'name = "dinkes"').replace("07:00", "07:30"))
    refused = run("policy", "check", str(ours))
    assert refused.exit_code == 2
    assert "the hours add up to 2100 minutes a week, but weekly_minutes says 2250" in refused.output
    ours.write_text(ours.read_text().replace("weekly_minutes = 2250\n", ""))
    checked = run("policy", "check", str(ours))
    assert "ours.toml: dinkes, two-session, 35 hours a week" in checked.output
    assert "ketentuan 37.5 jam" in checked.output
    early = run("policy", "set", "Dinas Kesehatan", "dinkes", "--from", "2026-03-01")
    assert early.exit_code == 2
    assert run("policy", "add", str(ours), "--from", "2026-03-01").exit_code == 0
    assert run("policy", "show", "dinkes").output == ours.read_text()
    told = run("policy", "set", "Dinas Kesehatan", "dinkes", "--from", "2026-03-01")
    assert "Dinas Kesehatan follows dinkes from 2026-03-01.\n1 stored days are assessed again" in told.output
    assert dirty(office.database) == 1
    listed = json.loads(run("policy", "list", "--json").output)
    assert listed[-1] | {"title": ""} == {
        "name": "dinkes",
        "valid_from": "2026-03-01",
        "kind": "two-session",
        "week_min": 2100,
        "title": "",
        "set_by": listed[-1]["set_by"],
        "warning": listed[-1]["warning"],
    }


def test_policy_on_record_from_later_on_cannot_be_given_earlier(
    run: Run, office: InventedOffice, tmp_path: Path
) -> None:
    ours = tmp_path / "ours.toml"
    ours.write_text(run("policy", "show", "pati").output.replace('"pati"', '"ours"'))
    run("policy", "add", str(ours), "--from", "2026-04-01")
    told = run("policy", "set", "Dinas Kesehatan", "ours", "--from", "2026-03-01")
    assert told.exit_code == 2
    assert "The policy 'ours' is on record from 2026-04-01 only" in told.output


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (('name = "jember-5"', 'name = "pati"'), "The name 'pati' is Presensi's own"),
        (('name = "jember-5"', 'name = "Dinas Kes"'), "'Dinas Kes' is no name for a policy"),
        (('name = "jember-5"', 'nama = "x"'), "unknown key 'nama'"),
        (("repeat_minutes = 30", "repeat_minutes = -1"), "repeat_minutes must be a whole number"),
        (('in_opens = "05:00"', 'in_opens = "08:00"'), "closes (07:00) before it opens (08:00)"),
        (('rest = ["sat", "sun"]', 'rest = ["sat"]'), "sun in neither [[hours]] nor rest"),
        (("title", "title ="), "line 2"),
    ],
)
def test_wrong_policy_file_is_told_with_its_place_and_stores_nothing(
    run: Run, office: InventedOffice, tmp_path: Path, change: tuple[str, str], message: str
) -> None:
    ours = tmp_path / "ours.toml"
    ours.write_text(run("policy", "show", "jember-5").output.replace(*change))
    told = run("policy", "add", str(ours), "--from", "2026-03-01")
    assert told.exit_code == 2
    assert message in " ".join(told.output.split())
    assert all(each["valid_from"] is None for each in json.loads(run("policy", "list", "--json").output))


def test_holidays_are_imported_once_and_withdrawn_on_record(run: Run, office: InventedOffice, tmp_path: Path) -> None:
    calendar = tmp_path / "libur.csv"
    calendar.write_text("tanggal;nama;jenis\n2026-03-02;Hari Jadi;\n2026-03-19;Nyepi;\n")
    assert "Hari Jadi" in run("holiday", "import", str(calendar), "--decree", "SK 1", "--dry-run").output
    told = run("holiday", "import", str(calendar), "--decree", "SK 1").output
    assert told.startswith("2 of 2 days were new.\n1 stored days are assessed again")
    assert run("holiday", "import", str(calendar), "--decree", "SK 1").output.startswith("0 of 2 days were new.")
    AttendanceWorker(office.database, now=lambda: NOW).settle()
    (day,) = json.loads(run("recap", "--month", "2026-03", "--json").output)["lines"]
    assert day["summary"]["counts"] == {"LIBUR": 1}
    assert "working day again" in run("holiday", "withdraw", "2026-03-02").output
    assert [each["day"] for each in json.loads(run("holiday", "list", "--json").output)] == ["2026-03-19"]
    assert "is no holiday on record" in run("holiday", "withdraw", "2026-03-02").output
    AttendanceWorker(office.database, now=lambda: NOW).settle()
    (day,) = json.loads(run("recap", "--month", "2026-03", "--json").output)["lines"]
    assert day["summary"]["counts"] == {"BELUM_ADA_KETERANGAN": 1}


def test_circular_is_added_listed_and_withdrawn(run: Run, office: InventedOffice) -> None:
    added = run(
        *("circular", "add", "Ramadan 1447 H", "--from", "2026-02-18", "--until", "2026-03-19"),
        *("--in", "08:00", "--out", "14:30", "--days", "mon-thu", "--decree", "SE 1/2026"),
    )
    assert added.output.startswith("Ramadan 1447 H holds from 2026-02-18 to 2026-03-19.\n1 stored days")
    (listed,) = json.loads(run("circular", "list", "--json").output)
    assert listed["hours"] == {"in_due": "08:00", "out_due": "14:30", "days": ["mon-thu"]}
    assert "Ramadan 1447 H" in run("circular", "list").output
    assert run("circular", "withdraw", str(listed["number"])).exit_code == 0
    assert json.loads(run("circular", "list", "--json").output) == []
    assert run("circular", "withdraw", "7").exit_code == 2
    nothing = run("circular", "add", "X", "--from", "2026-03-01", "--until", "2026-03-02", "--decree", "d")
    assert "it changes no hours" in nothing.output


def test_roster_and_contract_are_checked_and_stored_as_a_whole(
    run: Run, office: InventedOffice, tmp_path: Path
) -> None:
    codes, roster = tmp_path / "codes.toml", tmp_path / "roster.csv"
    codes.write_text('[[shift]]\ncode = "P"\nin = "07:00"\nout = "14:00"\n')
    roster.write_text("nip;1;2;3\n199001012015032001;L;P;P\n")
    arguments = ("shift", "import", str(roster), "--codes", str(codes), "--month", "2026-03")
    assert run(*arguments, "--dry-run").output == "3 days of 1 people can be stored.\n"
    assert run(*arguments).output.startswith("3 days of 1 people are on record.\n1 stored days")
    roster.write_text("nip;1;2;3\n199001012015032001;L;P;P\nBudi;P;P;P\n")
    refused = run(*arguments)
    assert refused.exit_code == 2
    assert "roster.csv: 1 line cannot be used, nothing was stored" in refused.output
    contracts = tmp_path / "kontrak.csv"
    contracts.write_text(
        "nomor;nip;mulai;sampai;hari;masuk;pulang;kuota;upah\n"
        "800/1;199001012015032001;2026-01-01;2026-12-31;senin-jumat;08:00;12:00;240;1200000\n"
    )
    assert run("contract", "import", str(contracts), "--dry-run").output == "1 contracts can be stored.\n"
    assert run("contract", "import", str(contracts)).output.startswith("1 contracts are on record.")
