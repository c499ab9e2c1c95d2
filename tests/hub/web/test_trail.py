"""Every read of somebody's record and every write leaves an entry, and nothing goes through without one."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute
from sqlalchemy import text
from starlette.routing import Mount

from hub.access.accounts import link_account
from hub.access.roles import Role
from hub.access.trail.chain import Entry, about_text
from hub.db import Database
from hub.roster.approval import list_waiting
from hub.web.app import create_app
from hub.web.deeds import DEEDS, WITHOUT_PEOPLE
from hub.web.office import FrontOffice
from tests.factories.snapshots import jpeg

NOW = datetime(2026, 3, 2, 19, 0, tzinfo=ZoneInfo("Asia/Jakarta"))
PASSWORD = "kopi-tubruk-manis"
Told = Callable[..., list[Entry]]

SIMPLE = {
    "GET /": "/",
    "GET /harian": "/harian?date=2026-03-02",
    "GET /bulanan": "/bulanan?month=2026-03",
    "GET /kehadiran": "/kehadiran",
    "GET /grafik": "/grafik",
    "GET /cari": "/cari?q=rina",
    "GET /pegawai": "/pegawai",
    "GET /pengingat": "/pengingat",
    "GET /langsung": "/langsung",
    "GET /pegawai/{employee_id}": "/pegawai/{rina}",
    "GET /pegawai/{employee_id}/{date}": "/pegawai/{rina}/2026-03-02",
    "GET /api/v1/recap/daily": "/api/v1/recap/daily",
    "GET /api/v1/recap/monthly": "/api/v1/recap/monthly?month=2026-03",
    "GET /api/v1/employees": "/api/v1/employees",
    "GET /api/v1/employees/{employee_id}": "/api/v1/employees/{rina}",
    "GET /api/v1/punches": "/api/v1/punches?from=2026-03-02&to=2026-03-02&employee={rina}",
    "GET /api/v1/days": "/api/v1/days?from=2026-03-02&to=2026-03-02&employee={rina}",
    "GET /api/v1/pay/runs": "/api/v1/pay/runs",
    "GET /api/v1/documents": "/api/v1/documents?month=2026-03",
    "GET /api/v1/kiosks": "/api/v1/kiosks",
    "GET /unduh/harian.{form}": "/unduh/harian.csv",
    "GET /unduh/bulanan.{form}": "/unduh/bulanan.csv",
    "GET /unduh/lampiran-i-kosong.{form}": "/unduh/lampiran-i-kosong.xlsx",
    "GET /unduh/lampiran-iii.{form}": "/unduh/lampiran-iii.pdf?person={rina}&day=2026-03-02",
    "GET /pegawai/persetujuan": "/pegawai/persetujuan",
    "GET /penolakan": "/penolakan",
    "GET /kiosk": "/kiosk",
    "GET /kiosk/{device}": "/kiosk/kiosk-1",
    "GET /karantina": "/karantina",
    "GET /tinjauan": "/tinjauan",
    "GET /surat": "/surat",
    "GET /surat/baru": "/surat/baru",
    "GET /pembatalan/baru": "/pembatalan/baru",
    "GET /manual": "/manual",
    "GET /manual/baru": "/manual/baru",
    "GET /bulan/{text}": "/bulan/2026-03",
    "GET /serah-terima/{text}/{unit_id:int}": "/serah-terima/2026-03/{unit}",
    "GET /laporan": "/laporan",
    "GET /akun/aktivasi": "/akun/aktivasi",
    "GET /akun/daftar": "/akun/daftar",
    "GET /akun/daftar/{username}": "/akun/daftar/admin",
    "GET /jejak": "/jejak?pegawai={rina}",
    "GET /unduh/pegawai.csv": "/unduh/pegawai.csv",
    "GET /pegawai/{employee_id}/data": "/pegawai/{rina}/data",
    "GET /unit": "/unit",
    "GET /unit/{unit_id:int}": "/unit/{unit}",
    "GET /unduh/unit.csv": "/unduh/unit.csv",
    "GET /pegawai/{employee_id}/wajah": "/pegawai/{rina}/wajah",
    "GET /pegawai/arsip-foto": "/pegawai/arsip-foto",
    "GET /pegawai/arsip-foto/{number:int}": "/pegawai/arsip-foto/1",
    "GET /pegawai/mirip": "/pegawai/mirip",
}
"""One address for each route that shows people without anything having been made for it first."""

MADE = {
    "GET /langsung/aliran",
    "GET /pegawai/persetujuan/foto/{frame_id}",
    "GET /penolakan/{device}/{epoch}/{seq}/foto",
    "GET /tinjauan/scan/{device}/{epoch}/{seq}",
    "GET /pegawai/{employee_id}/wajah/foto/{number:int}",
    "GET /tinjauan/wajah/{employee_id}",
    "GET /surat/{number:int}",
    "GET /surat/{number:int}/perbaiki",
    "GET /surat/{number:int}/berkas/{sha256}",
    "GET /surat/{number:int}/pratinjau/{sha256}",
    "GET /manual/{number:int}/foto",
    "GET /gangguan/{number:int}",
    "GET /api/v1/documents/{document_id}",
    "GET /api/v1/pay/run",
}
"""Those that are visited in a test of their own below."""


def routes(app: Any, root: str = "") -> Iterator[tuple[str, str]]:
    for route in app.routes:
        if isinstance(route, Mount) and isinstance(route.app, FastAPI):
            yield from routes(route.app, root + route.path)
        for each in getattr(getattr(route, "original_router", None), "routes", ()):
            assert isinstance(each, APIRoute)
            for method in each.methods - {"HEAD"}:
                yield method, root + each.path


def about(entry: Entry) -> Any:
    return msgspec.json.decode(entry.about)


def test_every_address_says_what_it_reads_or_changes(front: FrontOffice) -> None:
    """A new route needs a line in hub.web.deeds, and one that shows people an example here."""
    here = {f"{method} {path}" for method, path in routes(create_app(front))}
    assert len(here) > 60
    assert here == DEEDS.keys() | WITHOUT_PEOPLE.keys()
    assert DEEDS.keys() & WITHOUT_PEOPLE.keys() == set()
    assert all(address.startswith("GET ") for address in WITHOUT_PEOPLE)
    assert {address for address in DEEDS if address.startswith("GET ")} == SIMPLE.keys() | MADE


def test_every_page_about_people_leaves_one_entry(admin: Any, furnished: Any, told: Told) -> None:
    for address, path in SIMPLE.items():
        before = len(told())
        page = admin.get(path.replace("{rina}", furnished.rina).replace("{unit}", str(furnished.unit)))
        assert page.status == 200, path
        [entry] = told()[before:]
        assert (entry.address, entry.act, entry.kind) == (address, DEEDS[address].act, "read")
        assert (entry.actor, entry.role, entry.client, entry.status) == ("admin", "administrator", "127.0.0.1", 200)
        assert entry.at == NOW
        said = about(entry)
        assert "unit" in said or "employees" in said, path
        if "{rina}" in path and entry.act != "trail.read":
            assert said["employees"] == [furnished.rina]
        for period, given in (("month", "2026-03"), ("day", "2026-03-02")):
            if DEEDS[address].period == period or given in path.replace("date=2026-03-02", "").split("=")[-1:]:
                assert said[period] == given, path


def test_pages_without_people_leave_none(admin: Any, told: Told) -> None:
    before = told()
    for path in (
        "/akun",
        "/akun/dua-langkah",
        "/pekerjaan",
        "/gangguan",
        "/bulan",
        "/healthz",
        "/readyz",
        "/bahasa/en",
    ):
        assert admin.get(path).status in (200, 303)
    assert admin.get("/aset/presensi/presensi.css").status == 200
    assert told() == before


def test_grid_of_a_unit_is_one_entry_without_names(admin: Any, furnished: Any, told: Told) -> None:
    admin.get(f"/kehadiran?month=2026-03&unit={furnished.unit}&name=Rina")
    [entry] = told("grid.read")
    assert entry.about == about_text(month="2026-03", unit=furnished.unit)


def test_picture_is_told_with_whom_it_shows(
    admin: Any, furnished: Any, told: Told, database: Database, front: FrontOffice
) -> None:
    assert front.photos is not None
    [waiting] = [each for each in list_waiting(database, NOW.date()) if each.person_id == furnished.hostile]
    for file in waiting.files:
        path = front.photos.path(file)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(jpeg())
    assert admin.get(f"/pegawai/persetujuan/foto/{waiting.frames[0]}").status == 200
    [entry] = told("enrolment.photo")
    assert about(entry) == {"employees": [furnished.hostile], "number": waiting.frames[0]}


def test_read_that_finds_nothing_leaves_no_entry_and_one_that_is_forbidden_does(
    admin: Any, as_role: Callable[..., Any], office: Any, furnished: Any, told: Told
) -> None:
    before = told()
    assert admin.get("/pegawai/198501012010011001").status == 404
    assert told() == before
    office.unit("Dinas Lain")
    supervisor = as_role(Role.SUPERVISOR, "Dinas Lain")
    assert supervisor.get(f"/pegawai/{furnished.rina}").status == 404
    [entry] = told("month.read")
    assert (entry.actor, entry.status, about(entry)["employees"]) == ("supervisor", 404, [furnished.rina])


def test_own_record_is_nobody_elses(admin: Any, furnished: Any, told: Told, database: Database) -> None:
    link_account(database, "admin", furnished.rina)
    assert admin.get(f"/pegawai/{furnished.rina}").status == 200
    assert told("month.read") == []
    assert admin.get(f"/pegawai/{furnished.hostile}").status == 200
    assert len(told("month.read")) == 1


def test_every_form_leaves_an_entry_even_when_it_is_refused(
    admin: Any, furnished: Any, told: Told, front: FrontOffice
) -> None:
    token = admin.get("/surat/baru").field("token")
    posts = [path for method, path in routes(create_app(front)) if method == "POST" and "keluar" not in path]
    assert len(posts) > 15
    for path in posts:
        before = len(told())
        example = path.replace("{number:int}", "7").replace("{unit_id:int}", "1").replace("{text}", "2026-02")
        for name in ("person_id", "device", "epoch", "seq", "step", "deed", "username", "assignment_id:int"):
            example = example.replace(f"{{{name}}}", "1")
        answer = admin.post(example, token=token)
        if not path.startswith(("/masuk", "/api/", "/aktivasi", "/klaim")):
            *carried, entry = told()[before:]
            assert (entry.address, entry.kind) == (f"POST {path}", "write")
            assert entry.status == answer.status or answer.status < 400, path
            assert not carried or path.startswith("/akun/dua-langkah"), path  # codes are looked for in a write
    assert admin.post("/keluar", token=token).status == 303
    assert told()[-1].act == "account.sign_out"


def test_decision_and_its_entry_are_one_transaction(admin: Any, furnished: Any, told: Told, database: Database) -> None:
    token = admin.get("/gangguan").field("token")
    form = {"token": token, "began": "2026-03-02T07:00", "reason": "listrik padam", "reported_to": "BKPP"}
    assert admin.post("/gangguan", **form).status == 303
    [entry] = told("outage.declare")
    assert (entry.actor, entry.status, about(entry)) == ("admin", 200, {"unit": None})
    with database.write() as session:
        session.execute(text("CREATE TRIGGER full BEFORE INSERT ON audit_entry BEGIN SELECT RAISE(FAIL, 'full'); END"))
    refused = admin.post("/gangguan", **(form | {"reason": "jaringan putus"}))
    assert refused.status == 503
    with database.read() as session:
        assert session.scalars(text("SELECT reason FROM outage")).all() == ["listrik padam"]


def test_what_cannot_be_told_is_not_shown(
    admin: Any, furnished: Any, database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    with database.write() as session:
        session.execute(text("CREATE TRIGGER full BEFORE INSERT ON audit_entry BEGIN SELECT RAISE(FAIL, 'full'); END"))
    with caplog.at_level(logging.CRITICAL):
        page = admin.get(f"/pegawai/{furnished.rina}")
    assert page.status == 503
    assert page.headers["content-security-policy"]
    assert "Rina" not in page.text
    assert "trail cannot be written" in caplog.text
    assert admin.get("/akun").status == 200


def test_failure_after_the_door_is_told(
    admin: Any, told: Told, monkeypatch: pytest.MonkeyPatch, front: FrontOffice
) -> None:
    token = admin.get("/gangguan").field("token")

    def break_down(*_given: object, **_named: object) -> None:
        raise RuntimeError

    monkeypatch.setattr("hub.web.views.outages.declare_outage", break_down)
    assert admin.post("/gangguan", token=token, began="2026-03-02T07:00", reason="x").status == 500
    [entry] = told("outage.declare")
    assert entry.status == 500
