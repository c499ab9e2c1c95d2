"""Nobody gets in without a password, a form of ours and some patience."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from hub.access.accounts import add_account, set_password
from hub.access.assignments import end_role
from hub.access.roles import Role
from hub.access.throttle import FREE_FAILURES
from hub.db import Database
from hub.web.guard import FORM_COOKIE, SESSION_COOKIE, safe_return

PASSWORD = "kopi-tubruk-manis"


def test_every_page_sends_strangers_to_the_sign_in(stranger: Any, page_paths: list[str]) -> None:
    for path in page_paths:
        page = stranger.get(path)
        assert page.status == 303, path
        assert page.headers["location"].startswith("/masuk"), path
        assert page.text == ""


def test_sign_in_leads_back_to_the_page_that_was_asked_for(stranger: Any, database: Database) -> None:
    add_account(database, username="admin", password=PASSWORD, role=Role.ADMINISTRATOR)
    away = stranger.get("/harian?date=2026-03-02").headers["location"]
    form = stranger.get(away)
    page = stranger.post(
        "/masuk", token=form.field("token"), name=" Admin ", password=PASSWORD, kembali="/harian?date=2026-03-02"
    )
    assert (page.status, page.headers["location"]) == (303, "/harian?date=2026-03-02")
    assert stranger.get("/harian?date=2026-03-02").status == 200


@pytest.mark.parametrize(
    ("asked", "given"),
    [
        ("/harian", "/harian"),
        ("https://evil.example/", "/"),
        ("//evil.example/", "/"),
        ("/\\evil.example", "/"),
        ("/a\\b", "/"),
        ("javascript:alert(1)", "/"),
        ("/\n/evil.example", "/"),
        ("", "/"),
    ],
)
def test_sign_in_leads_to_pages_of_ours_only(asked: str, given: str) -> None:
    assert safe_return(asked) == given


def test_wrong_password_is_refused_and_leaves_no_session(stranger: Any, database: Database) -> None:
    add_account(database, username="admin", password=PASSWORD, role=Role.ADMINISTRATOR)
    page = stranger.sign_in("admin", "teh-botol-dingin")
    assert page.status == 401
    assert "Nama pengguna atau kata sandi salah." in page.words
    assert SESSION_COOKIE not in stranger.cookies
    assert stranger.sign_in("nobody", PASSWORD).status == 401


def test_form_of_somebody_else_is_refused(stranger: Any, database: Database) -> None:
    add_account(database, username="admin", password=PASSWORD, role=Role.ADMINISTRATOR)
    assert stranger.post("/masuk", name="admin", password=PASSWORD).status == 400
    token = stranger.get("/masuk").field("token")
    stranger.cookies[FORM_COOKIE] = "another"
    assert stranger.post("/masuk", token=token, name="admin", password=PASSWORD).status == 400
    assert SESSION_COOKIE not in stranger.cookies


def test_session_cookie_is_closed_to_scripts_and_other_sites(admin: Any) -> None:
    line = next(line for line in admin.cookie_lines if line.startswith(SESSION_COOKIE))
    assert "httponly" in line.lower()
    assert "samesite=lax" in line.lower()
    assert "secure" not in line.lower()


def test_session_cookie_is_secure_behind_tls(stranger: Any, database: Database) -> None:
    """A proxy on the same machine ends TLS and says so."""
    add_account(database, username="admin", password=PASSWORD, role=Role.ADMINISTRATOR)
    https = {"X-Forwarded-Proto": "https"}
    page = stranger.get("/masuk", **https)
    assert all("secure" in line.lower() for line in stranger.cookie_lines)
    assert page.headers["strict-transport-security"].startswith("max-age=")


def test_guessing_is_slowed_down_and_says_how_long(stranger: Any, database: Database) -> None:
    add_account(database, username="admin", password=PASSWORD, role=Role.ADMINISTRATOR)
    statuses = [stranger.sign_in("admin", f"wrong-number-{number}").status for number in range(FREE_FAILURES + 1)]
    assert statuses == [401] * FREE_FAILURES + [429]
    page = stranger.sign_in("admin", PASSWORD)
    assert page.status == 429
    assert int(page.headers["retry-after"]) >= 1
    assert SESSION_COOKIE not in stranger.cookies


def test_signing_out_needs_the_form_of_the_session(admin: Any) -> None:
    assert admin.post("/keluar").status == 400
    assert admin.post("/keluar", token="wrong").status == 400
    assert admin.get("/harian").status == 200
    token = admin.get("/harian").field("token")
    assert admin.post("/keluar", token=token).status == 303
    assert admin.get("/harian").status == 303


def test_copy_of_a_cookie_opens_nothing_after_the_sign_out(admin: Any) -> None:
    kept = dict(admin.cookies)
    token = admin.get("/harian").field("token")
    assert admin.post("/keluar", token=token).status == 303
    admin.cookies.update(kept)
    assert admin.get("/harian").status == 303
    assert admin.get("/api/v1/recap/daily").status == 401


def test_signing_out_everywhere_ends_the_other_browsers_too(admin: Any, port: int) -> None:
    other = type(admin)(port)
    assert other.sign_in().status == 303
    assert admin.post("/keluar/semua", token=other.get("/harian").field("token")).status == 400
    assert other.get("/harian").status == 200
    page = admin.post("/keluar/semua", token=admin.get("/harian").field("token"))
    assert (page.status, page.headers["location"]) == (303, "/masuk")
    assert SESSION_COOKIE not in admin.cookies
    assert other.get("/harian").status == 303


def test_account_page_shows_the_own_roles_and_sessions_to_every_role(as_role: Callable[..., Any], office: Any) -> None:
    office.unit("Dinas Kesehatan")
    as_role(Role.OPERATOR)
    for role in (Role.TECHNICIAN, Role.HEAD):
        page = as_role(role, "Dinas Kesehatan").get("/akun")
        assert page.status == 200
        assert "Dinas Kesehatan" in page.words
        assert "berlaku sekarang" in page.words
        assert "operator" not in page.words


def test_role_that_ends_signs_out_with_the_next_page(admin: Any, database: Database) -> None:
    assert admin.get("/harian").status == 200
    add_account(database, username="ani", password=PASSWORD, role=Role.ADMINISTRATOR)
    end_role(database, "admin", Role.ADMINISTRATOR, unit_id=None, by="budi", now=datetime(2026, 3, 2, tzinfo=UTC))
    assert admin.get("/harian").status == 303
    assert admin.sign_in().status == 401


def test_forged_and_old_sessions_are_strangers(admin: Any, database: Database) -> None:
    good = admin.cookies[SESSION_COOKIE]
    admin.cookies[SESSION_COOKIE] = good[:-3] + "aaa"
    assert admin.get("/").status == 303
    admin.cookies[SESSION_COOKIE] = good
    assert admin.get("/").status == 200
    set_password(database, username="admin", password="teh-botol-dingin")
    assert admin.get("/").status == 303


def test_api_takes_basic_credentials(stranger: Any, database: Database) -> None:
    add_account(database, username="admin", password=PASSWORD, role=Role.ADMINISTRATOR)

    def ask(credentials: str) -> Any:
        encoded = base64.b64encode(credentials.encode()).decode()
        return stranger.get("/api/v1/recap/daily", Authorization=f"Basic {encoded}")

    assert ask(f"admin:{PASSWORD}").status == 200
    refused = ask("admin:wrong-password")
    assert refused.status == 401
    assert refused.headers["www-authenticate"].startswith("Basic")
    assert stranger.get("/api/v1/recap/daily").status == 401
    assert stranger.get("/api/v1/recap/daily", Authorization="Basic !!!").status == 401
    assert stranger.get("/api/v1/recap/daily", Authorization="Bearer x").status == 401


def test_api_is_slowed_down_as_well(stranger: Any, database: Database) -> None:
    encoded = base64.b64encode(b"admin:wrong-password").decode()
    statuses = [
        stranger.get("/api/v1/recap/daily", Authorization=f"Basic {encoded}").status for _ in range(FREE_FAILURES + 1)
    ]
    assert statuses == [401] * FREE_FAILURES + [429]


def test_roles_see_their_own_pages_only(as_role: Callable[..., Any], page_paths: list[str]) -> None:
    technician, head = as_role(Role.TECHNICIAN), as_role(Role.HEAD)
    assert technician.get("/").headers["location"] == "/kiosk"
    assert technician.get("/kiosk").status == 200
    for path in ("/harian", "/bulanan", "/pegawai", page_paths[6], page_paths[8], "/api/v1/recap/daily"):
        assert technician.get(path).status == 403, path
    assert head.get("/bulanan").status == 200
    for path in ("/kiosk", "/karantina", "/pegawai"):
        assert head.get(path).status == 403, path
    assert "/karantina" not in head.get("/").text


def test_account_of_a_unit_sees_nothing_of_another(
    as_role: Callable[..., Any], office: Any, settle: Callable[[], int]
) -> None:
    health, school = office.unit("Dinas Kesehatan"), office.unit("Dinas Pendidikan")
    below = office.unit("Puskesmas", parent=health)
    ani, budi = office.employee("Ani", unit=below), office.employee("Budi", unit=school)
    settle()
    operator = as_role(Role.OPERATOR, "Dinas Kesehatan")
    for path in ("/", "/harian", "/bulanan", "/pegawai"):
        page = operator.get(path)
        assert page.status == 200
        assert "Dinas Pendidikan" not in page.words, path
        assert "Budi" not in page.words, path
    assert "Ani" in operator.get("/harian").words
    assert operator.get(f"/pegawai/{ani}").status == 200
    for path in (
        f"/harian?unit={school}",
        f"/bulanan?unit={school}",
        f"/api/v1/recap/daily?unit={school}",
        f"/api/v1/recap/monthly?unit={school}",
        "/karantina",
    ):
        assert operator.get(path).status == 403, path
    for path in (f"/pegawai/{budi}", f"/pegawai/{budi}/2026-03-02"):
        assert operator.get(path).status == 404, path
    lines = json.loads(operator.get("/api/v1/recap/daily").text)["lines"]
    assert [line["person"]["name"] for line in lines] == ["Ani"]


def test_pages_before_the_door_lead_back_to_themselves_in_another_language(stranger: Any) -> None:
    for path in ("/masuk", "/aktivasi"):
        page = stranger.get(path)
        assert f"/bahasa/en?kembali={path}" in page.links.addresses, path
        assert page.text.count("<main") == 1
