"""The search page: what it shows to whom, and that what was typed stays text."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from hub.access.roles import Role
from hub.attendance.models import DocumentRow
from hub.db import Database
from hub.schedule.models import Holiday
from tests.hub.web.conftest import HOSTILE, NOW, Furnished


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


def test_what_is_found_is_in_groups_that_lead_to_it(
    admin: Any, as_role: Callable[..., Any], office: Any, database: Database
) -> None:
    unit = office.unit("Dinas Sakit Gigi")
    rina = office.employee("Rina Wulandari", unit=unit)
    office.kiosk("sakit-1", unit=unit)
    with database.write() as session:
        session.add(Holiday(day=date(2026, 3, 5), name="Sakit<b>", kind="libur", decree="SK", set_by="t", set_at=NOW))
        session.add(DocumentRow(employee_id=rina, type="sakit", number="SAKIT/<i>7", covers=[], created_at=NOW))
    page = admin.get("/cari?q=sakit")
    words = " ".join(page.words.split())
    for address in (f"/unit/{unit}", "/kalender?year=2026", "/kiosk/sakit-1"):
        assert address in page.links.addresses
    assert "Libur · 5 Maret 2026 · SK · semua unit" in words
    letters = admin.get("/cari?q=sakit+i%3E7")
    assert "/surat/1" in letters.links.addresses
    assert "SAKIT/&lt;i&gt;7 sakit · Rina Wulandari · Dinas Sakit Gigi" in " ".join(letters.words.split())
    assert ("<i>7" in letters.text, "Sakit<b>" in page.text) == (False, False)
    assert "/jadwal/jember-5" in admin.get("/cari?q=jember").links.addresses
    office.unit("Dinas Lain")
    head = as_role(Role.HEAD, "Dinas Lain")
    assert "SAKIT/" not in head.get("/cari?q=sakit+7").text
    elsewhere = head.get("/cari?q=sakit")
    assert ("Dinas Sakit" in elsewhere.text, "Hari libur dan surat edaran" in elsewhere.words) == (False, True)
