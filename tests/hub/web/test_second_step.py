"""After the password a code, where the account has a second step; and nothing else before that."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pyotp
import pytest

from hub.access.accounts import set_password
from hub.access.roles import Role
from hub.access.second_step import SecondSteps, drop_second_step
from hub.access.session_rows import list_sessions
from hub.access.throttle import FREE_FAILURES
from hub.db import Database
from hub.web.guard import SESSION_COOKIE, STEP_COOKIE
from hub.web.office import FrontOffice

from .conftest import NOW, PASSWORD


class Wrist:
    """What time it is for the hub and the telephone."""

    at = NOW

    def __call__(self) -> Any:
        return self.at


@pytest.fixture
def wrist() -> Wrist:
    return Wrist()


@pytest.fixture
def front(front: FrontOffice, wrist: Wrist) -> FrontOffice:
    return replace(front, now=wrist)


@pytest.fixture
def telephone(admin: Any, wrist: Wrist) -> Callable[[], str]:
    """The administrator's, after the second step was set up; each code is a new one."""
    token = admin.get("/akun/dua-langkah").field("token")
    assert admin.post("/akun/dua-langkah/mulai", token=token, password=PASSWORD).status == 303
    page = admin.get("/akun/dua-langkah")
    secret = re.search(r'class="secret-key">([^<]+)<', page.text)[1].replace(" ", "")
    codes = pyotp.TOTP(secret)
    picture = admin.get("/akun/dua-langkah/qr.svg")
    assert (picture.status, picture.headers["content-type"]) == (200, "image/svg+xml")
    assert "<script" not in picture.text
    wrong = admin.post("/akun/dua-langkah/sahkan", token=token, code="000000")
    assert (wrong.status, "Kode salah" in wrong.words) == (401, True)
    shown = admin.post("/akun/dua-langkah/sahkan", token=token, code=codes.at(wrist.at))
    admin.recovery_codes = re.findall(r"<code>([^<]+)</code>", shown.text)
    assert len(admin.recovery_codes) == 10
    assert admin.get("/akun/dua-langkah/qr.svg").status == 404

    def code() -> str:
        wrist.at += timedelta(seconds=60)
        return codes.at(wrist.at)

    return code


def seal_with_another(
    database: Database, wrist: Wrist, username: str, *, keep: str | None = None
) -> tuple[Callable[[], str], list[str]]:
    """A second step that a hub with another key has made: its telephone, and its recovery codes. keep: a session."""
    drop_second_step(database, username, keep=keep)
    steps = SecondSteps(database, b"o" * 32, now=wrist)
    steps.begin(username)
    offer = steps.offer(username)
    assert offer is not None
    codes = pyotp.TOTP(offer.secret)
    recovery = steps.confirm(username, codes.at(wrist.at), keep=keep)
    assert recovery is not None

    def code() -> str:
        wrist.at += timedelta(seconds=60)
        return codes.at(wrist.at)

    return code, recovery


def test_password_alone_opens_nothing(stranger: Any, telephone: Callable[[], str]) -> None:
    page = stranger.sign_in(kembali="/harian")
    assert page.headers["location"] == "/masuk/kode?kembali=%2Fharian"
    assert SESSION_COOKIE not in stranger.cookies
    assert stranger.get("/harian").headers["location"].startswith("/masuk")
    form = stranger.get("/masuk/kode?kembali=/harian")
    page = stranger.post("/masuk/kode", token=form.field("token"), code="123456", kembali="/harian")
    assert (page.status, "Kode salah" in page.words) == (401, True)
    page = stranger.post("/masuk/kode", token=form.field("token"), code=telephone(), kembali="/harian")
    assert (page.status, page.headers["location"]) == (303, "/harian")
    assert STEP_COOKIE not in stranger.cookies
    assert stranger.get("/harian").status == 200


def test_recovery_code_opens_once(admin: Any, stranger: Any, telephone: Callable[[], str]) -> None:
    code = admin.recovery_codes[3]
    for expected in (303, 401):
        stranger.cookies.clear()
        stranger.sign_in()
        token = stranger.get("/masuk/kode").field("token")
        assert stranger.post("/masuk/kode", token=token, code=code).status == expected


def test_code_page_needs_a_password_shown_lately(
    stranger: Any, telephone: Callable[[], str], database: Database
) -> None:
    assert stranger.get("/masuk/kode").headers["location"].startswith("/masuk?")
    stranger.sign_in()
    assert "max-age=300" in next(line for line in stranger.cookie_lines if STEP_COOKIE in line).lower()
    assert stranger.post("/masuk/kode", code=telephone()).status == 400, "a form that is not ours"
    # The step's cookie is no session's, and the other way round.
    step = stranger.cookies[STEP_COOKIE]
    stranger.cookies = {SESSION_COOKIE: step}
    assert stranger.get("/").status == 303
    stranger.cookies = {STEP_COOKIE: step}
    set_password(database, username="admin", password="another-password-1")
    assert stranger.get("/masuk/kode").headers["location"].startswith("/masuk?")


def test_codes_cannot_be_guessed_from_anywhere(stranger: Any, telephone: Callable[[], str]) -> None:
    stranger.sign_in()
    token = stranger.get("/masuk/kode").field("token")
    for _ in range(FREE_FAILURES):
        assert stranger.post("/masuk/kode", token=token, code="000000").status == 401
    page = stranger.post("/masuk/kode", token=token, code="000000")
    assert page.status == 429
    assert int(page.headers["retry-after"]) >= 1


def test_second_step_is_changed_by_whoever_has_both(admin: Any, telephone: Callable[[], str]) -> None:
    token = admin.get("/akun/dua-langkah").field("token")
    assert admin.post("/akun/dua-langkah/kode", token=token, code="000000").status == 401
    page = admin.post("/akun/dua-langkah/kode", token=token, code=telephone())
    fresh = re.findall(r"<code>([^<]+)</code>", page.text)
    assert not set(fresh) & set(admin.recovery_codes)
    end = "/akun/dua-langkah/hapus"
    assert admin.post(end, token=token, password="wrong-password", code=telephone()).status == 401
    assert admin.post(end, token=token, password=PASSWORD, code="000000").status == 401
    assert admin.post(end, token=token, password=PASSWORD, code=fresh[0]).status == 303
    assert "Belum terpasang" in admin.get("/akun/dua-langkah").words


def test_every_change_ends_the_other_sessions_and_keeps_the_one_in_use(
    admin: Any, stranger: Any, telephone: Callable[[], str], database: Database, wrist: Wrist
) -> None:
    own = list_sessions(database, "admin", now=wrist.at)
    assert len(own) == 1
    token = admin.get("/akun/dua-langkah").field("token")
    for step in ("kode", "hapus"):
        stranger.sign_in()
        stranger.post("/masuk/kode", token=stranger.get("/masuk/kode").field("token"), code=telephone())
        assert stranger.get("/akun").status == 200
        changed = admin.post(f"/akun/dua-langkah/{step}", token=token, password=PASSWORD, code=telephone())
        assert changed.status < 400
        assert stranger.get("/akun").status == 303, step
        assert admin.get("/akun").status == 200, step
    assert [each.id for each in list_sessions(database, "admin", now=wrist.at)] == [each.id for each in own]


def test_session_from_before_the_second_step_ends_with_it(
    admin: Any, stranger: Any, request: pytest.FixtureRequest
) -> None:
    assert stranger.sign_in().status == 303
    assert stranger.get("/akun").status == 200
    request.getfixturevalue("telephone")
    assert stranger.get("/akun").status == 303
    assert admin.get("/akun").status == 200


def test_nobody_begins_without_the_password(admin: Any) -> None:
    token = admin.get("/akun").field("token")
    assert admin.post("/akun/dua-langkah/mulai", token=token, password="wrong-password").status == 401
    assert admin.post("/akun/dua-langkah/mulai", password=PASSWORD).status == 400
    assert admin.get("/akun/dua-langkah/qr.svg").status == 404


def test_interface_refuses_name_and_password_of_such_an_account(stranger: Any, telephone: Callable[[], str]) -> None:
    basic = "Basic " + base64.b64encode(f"admin:{PASSWORD}".encode()).decode()
    page = stranger.get("/api/v1/recap/daily", Authorization=basic)
    assert page.status == 401
    assert "second step" in page.text


def test_wrong_key_lets_nobody_in_and_says_whom_to_call(
    admin: Any,
    stranger: Any,
    telephone: Callable[[], str],
    database: Database,
    wrist: Wrist,
    front: FrontOffice,
    caplog: pytest.LogCaptureFixture,
) -> None:
    ticket = front.sessions.read(admin.cookies[SESSION_COOKIE])
    assert ticket is not None
    code, [recovery, *_] = seal_with_another(database, wrist, "admin", keep=ticket.nonce)
    assert stranger.sign_in().headers["location"].startswith("/masuk/kode")
    token = stranger.get("/masuk/kode").field("token")
    page = stranger.post("/masuk/kode", token=token, code=code())
    assert (page.status, "hubungi pengelola hub" in page.words) == (503, True)
    assert SESSION_COOKIE not in stranger.cookies
    assert "second-step.key" in caplog.text
    assert "reset-second-step admin" in caplog.text
    own = admin.get("/akun/dua-langkah")
    assert own.status == 200
    for step in ("kode", "hapus"):
        page = admin.post(f"/akun/dua-langkah/{step}", token=own.field("token"), password=PASSWORD, code=code())
        assert (page.status, "hubungi pengelola hub" in page.words) == (503, True), step
    assert stranger.post("/masuk/kode", token=token, code=recovery).status == 303


class TestWhereTheRoleNeedsIt:
    @pytest.fixture
    def front(self, front: FrontOffice) -> FrontOffice:
        return replace(front, second_step_roles=frozenset({Role.ADMINISTRATOR}))

    def test_nothing_else_is_seen_before(self, admin: Any, as_role: Callable[..., Any], page_paths: list[str]) -> None:
        for path in set(page_paths) - {"/akun/dua-langkah"}:
            assert admin.get(path).headers.get("location") == "/akun/dua-langkah", path
        assert admin.get("/api/v1/recap/daily").status == 403
        assert "wajib" in admin.get("/akun/dua-langkah").words
        assert as_role(Role.SUPERVISOR).get("/").status == 200

    def test_afterwards_everything_is_and_it_stays(self, admin: Any, telephone: Callable[[], str]) -> None:
        assert admin.get("/").status == 200
        page = admin.get("/akun/dua-langkah")
        assert "/akun/dua-langkah/hapus" not in page.text
        token = page.field("token")
        assert admin.post("/akun/dua-langkah/hapus", token=token, password=PASSWORD, code=telephone()).status == 403


class TestWithoutAKey:
    @pytest.fixture
    def front(self, front: FrontOffice) -> FrontOffice:
        return replace(front, second_step_key=None)

    def test_hub_says_so(self, admin: Any) -> None:
        page = admin.get("/akun/dua-langkah")
        assert "tidak dapat menyimpan" in page.words
        token = page.field("token")
        assert admin.post("/akun/dua-langkah/mulai", token=token, password=PASSWORD).status == 404

    def test_nobody_gets_in_whose_code_cannot_be_checked(
        self, admin: Any, stranger: Any, database: Database, wrist: Wrist
    ) -> None:
        code, _ = seal_with_another(database, wrist, "admin")
        stranger.sign_in()
        page = stranger.post("/masuk/kode", token=stranger.get("/masuk/kode").field("token"), code=code())
        assert (page.status, "hubungi pengelola hub" in page.words) == (503, True)
        assert SESSION_COOKIE not in stranger.cookies
