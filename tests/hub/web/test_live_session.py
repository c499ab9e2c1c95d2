"""An open live page and its session: the stream keeps it from ending no longer, and says when it has ended."""

from __future__ import annotations

import http.client
import itertools
import os
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from hub.access.session_rows import IDLE, LONGEST, list_sessions
from hub.db import Database
from hub.web.guard import SESSION_COOKIE
from hub.web.office import FrontOffice
from hub.web.views import live
from tests.factories.axe import axe_script, violations
from tests.factories.chromium import Chromium, find_chromium
from tests.hub.web.conftest import NOW

MINUTE = timedelta(minutes=1)
MOST_LINES = 200


@dataclass
class Clock:
    at: datetime = NOW

    def __call__(self) -> datetime:
        return self.at


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def front(front: FrontOffice, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> FrontOffice:
    """The office with a clock that is set by hand; its streams look at the session many times a second."""
    monkeypatch.setattr(live, "STILL_THERE_SECONDS", 0.05)
    return replace(front, now=clock)


class Stream:
    """An open stream; reading waits for what comes."""

    def __init__(self, visitor: Any, path: str = "/langsung/aliran") -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", visitor.port, timeout=30)
        self._connection.request("GET", path, headers={"Cookie": f"{SESSION_COOKIE}={visitor.cookies[SESSION_COOKIE]}"})
        self._answer = self._connection.getresponse()
        assert self._answer.status == 200

    def goes_on(self, times: int = 3) -> None:
        """Says so many times that it lives."""
        for _ in range(times):
            while (line := self._answer.readline()) != b": still there\n":
                assert line, "the stream has ended"
                assert line != b"event: ended\n"

    def ends(self) -> None:
        """Says soon that the session has ended, and nothing more."""
        said = iter(self._answer.readline, b"event: ended\n")
        lines = list(itertools.islice(said, MOST_LINES))
        assert b"" not in lines, "the stream ended without a word"
        assert len(lines) < MOST_LINES, "the stream goes on"
        assert self._answer.read() == b"data: {}\n\n"
        self.close()

    def close(self) -> None:
        self._connection.close()


def seen(database: Database) -> timedelta:
    """How long after NOW the only session was used last."""
    [session] = list_sessions(database, "admin", now=NOW)
    return session.seen_at - NOW


def test_stream_neither_renews_the_session_nor_outlives_it(admin: Any, database: Database, clock: Clock) -> None:
    stream = Stream(admin)
    for minutes in (10, 30, 59):
        clock.at = NOW + minutes * MINUTE
        stream.goes_on()
        assert seen(database) == timedelta()
    clock.at = NOW + IDLE
    stream.ends()
    assert admin.get("/langsung").headers["location"].startswith("/masuk")


def test_stream_that_comes_back_does_not_renew_the_session_either(admin: Any, database: Database, clock: Clock) -> None:
    for minutes in (20, 40, 59):
        clock.at = NOW + minutes * MINUTE
        stream = Stream(admin)
        stream.goes_on(1)
        stream.close()
    assert seen(database) == timedelta()
    clock.at = NOW + IDLE
    assert admin.get("/langsung/aliran").status == 303


def test_what_somebody_does_beside_it_keeps_the_stream_going(admin: Any, database: Database, clock: Clock) -> None:
    stream = Stream(admin)
    clock.at = NOW + 50 * MINUTE
    assert admin.get("/harian").status == 200
    assert seen(database) == 50 * MINUTE
    clock.at = NOW + 109 * MINUTE
    stream.goes_on()
    clock.at = NOW + 110 * MINUTE
    stream.ends()


def test_stream_ends_with_the_longest_session(admin: Any, database: Database, clock: Clock) -> None:
    stream = Stream(admin)
    for half_hours in range(1, 24):
        clock.at = NOW + half_hours * 30 * MINUTE
        assert admin.get("/akun").status == 200
    stream.goes_on()
    clock.at = NOW + LONGEST
    stream.ends()


def test_stream_ends_with_a_sign_out_elsewhere(admin: Any) -> None:
    stream = Stream(admin)
    stream.goes_on(1)
    assert admin.post("/keluar", token=admin.get("/akun").field("token")).status == 303
    stream.ends()


def test_pictures_that_come_with_the_stream_do_not_renew_the_session(
    admin: Any, furnished: Any, database: Database, clock: Clock
) -> None:
    clock.at = NOW + 30 * MINUTE
    for path in ("/penolakan/kiosk-1/x/1/foto?diam=1", "/akun?diam=1"):
        admin.get(path)
    assert seen(database) == timedelta()
    admin.get("/akun")
    assert seen(database) == 30 * MINUTE


@pytest.fixture(scope="module")
def chromium() -> Iterator[Chromium]:
    program = find_chromium()
    if program is None:
        pytest.skip("no Chromium here")
    axe_script()
    with Chromium(program) as browser:
        yield browser


@pytest.mark.browser
def test_page_that_loads_itself_anew_does_not_renew_the_session(
    chromium: Chromium, admin: Any, database: Database, clock: Clock
) -> None:
    hub = f"http://127.0.0.1:{admin.port}"
    chromium.call("Network.clearBrowserCookies")
    chromium.set_cookie(hub, SESSION_COOKIE, admin.cookies[SESSION_COOKIE])
    hasty = "const slow = setInterval; window.setInterval = (does, every) => slow(does, every / 20); "
    counting = "sessionStorage.loads = Number(sessionStorage.loads || 0) + 1;"
    script = chromium.call("Page.addScriptToEvaluateOnNewDocument", source=hasty + counting)["identifier"]
    try:
        chromium.open(hub + "/terjadwal")
        began = seen(database)
        clock.at = NOW + 30 * MINUTE
        chromium.await_true("Number(sessionStorage.loads) >= 3")
        assert seen(database) == began
    finally:
        chromium.call("Page.removeScriptToEvaluateOnNewDocument", identifier=script)
    # The first may have cut off a load by itself, whose cookie it then takes away.
    for _ in range(2):
        chromium.open(hub + "/akun")
    assert seen(database) == 30 * MINUTE


@pytest.mark.browser
@pytest.mark.parametrize(("width", "height", "mobile"), [(1280, 800, False), (390, 844, True)])
@pytest.mark.parametrize(("language", "words"), [("id", "Masuk lagi"), ("en", "Sign in again")])
@pytest.mark.parametrize("lost", [False, True], ids=["told", "away"])
def test_page_says_that_the_session_has_ended(
    chromium: Chromium,
    admin: Any,
    clock: Clock,
    front: FrontOffice,
    monkeypatch: pytest.MonkeyPatch,
    *,
    width: int,
    height: int,
    mobile: bool,
    language: str,
    words: str,
    lost: bool,
) -> None:
    """Told by the stream, or found out when the connection comes back."""
    hub = f"http://127.0.0.1:{admin.port}"
    if lost:
        monkeypatch.setattr(live, "STILL_THERE_SECONDS", 60)
    chromium.call("Network.clearBrowserCookies")
    chromium.set_cookie(hub, SESSION_COOKIE, admin.cookies[SESSION_COOKIE])
    chromium.set_cookie(hub, "bahasa", language)
    chromium.open(hub + "/langsung", width=width, height=height, mobile=mobile)
    chromium.await_true("document.querySelector('[data-status] .status-dot').classList.contains('bg-green')")
    assert not chromium.evaluate("document.querySelector('[data-ended]').checkVisibility()")
    clock.at = NOW + IDLE
    if lost:
        # As a connection that breaks off: the page is let go, and comes back to a session that is over.
        [page] = front.board._pages
        page.loop.call_soon_threadsafe(page.put, None)
    chromium.await_true("document.querySelector('[data-ended]').checkVisibility()")
    assert words in chromium.evaluate("document.querySelector('[data-ended]').innerText")
    assert chromium.evaluate("document.querySelector('[data-ended] a').getAttribute('href')") == (
        "/masuk?kembali=%2Flangsung"
    )
    folder = os.environ.get("PRESENSI_SCREENSHOTS")
    if folder is not None:
        (Path(folder) / f"live-ended-{width}-{language}.png").write_bytes(chromium.screenshot(whole=True))
    assert chromium.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert violations(chromium) == []
