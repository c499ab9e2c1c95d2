"""The pages of kiosks in a real browser, with none, three and three hundred of them."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from hub.db import Database
from hub.fleet.command_models import KioskCommand
from hub.fleet.commands import give_command
from hub.fleet.lost import declare_lost
from hub.web.guard import SESSION_COOKIE
from tests.factories.axe import axe_script, violations
from tests.factories.chromium import Chromium, find_chromium

pytestmark = pytest.mark.browser

NOW = datetime(2026, 3, 2, 19, 0, tzinfo=ZoneInfo("Asia/Jakarta"))
SIZES = {"desk": (1280, 800, False), "telephone": (390, 844, True)}
FITS = "document.documentElement.scrollWidth <= innerWidth"
CUT = (
    "[...document.querySelectorAll('main .badge, main .btn')].filter(each => each.scrollWidth > each.clientWidth + 1)"
    ".map(each => each.innerText)"
)


@pytest.fixture(scope="module")
def chromium() -> Iterator[Chromium]:
    program = find_chromium()
    if program is None:
        pytest.skip("no Chromium here")
    axe_script()
    with Chromium(program) as browser:
        yield browser


def furnish(office: Any, count: int) -> None:
    """So many kiosks, of which some need somebody."""
    ill: list[dict[str, Any]] = [
        {},
        {"camera": "trouble", "alarms": ["The status light does not answer: pin 17 is in use by another program."]},
        {"clock_source": "free", "temperature_c": 82.4, "disk_free_mb": 640},
        {},
        {"queue": 412, "as_of": NOW - timedelta(hours=3)},
        {"locked": "hub"},
        {},
    ]
    top = office.unit("Dinas Pendidikan, Kepemudaan dan Olahraga") if count else None
    for number in range(count):
        unit = office.unit(f"SD Negeri {number:03} Kecamatan Sumbersari", parent=top) if number % 3 else top
        device = f"kiosk-sdn-{number:03}"
        office.kiosk(device, unit=unit, delivered_up_to=NOW - timedelta(hours=4 if number % 7 == 4 else 0, minutes=1))
        if number % 11 != 10:
            silent = timedelta(hours=26) if number % 13 == 5 else timedelta(seconds=30)
            office.heartbeat(device, NOW - silent, **ill[number % 7])


def act(database: Database) -> None:
    """Commands in every state, an alarm and a loss that waits, at the first kiosks."""
    outcomes = (None, "done", "expired", "refused", "taken_back", "done")
    for number, outcome in enumerate(outcomes):
        action: Any = ("lock", "message", "restart", "refresh", "restart", "lock")[number]
        text = "Apel pagi pukul 07.30 di halaman depan, semua pegawai hadir." if action == "message" else ""
        at = NOW - timedelta(hours=number, minutes=1)
        given = give_command(database, "kiosk-sdn-001", action, by="teknisi", now=at, text=text)
        with database.write() as session:
            command = session.get_one(KioskCommand, given.id)
            command.outcome, command.sent_at = outcome, at
            command.outcome_at = at if outcome else None
            command.detail = "This version cannot do it." if outcome == "refused" else ""
            if number >= 4:
                command.taken_back_by, command.taken_back_at = "kepala.bidang", at
    declare_lost(database, "kiosk-sdn-002", because="Dicuri malam hari, laporan polisi LP/12/III/2026", by="w", now=NOW)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("count", [0, 3, 300])
def test_pages_of_kiosks_fit_and_keep_nobody_out(
    chromium: Chromium, office: Any, database: Database, admin: Any, count: int, size: str
) -> None:
    furnish(office, count)
    paths = {"list": "/kiosk"}
    if count:
        act(database)
        office.alarm("kiosk-sdn-001", "fork", NOW, "journal 1f0c carries on twice from row 812", 3)
        paths |= {"one": "/kiosk/kiosk-sdn-001", "lost": "/kiosk/kiosk-sdn-002", "well": "/kiosk/kiosk-sdn-000"}
    if count > 50:
        paths |= {"last": "/kiosk?hal=6", "silent": "/kiosk?keadaan=silent&q=sdn"}
    hub = f"http://127.0.0.1:{admin.port}"
    chromium.set_cookie(hub, SESSION_COOKIE, admin.cookies[SESSION_COOKIE])
    width, height, mobile = SIZES[size]
    folder = os.environ.get("PRESENSI_SCREENSHOTS")
    for name, path in paths.items():
        for language in ("id", "en"):
            chromium.set_cookie(hub, "bahasa", language)
            chromium.open(hub + path, width=width, height=height, mobile=mobile)
            if name == "one":
                chromium.evaluate(
                    "for (const each of [3, 4]) document.querySelectorAll('details.deed')[each].open = true"
                )
                chromium.evaluate("document.querySelector('.command-back details').open = true")
            if folder is not None:
                shot = Path(folder) / f"kiosk-{count}-{name}-{size}-{language}.png"
                shot.write_bytes(chromium.screenshot(whole=name != "last"))
            assert chromium.evaluate(FITS), (name, language)
            assert chromium.evaluate(CUT) == [], (name, language)
            assert violations(chromium) == [], (name, language)
            assert chromium.refused == [], (name, language)
            assert all(each.startswith((hub, "data:")) for each in chromium.requested)
