"""Letters, manual entries, outages, punches and months on the command line, on good days and on bad ones."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

from benchmarks.invented_office import InventedOffice
from hub.attendance.paper_files import MAX_FILE_BYTES
from hub.attendance.worker import AttendanceWorker
from hub.db import Database
from tests.factories.desk import JAKARTA
from tests.factories.papers import jpeg, pdf

Run = Callable[..., Result]
NIP = "198501012010011001"


@dataclass
class Counter:
    """An office's counter: commands, and days as they stand afterwards."""

    run: Run
    database: Database
    folder: Path
    workday: date
    last_month: date

    def answer(self, *arguments: str) -> Any:
        """What a command that succeeds says as JSON."""
        result = self.run(*arguments, "--json")
        assert result.exit_code == 0, result.output
        return json.loads(result.stdout)

    def settle(self) -> None:
        AttendanceWorker(self.database).settle()

    def file(self, name: str, content: bytes) -> str:
        path = self.folder / name
        path.write_bytes(content)
        return str(path)


@pytest.fixture
def counter(presensi_hub: Run, hub_database: Database, tmp_path: Path) -> Counter:
    today = datetime.now(JAKARTA).date()
    workday = today - timedelta(days=1)
    while workday.weekday() >= 5:
        workday -= timedelta(days=1)
    office = InventedOffice(hub_database, at=datetime.now(UTC) - timedelta(days=60))
    unit = office.unit("Dinas Kesehatan")
    office.employee("Rina Wulandari", unit=unit, nip=NIP)
    office.employee("Budi", unit=unit)
    office.employee("Budi", unit=office.unit("Dinas Pendidikan"))
    office.kiosk("kiosk-1", delivered_up_to=datetime.now(UTC))
    last_month = (today.replace(day=1) - timedelta(days=1)).replace(day=1)
    return Counter(presensi_hub, hub_database, tmp_path, workday, last_month)


def submit(counter: Counter, *more: str, who: str = NIP) -> Result:
    day = counter.workday.isoformat()
    return counter.run("document", "submit", who, "--type", "Surat Dokter", "--from", day, "--by", "siti", *more)


def test_letter_goes_from_submission_to_entry(counter: Counter) -> None:
    file = counter.file("surat.pdf", pdf())
    result = submit(counter, "--known-by", "Atasan Langsung", "--file", file)
    assert result.exit_code == 0, result.output
    assert "Letter 1 is submitted." in result.stdout
    assert "Surat ini" in result.stdout
    assert "Working days that the letter counts for" in result.stdout
    verified = counter.answer("document", "verify", "1", "--by", "budi")
    assert (verified["id"], verified["state"], verified["outlook"]["working_days"]) == (1, "verified", 1)
    result = counter.run("document", "enter", "1", "--by", "Budi")
    assert (result.exit_code, result.stderr) == (
        2,
        "presensi: budi verified the letter 1; somebody else must enter it.\n",
    )
    assert counter.run("document", "enter", "1", "--by", "siti").exit_code == 0
    assert "entered" in counter.run("document", "list", "--unit", "dinas kesehatan").stdout
    shown = counter.run("document", "show", "1").stdout
    assert "verified" in shown
    assert "surat.pdf (application/pdf" in shown
    assert Path(shown.split(": ")[-1].strip()).read_bytes() == pdf()
    [line] = counter.answer("document", "list", "--employee", NIP, "--state", "entered")
    assert (line["entered_by"], line["verified_by"], line["files"][0]["name"]) == ("siti", "budi", "surat.pdf")


def test_letter_is_attached_to_corrected_refused_and_withdrawn(counter: Counter) -> None:
    submit(counter)
    photo = counter.file("foto.jpg", jpeg())
    assert counter.answer("document", "attach", "1", photo, photo) == {"id": 1, "attached": 1}
    day = counter.workday.isoformat()
    hours = f"{day}T08:00..{day}T10:00"
    corrected = counter.answer(
        "document", "correct", "1", "--type", "Surat Ijin", "--cover", hours, "--because", "wrong type", "--by", "siti"
    )
    assert (corrected["id"], corrected["outlook"]["part_of_a_day"]) == (2, True)
    refused = counter.answer("document", "refuse", "2", "--because", "not signed", "--by", "budi")
    assert refused["state"] == "refused"
    submit(counter)
    assert counter.answer("document", "withdraw", "3", "--because", "wrong person")["state"] == "withdrawn"
    states = [line["state"] for line in counter.answer("document", "list", "--month", day[:7])]
    assert states == ["withdrawn", "refused", "withdrawn"]


def test_cancellation_without_its_signatures_is_refused_with_exit_code_1(counter: Counter) -> None:
    day = counter.workday.isoformat()
    whole = ("document", "cancel", "Rina Wulandari", "--day", day, "--signed-by", "Atasan Langsung", "--witnesses", "2")
    result = counter.run(*whole)
    assert result.exit_code == 1
    assert "Letter 1 is refused." in result.stdout
    assert "for want of the head's signature" in result.stderr
    assert counter.answer(*whole, "--signed-by", "Kepala Perangkat Daerah")["state"] == "entered"


@pytest.mark.parametrize(
    ("who", "more", "words"),
    [
        ("Nobody", (), "There is no employee 'Nobody'"),
        ("Budi", (), "There are 2 employees 'Budi'; give the NIP"),
        ("198501012010011002", (), "There is no employee"),
        (NIP, ("--type", "Surat Cinta"), "no letter of absence"),
        (NIP, ("--type", "Surat Keterangan"), "needs its reason"),
        (NIP, ("--to", "2020-01-01"), "before it begins"),
        (NIP, ("--cover", "kemarin"), "is no date"),
        (NIP, ("--known-by", "Satpam"), "no office that may know"),
        (NIP, ("--handed-in", "1.11.2026"), "is not a date"),
        (NIP, ("--file", "/nowhere/surat.pdf"), "cannot be read: No such file"),
        (NIP, ("--by", " "), "cannot stand for a person"),
    ],
)
def test_letter_that_cannot_be_is_one_sentence(counter: Counter, who: str, more: tuple[str, ...], words: str) -> None:
    result = submit(counter, *more, who=who)
    assert result.exit_code == 2, result.output
    assert words in result.stderr
    assert result.stderr.count("\n") == 1
    assert counter.answer("document", "list") == []


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("surat.pdf", jpeg(), "a JPEG picture and not what its name says"),
        ("surat.pdf", b"MZ not a letter", "neither PDF nor JPEG nor PNG"),
        ("surat.pdf", b"%PDF-1.7 cut short", "cannot be opened"),
        ("surat.pdf", b"%PDF-" + b"\0" * MAX_FILE_BYTES, "at most 10 MB are kept"),
    ],
    ids=range(4),
)
def test_file_that_is_no_letter_is_one_sentence(counter: Counter, name: str, content: bytes, words: str) -> None:
    result = submit(counter, "--file", counter.file(name, content))
    assert result.exit_code == 2
    assert words in result.stderr
    assert counter.answer("document", "list") == []


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("document", "verify", "9"), "There is no letter 9"),
        (("document", "show", "9"), "There is no letter 9"),
        (("document", "submit", NIP, "--type", "Surat Cuti"), "Say which days"),
        (("document", "submit", NIP, "--type", "Surat Cuti", "--to", "2026-11-10"), "Say from when"),
        (("document", "list", "--unit", "Dinas Lain"), "no unit 'Dinas Lain'"),
        (("document", "list", "--month", "2026-13"), "is not a month"),
        (("manual", "enter", NIP, "2020-01-06", "--because", "x"), "when the person came"),
        (("manual", "enter", NIP, "2020-01-06", "--in", "7", "--because", "x"), "is no time"),
        (("manual", "approve",), "Say which entries"),
        (("manual", "approve", "1", "--outage", "1"), "Say which entries"),
        (("manual", "approve", "9"), "There is no manual entry 9"),
        (("manual", "import", "/nowhere.csv", "--outage", "1", "--date", "2020-01-06"), "cannot be read"),
        (("outage", "declare", "--from", "kemarin", "--because", "x"), "is no time"),
        (("outage", "declare", "--from", "2026-11-10", "--because", "x"), "is no local time"),
        (("outage", "declare", "--from", "2099-01-01 07:00", "--because", "x"), "when it has begun"),
        (("outage", "end", "9"), "There is no outage 9"),
        (("punch", "accept", "kiosk-1/9", "--because", "x"), "There is no punch"),
        (("punch", "list", "--month", "x"), "is not a month"),
        (("month", "close", "2099-01"), "is not over yet"),
        (("month", "close", "november"), "is not a month"),
        (("month", "reopen", "2020-01", "--because", "x"), "January 2020 is not closed"),
    ],
)  # fmt: skip
def test_bad_input_is_one_sentence_and_exit_code_2(counter: Counter, arguments: tuple[str, ...], words: str) -> None:
    result = counter.run(*arguments)
    assert result.exit_code == 2, result.output
    assert words in result.stderr
    assert result.stderr.count("\n") == 1


def test_day_taken_by_hand_waits_for_somebody_else(counter: Counter) -> None:
    day = counter.workday.isoformat()
    photo = counter.file("rina.jpg", jpeg())
    times = ("--in", "07:00", "--out", "15.05", "--because", "kiosk broken", "--photo", photo, "--by", "siti")
    result = counter.run("manual", "enter", "Rina Wulandari", day, *times)
    assert "Entry 1 waits for somebody else" in result.stdout
    assert "somebody else must decide" in counter.run("manual", "approve", "1", "--by", "Siti").stderr
    assert counter.answer("manual", "approve", "1", "--by", "budi") == {"entries": [1], "state": "approved"}
    [line] = counter.answer("manual", "list", "--month", day[:7], "--unit", "Dinas Kesehatan")
    assert (line["state"], line["arrival"][11:16], line["decided_by"]) == ("approved", "07:00", "budi")
    assert "approved" in counter.run("manual", "list").stdout
    assert counter.answer("manual", "withdraw", "1", "--because", "wrong day")["state"] == "withdrawn"


def test_form_of_an_outage_is_imported_as_a_whole(counter: Counter) -> None:
    day = counter.workday.isoformat()
    declared = ("outage", "declare", "--unit", "Dinas Kesehatan", "--from", f"{day} 06:00", "--because", "no power")
    assert counter.answer(*declared, "--by", "siti") == {"id": 1}
    command = ("manual", "import", counter.file("form.csv", b"Nama;Jam Datang;Jam Pulang\nBudi;06.50;15.01\nX;7;8\n"))
    options = ("--outage", "1", "--date", day, "--by", "siti")
    result = counter.run(*command, *options)
    assert (result.exit_code, result.stderr) == (2, "presensi: 1 lines have errors; nothing was entered.\n")
    assert "There is no employee 'X' in this unit" in result.stdout
    counter.file("form.csv", b"Nama;Jam Datang;Jam Pulang\nBudi;06.50;15.01\nRina Wulandari;;\n")
    dry = counter.run(*command, *options, "--dry-run")
    assert "1 lines could be entered; nothing was stored." in dry.stdout
    assert "no times: left out" in dry.stdout
    assert counter.answer("manual", "list") == []
    assert "1 entries wait" in counter.run(*command, *options, "--scan", counter.file("form.pdf", pdf())).stdout
    refused = counter.run("manual", "refuse", "--outage", "1", "--because", "not signed", "--by", "budi")
    assert "1 entries refused by budi." in refused.stdout
    assert counter.run("outage", "end", "1").exit_code == 0
    assert counter.answer("outage", "list", "--running") == []
    assert "Dinas Kesehatan" in counter.run("outage", "list").stdout


def test_punch_outside_the_windows_is_decided(counter: Counter) -> None:
    office = InventedOffice(counter.database, at=datetime.now(UTC))
    moment = datetime.combine(counter.workday, datetime.min.time(), JAKARTA) + timedelta(hours=4, minutes=30)
    rina = counter.answer("employee", "show", NIP)["id"]
    office.punch("kiosk-1", rina, moment)
    counter.settle()
    month = f"{counter.workday:%Y-%m}"
    listed = counter.run("punch", "list", "--month", month).stdout
    assert "04:30" in listed
    assert "waits" in listed
    key = counter.answer("punch", "list", "--month", month)[0]["key"]
    decided = counter.answer("punch", "accept", key, "--because", "early duty", "--by", "siti")
    assert decided == {"punches": 1, "accepted": True}
    assert "waits for a decision" in counter.run("punch", "list", "--month", month).stdout
    assert counter.run("punch", "reject", "kiosk-1/1", "--because", "no duty", "--by", "siti").exit_code == 0
    assert "rejected" in counter.run("punch", "list", "--month", month, "--all").stdout


def test_month_is_closed_and_reopened(counter: Counter) -> None:
    counter.settle()
    month = f"{counter.last_month:%Y-%m}"
    result = counter.run("month", "close", month, "--by", "admin")
    assert result.exit_code == 0, result.output
    assert f"{month} is closed for everybody" in result.stdout
    assert "become absences (TK)" in result.stderr
    assert "closed already" in counter.run("month", "close", month, "--unit", "Dinas Kesehatan").stderr
    entry = counter.run("manual", "enter", NIP, f"{month}-10", "--in", "07:00", "--because", "x")
    assert "an administrator must reopen it first" in entry.stderr
    reopened = counter.answer("month", "reopen", month, "--because", "letters came late", "--by", "admin")
    assert reopened["days"] > 0
    [line] = counter.answer("month", "list")
    assert (line["closed_by"], line["reopen_reason"]) == ("admin", "letters came late")
    assert "letters came late" in counter.run("month", "list", "--month", month).stdout
