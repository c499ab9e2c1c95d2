"""Months in the browser: what is pending, closing what was seen, reopening with a reason; recaps as files."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from hub.access.roles import PAGE_ROLES, Role, may
from hub.attendance.covers import parse_cover
from hub.attendance.dirty import mark_dirty
from hub.attendance.document_list import list_documents
from hub.attendance.documents import Letter, enter, submit, verify
from hub.attendance.models import StoredDay
from hub.attendance.months import list_closes

JAKARTA = ZoneInfo("Asia/Jakarta")
NOW = datetime(2026, 3, 2, 19, 0, tzinfo=JAKARTA)
FEBRUARY = date(2026, 2, 1)


@pytest.fixture
def units(office: Any, database: Any, settle: Any) -> dict[str, Any]:
    """Rina was away on 27 February, and nobody knows why; Budi's kiosk has not delivered."""
    health, school = office.unit("Dinas Kesehatan"), office.unit("Dinas Pendidikan")
    rina = office.employee("Rina Wulandari", unit=health)
    budi = office.employee("=Budi Santoso", unit=school)
    office.kiosk("kiosk-1", unit=health, delivered_up_to=NOW)
    office.kiosk("kiosk-2", unit=school)
    with database.write() as session:
        mark_dirty(session.connection(), [(rina, date(2026, 2, 27)), (budi, date(2026, 2, 27))], now=NOW)
    settle()
    return {"health": health, "school": school, "rina": rina, "budi": budi}


def post(visitor: Any, path: str, **form: str) -> Any:
    return visitor.post(path, token=visitor.get("/bulan").field("token"), **form)


def test_month_says_what_it_waits_for_and_what_would_become_tk(admin: Any, units: dict[str, Any]) -> None:
    page = admin.get("/bulan/2026-02")
    for words in (
        "1 hari tanpa keterangan",
        "1 hari menunggu data kiosk",
        "kiosk-2: 1 hari",
        "Akan menjadi TK bila ditutup: 1 hari",
        "Rina Wulandari 27 Februari",
    ):
        assert words in page.words
    assert "Februari 2026 terbuka 1 hari tanpa keterangan · 1 hari menunggu data kiosk" in admin.get("/bulan").words
    assert "1 bulan yang lewat belum ditutup" in admin.get("/").words


def test_month_is_closed_as_it_was_seen_and_reopened(
    admin: Any, units: dict[str, Any], database: Any, settle: Any
) -> None:
    page = post(admin, "/bulan/2026-02/tutup", seen="0")
    assert (page.status, "berubah sejak halaman ini dibuka" in page.words) == (409, True)
    assert list_closes(database) == []
    assert post(admin, "/bulan/2026-02/tutup", seen="1").status == 303
    settle()
    with database.read() as session:
        assert session.get_one(StoredDay, (units["rina"], date(2026, 2, 27))).status == "TK"
    page = admin.get("/bulan/2026-02?selesai=tutup")
    assert "Ditutup oleh admin" in page.words
    assert "belum ditutup" not in admin.get("/").words
    assert "sudah ditutup" in post(admin, "/bulan/2026-02/tutup", seen="0").words
    assert "Tulis alasannya" in post(admin, "/bulan/2026-02/buka").words
    assert post(admin, "/bulan/2026-02/buka", reason="surat terlambat").status == 303
    assert "surat terlambat" in admin.get("/bulan/2026-02").words


def test_late_letters_are_let_in_on_reopening(admin: Any, units: dict[str, Any], database: Any, settle: Any) -> None:
    letter = Letter(type="Surat Dokter", covers=(parse_cover("2026-02-27"),), known_by="Atasan Langsung")
    number = submit(database, units["rina"], letter, by="siti", now=NOW).id
    verify(database, number, by="budi", now=NOW)
    enter(database, number, by="siti", now=NOW)
    settle()
    post(admin, "/bulan/2026-02/tutup", seen="1")
    assert f'name="letter" value="{number}"' in admin.get("/bulan/2026-02").text
    assert post(admin, "/bulan/2026-02/buka", reason="x", letter="99").status == 404
    assert post(admin, "/bulan/2026-02/buka", reason="terlambat", letter=str(number)).status == 303
    assert list_documents(database, on=NOW.date())[0].reopened_because == "terlambat"


def test_running_month_is_not_closed(admin: Any, units: dict[str, Any], database: Any) -> None:
    assert "belum selesai" in admin.get("/bulan/2026-03").words
    page = post(admin, "/bulan/2026-03/tutup", seen="0")
    assert page.status == 409
    assert list_closes(database) == []


def test_one_unit_is_closed_alone(admin: Any, units: dict[str, Any], database: Any) -> None:
    assert post(admin, "/bulan/2026-02/tutup", seen="1", unit=str(units["health"])).status == 303
    assert "Sudah ditutup sendiri: Dinas Kesehatan" in admin.get("/bulan/2026-02").words
    assert "Ditutup oleh admin" in admin.get(f"/bulan/2026-02?unit={units['health']}").words


def test_others_see_their_own_unit_and_close_nothing(
    as_role: Callable[..., Any], units: dict[str, Any], database: Any
) -> None:
    visitor = as_role(Role.OFFICIAL, "Dinas Kesehatan")
    page = visitor.get("/bulan/2026-02")
    assert "Rina Wulandari" in page.words
    assert "Budi" not in page.words
    assert "dilakukan administrator" in page.words
    assert visitor.get(f"/bulan/2026-02?unit={units['school']}").status == 403
    assert post(visitor, "/bulan/2026-02/tutup", seen="1").status == 403
    assert post(visitor, "/bulan/2026-02/buka", reason="x").status == 403
    assert list_closes(database) == []


@pytest.mark.parametrize("role", [role for role in PAGE_ROLES if role is not Role.EMPLOYEE])
def test_each_role_may_what_its_rights_say(as_role: Any, units: Any, role: Role) -> None:
    visitor = as_role(role)
    for path, right in (("/bulan", "months"), ("/bulan/2026-02", "months"), ("/unduh/bulanan.csv", "recap")):
        assert visitor.get(path).status == (200 if may(role, right) else 403), path  # type: ignore[arg-type]
    token = visitor.get("/kiosk" if role is Role.TECHNICIAN else "/harian").field("token")
    status = visitor.post("/bulan/2026-02/tutup", token=token, seen="1").status
    assert status == (303 if may(role, "close") else 403)


def test_strange_addresses_are_refused(admin: Any, units: Any) -> None:
    assert admin.get("/bulan/2026-13").status == 404
    assert admin.get("/bulan/x").status == 404
    assert admin.get("/unduh/bulanan.csv?month=x").status == 400
    assert admin.get("/unduh/bulanan.exe").status == 404
    assert admin.get("/unduh/harian.csv?date=x").status == 400
    assert admin.post("/bulan/2026-02/tutup", token="x").status == 400


def test_recaps_are_files_that_no_spreadsheet_takes_for_formulas(admin: Any, units: Any) -> None:
    page = admin.get("/unduh/bulanan.csv?month=2026-02")
    assert page.headers["content-type"].startswith("text/csv")
    assert page.headers["content-disposition"] == 'attachment; filename="lampiran-ii-2026-02.csv"'
    assert "'=Budi Santoso" in page.text
    assert ",=Budi" not in page.text
    for path, start in (
        ("/unduh/bulanan.pdf?month=2026-02", "%PDF"),
        ("/unduh/bulanan.xlsx?month=2026-02", "PK"),
        ("/unduh/harian.pdf?date=2026-02-27", "%PDF"),
        ("/unduh/lampiran-i-kosong.xlsx?date=2026-03-02&unit=1", "PK"),
    ):
        page = admin.get(path)
        assert (page.status, page.text[: len(start)]) == (200, start)


def test_recap_of_another_unit_is_refused(as_role: Callable[..., Any], units: dict[str, Any]) -> None:
    visitor = as_role(Role.HEAD, "Dinas Kesehatan")
    assert "Budi" not in visitor.get("/unduh/bulanan.csv?month=2026-02").text
    for path in ("/unduh/bulanan.csv?month=2026-02", "/unduh/harian.csv?date=2026-02-27"):
        assert visitor.get(f"{path}&unit={units['school']}").status == 403


def test_nothing_waiting_has_words(as_role: Callable[..., Any], office: Any) -> None:
    office.unit("Dinas Kesehatan")
    visitor = as_role(Role.OPERATOR, "Dinas Kesehatan")
    for path, words in (
        ("/pekerjaan", "Tidak ada yang menunggu Anda."),
        ("/tinjauan", "Tidak ada scan yang menunggu."),
        ("/surat", "Tidak ada surat di sini."),
        ("/manual", "Tidak ada catatan di sini."),
        ("/gangguan", "Belum ada gangguan yang dinyatakan."),
        ("/bulan/2026-02", "belum ada hari tercatat"),
    ):
        page = visitor.get(path)
        assert (page.status, words in page.words) == (200, True), path
