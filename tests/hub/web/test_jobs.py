"""Scheduled work and reminders on their pages: seen in words, asked for, contacts added and ended."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from hub.db import Database
from hub.reminders.contacts import add_contact, list_contacts
from hub.scheduler import claims
from hub.scheduler.overview import list_jobs
from hub.scheduler.rhythm import Every
from hub.scheduler.scheduler import Job, Scheduler

from .conftest import HOSTILE, NOW


def send(visitor: Any, path: str, **fields: str) -> Any:
    """A form with the token of the page that it stands on."""
    token = visitor.get("/terjadwal" if path == "/terjadwal" else "/pengingat").field("token")
    return visitor.post(path, token=token, **fields)


def fail(_over: object) -> str:
    raise OSError("No space left on device")


@pytest.fixture
def worked(database: Database) -> None:
    """A job that did something, one that failed, and one that nobody does."""
    hub = Scheduler(
        database,
        [
            Job("calibration", Every(timedelta(days=1)), lambda _over: "12 thresholds"),
            Job("audit-head@ab12", Every(timedelta(days=1)), fail),
        ],
        now=lambda: NOW,
    )
    hub.enrol()
    hub.step()
    claims.enrol(database, "retention@ab12", NOW - timedelta(hours=1))


@pytest.mark.parametrize(
    ("language", "words"),
    [
        (
            "id",
            ("Kalibrasi ambang pengenalan", "12 thresholds", "Terlambat", "Gagal 1 kali", "No space left on device"),
        ),
        ("en", ("Calibration of thresholds", "Waits for its time", "Late", "Failures in a row: 1", "History")),
    ],
)
def test_page_says_how_each_job_fares(admin: Any, worked: None, language: str, words: tuple[str, ...]) -> None:
    admin.get(f"/bahasa/{language}")
    page = admin.get("/terjadwal")
    assert page.status == 200
    assert [word for word in words if word not in page.words] == []


def test_job_is_asked_for_and_the_trail_tells_which(admin: Any, worked: None, database: Database, told: Any) -> None:
    page = send(admin, "/terjadwal", job="calibration")
    assert page.status == 303
    assert next(line for line in list_jobs(database, now=NOW) if line.name == "calibration").due_at == NOW
    assert '"job":"calibration"' in told("job.ask")[-1].about.replace(" ", "")
    assert send(admin, "/terjadwal", job="nonsense").status == 404


def test_job_that_nobody_does_is_retired_and_the_trail_tells_who(
    admin: Any, worked: None, database: Database, told: Any
) -> None:
    claims.enrol(database, "retention@gone", NOW - timedelta(days=40))
    page = admin.get("/terjadwal")
    assert "Bila foldernya sudah tidak dipakai, akhiri" in page.words
    assert page.text.count('name="langkah"') == 1
    assert send(admin, "/terjadwal", job="retention@gone", langkah="akhiri").status == 303
    assert "retention@gone" not in {line.name for line in list_jobs(database, now=NOW)}
    after = admin.get("/terjadwal?diminta=akhiri")
    assert "Pekerjaan diakhiri." in after.words
    assert "retired by admin; never done" in after.words
    [entry] = told("job.retire")
    assert (entry.actor, '"job":"retention@gone"' in entry.about.replace(" ", "")) == ("admin", True)


@pytest.mark.parametrize(
    ("job", "words"), [("retention@ab12", "baru jatuh tempo"), ("nonsense", "Tidak ada pekerjaan")]
)
def test_job_that_cannot_be_retired_says_why(
    admin: Any, worked: None, database: Database, job: str, words: str
) -> None:
    before = {line.name for line in list_jobs(database, now=NOW)}
    page = send(admin, "/terjadwal", job=job, langkah="akhiri")
    assert (page.status, words in page.words) == (409, True)
    assert {line.name for line in list_jobs(database, now=NOW)} == before


def test_contact_is_added_listed_and_ended(admin: Any, furnished: Any, database: Database) -> None:
    page = send(admin, "/pengingat", siapa="Rina Wulandari", gerbang="wa", alamat="6281234567890")
    assert page.status == 303, page.words
    words = admin.get("/pengingat").words
    assert "Rina Wulandari" in words
    assert "***890" in words
    assert "6281234567890" not in words
    [contact] = list_contacts(database)
    assert send(admin, f"/pengingat/{contact.id}/akhiri").status == 303
    assert list_contacts(database) == []
    assert send(admin, f"/pengingat/{contact.id}/akhiri").status == 404


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"siapa": "Nobody", "gerbang": "wa", "alamat": "6281234567890"}, "Nobody"),
        ({"siapa": "Rina Wulandari", "gerbang": "pos", "alamat": "6281234567890"}, "pos"),
        ({"siapa": "Rina Wulandari", "gerbang": "wa", "alamat": HOSTILE}, ""),
    ],
)
def test_contact_that_cannot_be_is_told(
    admin: Any, furnished: Any, database: Database, fields: dict[str, str], words: str
) -> None:
    page = send(admin, "/pengingat", **fields)
    assert (page.status, words in page.words) == (409, True)
    assert list_contacts(database) == []


def test_who_adds_an_address_twice_is_told(furnished: Any, database: Database) -> None:
    fields = {"gateway": "wa", "address": "6281234567890", "gateways": ("wa",), "by": "siti", "now": NOW}
    add_contact(database, employee_id=furnished.rina, **fields)
    with pytest.raises(Exception, match="known already"):
        add_contact(database, employee_id=furnished.rina, **fields)


def test_contacts_are_shown_in_part_and_sought_by_name(admin: Any, furnished: Any, database: Database) -> None:
    fields = {"gateway": "wa", "gateways": ("wa",), "by": "siti", "now": NOW}
    for number in range(60):
        add_contact(database, employee_id=furnished.hostile, address=f"62812345{number:05d}", **fields)
    add_contact(database, employee_id=furnished.rina, address="6281999999999", **fields)
    page = admin.get("/pengingat")
    assert "Ditampilkan 50 dari 61 kontak" in page.words
    assert "<script>alert" not in page.text
    assert "***999" in admin.get("/pengingat?q=rina").words
    assert "Tidak ada kontak dengan nama itu." in admin.get("/pengingat?q=nobody").words
