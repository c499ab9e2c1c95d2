"""An employee's errands, and those of who lets them in, in a real browser: at both sizes, in both languages."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from hub.access.accounts import add_account, link_account
from hub.access.assignments import grant_role
from hub.access.roles import Role
from hub.attendance.document_list import list_documents
from hub.db import Database
from hub.web.guard import SESSION_COOKIE
from tests.factories.axe import axe_script, violations
from tests.factories.chromium import Chromium, find_chromium
from tests.factories.papers import pdf

pytestmark = pytest.mark.browser

JAKARTA = ZoneInfo("Asia/Jakarta")
NOW = datetime(2026, 3, 2, 19, 0, tzinfo=JAKARTA)
SIZES = {"desk": (1280, 800, False), "telephone": (390, 844, True)}
UNIT = "Dinas Kesehatan"
NIP = "198501012010011001"
NEW = "teh-poci-hangat"
Opened = tuple[Callable[[str], None], Callable[[str], None]]
FITS = "document.documentElement.scrollWidth <= innerWidth"


@pytest.fixture(scope="module")
def chromium() -> Iterator[Chromium]:
    program = find_chromium()
    if program is None:
        pytest.skip("no Chromium here")
    axe_script()
    with Chromium(program) as browser:
        yield browser


@pytest.fixture
def browser(chromium: Chromium) -> Chromium:
    chromium.call("Network.clearBrowserCookies")
    return chromium


@pytest.fixture
def rina(office: Any, settle: Any) -> str:
    """Late on Monday; of the Friday before nothing is known."""
    unit = office.unit(UNIT)
    person: str = office.employee("Rina Wulandari", unit=unit, nip=NIP, position="Arsiparis")
    office.employee("Joko Susilo", unit=unit, nip="198501012010011002")
    office.kiosk("kiosk-1", unit=unit, delivered_up_to=NOW)
    office.punch("kiosk-1", person, NOW.replace(hour=7, minute=12))
    office.punch("kiosk-1", person, NOW.replace(hour=15, minute=5))
    settle()
    return person


@pytest.fixture(params=[(size, language) for size in SIZES for language in ("id", "en")], ids="-".join)
def opened(request: pytest.FixtureRequest, browser: Chromium, port: int) -> Opened:
    """Opens a page at a size in a language; and looks whether what is shown fits and keeps nobody out."""
    size, language = request.param
    hub = f"http://127.0.0.1:{port}"
    browser.set_cookie(hub, "bahasa", language)
    width, height, mobile = SIZES[size]

    def look(name: str) -> None:
        folder = os.environ.get("PRESENSI_SCREENSHOTS")
        if folder is not None:
            (Path(folder) / f"{name}-{size}-{language}.png").write_bytes(browser.screenshot(whole=True))
        assert browser.evaluate(FITS), name
        assert violations(browser) == [], name
        assert browser.refused == [], name

    return lambda path: browser.open(hub + path, width=width, height=height, mobile=mobile), look


def fill(browser: Chromium, **fields: str) -> None:
    browser.evaluate(
        f"for (const [name, text] of Object.entries({json.dumps(fields)})) {{"
        "const field = document.querySelector(`main [name=${name}]`); field.value = text;"
        "field.dispatchEvent(new Event('change', {bubbles: true})); }"
    )


def send(browser: Chromium, form: str = "main form") -> None:
    browser.follow(f"document.querySelector('{form} button[type=submit], {form} button:not([type])').click()")


def become(browser: Chromium, visitor: Any) -> None:
    browser.set_cookie(f"http://127.0.0.1:{visitor.port}", SESSION_COOKIE, visitor.cookies[SESSION_COOKIE])


def test_employee_activates_looks_and_hands_in_a_letter(
    browser: Chromium, opened: Any, as_role: Any, stranger: Any, rina: str, database: Database, tmp_path: Path
) -> None:
    go, look = opened
    become(browser, as_role(Role.OPERATOR, UNIT))
    go("/akun/aktivasi")
    look("candidates")
    browser.evaluate(f"document.querySelector('[name=employee][value=\"{rina}\"]').click()")
    send(browser, ".page-wrapper form[method=post]")
    look("slip")
    code = browser.evaluate("document.querySelector('.slip-code').innerText")
    browser.call("Network.deleteCookies", name=SESSION_COOKIE, url=f"http://127.0.0.1:{stranger.port}")
    go("/masuk")
    browser.follow("document.querySelector('a[href=\"/aktivasi\"]').click()")
    look("activate")
    fill(browser, number=NIP, code=code, password=NEW, again=NEW)
    send(browser)
    look("activated")
    browser.follow("document.querySelector('a[href=\"/masuk\"]').click()")
    fill(browser, name=NIP, password=NEW)
    send(browser)
    assert browser.evaluate("location.pathname") == "/saya"
    look("month")
    browser.follow("document.querySelector('td.who a[href$=\"2026-03-02\"]').click()")
    assert browser.evaluate("document.body.innerText.includes('12')")
    look("day")
    go("/surat/baru?tanggal=2026-03-02")
    fill(browser, kind="Surat Dokter", known_by="Atasan Langsung")
    (tmp_path / "surat.pdf").write_bytes(pdf())
    browser.call("DOM.enable")
    root = browser.call("DOM.getDocument")["root"]["nodeId"]
    node = browser.call("DOM.querySelector", nodeId=root, selector="[name=files]")["nodeId"]
    browser.call("DOM.setFileInputFiles", nodeId=node, files=[str(tmp_path / "surat.pdf")])
    look("form")
    send(browser)
    look("letter")
    go("/surat")
    look("letters")
    [line] = list_documents(database, on=NOW.date())
    assert (line.employee_id, line.state, len(line.files)) == (rina, "submitted", 1)


def test_administrator_looks_after_an_account(
    browser: Chromium, opened: Any, admin: Any, rina: str, database: Database
) -> None:
    go, look = opened
    add_account(database, username="siti", password=NEW, role=Role.OPERATOR, unit=UNIT)
    link_account(database, "siti", rina)
    grant_role(database, "admin", Role.AUDITOR, unit_id=None, first=NOW.date() - timedelta(days=9), by="ani", now=NOW)
    grant_role(database, "admin", Role.ADMINISTRATOR, unit_id=1, first=NOW.date(), by="ani", now=NOW)
    become(browser, admin)
    go("/akun")
    choice = "document.querySelector('#acts-as')"
    browser.follow(
        f"{choice}.value = {choice}.options[{choice}.options.length - 1].value;"
        f"{choice}.dispatchEvent(new Event('change', {{bubbles: true}}))"
    )
    go("/akun/daftar")
    look("accounts")
    browser.follow("document.querySelector('a[href=\"/akun/daftar/siti\"]').click()")
    fill(browser, role="head", unit="1", acting="plh", letter="800/12/2026")
    send(browser, "main form.grant-form")
    look("account")
    browser.follow("document.querySelector('form[action$=\"/sandi\"] button').click()")
    assert len(browser.evaluate("document.querySelector('.one-time').innerText")) > 12
    look("once")
    go("/akun/sandi")
    look("password")
