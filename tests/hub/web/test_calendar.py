"""Holidays and circulars on a page: read before they are stored, withdrawn and kept, the regency's to change."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from sqlalchemy import select

from hub.access.roles import Role
from hub.db import Database
from hub.schedule.models import Holiday, ScheduleOverride

from .conftest import Visitor

CSV = "tanggal;nama;jenis\n2026-03-20;Idulfitri;libur\n23-03-2026;Cuti Idulfitri;cuti bersama\n"
ICS = (
    "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nBEGIN:VEVENT\r\nUID:1\r\nDTSTART;VALUE=DATE:20260501\r\n"
    "SUMMARY:Hari Buruh\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
)


@pytest.fixture
def unit(office: Any) -> int:
    number: int = office.unit("Dinas Kesehatan")
    return number


def send(visitor: Visitor, text: str, name: str = "libur.csv", **fields: str) -> Any:
    form = {"token": visitor.get("/kalender").field("token"), "deed": "simpan", "decree": "SKB 1/2026"} | fields
    return visitor.send("/kalender/impor", form.items(), [("file", name, text.encode())])


def days(database: Database) -> list[Any]:
    with database.read() as session:
        return [(row.day, row.kind, row.set_by, row.withdrawn_by) for row in session.scalars(select(Holiday))]


def test_calendar_is_read_before_it_is_stored(admin: Visitor, database: Database, unit: int) -> None:
    page = send(admin, CSV, deed="periksa")
    assert (page.status, "2 hari terbaca, belum disimpan" in page.words) == (200, True)
    assert days(database) == []
    assert send(admin, CSV).headers["location"] == "/kalender?year=2026&selesai=impor&jumlah=2"
    assert send(admin, CSV).headers["location"].endswith("jumlah=0"), "what is there stays as it is"
    assert send(admin, ICS, "buruh.ics", unit=str(unit)).status == 303
    assert [row[0] for row in days(database)] == [date(2026, 3, 20), date(2026, 3, 23), date(2026, 5, 1)]
    words = " ".join(admin.get("/kalender?year=2026").words.split())
    for expected in ("Cuti bersama", "SKB 1/2026", "Hari Buruh", "Dinas Kesehatan"):
        assert expected in words
    assert "Hari Buruh" not in admin.get("/kalender?year=2027").words
    assert "2026-03-20,Idulfitri,libur,SKB 1/2026," in admin.get("/unduh/libur.csv?year=2026").text


@pytest.mark.parametrize(
    ("text", "name", "fields", "words"),
    [
        (CSV, "libur.csv", {"decree": " "}, "Tulis nomor keputusannya"),
        ("tanggal;nama\nbesok;Apa\n", "libur.csv", {}, "Baris 2, kolom tanggal"),
        ("nama\nApa\n", "libur.csv", {}, "tidak punya kolom"),
        ("bukan kalender", "libur.ics", {}, "libur.ics"),
    ],
)
def test_wrong_file_stores_nothing(
    admin: Visitor, database: Database, text: str, name: str, fields: dict[str, str], words: str
) -> None:
    page = send(admin, text, name, **fields)
    assert (page.status, words in page.words) == (409, True)
    assert days(database) == []


def test_day_is_withdrawn_for_the_unit_it_was_declared_for(admin: Visitor, database: Database, unit: int) -> None:
    send(admin, CSV)
    token = admin.get("/kalender").field("token")
    assert admin.post("/kalender/tarik", token=token, day="2026-03-20", unit=str(unit)).status == 409
    assert admin.post("/kalender/tarik", token="x", day="2026-03-20").status == 400
    assert admin.post("/kalender/tarik", token=token, day="2026-03-20").status == 303
    assert days(database)[0] == (date(2026, 3, 20), "libur", "admin", "admin")
    assert "Idulfitri" not in admin.get("/kalender?year=2026").words.replace("Cuti Idulfitri", "")


def test_circular_holds_for_its_dates_and_is_withdrawn(admin: Visitor, database: Database) -> None:
    token = admin.get("/kalender").field("token")
    form = {"token": token, "name": "Ramadan 1447 H", "first": "2026-02-18", "last": "2026-03-19", "decree": "SE 100"}
    for missing in ({"decree": ""}, {"first": ""}, {"in_due": "25:00"}, {}):
        assert admin.post("/kalender/edaran", **(form | missing)).status == 409, missing
    times = {"in_due": "08:00", "out_due": "14:30", "weekdays": "senin-kamis"}
    assert admin.post("/kalender/edaran", **form, **times).status == 303
    assert "Masuk 08.00, Pulang 14.30, Hari Senin-Kamis" in admin.get("/kalender?year=2026").words
    admin.get("/bahasa/en")
    told = admin.get("/kalender?year=2026").words
    assert "Arrival due 08:00, Departure from 14:30, Weekdays Monday-Thursday" in told
    with database.read() as session:
        number = session.scalars(select(ScheduleOverride.id)).one()
    assert admin.post("/kalender/tarik", token=token, circular=str(number)).status == 303
    assert admin.post("/kalender/tarik", token=token, circular=str(number)).status == 409
    assert "Ramadan 1447 H" not in admin.get("/kalender?year=2026").words


def test_only_the_regency_changes_days(as_role: Callable[..., Visitor], database: Database, unit: int) -> None:
    for role, of in ((Role.OPERATOR, None), (Role.ADMINISTRATOR, "Dinas Kesehatan"), (Role.AUDITOR, None)):
        visitor = as_role(role, of)
        page = visitor.get("/kalender")
        assert (page.status, "/kalender/impor" in page.text) == (200, False)
        assert send(visitor, CSV).status == 403
        token = page.field("token")
        assert visitor.post("/kalender/edaran", token=token).status == 403
        assert visitor.post("/kalender/tarik", token=token, day="2026-03-20").status == 403
    assert as_role(Role.TECHNICIAN).get("/kalender").status == 403
    assert days(database) == []
