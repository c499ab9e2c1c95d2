"""The search page: what it shows to whom, and that what was typed stays text."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from hub.access.roles import Role
from tests.hub.web.conftest import HOSTILE, Furnished


def test_people_are_found_and_what_was_typed_stays_text(admin: Any, furnished: Furnished) -> None:
    page = admin.get("/cari?q=wulan")
    assert "Rina Wulandari" in page.words
    assert f"/pegawai/{furnished.rina}?month=2026-03" in page.links.addresses
    hostile = admin.ask("GET", "/cari?q=%3Cscript%3Ealert('Siti')", None, {})
    assert "<script>alert" not in hostile.text
    assert HOSTILE[:20] not in hostile.text
    assert "paling sedikit 2" in admin.get("/cari?q=a").words
    assert "Tidak ada yang cocok" in admin.get("/cari?q=zzz").words


def test_nobody_finds_people_of_other_units(as_role: Callable[..., Any], furnished: Furnished, office: Any) -> None:
    office.unit("Dinas Lain")
    head = as_role(Role.HEAD, "Dinas Lain")
    assert "Rina" not in head.get("/cari?q=rina").text
    assert "kiosk-1" not in head.get("/cari?q=kiosk").text
    assert as_role(Role.TECHNICIAN).get("/cari?q=rina").status == 403
