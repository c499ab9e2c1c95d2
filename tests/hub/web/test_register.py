"""What is on record about employees: seen by their own units, moved by a letter, in and out as files."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from sqlalchemy import func, select

from hub.access.roles import Role
from hub.db import Database
from hub.roster.models import Employee, Membership
from hub.roster.units import Memberships

from .conftest import NOW, Visitor

HEADINGS = "NIP;Nama;Unit;Kelompok;TMT\n"


@pytest.fixture
def units(office: Any) -> dict[str, Any]:
    health, school = office.unit("Dinas Kesehatan"), office.unit("Dinas Pendidikan")
    rina = office.employee("Rina Wulandari", unit=health, nip="198501012010011001")
    budi = office.employee("=HYPERLINK(1)", unit=school)
    office.enrol(rina, frames=6, at=NOW)
    return {"health": health, "school": school, "rina": rina, "budi": budi}


def send(visitor: Visitor, text: str, deed: str, **fields: str) -> Any:
    form = {"token": visitor.get("/pegawai/impor").field("token"), "deed": deed} | fields
    return visitor.send("/pegawai/impor", form.items(), [("file", "pegawai.csv", text.encode())])


def people(database: Database) -> int:
    with database.read() as session:
        return session.scalar(select(func.count()).select_from(Employee)) or 0


def test_record_says_units_templates_and_consent(admin: Visitor, units: dict[str, Any]) -> None:
    page = admin.get(f"/pegawai/{units['rina']}/data")
    assert page.status == 200
    for words in ("Riwayat unit", "Dinas Kesehatan", "Foto disetujui 6", "Tidak ada persetujuan dari kiosk"):
        assert words in " ".join(page.words.split())
    assert admin.get("/pegawai/nobody/data").status == 404


def test_move_needs_a_letter_and_leaves_the_days_before(
    admin: Visitor, units: dict[str, Any], database: Database, told: Callable[..., Any]
) -> None:
    path = f"/pegawai/{units['rina']}"
    form = {"token": admin.get(f"{path}/data").field("token"), "unit": str(units["school"]), "since": "2026-03-09"}
    page = admin.post(f"{path}/pindah", **form, basis=" ")
    assert (page.status, "Tulis surat dasarnya" in page.words) == (409, True)
    assert admin.post(f"{path}/pindah", **(form | {"since": "besok"}), basis="800/1").status == 409
    assert admin.post(f"{path}/pindah", **(form | {"token": "x"}), basis="800/1").status == 400
    assert admin.post(f"{path}/pindah", **form, basis="800/12/2026").status == 303
    with database.read() as session:
        found = Memberships.load(session.connection(), [units["rina"]])
        row = session.scalars(select(Membership).where(Membership.basis == "800/12/2026")).one()
    assert found.unit_on(units["rina"], date(2026, 3, 8)) == units["health"]
    assert found.unit_on(units["rina"], date(2026, 3, 9)) == units["school"]
    assert row.set_by == "admin"
    assert told("staff.move")
    assert "800/12/2026" in admin.get(f"{path}/data").words
    page = admin.post(f"{path}/pindah", **form, basis="800/13/2026")
    assert (page.status, "sudah berada di Dinas Pendidikan" in page.words) == (409, True)


def test_operator_sees_the_own_unit_and_changes_nothing(as_role: Callable[..., Visitor], units: dict[str, Any]) -> None:
    operator = as_role(Role.OPERATOR, "Dinas Kesehatan")
    page = operator.get(f"/pegawai/{units['rina']}/data")
    assert (page.status, "/pindah" in page.text) == (200, False)
    assert operator.get(f"/pegawai/{units['budi']}/data").status == 404
    assert operator.get("/pegawai/impor").status == 403
    token = operator.get("/pegawai").field("token")
    form = {"token": token, "unit": str(units["health"]), "since": "2026-03-09", "basis": "800/1"}
    assert operator.post(f"/pegawai/{units['rina']}/pindah", **form).status == 403
    exported = operator.get("/unduh/pegawai.csv").text
    assert "Rina Wulandari" in exported
    assert "HYPERLINK" not in exported
    assert operator.get(f"/unduh/pegawai.csv?unit={units['school']}").status == 403
    assert as_role(Role.HEAD, "Dinas Kesehatan").get("/unduh/pegawai.csv").status == 403
    assert as_role(Role.AUDITOR).get(f"/pegawai/{units['rina']}/data").status == 200


def test_export_holds_no_formula_and_can_be_imported_again(
    admin: Visitor, units: dict[str, Any], database: Database
) -> None:
    answer = admin.get("/unduh/pegawai.csv")
    assert "attachment" in answer.headers["content-disposition"]
    assert "'=HYPERLINK(1)" in answer.text
    assert admin.get("/unduh/pegawai.csv?name=rina").text.count("\n") == 2
    assert "19850101 201001 1 001" in answer.text, "no spreadsheet rounds it"
    again = admin.get("/unduh/pegawai.csv?name=rina").text
    page = send(admin, again, "simpan")
    assert (page.status, "Tetap 1" in " ".join(page.words.split())) == (200, True)
    assert people(database) == 2


def test_import_checks_before_it_stores(
    admin: Visitor, units: dict[str, Any], database: Database, told: Callable[..., Any]
) -> None:
    wrong = HEADINGS + "198501012010011001;Rina Wulandari;Dinas Kesehatan;PNS;2026-03-01\n1;<b>Ani</b>;Unit Baru;PNS;\n"
    page = send(admin, wrong, "simpan")
    assert (page.status, "1 baris salah; tidak ada yang disimpan" in page.words) == (409, True)
    assert "<b>Ani" not in page.text
    right = HEADINGS + ";Ani Lestari;Unit Baru;PPPK;2026-03-01\n"
    page = send(admin, right.replace(";Ani", "199001012020122001;Ani"), "periksa")
    assert "centang Buat unit yang belum ada" in page.words
    right = right.replace(";Ani", "199001012020122001;Ani", 1)
    page = send(admin, right, "periksa", make_units="1")
    assert (page.status, "belum ada yang disimpan" in page.words) == (200, True)
    assert people(database) == 2
    page = send(admin, right, "simpan", make_units="1")
    assert (page.status, "Disimpan." in page.words) == (200, True)
    assert people(database) == 3
    assert (len(told("staff.check")), len(told("staff.import"))) == (2, 2)
    page = send(admin, "Nama\nAni\n", "simpan")
    assert (page.status, "tidak punya kolom" in page.words) == (409, True)
    assert admin.send("/pegawai/impor", [("token", "x")], []).status == 400
