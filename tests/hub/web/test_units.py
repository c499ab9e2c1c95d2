"""Units on pages: the tree that each role sees, and making, renaming, moving and closing them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from sqlalchemy import select

from hub.access.roles import Role
from hub.attendance.models import StoredDay
from hub.db import Database
from hub.roster.models import Employee, Unit, UnitPolicy
from hub.roster.offices import set_holder

from .conftest import HOSTILE, NOW, Visitor

LETTER = "Perbup 3/2026"


@pytest.fixture
def units(office: Any, database: Database) -> dict[str, int]:
    """Two offices with parts, people, a head, an acting head and a kiosk."""
    health = office.unit("Dinas Kesehatan", policy="jember-6")
    field = office.unit("Bidang Pelayanan", parent=health)
    clinic = office.unit("Puskesmas Sumber", parent=field, timezone="Asia/Makassar")
    school = office.unit("Dinas Pendidikan")
    rina = office.employee("Rina Wulandari", unit=clinic)
    budi = office.employee("Budi Santoso", unit=health)
    office.employee("Sudah Pensiun", unit=clinic, employed=(None, date(2026, 2, 1)))
    office.kiosk("kiosk-1", unit=clinic)
    for employee, acting in ((budi, None), (rina, "Plt")):
        set_holder(
            database,
            health,
            "Kepala",
            employee,
            first=date(2026, 1, 1),
            last=None if acting is None else date(2026, 6, 30),
            acting=acting,
            basis=None if acting is None else "SK 1/2026",
            by="bkpp",
            now=NOW,
        )
    return {"health": health, "field": field, "clinic": clinic, "school": school}


def send(visitor: Visitor, path: str, **fields: str) -> Any:
    return visitor.post(path, token=visitor.get("/akun").field("token"), **fields)


def parents(database: Database) -> dict[str, int | None]:
    with database.read() as session:
        return dict(session.execute(select(Unit.name, Unit.parent_id)).all())


def test_tree_counts_people_and_names_heads(admin: Visitor, units: dict[str, int]) -> None:
    page = admin.get("/unit")
    words = " ".join(page.words.split())
    assert page.status == 200
    assert "Dinas Kesehatan 1 pegawai, 2 dengan unit di bawahnya" in words
    assert "Kepala: Budi Santoso · Plt Rina Wulandari sampai 30 Juni 2026" in words
    assert "Puskesmas Sumber 1 pegawai 1 kiosk WITA jember-6" in words
    assert page.text.count("<details") >= 3
    assert page.links.inside == []
    assert admin.get("/unit?buka=semua").text.count("<details open>") == 2


def test_record_says_what_is_known_of_a_unit(admin: Visitor, units: dict[str, int]) -> None:
    words = " ".join(admin.get(f"/unit/{units['clinic']}").words.split())
    assert "Dinas Kesehatan · Bidang Pelayanan" in words
    assert "Jadwal jember-6 ikut unit di atasnya" in words
    assert "Kiosk kiosk-1" in words
    assert "jember-6 milik sendiri" in " ".join(admin.get(f"/unit/{units['health']}").words.split())
    assert admin.get("/unit/99999").status == 404


def test_others_see_their_own_part_and_change_nothing(
    as_role: Callable[..., Visitor], units: dict[str, int], database: Database
) -> None:
    head = as_role(Role.HEAD, "Bidang Pelayanan")
    page = head.get("/unit")
    assert ("Bidang Pelayanan" in page.words, "Puskesmas Sumber" in page.words) == (True, True)
    assert "Dinas Pendidikan" not in page.words
    assert "<form class" not in page.text
    assert f"/unit/{units['health']}" not in page.links.addresses
    assert head.get(f"/unit/{units['health']}").status == 403
    record = head.get(f"/unit/{units['field']}")
    assert f"/unit/{units['health']}" not in record.links.addresses
    assert head.get("/unit/impor").status == 403
    before = parents(database)
    for path, form in (
        ("/unit", {"nama": "Baru", "zona": "Asia/Jakarta"}),
        (f"/unit/{units['clinic']}/nama", {"nama": "Lain"}),
        (f"/unit/{units['clinic']}/pindah", {"induk": "atas", "mulai": "2026-03-01", "dasar": LETTER}),
        (f"/unit/{units['clinic']}/tutup", {"terakhir": "2026-03-01", "dasar": LETTER}),
        (f"/unit/{units['clinic']}/buka", {}),
    ):
        assert send(head, path, **form).status == 403, path
    assert parents(database) == before
    exported = head.get("/unduh/unit.csv").text
    assert ("Puskesmas Sumber" in exported, "Dinas" in exported) == (True, False)
    assert head.get(f"/unduh/unit.csv?unit={units['school']}").status == 403
    assert as_role(Role.TECHNICIAN).get("/unit").status == 403


def test_administrator_of_one_unit_changes_none(as_role: Callable[..., Visitor], units: dict[str, int]) -> None:
    visitor = as_role(Role.ADMINISTRATOR, "Dinas Kesehatan")
    assert send(visitor, f"/unit/{units['clinic']}/nama", nama="Lain").status == 403
    assert send(visitor, "/unit", nama="Lain", zona="WIB").status == 403


def test_unit_is_added_below_another(
    admin: Visitor, units: dict[str, int], database: Database, told: Callable[..., Any]
) -> None:
    form = {"induk": str(units["field"]), "zona": "Asia/Jakarta", "jadwal": ""}
    page = send(admin, "/unit", nama="dinas kesehatan", **form)
    assert (page.status, "Sudah ada unit dinas kesehatan" in page.words) == (409, True)
    assert page.field("nama") == "dinas kesehatan", "what was typed stays"
    answer = send(admin, "/unit", nama="Puskesmas <b>Baru</b>", **form)
    assert answer.status == 303
    assert parents(database)["Puskesmas <b>Baru</b>"] == units["field"]
    page = admin.get(answer.headers["location"])
    assert ("Unit dibuat." in page.words, "<b>Baru" in page.text) == (True, False)
    assert send(admin, "/unit", nama="Kabupaten", zona="WIB", jadwal="pati").status == 303
    with database.read() as session:
        assert session.scalars(select(UnitPolicy.policy).order_by(UnitPolicy.id)).all() == ["jember-6", "pati"]
    assert len(told("unit.add")) == 3
    assert send(admin, "/unit", nama="X", induk="99999", zona="WIB").status == 404


def test_unit_is_renamed_and_moved_by_a_letter(
    admin: Visitor, units: dict[str, int], database: Database, told: Callable[..., Any]
) -> None:
    path = f"/unit/{units['clinic']}"
    assert send(admin, f"{path}/nama", nama="Puskesmas Utama").status == 303
    assert "Nama diganti dari Puskesmas Sumber menjadi Puskesmas Utama" in admin.get(path).words
    form = {"induk": str(units["school"]), "mulai": "2026-03-09", "dasar": LETTER}
    for wrong, words in (
        ({"dasar": " "}, "surat"),
        ({"mulai": "besok"}, "tanggal"),
        ({"induk": ""}, "unit"),
    ):
        page = send(admin, f"{path}/pindah", **(form | wrong))
        assert (page.status, words in page.words) == (409, True)
    assert send(admin, f"{path}/pindah", **form).status == 303
    assert parents(database)["Puskesmas Utama"] == units["school"]
    page = send(admin, f"/unit/{units['health']}/pindah", **(form | {"induk": str(units["field"])}))
    assert (page.status, "saling membawahi" in page.words) == (409, True)
    entries = told("unit.move")
    assert [entry.status for entry in entries] == [409, 409, 409, 200, 409]
    assert f'"unit":{units["clinic"]}' in entries[0].about.replace(" ", "")


def test_unit_is_closed_and_opened_again(admin: Visitor, units: dict[str, int], database: Database) -> None:
    path, form = f"/unit/{units['school']}", {"terakhir": "2026-02-28", "dasar": LETTER}
    page = send(admin, f"/unit/{units['health']}/tutup", **form)
    assert (page.status, "Bidang Pelayanan berada di bawah Dinas Kesehatan" in page.words) == (409, True)
    page = send(admin, f"/unit/{units['clinic']}/tutup", **form)
    assert (page.status, "1 pegawai masih di Puskesmas Sumber" in page.words) == (409, True)
    assert send(admin, f"{path}/tutup", **form).status == 303
    assert "Dinas Pendidikan" not in admin.get("/unit").words
    assert "Dinas Pendidikan" in admin.get("/unit?tutup=ya").words
    assert "Tambah unit di bawahnya" not in admin.get(path).words
    choices = admin.get(f"/unit/{units['clinic']}").text.partition('name="induk" required')[2].partition("</select>")[0]
    assert ("Dinas Kesehatan" in choices, "Dinas Pendidikan" in choices) == (True, False)
    assert send(admin, f"{path}/buka").status == 303
    assert "Dinas Pendidikan" in admin.get("/unit").words


def test_hostile_names_stay_text_and_no_formula(admin: Visitor, office: Any) -> None:
    unit = office.unit(HOSTILE)
    office.unit("=1+1", parent=unit)
    for path in ("/unit", f"/unit/{unit}"):
        assert HOSTILE[:20] not in admin.get(path).text
    assert "'=1+1" in admin.get("/unduh/unit.csv").text
    assert admin.post("/unit", token="x", nama="A", zona="WIB").status == 400


def test_empty_hub_says_so(admin: Visitor) -> None:
    assert "Belum ada unit." in admin.get("/unit").words
    assert admin.get("/unduh/unit.csv").text.count("\n") == 1


def test_closed_unit_stands_in_no_select_for_new_things(admin: Visitor, office: Any, units: dict[str, int]) -> None:
    rina = office.employee("Siti Aminah", unit=units["health"])
    path = f"/unit/{units['school']}/tutup"
    assert send(admin, path, terakhir="2026-02-28", dasar=LETTER).status == 303
    option = f'<option value="{units["school"]}"'
    new = ("/akun/daftar", "/laporan", "/kalender", "/jadwal/jember-5/ubah", f"/pegawai/{rina}/data")
    for path in new:
        page = admin.get(path)
        assert (page.status, f'<option value="{units["health"]}"' in page.text or "/data" in path) == (200, True), path
        assert option not in page.text, path
    for path in ("/kehadiran", "/bulanan", "/gangguan"):
        assert option in admin.get(path).text, f"{path} is about the past"
    form = {"username": "ani", "role": "head", "unit": str(units["school"])}
    page = send(admin, "/akun/daftar", **form)
    assert (page.status, "Dinas Pendidikan ditutup setelah 2026-02-28" in page.words) == (409, True)
    page = send(admin, "/laporan", unit=str(units["school"]), about="power", text="listrik padam")
    assert (page.status, "Dinas Pendidikan ditutup setelah 2026-02-28" in page.words) == (400, True)


def test_zone_is_changed_only_while_no_day_would_change(
    admin: Visitor, units: dict[str, int], database: Database, told: Callable[..., Any]
) -> None:
    path = f"/unit/{units['clinic']}"
    for zone, words in (("Mars", "bukan zona waktu"), ("Asia/Makassar", "sudah memakai zona waktu")):
        page = send(admin, f"{path}/zona", zona=zone)
        assert (page.status, words in page.words) == (409, True)
    answer = send(admin, f"{path}/zona", zona="Asia/Jayapura")
    assert answer.status == 303
    words = admin.get(answer.headers["location"]).words
    assert "Zona waktu diganti dari Asia/Makassar menjadi Asia/Jayapura" in words
    with database.write() as session:
        rina = session.scalars(select(Employee.id).where(Employee.name == "Rina Wulandari")).one()
        session.add(
            StoredDay(
                employee_id=rina,
                work_date=date(2026, 2, 27),
                unit_id=units["clinic"],
                status="HADIR",
                day={},
                assessed_at=NOW,
            )
        )
    page = send(admin, f"{path}/zona", zona="Asia/Jakarta")
    assert (page.status, "memiliki 1 hari tercatat sejak 2026-02-27" in page.words) == (409, True)
    with database.read() as session:
        assert session.get_one(Unit, units["clinic"]).timezone == "Asia/Jayapura"
    assert [entry.status for entry in told("unit.rezone")] == [409, 409, 200, 409]
