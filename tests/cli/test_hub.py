"""`presensi hub` on the command line: answers, exit codes, and one sentence when something is wrong."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import click
import pytest
from click.testing import CliRunner, Result

from benchmarks.invented_office import EPOCH, InventedOffice
from cli import main
from cli.hub import hub, read_address
from contract.errors import BadInputError
from contract.signing import SigningKey
from hub.attendance.worker import AttendanceWorker
from hub.db import Database, open_database
from hub.pages_server import clock_from

JAKARTA = ZoneInfo("Asia/Jakarta")
NOW = datetime(2026, 3, 2, 19, 0, tzinfo=JAKARTA)
Run = Callable[..., Result]


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return tmp_path / "hub"


@pytest.fixture
def run(data: Path) -> Run:
    """Call `presensi hub …` on a folder of the test's own."""

    def call(*arguments: str, given: str | None = None) -> Result:
        return CliRunner().invoke(
            main, ["hub", *arguments], input=given, env={"PRESENSI_HUB_DATA": str(data), "PRESENSI_HUB_DB": None}
        )

    return call


@pytest.fixture
def database(data: Path, lay_database: Callable[[Path], Path]) -> Iterator[Database]:
    with open_database(f"sqlite:///{lay_database(data)}") as opened:
        yield opened


@pytest.fixture
def rina(database: Database) -> str:
    """An employee with a day of two punches, in Dinas Kesehatan; a second person of the same name elsewhere."""
    office = InventedOffice(database, at=datetime(2026, 3, 1, tzinfo=UTC))
    unit = office.unit("Dinas Kesehatan")
    rina = office.employee("Rina Wulandari", unit=unit, nip="198501012010011001")
    office.employee("Budi", unit=unit)
    office.employee("Budi", unit=office.unit("Dinas Pendidikan"))
    office.kiosk("kiosk-1", delivered_up_to=NOW)
    office.punch("kiosk-1", rina, datetime(2026, 3, 2, 7, 12, tzinfo=JAKARTA))
    office.punch("kiosk-1", rina, datetime(2026, 3, 2, 15, 5, tzinfo=JAKARTA))
    office.alarm("kiosk-1", "conflict", NOW, "\x1b[31mred")
    office.quarantine("kiosk-1", NOW, detail="not a camera")
    AttendanceWorker(database, now=lambda: NOW).settle()
    return rina


def every_command(group: click.Group, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            yield from every_command(command, (*path, name))
        else:
            yield (*path, name)


@pytest.mark.parametrize("path", list(every_command(hub)), ids=" ".join)
def test_every_command_has_help_with_an_example_and_a_data_option(run: Run, path: tuple[str, ...]) -> None:
    result = run(*path, "--help")
    assert result.exit_code == 0
    assert "--data" in result.output or path in {("assess",), ("policy", "check"), ("verify",)}  # which need no hub
    assert f"presensi hub {' '.join(path)}" in result.output


@pytest.mark.parametrize(
    "arguments",
    [
        ("kiosk", "list"),
        ("kiosk", "acts"),
        ("kiosk", "revoke", "kiosk-1"),
        ("alarms",),
        ("quarantine",),
        ("journal-rows", "--json"),
        ("employees",),
        ("enrolment", "list"),
        ("enrolment", "approve", "--all", "--by", "budi"),
        ("pack", "show"),
        ("pack", "set", "builtin"),
        ("unit", "list"),
        ("account", "list"),
        ("recap", "--month", "2026-03"),
        ("day", "x", "2026-03-02"),
    ],
)
def test_reading_commands_make_no_hub_where_there_is_none(run: Run, data: Path, arguments: tuple[str, ...]) -> None:
    result = run(*arguments)
    assert result.exit_code == 2
    assert "There is no hub in" in result.stderr
    assert not data.exists()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("recap",), "Say which recap"),
        (("recap", "--date", "2026-03-02", "--month", "2026-03"), "Say which recap"),
        (("recap", "--date", "2.3.2026"), "is not a date"),
        (("recap", "--month", "2026-3"), "is not a month"),
        (("recap", "--month", "2026-03", "--unit", "Dinas Lain"), "no unit 'Dinas Lain'"),
        (("day", "Nobody", "2026-03-02"), "no employee 'Nobody'"),
        (("day", "Budi", "2026-03-02"), "2 employees 'Budi'"),
        (("day", "Rina Wulandari", "x"), "is not a date"),
        (("employees", "--unit", "Dinas Lain"), "no unit 'Dinas Lain'"),
        (("kiosk", "revoke", "kiosk-9"), "no kiosk 'kiosk-9'"),
        (("kiosk", "add", "kiosk-2", "--key", "/nowhere"), "cannot be read"),
        (("kiosk", "add", "Kiosk 2", "--key", "-"), "Ed25519"),
        (("enrol", "/nowhere"), "/nowhere"),
        (("enrol", "/nowhere", "--author", "siti", "--approved-by", "Siti"), "cannot both enrol and approve"),
        (("enrolment", "approve", "--by", "budi"), "Say whom to approve"),
        (("enrolment", "approve", "Rina Wulandari", "--all", "--by", "budi"), "Say whom to approve"),
        (("enrolment", "approve", "Rina Wulandari", "--by", "budi"), "Nothing of Rina Wulandari waits"),
        (("enrolment", "approve", "--all", "--by", "budi"), "Nothing waits"),
        (("enrolment", "approve", "Nobody", "--by", "budi"), "no employee 'Nobody'"),
        (("enrolment", "refuse", "Rina Wulandari", "--by", "budi", "--reason", "x"), "Nothing of Rina Wulandari waits"),
        (("unit", "add", "Baru", "--policy", "unknown"), "no policy 'unknown'"),
        (("unit", "add", "Baru", "--timezone", "Asia/Nowhere"), "no time zone"),
        (("unit", "add", "Baru", "--parent", "Dinas Lain"), "no unit 'Dinas Lain'"),
        (("unit", "add", " "), "1 to 200 characters"),
        (("account", "password", "nobody"), "characters"),
        (("run", "--http", "8080"), "no address for the pages"),
        (("run", "--broker", "http://x", "--http", "127.0.0.1:0"), "broker address"),
        (("db", "upgrade", "--db", "mysql://x/y"), "SQLite or PostgreSQL"),
        (("employees", "--settings", "/nowhere.toml"), "settings file"),
    ],
)
def test_bad_input_is_one_sentence_and_exit_code_2(run: Run, rina: str, arguments: tuple[str, ...], words: str) -> None:
    result = run(*arguments, given="")
    assert result.exit_code == 2, result.output
    assert words in result.stderr
    assert result.stderr.startswith("presensi: ")
    assert result.stderr.count("\n") == 1
    assert "Traceback" not in result.output


def test_day_that_is_not_assessed_is_exit_code_1(run: Run, rina: str) -> None:
    result = run("day", "Rina Wulandari", "2030-01-01")
    assert result.exit_code == 1
    assert "no assessed day" in result.stderr


def test_day_is_found_by_name_nip_and_id(run: Run, rina: str) -> None:
    days = [
        json.loads(run("day", who, "2026-03-02", "--json").stdout)
        for who in ("Rina Wulandari", "198501012010011001", rina)
    ]
    assert days[0] == days[1] == days[2]
    assert (days[0]["status"], days[0]["late_min"], days[0]["arrival"]) == ("HADIR", 12, "2026-03-02T07:12:00+07:00")
    assert "07.12" in run("day", rina, "2026-03-02").stdout


def test_recaps_come_as_tables_and_as_json(run: Run, rina: str) -> None:
    table = run("recap", "--date", "2026-03-02").stdout
    assert re.search(r"Dinas Kesehatan +Rina Wulandari +HADIR +07:12 +15:05 +12 +0", table)
    month = json.loads(run("recap", "--month", "2026-03", "--unit", "Dinas Kesehatan", "--json").stdout)
    assert {line["person"]["name"] for line in month["lines"]} == {"Rina Wulandari", "Budi"}
    assert month["totals"]["terlambat_menit"] == 12
    assert "days can still change" in run("recap", "--month", "2026-03").stdout
    assert "Nothing is recorded for 2030-01." in run("recap", "--month", "2030-01").stdout


def test_journal_rows_are_those_that_the_hub_holds(run: Run, rina: str) -> None:
    rows = json.loads(run("journal-rows", "--json").stdout)
    assert [(row["device"], row["seq"], row["kind"], row["person"]) for row in rows] == [
        ("kiosk-1", 1, "punch", rina),
        ("kiosk-1", 2, "punch", rina),
    ]
    assert set(rows[0]) == {"device", "epoch", "seq", "kind", "person", "taken_at", "hash"}
    assert re.fullmatch("[0-9a-f]{64}", rows[0]["hash"])
    assert json.loads(run("journal-rows", "--device", "kiosk-2", "--json").stdout) == []


def test_alarms_and_quarantine_are_listed_without_control_characters(run: Run, rina: str) -> None:
    assert "\x1b" not in run("alarms").stdout
    assert json.loads(run("alarms", "--json").stdout)[0]["kind"] == "conflict"
    assert "not a camera" in run("quarantine").stdout
    assert json.loads(run("quarantine", "--json").stdout)[0]["reason"] == "source"


def test_kiosk_is_added_listed_and_revoked(run: Run, data: Path, tmp_path: Path) -> None:
    key = SigningKey.generate().verify_key.text
    (tmp_path / "device.pub").write_text(key + "\n")
    assert run("unit", "add", "Dinas").exit_code == 0
    assert run("kiosk", "add", "kiosk-1", "--key", str(tmp_path / "device.pub"), "--unit", "Dinas").exit_code == 0
    assert run("kiosk", "add", "kiosk-2", "--key", "-", "--demo", given=key).exit_code == 0
    found = {kiosk["device"]: kiosk for kiosk in json.loads(run("kiosk", "list", "--json").stdout)}
    assert (found["kiosk-1"]["unit"], found["kiosk-1"]["demo"], found["kiosk-2"]["demo"]) == ("Dinas", False, True)
    assert run("kiosk", "revoke", "kiosk-1").exit_code == 0
    assert re.search(r"kiosk-1 +Dinas +revoked", run("kiosk", "list").stdout)


def test_account_is_made_from_standard_input(run: Run) -> None:
    assert run("account", "add", "siti", "--role", "operator", given="kopi-tubruk-manis\n").exit_code == 0
    assert json.loads(run("account", "list", "--json").stdout)[0]["username"] == "siti"
    assert "kopi" not in run("account", "list").output
    again = run("account", "add", "siti", "--role", "operator", given="kopi-tubruk-manis\n")
    assert (again.exit_code, "already" in again.stderr) == (2, True)
    assert run("account", "add", "budi", "--role", "king", given="x\n").exit_code == 2
    assert run("account", "add", "budi", "--role", "head", given="short\n").exit_code == 2
    assert run("account", "password", "siti", given="teh-botol-dingin\n").exit_code == 0


def test_key_is_made_once(run: Run, data: Path) -> None:
    first = run("key").stdout
    assert first == run("key").stdout
    assert (data / "hub.pub").read_text() == first


def test_units_are_listed_with_their_policy(run: Run) -> None:
    assert run("unit", "add", "Dinas", "--policy", "jember-6", "--timezone", "Asia/Makassar").exit_code == 0
    assert run("unit", "add", "Seksi", "--parent", "Dinas").exit_code == 0
    units = json.loads(run("unit", "list", "--json").stdout)
    assert [(unit["name"], unit["parent"], unit["policy"], unit["timezone"]) for unit in units] == [
        ("Dinas", None, "jember-6", "Asia/Makassar"),
        ("Seksi", "Dinas", "jember-5", "Asia/Jakarta"),
    ]


@pytest.mark.parametrize(
    ("text", "address"),
    [("127.0.0.1:0", ("127.0.0.1", 0)), ("[::1]:8080", ("::1", 8080)), (None, (None, None))],
)
def test_address_is_read(text: str | None, address: tuple[str | None, int | None]) -> None:
    assert read_address(text) == address


@pytest.mark.parametrize("text", ["8080", ":8080", "host:", "host:x", "host:70000", "host:٣"])
def test_address_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(BadInputError, match="no address"):
        read_address(text)


def test_people_are_enrolled_by_one_person_and_approved_by_another(run: Run, shared: Path) -> None:
    folder = shared / "data" / "faces" / "demo"
    result = run("enrol", str(folder), "--unit", "Dinas", "--author", "siti", "--json")
    assert result.exit_code == 0, result.output
    report = json.loads(result.stdout)
    assert report["people"]
    assert {person["waiting"] for person in report["people"]} == {person["total"] for person in report["people"]}
    listed = json.loads(run("employees", "--unit", "Dinas", "--json").stdout)
    assert {line["name"] for line in listed} == {person["name"] for person in report["people"]}
    assert {line["frames"] for line in listed} == {0}
    again = run("enrol", str(folder), "--unit", "Dinas", "--author", "siti")
    assert "0 photos added" in again.stdout
    assert "presensi hub enrolment approve" in again.stdout
    assert "five or more" in again.stderr
    waiting = json.loads(run("enrolment", "list", "--unit", "Dinas", "--json").stdout)
    assert len(waiting) == len(report["people"])
    assert all(Path(file).is_file() for person in waiting for file in person["files"])
    own = run("enrolment", "approve", "--all", "--by", "SITI")
    assert (own.exit_code, "somebody else must approve" in own.stderr) == (2, True)
    refused = run("enrolment", "refuse", waiting[0]["name"], "--by", "budi", "--reason", "not one of us")
    assert refused.exit_code == 0, refused.output
    assert run("enrolment", "approve", waiting[1]["name"], "--by", "budi").exit_code == 0
    assert run("enrolment", "approve", "--all", "--by", "budi").exit_code == 0
    assert "Nothing waits" in run("enrolment", "list").stdout
    frames = {line["name"]: line["frames"] for line in json.loads(run("employees", "--json").stdout)}
    assert [name for name, count in frames.items() if count == 0] == [waiting[0]["name"]]


def test_double_in_a_folder_is_told_and_a_lookalike_allowed(run: Run, shared: Path, tmp_path: Path) -> None:
    faces = shared / "data" / "faces" / "demo"
    shutil.copytree(faces / "obama", tmp_path / "photos" / "Barack")
    shutil.copytree(faces / "obama", tmp_path / "photos" / "Kembaran")
    result = run("enrol", str(tmp_path / "photos"), "--author", "siti")
    assert result.exit_code == 0, result.output
    assert "Not enrolled: Kembaran: Wajah ini sudah terdaftar sebagai Barack (Kantor)" in result.stderr
    allowed = run("enrol", str(tmp_path / "photos"), "--author", "siti", "--allow-lookalike")
    assert "Kembaran: 4 photos added" in allowed.stdout
    assert "Barack (allowed by siti)" in run("enrolment", "list").stdout


def test_pack_is_shown_and_set(run: Run, shared: Path, models: Path, tmp_path: Path) -> None:
    faces = shared / "data" / "faces" / "demo"
    for person in ("obama", "biden"):
        shutil.copytree(faces / person, tmp_path / "photos" / person)
    assert run("enrol", str(tmp_path / "photos"), "--author", "siti", "--approved-by", "budi").exit_code == 0
    assert run("kiosk", "add", "kiosk-1", "--key", "-", given=SigningKey.generate().verify_key.text).exit_code == 0
    shown = json.loads(run("pack", "show", "--json").stdout)
    assert (shown["pack"], shown["since"], shown["change"]) == ("builtin", None, None)
    assert shown["kiosks"] == [{"device": "kiosk-1", "pack": None, "can_open": None}]
    result = run("pack", "set", "evaluation", "--by", "admin")
    assert result.exit_code == 0, result.output
    assert "6 of 6 photos have a template of evaluation." in result.stdout
    assert "evaluation is in force; before it was builtin." in result.stdout
    shown = json.loads(run("pack", "show", "--json").stdout)
    assert (shown["pack"], shown["set_by"], shown["change"]["state"]) == ("evaluation", "admin", "done")
    # From now on people are enrolled with the pack in force.
    shutil.copytree(faces / "kit_harington", tmp_path / "more" / "kit")
    assert run("enrol", str(tmp_path / "more"), "--author", "siti").exit_code == 0
    packs = {line["name"]: line["packs"] for line in json.loads(run("employees", "--json").stdout)}
    assert packs == {"obama": ["builtin", "evaluation"], "biden": ["builtin", "evaluation"], "kit": ["evaluation"]}
    back = json.loads(run("pack", "set", "builtin", "--json").stdout)
    assert (back["switched"], back["done"], back["total"]) == (True, 9, 9)


def test_pack_that_leaves_people_without_templates_is_not_set(
    run: Run, data: Path, shared: Path, models: Path, tmp_path: Path
) -> None:
    for person in ("obama", "biden"):
        shutil.copytree(shared / "data" / "faces" / "demo" / person, tmp_path / "photos" / person)
    assert run("enrol", str(tmp_path / "photos"), "--author", "siti", "--approved-by", "budi").exit_code == 0
    for file in (shared / "data" / "faces" / "demo" / "biden").iterdir():
        digest = hashlib.sha256(file.read_bytes()).hexdigest()
        (data / "enrolment" / digest[:2] / f"{digest}{file.suffix}").unlink()
    result = run("pack", "set", "evaluation")
    assert result.exit_code == 2
    assert "evaluation is not in force: it can use no photo of biden" in result.stderr
    assert "Not usable: biden/biden.jpg" in result.stderr
    assert "Change to evaluation: 6 of 6 photos, waiting" in run("pack", "show").stdout
    assert run("pack", "set", "evaluation", "--anyway").exit_code == 0
    assert run("pack", "show").stdout.startswith("evaluation, since")


def test_pack_that_is_not_here_changes_nothing(run: Run, database: Database) -> None:
    result = run("pack", "set", "nonsense")
    assert result.exit_code == 1
    assert 'There is no recognition pack "nonsense"' in result.stderr
    assert run("pack", "show").stdout.startswith("builtin, as set up")


def test_folder_without_faces_is_bad_input(run: Run, tmp_path: Path) -> None:
    (tmp_path / "photos" / "Rina").mkdir(parents=True)
    (tmp_path / "photos" / "Rina" / "1.jpg").write_bytes(b"no picture")
    result = run("enrol", str(tmp_path / "photos"))
    assert result.exit_code == 2
    assert "photos" in result.stderr


@pytest.mark.parametrize("wanted", [signal.SIGTERM, signal.SIGINT])
def test_running_hub_answers_and_ends_on_a_signal(data: Path, wanted: signal.Signals) -> None:
    process = subprocess.Popen(
        [
            sys.executable,
            "-c",
            "from cli import main; main()",
            "hub",
            "run",
            "--http",
            "127.0.0.1:0",
            "--broker",
            "mqtt://127.0.0.1:1",
        ],
        env=os.environ | {"PRESENSI_HUB_DATA": str(data), "PYTHONUNBUFFERED": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).resolve().parents[2],
    )
    try:
        assert process.stdout is not None
        url = process.stdout.readline().removeprefix("Hub: ").strip()
        with urllib.request.urlopen(f"{url}/healthz", timeout=60) as answer:
            assert json.load(answer) == {"status": "ok"}
        process.send_signal(wanted)
        assert process.wait(60) == 0
        assert process.stderr is not None
        assert "Nobody can sign in yet" in process.stderr.read()
    finally:
        process.kill()
        process.wait()


def test_refusals_say_whom_they_resemble_and_where_the_picture_is(run: Run, rina: str, database: Database) -> None:
    assert run("refusals").output == "No face was refused yet.\n"
    assert json.loads(run("refusals", "--json").output) == []
    office = InventedOffice(database, at=NOW)
    office.kiosk("kiosk-2", delivered_up_to=NOW)
    office.refusal("kiosk-2", rina, NOW, settled_at=NOW, settled_by="bkpp")
    office.refusal("kiosk-2", None, NOW, evidence="a" * 64)
    shown = json.loads(run("refusals", "--json").output)
    assert [(each["name"], each["picture"], each["settled_by"]) for each in shown] == [
        (None, "awaited", None),
        ("Rina Wulandari", "none", "bkpp"),
    ]
    assert shown[0] == {
        "device": "kiosk-2", "epoch": EPOCH, "seq": 2, "unit": None, "taken_at": "2026-03-02T12:00:00Z",
        "received_at": "2026-03-02T12:00:00Z", "source": "picamera", "person": None, "name": None,
        "reason": "liveness", "attempts": 3, "policy": "active",
        "layers": [
            {"name": "passive", "verdict": "undecided", "score": 0.4131},
            {"name": "challenge", "verdict": "attack", "score": None},
        ],
        "evidence": "a" * 64, "picture": "awaited", "seen_at": None, "seen_by": None, "settled_at": None,
        "settled_by": None,
    }  # fmt: skip
    lines = run("refusals").output.splitlines()
    assert len(lines) == 3
    assert "nobody" in lines[1]
    assert "settled by bkpp" in lines[2]


def test_pages_are_served_alone_for_the_moment_that_is_asked(data: Path, database: Database, rina: str) -> None:
    command = [sys.executable, "-c", "from cli import main; main()", "hub", "serve", "--data", str(data)]
    command += ["--port", "0", "--at", "2026-03-02 10:00"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        url = process.stdout.readline().removeprefix("Hub: ").strip()
        with urllib.request.urlopen(f"{url}/masuk", timeout=30) as answer:
            assert answer.status == 200
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0
    assert not (data / "hub.key").exists()
    ahead = clock_from(NOW)() - NOW
    assert timedelta() <= ahead < timedelta(minutes=1)
