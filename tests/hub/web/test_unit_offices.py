"""Heads and supervisors on a unit's page: set from a day on, acting for a time, ended, and nothing overwritten."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from sqlalchemy import select

from hub.access.roles import Role
from hub.db import Database
from hub.roster.models import OfficeHolder
from hub.roster.offices import holder_on

from .conftest import HOSTILE, Visitor

FORM = {"jabatan": "Kepala Perangkat Daerah", "sejak": "2026-01-01"}
ACTING = FORM | {"pegawai": "Rina Wulandari", "sebagai": "Plh", "sejak": "2026-03-01"}


@pytest.fixture
def unit(office: Any) -> int:
    number: int = office.unit("Dinas Kesehatan")
    office.employee("Budi Santoso", unit=number)
    office.employee("Rina Wulandari", unit=number)
    return number


def send(visitor: Visitor, path: str, **fields: str) -> Any:
    return visitor.post(path, token=visitor.get("/akun").field("token"), **fields)


def rows(database: Database) -> list[OfficeHolder]:
    with database.read() as session:
        return list(session.scalars(select(OfficeHolder).order_by(OfficeHolder.id)))


def head(database: Database, unit: int, day: str) -> str | None:
    with database.read() as session:
        found = holder_on(session, unit, "Kepala", date.fromisoformat(day))
    return None if found is None else found.name


def test_acting_holder_comes_before_the_definitive_one_and_both_stay(
    admin: Visitor, unit: int, database: Database, told: Callable[..., Any]
) -> None:
    path = f"/unit/{unit}"
    assert send(admin, f"{path}/pejabat", **FORM, pegawai="budi santoso").status == 303
    letter = {"sampai": "2026-03-10", "surat": f"SP 7/2026 {HOSTILE}"}
    answer = send(admin, f"{path}/pejabat", **ACTING, **letter)
    assert answer.status == 303
    assert [head(database, unit, f"2026-03-{day}") for day in ("01", "10", "11")] == [
        "Rina Wulandari",
        "Rina Wulandari",
        "Budi Santoso",
    ]
    words = " ".join(admin.get(answer.headers["location"]).words.split())
    for expected in ("Pejabat dicatat.", "Plh 1 Maret 2026 sampai 10 Maret 2026 SP 7/2026"):
        assert expected in words
    assert HOSTILE[:20] not in admin.get(path).text
    entries = told("unit.set_holder")
    assert [json.loads(entry.about)["unit"] for entry in entries] == [unit, unit]
    assert json.loads(entries[1].about)["employees"] == [rows(database)[1].employee_id]


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"pegawai": ""}, "Isi nama atau NIP"),
        ({"pegawai": "Nobody"}, "Tidak ada pegawai"),
        ({"jabatan": "Satpam"}, "Pilih jabatannya"),
        ({"sampai": ""}, "isi hari terakhirnya"),
        ({"surat": ""}, "isi nomornya"),
        ({"sampai": "2026-02-01"}, "sebelum mulai"),
        ({"sejak": "besok"}, "tanggal"),
        ({"sebagai": "Pjs"}, "bukan Plt atau Plh"),
    ],
)
def test_wrong_form_is_told_and_keeps_what_was_typed(
    admin: Visitor, unit: int, database: Database, wrong: dict[str, str], words: str
) -> None:
    page = send(admin, f"/unit/{unit}/pejabat", **(ACTING | {"sampai": "2026-03-10", "surat": "SP 7"} | wrong))
    assert (page.status, words in page.words.replace("&#39;", "'")) == (409, True)
    assert page.field("pegawai") == wrong.get("pegawai", "Rina Wulandari")
    assert rows(database) == []


def test_holder_is_ended_once_and_the_entry_says_by_whom(
    admin: Visitor, unit: int, office: Any, database: Database, told: Callable[..., Any]
) -> None:
    path = f"/unit/{unit}/pejabat"
    send(admin, path, **FORM, pegawai="Budi Santoso", sampai="2026-12-31")
    [row] = rows(database)
    elsewhere = office.unit("Dinas Lain")
    for wrong, status in ((f"/unit/{elsewhere}/pejabat/{row.id}/akhiri", 409), (f"{path}/99999999999/akhiri", 409)):
        assert send(admin, wrong, terakhir="2026-06-30").status == status
    assert send(admin, f"{path}/{row.id}/akhiri", terakhir="2025-06-30").status == 409
    assert send(admin, f"{path}/{row.id}/akhiri", terakhir="2026-06-30").status == 303
    page = send(admin, f"{path}/{row.id}/akhiri", terakhir="2026-07-30")
    assert (page.status, "Sudah tercatat berakhir 2026-06-30" in page.words) == (409, True)
    [row] = rows(database)
    assert (row.valid_until, row.until_before, row.ended_by) == (date(2026, 6, 30), date(2026, 12, 31), "admin")
    assert (head(database, unit, "2026-06-30"), head(database, unit, "2026-07-01")) == ("Budi Santoso", None)
    assert "diakhiri admin" in admin.get(f"/unit/{unit}").words
    assert [entry.status for entry in told("unit.end_holder")] == [409, 409, 409, 200, 409]


def test_only_the_administrator_of_all_units_sets_them(
    as_role: Callable[..., Visitor], unit: int, database: Database
) -> None:
    for role, where in ((Role.OPERATOR, "Dinas Kesehatan"), (Role.ADMINISTRATOR, "Dinas Kesehatan")):
        visitor = as_role(role, where)
        assert send(visitor, f"/unit/{unit}/pejabat", **FORM, pegawai="Budi Santoso").status == 403
        assert "Catat pejabat" not in visitor.get(f"/unit/{unit}").words
    assert rows(database) == []


def test_closed_unit_gets_no_new_holder(admin: Visitor, unit: int, office: Any, database: Database) -> None:
    closed = office.unit("Kantor Arsip")
    assert send(admin, f"/unit/{closed}/tutup", terakhir="2026-01-31", dasar="Perbup 3").status == 303
    late = FORM | {"pegawai": "Budi Santoso", "sejak": "2026-02-01"}
    page = send(admin, f"/unit/{closed}/pejabat", **late)
    assert (page.status, "Kantor Arsip ditutup setelah 2026-01-31" in page.words) == (409, True)
    assert send(admin, f"/unit/{closed}/pejabat", **FORM, pegawai="Budi Santoso").status == 303, "of its past"
