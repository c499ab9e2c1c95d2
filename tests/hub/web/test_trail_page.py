"""The page of the audit trail: who sees it, what it says, and how it is narrowed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from hub.access.accounts import link_account
from hub.access.roles import PAGE_ROLES, Role, may
from hub.access.trail.append import record
from hub.access.trail.browse import Search, find_entries
from hub.access.trail.chain import Deed, about_text
from hub.db import Database
from hub.web.deeds import ACTS
from hub.web.phrases import PHRASES

JAKARTA = ZoneInfo("Asia/Jakarta")
NOW = datetime(2026, 3, 2, 19, 0, tzinfo=JAKARTA)


def tell(database: Database, act: str = "month.read", actor: str = "siti", **others: Any) -> None:
    given = {"at": NOW, "kind": "read", "address": "GET /", "status": 200} | others
    record(database, Deed(actor=actor, act=act, **given))


@pytest.mark.parametrize("role", PAGE_ROLES)
def test_only_administrators_and_auditors_of_every_unit_see_it(
    as_role: Callable[..., Any], office: Any, role: Role
) -> None:
    allowed = role in (Role.ADMINISTRATOR, Role.AUDITOR)
    assert may(role, "trail") == allowed
    visitor = as_role(role)
    assert visitor.get("/jejak").status == (200 if allowed else 403)
    assert ('href="/jejak"' in visitor.get("/akun").text) == allowed


def test_auditor_of_one_unit_does_not_see_what_is_of_every_unit(as_role: Callable[..., Any], office: Any) -> None:
    office.unit("Dinas Kesehatan")
    auditor = as_role(Role.AUDITOR, "Dinas Kesehatan")
    assert auditor.get("/jejak").status == 403
    assert 'href="/jejak"' not in auditor.get("/akun").text


def test_page_says_who_did_what_about_whom(admin: Any, furnished: Any, database: Database) -> None:
    tell(database, about=about_text([furnished.rina], month="2026-03"), role="operator", client="10.0.0.7")
    tell(database, "grid.read", about=about_text(month="2026-02", unit=None))
    tell(database, "letter.verify", kind="write", status=403, about=about_text(number=12))
    tell(database, "account.sign_in_failed", "-", kind="write", status=401)
    tell(database, "cli.account.grant", "cli:root", kind="write", about=about_text(account="siti", by="budi"))
    page = admin.get("/jejak")
    for words in (
        "siti operator, 10.0.0.7",
        "Lihat bulan seorang pegawai Rina Wulandari Maret 2026",
        "Lihat kehadiran sebulan Semua unit Februari 2026",
        "Verifikasi surat tidak diizinkan",
        "nomor 12",
        "bukan akun",
        "cli.account.grant akun siti oleh budi",
        "2 Maret 2026 19.00 WIB",
    ):
        assert words in page.words, words
    admin.get("/bahasa/en")
    assert "Letter verified not allowed" in admin.get("/jejak").words


def test_page_shows_hostile_names_as_text(admin: Any, furnished: Any, database: Database) -> None:
    tell(database, "<script>", "<script>", about=about_text([furnished.hostile], unit=furnished.unit))
    page = admin.get("/jejak?akun=%3Cscript%3E&tindakan=%3Cscript%3E&pegawai=" + furnished.hostile)
    assert page.status == 200
    assert page.links.inside == []
    assert "<script>" not in page.text.replace('<script src="', "")


def test_page_is_narrowed_by_days_account_person_and_act(admin: Any, furnished: Any, database: Database) -> None:
    tell(database, "month.read", "siti", about=about_text([furnished.rina]))
    tell(database, "letter.verify", "budi", about=about_text([furnished.rina, furnished.hostile]))
    tell(database, "letter.read", "budi", at=NOW - timedelta(days=7))

    def numbers(**query: str) -> str:
        words = admin.get("/jejak?" + "&".join(f"{name}={text}" for name, text in query.items())).words
        return words.split(" catatan")[0].rsplit(" ", 1)[1]

    assert numbers(akun="budi") == "1"
    assert numbers(akun="budi", dari="2026-02-01") == "2"
    assert numbers(akun="budi", dari="2026-02-01", sampai="2026-03-01") == "1"
    assert numbers(pegawai="Rina+Wulandari", tindakan="month.read") == "1"
    assert numbers(pegawai="198501012010011001", tindakan="letter") == "1"
    assert numbers(tindakan="letter.read") == "0"
    assert "Tidak ada catatan yang cocok" in admin.get("/jejak?tindakan=letter.read").words


def test_nobody_of_that_name_is_said_and_nothing_is_shown(admin: Any, furnished: Any) -> None:
    page = admin.get("/jejak?pegawai=Nobody")
    assert page.status == 200
    assert 'role="alert"' in page.text
    assert "catatan yang cocok" not in page.words
    assert "trail-table" not in page.text


@pytest.mark.parametrize("query", ["dari=x", "sampai=2026-02-30", "page=x", "page=-1", "akun=" + "x" * 101])
def test_nonsense_is_refused(admin: Any, query: str) -> None:
    assert admin.get(f"/jejak?{query}").status == 400


def test_many_entries_come_in_pages(admin: Any, database: Database) -> None:
    for number in range(120):
        tell(database, actor="siti" if number < 101 else "budi")
    first, third = admin.get("/jejak?akun=siti"), admin.get("/jejak?akun=siti&page=3")
    assert "Halaman 1 dari 3" in first.words
    assert first.text.count("trail-number") == 50
    assert third.text.count("trail-number") == 1
    assert [link for link in first.links.addresses if "page=2" in link]
    assert "Tidak ada catatan" in admin.get("/jejak?akun=siti&page=9").words


def test_person_of_a_link_is_shown_by_number(admin: Any, furnished: Any) -> None:
    assert admin.get(f"/jejak?pegawai={furnished.rina}").field("pegawai") == "198501012010011001"


def test_looking_at_the_trail_is_an_entry_also_about_oneself(admin: Any, furnished: Any, database: Database) -> None:
    link_account(database, "admin", furnished.rina)
    assert admin.get(f"/jejak?pegawai={furnished.rina}").status == 200
    found = find_entries(database, Search(zone=JAKARTA, employee=furnished.rina))
    assert [(entry.act, entry.actor) for entry in found.entries] == [("trail.read", "admin")]
    assert found.entries[0].about == about_text(day="2026-02-24", until="2026-03-02", person=furnished.rina, unit=None)


def test_every_act_has_words() -> None:
    assert {f"act.{act}" for act in (*ACTS, "cli")} == {key for key in PHRASES if key.startswith("act.")}
