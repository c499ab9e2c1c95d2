"""The pages in a real browser, at a desk and on a telephone: they fit, and ask nothing of anybody else."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from hub.access.roles import Role
from hub.web.guard import SESSION_COOKIE
from tests.factories.chromium import Chromium, find_chromium

pytestmark = pytest.mark.browser

SIZES = {"desk": (1280, 800, False), "telephone": (390, 844, True)}
ENGLISH = re.compile(r"\b(?:the|of|is|are|was|has|and|with|for|not|this|who)\b")
"""Little words that every English sentence has, and no Indonesian one."""
CUT = (
    "[...document.querySelectorAll('main .badge, main .btn')].filter(each => each.scrollWidth > each.clientWidth + 1)"
    ".map(each => each.innerText)"
)
"""Badges and buttons that have no room for their words."""
PNG = b"\x89PNG\r\n\x1a\n"


@pytest.fixture(scope="module")
def chromium() -> Iterator[Chromium]:
    program = find_chromium()
    if program is None:
        pytest.skip("no Chromium here")
    with Chromium(program) as browser:
        yield browser


@pytest.fixture
def browser(chromium: Chromium) -> Chromium:
    chromium.call("Network.clearBrowserCookies")
    chromium.emulate_print(on=False)
    return chromium


@pytest.mark.parametrize("size", SIZES)
def test_pages_fit_and_ask_nothing_outside_the_hub(
    browser: Chromium, admin: Any, page_paths: list[str], size: str, tmp_path: Path
) -> None:
    hub = f"http://127.0.0.1:{admin.port}"
    width, height, mobile = SIZES[size]
    for name, content in ((SESSION_COOKIE, admin.cookies[SESSION_COOKIE]), ("bahasa", "id")):
        browser.set_cookie(hub, name, content)
    for number, path in enumerate(page_paths):
        browser.open(hub + path, width=width, height=height, mobile=mobile)
        assert browser.evaluate("location.pathname + location.search") == path
        assert [address for address in browser.requested if not address.startswith((hub, "data:"))] == []
        assert browser.refused == []
        assert browser.evaluate("document.documentElement.scrollWidth <= innerWidth"), path
        assert browser.evaluate(CUT) == [], path
        assert ENGLISH.findall(browser.evaluate("document.querySelector('main').innerText")) == [], path
        assert browser.evaluate("getComputedStyle(document.querySelector('.card')).borderTopWidth") == "1px"
        picture = browser.screenshot()
        assert picture.startswith(PNG)
        (tmp_path / f"{number}.png").write_bytes(picture)


def test_somebody_signs_in_chooses_a_language_and_signs_out(
    browser: Chromium, admin: Any, stranger: Any, furnished: Any
) -> None:
    hub = f"http://127.0.0.1:{admin.port}"
    browser.set_cookie(hub, "bahasa", "id")
    browser.open(f"{hub}/harian?date=2026-03-02")
    assert browser.evaluate("location.pathname") == "/masuk"
    browser.evaluate("document.querySelector('#name').value = 'admin'")
    browser.evaluate("document.querySelector('#password').value = 'kopi-tubruk-manis'")
    browser.follow("document.querySelector('button[type=submit]').click()")
    assert browser.evaluate("location.pathname + location.search") == "/harian?date=2026-03-02"
    assert "terlambat 12 menit" in browser.evaluate("document.body.innerText")
    browser.follow("document.querySelector('.language a[hreflang=en]').click()")
    assert "12 min late" in browser.evaluate("document.body.innerText")
    assert browser.evaluate("document.cookie") == ""
    browser.follow("document.querySelector('.sign-out button').click()")
    assert browser.evaluate("location.pathname") == "/masuk"
    assert browser.refused == []


def test_menu_opens_on_a_telephone(browser: Chromium, admin: Any, furnished: Any) -> None:
    hub = f"http://127.0.0.1:{admin.port}"
    browser.set_cookie(hub, SESSION_COOKIE, admin.cookies[SESSION_COOKIE])
    browser.open(hub, width=390, height=844, mobile=True)
    assert browser.evaluate("document.querySelector('#menu').offsetHeight") == 0
    shown = (
        "new Promise(done => { const menu = document.querySelector('#menu');"
        "menu.addEventListener('shown.bs.collapse', () => done(menu.offsetHeight));"
        "document.querySelector('.navbar-toggler').click(); })"
    )
    assert browser.evaluate(shown) > 100


def test_monthly_recap_prints_as_a_form(browser: Chromium, admin: Any, furnished: Any) -> None:
    hub = f"http://127.0.0.1:{admin.port}"
    browser.set_cookie(hub, SESSION_COOKIE, admin.cookies[SESSION_COOKIE])
    browser.open(f"{hub}/bulanan?month=2026-03")
    assert not browser.evaluate("document.querySelector('.sheet-signature').offsetHeight")
    browser.emulate_print(on=True)
    assert browser.evaluate("document.querySelector('.sheet-signature').offsetHeight") > 0
    assert browser.evaluate("document.querySelector('header.navbar').offsetHeight") == 0
    assert browser.pdf().startswith(b"%PDF")


def test_very_long_names_fit_a_telephone(browser: Chromium, as_role: Any, office: Any, settle: Any) -> None:
    at = datetime(2026, 3, 2, 7, 24, tzinfo=ZoneInfo("Asia/Jakarta"))
    called = "Dinas Pemberdayaan Perempuan, Perlindungan Anak, Pengendalian Penduduk dan Keluargaberencanakabupaten"
    unit = office.unit(called)
    name = "Raden Ajeng Kusumawardhani-Notonegoro Sastroprawirodiningrat, S.Kom., M.T., Ph.D."
    rina = office.employee(name, unit=unit, nip="198501012010011001", position="Pranata Komputer Ahli Pertama " * 4)
    office.kiosk("kiosk-" + "panjang" * 8, unit=unit, delivered_up_to=at)
    office.punch("kiosk-" + "panjang" * 8, rina, at)
    settle()
    for role in (Role.SUPERVISOR, Role.ADMINISTRATOR):
        visitor = as_role(role, called if role is Role.SUPERVISOR else None)
        hub = f"http://127.0.0.1:{visitor.port}"
        browser.set_cookie(hub, SESSION_COOKIE, visitor.cookies[SESSION_COOKIE])
        paths = ["/", "/harian", "/kehadiran", "/bulanan", "/grafik", f"/pegawai/{rina}", f"/pegawai/{rina}/2026-03-02"]
        if role is Role.ADMINISTRATOR:
            paths += ["/pegawai", f"/pegawai/{rina}/data", "/kiosk", "/akun/aktivasi", "/akun/daftar", "/serah-terima"]
        for path in paths:
            browser.open(hub + path, width=390, height=844, mobile=True)
            assert "keluargaberencanakabupaten" in browser.evaluate("document.body.innerText").lower(), path
            assert browser.evaluate("document.documentElement.scrollWidth <= innerWidth"), path
            assert browser.evaluate(CUT) == [], path
