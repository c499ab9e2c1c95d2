"""Who stands in the trail: accounts, programs, and whoever failed to sign in."""

from __future__ import annotations

import base64
from collections.abc import Callable
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
from sqlalchemy import select, text

from hub.access.models import AccountSession
from hub.access.roles import Role
from hub.access.tokens import SCOPES, add_token
from hub.access.trail.chain import Entry
from hub.attendance.covers import parse_cover
from hub.attendance.documents import Letter, submit
from hub.db import Database

NOW = datetime(2026, 3, 2, 19, 0, tzinfo=ZoneInfo("Asia/Jakarta"))
PASSWORD = "kopi-tubruk-manis"
Told = Callable[..., list[Entry]]


def about(entry: Entry) -> Any:
    return msgspec.json.decode(entry.about)


def test_sign_ins_are_told_and_typed_names_only_when_they_are_accounts(
    admin: Any, stranger: Any, told: Told, database: Database
) -> None:
    [entry] = told("account.sign_in")
    assert (entry.actor, entry.kind, entry.role) == ("admin", "write", "administrator")
    assert stranger.sign_in("admin", "salah-sekali-ini").status == 401
    assert stranger.sign_in("rahasia-di-kolom-nama", "x" * 12).status == 401
    assert [entry.actor for entry in told("account.sign_in_failed")] == ["admin", "-"]
    with database.read() as session:
        everything = str(session.execute(text("SELECT * FROM audit_entry")).all())
    assert "rahasia" not in everything
    assert "salah-sekali" not in everything


def test_stranger_fills_no_disk(stranger: Any, told: Told) -> None:
    assert stranger.post("/surat/baru", person="x").status == 303
    assert stranger.post("/masuk", name="admin", password="x").status == 400
    assert stranger.get("/kehadiran").status == 303
    assert told() == []


def test_json_by_password_is_told_with_its_account(admin: Any, stranger: Any, told: Told) -> None:
    basic = base64.b64encode(f"admin:{PASSWORD}".encode()).decode()
    assert stranger.get("/api/v1/recap/daily", Authorization=f"Basic {basic}").status == 200
    [entry] = told("daily.read")
    assert (entry.actor, entry.role, about(entry)) == ("admin", "administrator", {"day": "2026-03-02", "unit": None})


def test_session_that_is_only_kept_awake_is_no_write(admin: Any, told: Told, database: Database) -> None:
    with database.write() as session:
        session.execute(text("UPDATE account_session SET seen_at = '2026-03-02 11:50:00.000000'"))
    before = len(told())
    assert admin.get("/akun").status == 200
    with database.read() as session:
        assert session.scalars(select(AccountSession.seen_at)).one() == NOW
    assert len(told()) == before


def test_program_is_told_by_the_name_of_its_token(
    stranger: Any, furnished: Any, told: Told, database: Database
) -> None:
    token = add_token(database, "e-tpp", SCOPES, unit_id=None, days=30, by="budi", now=NOW)
    bearer = {"Authorization": f"Bearer {token}"}
    assert stranger.get(f"/api/v1/days?from=2026-03-01&to=2026-03-31&unit={furnished.unit}", **bearer).status == 200
    [entry] = told()
    assert (entry.actor, entry.role, entry.act) == ("api-token:e-tpp", None, "days.read")
    assert about(entry) == {"day": "2026-03-01", "unit": furnished.unit, "until": "2026-03-31"}
    letter = {"employee": furnished.rina, "type": "Surat Dokter", "covers": ["2026-03-02"]}
    headers = bearer | {"Idempotency-Key": "simpeg-0001", "Content-Type": "application/json"}
    body = msgspec.json.encode(letter)
    for _ in range(2):
        assert stranger.ask("POST", "/api/v1/documents", body, headers).status == 201
    with_her, repeated = told()[1:]
    assert (with_her.act, about(with_her)["employees"]) == ("letter.hand_in", [furnished.rina])
    assert (repeated.act, repeated.status) == ("letter.hand_in", 201)
    refused = stranger.ask("POST", "/api/v1/documents", b"{}", headers | {"Idempotency-Key": "simpeg-0002"})
    assert refused.status == told()[-1].status == 400
    assert token not in str(told())


def test_question_about_somebody_of_another_unit_is_told(
    stranger: Any, as_role: Callable[..., Any], office: Any, furnished: Any, told: Told, database: Database
) -> None:
    letter = Letter(type="Surat Dokter", covers=(parse_cover("2026-03-02"),))
    number = submit(database, furnished.rina, letter, by="budi", now=NOW).id
    elsewhere = office.unit("Dinas Lain")
    token = add_token(database, "e-tpp", SCOPES, unit_id=elsewhere, days=30, by="budi", now=NOW)
    bearer = {"Authorization": f"Bearer {token}"}
    for path in ("/api/v1/employees/nobody", "/api/v1/documents/4711"):
        assert stranger.get(path, **bearer).status == 404
    assert told() == []
    for path in (f"/api/v1/employees/{furnished.rina}", f"/api/v1/documents/{number}"):
        assert stranger.get(path, **bearer).status == 404
    assert as_role(Role.OPERATOR, "Dinas Lain").get(f"/surat/{number}").status == 404
    days = "from=2026-03-01&to=2026-03-31"
    for path in (f"days?{days}", f"punches?{days}", "documents?month=2026-03"):
        before = len(told())
        assert furnished.rina not in stranger.get(f"/api/v1/{path}&employee={furnished.rina}", **bearer).text
        assert stranger.get(f"/api/v1/{path}&employee=198501012010011001", **bearer).status == 200
        asked, unknown = told()[before:]
        assert about(asked)["employees"] == [furnished.rina]
        assert "198501012010011001" not in unknown.about
    assert [(each.actor, each.act, each.status, about(each)["employees"]) for each in told() if each.status == 404] == [
        ("api-token:e-tpp", "staff.read", 404, [furnished.rina]),
        ("api-token:e-tpp", "letter.read", 404, [furnished.rina]),
        ("operator", "letter.read", 404, [furnished.rina]),
    ]
