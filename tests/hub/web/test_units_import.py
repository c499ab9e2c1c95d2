"""Units from a file: checked line by line, stored as a whole, and an export that can be imported again."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select

from hub.db import Database
from hub.roster.models import Unit, UnitPolicy
from hub.web import imports

from .conftest import Visitor

HEADINGS = "Unit Kerja;Induk;Zona;Jadwal\n"


@pytest.fixture
def units(office: Any) -> dict[str, int]:
    health = office.unit("Dinas Kesehatan", policy="jember-6")
    return {"health": health, "clinic": office.unit("Puskesmas Sumber", parent=health), "other": office.unit("Lain")}


def send(visitor: Visitor, text: str, deed: str = "simpan", **fields: str) -> Any:
    form = {"token": visitor.get("/unit/impor").field("token"), "deed": deed} | fields
    return visitor.send("/unit/impor", form.items(), [("file", "unit.csv", text.encode())])


def parents(database: Database) -> dict[str, str | None]:
    with database.read() as session:
        rows = session.execute(select(Unit.id, Unit.name, Unit.parent_id)).all()
    names = {row.id: row.name for row in rows}
    return {row.name: names.get(row.parent_id) for row in rows}


def words(page: Any) -> str:
    return " ".join(page.words.split())


def test_file_is_looked_through_before_it_is_stored(
    admin: Visitor, units: dict[str, int], database: Database, told: Callable[..., Any]
) -> None:
    before = parents(database)
    text = HEADINGS + "Seksi Satu;Bidang Baru;;\nBidang Baru;Dinas Kesehatan;WITA;pati\nLain;;;\n"
    page = send(admin, text, "periksa")
    assert (page.status, "Baru 2" in words(page), "Tetap 1" in words(page)) == (200, True, True)
    assert parents(database) == before
    assert send(admin, text).status == 200
    after = parents(database)
    assert (after["Seksi Satu"], after["Bidang Baru"]) == ("Bidang Baru", "Dinas Kesehatan")
    with database.read() as session:
        zones = dict(session.execute(select(Unit.name, Unit.timezone)).all())
        assert "pati" in session.scalars(select(UnitPolicy.policy)).all()
    assert zones["Seksi Satu"] == "Asia/Makassar", "as the unit above"
    assert (len(told("units.check")), len(told("units.import"))) == (1, 1)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("Baru;Tidak Ada;;", "unit 'Tidak Ada' tidak ada"),
        ("Baru;;Mars;", "'Mars' bukan zona waktu"),
        ("Lain;;WIT;", "tidak dapat diganti"),
        ("Puskesmas Sumber;Lain;;", "isi sejak kapan berlaku"),
        ("Lain;;;pati", "isi sejak kapan berlaku"),
        ("Baru;;;entah", "entah"),
        (";Lain;;", "kosong; isi."),
        ("Satu;Dua;;\nDua;Satu;;", "tidak ada, juga tidak pada baris lain"),
        ("Satu;;;\nsatu;;;", "sudah ada pada baris"),
        ("Dinas Kesehatan;Dinas Kesehatan;;", "isi sejak kapan"),
    ],
)
def test_one_wrong_line_stores_nothing(
    admin: Visitor, units: dict[str, int], database: Database, line: str, said: str
) -> None:
    before = parents(database)
    page = send(admin, HEADINGS + "Unit Baik;;;\n" + line + "\n")
    assert (page.status, said in page.words.replace("&#39;", "'")) == (409, True), page.words
    assert "tidak ada yang disimpan" in page.words
    assert parents(database) == before


def test_units_move_and_follow_another_schedule_from_a_day_on(
    admin: Visitor, units: dict[str, int], database: Database
) -> None:
    text = HEADINGS + "Puskesmas Sumber;Lain;;pati\n"
    page = send(admin, text, since="2026-03-09")
    assert (page.status, "isi surat dasarnya" in page.words) == (409, True)
    page = send(admin, text, since="2026-03-09", basis="SK 1/2026")
    assert (page.status, "pindah ke bawah Lain; jadwal pati" in page.words) == (200, True)
    assert parents(database)["Puskesmas Sumber"] == "Lain"
    circle = HEADINGS + "Lain;Puskesmas Sumber;;\n"
    page = send(admin, circle, since="2026-03-09", basis="SK 2/2026")
    assert (page.status, "saling membawahi" in page.words) == (409, True)
    assert parents(database)["Lain"] is None


def test_export_can_be_imported_again(admin: Visitor, units: dict[str, int], database: Database) -> None:
    page = send(admin, admin.get("/unduh/unit.csv").text)
    assert (page.status, "Tetap 3" in words(page)) == (200, True), words(page)


def test_what_is_no_table_is_refused(admin: Visitor, units: dict[str, int], monkeypatch: pytest.MonkeyPatch) -> None:
    assert send(admin, "Kota\nJember\n").status == 409
    assert send(admin, HEADINGS + "A;;;\n", since="besok").status == 409
    assert admin.send("/unit/impor", [("token", "x")], []).status == 400
    monkeypatch.setattr(imports, "SHOWN_LINES", 2)
    page = send(admin, HEADINGS + "".join(f"<b>Unit {number}</b>;;;\n" for number in range(5)), "periksa")
    assert ("3 baris lain" in page.words, "<b>Unit" in page.text) == (True, False)
