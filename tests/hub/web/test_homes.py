"""What the first page shows each role first."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from hub.access.roles import Role
from tests.hub.web.conftest import NOW

HEALTH = "Dinas Kesehatan"


@pytest.fixture
def people(office: Any, settle: Any) -> dict[str, str]:
    """Rina late today and without a departure on Friday, Sari on time, Budi not come; Tono of another office."""
    health, school = office.unit(HEALTH), office.unit("Dinas Pendidikan")
    office.kiosk("kiosk-1", unit=health, delivered_up_to=NOW)
    found = {
        "rina": office.employee("Rina Wulandari", unit=health),
        "sari": office.employee("Sari Dewi", unit=health),
        "budi": office.employee("Budi Santoso", unit=health),
        "tono": office.employee("Tono Wibowo", unit=school),
    }
    for name, hour, minute in (("rina", 7, 12), ("rina", 15, 5), ("sari", 6, 40), ("sari", 15, 30)):
        office.punch("kiosk-1", found[name], NOW.replace(hour=hour, minute=minute))
    office.punch("kiosk-1", found["rina"], (NOW - timedelta(days=3)).replace(hour=6, minute=50))
    settle()
    return found


def test_supervisor_sees_own_people_and_their_month(as_role: Any, people: dict[str, str]) -> None:
    page = as_role(Role.SUPERVISOR, HEALTH).get("/")
    for words in (
        "Pegawai saya hari ini",
        "Dinas Kesehatan · terlambat 12 menit",
        "Budi Santoso",
        "Pemantauan Maret 2026",
    ):
        assert words in page.words
    assert "Sari Dewi" not in page.words
    assert "Tono" not in page.words
    assert f"/pegawai/{people['budi']}/2026-03-02" in page.links.addresses
    assert "Untuk ditandatangani" not in page.words


def test_head_sees_what_is_to_be_signed(as_role: Any, people: dict[str, str]) -> None:
    page = as_role(Role.HEAD, HEALTH).get("/")
    for words in (
        "Untuk ditandatangani",
        "Rekapitulasi kehadiran Februari 2026",
        "Bulan belum ditutup",
        "Budi Santoso",
    ):
        assert words in page.words
    assert {"/unduh/bulanan.pdf?month=2026-02", "/serah-terima?month=2026-02"} <= set(page.links.addresses)


@pytest.mark.parametrize("role", [Role.OPERATOR, Role.OFFICIAL, Role.AUDITOR])
def test_others_answer_for_nobody(as_role: Any, people: dict[str, str], role: Role) -> None:
    page = as_role(role, HEALTH).get("/")
    assert page.status == 200
    assert "Pegawai saya hari ini" not in page.words


def test_unit_of_another_list_is_shown_without_the_own_people(as_role: Any, office: Any, people: Any) -> None:
    visitor = as_role(Role.SUPERVISOR, HEALTH)
    assert "Pegawai saya" not in visitor.get("/?unit=1").words


def test_operator_is_told_of_faces_and_missing_punches(as_role: Any, office: Any, settle: Any, people: Any) -> None:
    office.enrol(people["sari"], frames=2, at=NOW, state="proposed", by="siti")
    office.punch("kiosk-1", people["budi"], NOW.replace(hour=6, minute=50))
    settle()
    page = as_role(Role.OPERATOR, HEALTH).get("/")
    assert "1 pendaftaran wajah menunggu persetujuan" in page.words
    assert "1 hari tidak lengkap bulan ini" in page.words
    assert {"/pegawai/persetujuan", "/kehadiran?kind=tidak_lengkap"} <= set(page.links.addresses)
