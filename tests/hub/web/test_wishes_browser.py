"""The page of one's own reminders in a real browser: at both sizes, in both languages."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from hub.access.accounts import link_account
from hub.access.roles import Role
from hub.db import Database
from hub.reminders.contacts import list_contacts
from hub.reminders.models import Reminder
from hub.web.guard import SESSION_COOKIE
from tests.factories.axe import axe_script, violations
from tests.factories.chromium import Chromium, find_chromium
from tests.hub.web.conftest import NOW

pytestmark = pytest.mark.browser

PAGE = "/akun/pengingat"
SIZES = {"desk": (1280, 800, False), "telephone": (390, 844, True)}


@pytest.fixture(scope="module")
def chromium() -> Iterator[Chromium]:
    program = find_chromium()
    if program is None:
        pytest.skip("no Chromium here")
    axe_script()
    with Chromium(program) as browser:
        yield browser


@pytest.fixture
def rina(as_role: Any, database: Database, furnished: Any) -> Any:
    visitor = as_role(Role.OPERATOR)
    link_account(database, "operator", furnished.rina)
    return visitor


def reminded(database: Database, contact: int) -> None:
    """Two reminders of a contact: one that went, one that the gateway refused."""
    for number, state in ((1, "delivered"), (2, "refused")):
        at = NOW - timedelta(days=number)
        with database.write() as session:
            session.add(
                Reminder(
                    key=f"missed:{number}",
                    kind="missed",
                    contact_id=contact,
                    lane="wa",
                    title="Presensi Senin, 02/03/2026 belum lengkap",
                    body="x",
                    state=state,
                    due_at=at,
                    made_at=at,
                    not_after=at + timedelta(days=1),
                    attempts=1,
                )
            )


@pytest.mark.parametrize("language", ["id", "en"])
@pytest.mark.parametrize("size", SIZES)
def test_somebody_adds_an_address_and_says_what_to_hear(
    chromium: Chromium, rina: Any, database: Database, size: str, language: str
) -> None:
    hub = f"http://127.0.0.1:{rina.port}"
    chromium.call("Network.clearBrowserCookies")
    chromium.set_cookie(hub, SESSION_COOKIE, rina.cookies[SESSION_COOKIE])
    chromium.set_cookie(hub, "bahasa", language)
    width, height, mobile = SIZES[size]

    def look(name: str) -> None:
        folder = os.environ.get("PRESENSI_SCREENSHOTS")
        if folder is not None:
            (Path(folder) / f"wishes-{name}-{size}-{language}.png").write_bytes(chromium.screenshot(whole=True))
        assert chromium.evaluate("document.documentElement.scrollWidth <= innerWidth"), name
        assert violations(chromium) == [], name
        assert [line for line in chromium.refused if "409" not in line] == [], name

    def add(gateway: str, address: str, purpose: str = "own") -> None:
        for name, text in (("gerbang", gateway), ("alamat", address), ("untuk", purpose)):
            chromium.evaluate(f"document.querySelector('main [name={name}]').value = '{text}'")
        chromium.follow("document.querySelector('.wish-add button').click()")

    chromium.open(hub + PAGE, width=width, height=height, mobile=mobile)
    look("none")
    add("wa", "081234567890")
    look("refused")
    add("wa", "6281234567890")
    look("added")
    add("mail", "rina.wulandari.bagian.umum@dinkes.kutaitimurkab.go.id", "duty")
    chromium.evaluate("document.querySelector('[name=jenis][value=missed]').click()")
    chromium.evaluate("document.querySelector('[name=dari]').value = '19:30'")
    chromium.follow("document.querySelector('.wish form[action$=ubah] button').click()")
    own = next(line for line in list_contacts(database, whole=True) if line.employee_id)
    assert (own.address, own.without, own.quiet_from) == ("6281234567890", ("missed",), "19:30")
    reminded(database, own.id)
    chromium.open(hub + PAGE, width=width, height=height, mobile=mobile)
    look("two")
    if mobile:
        chromium.evaluate("document.querySelector('.navbar-toggler').click()")
        chromium.await_true("document.querySelector('#menu').classList.contains('show')")
    chromium.evaluate("document.querySelector('.nav-more details').open = true")
    assert chromium.evaluate(f"document.querySelector('.nav-more a[href=\"{PAGE}\"]').checkVisibility()")
    look("menu")
