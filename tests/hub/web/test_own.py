"""What an employee sees: their own month, days and letters, and nothing of anybody else."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest

from hub.access.accounts import link_account
from hub.access.roles import Role
from hub.attendance.covers import parse_cover
from hub.attendance.document_list import list_documents
from hub.attendance.documents import Letter, submit
from hub.db import Database
from tests.factories.papers import pdf
from tests.hub.web.conftest import NOW, PASSWORD

LETTER = {"kind": "Surat Dokter", "first": "2026-03-02", "known_by": "Atasan Langsung"}


@pytest.fixture
def rina(as_role: Any, database: Database, furnished: Any) -> Any:
    """Rina Wulandari, signed in as an employee."""
    visitor = as_role(Role.EMPLOYEE)
    link_account(database, "employee", furnished.rina)
    return visitor


@pytest.fixture
def of_another(database: Database, furnished: Any) -> int:
    """Number of a letter of somebody else of the unit."""
    letter = Letter(type="Surat Dokter", covers=(parse_cover("2026-03-02"),), known_by="Atasan Langsung")
    return submit(database, furnished.hostile, letter, by="siti", now=NOW).id


def hand_in(visitor: Any, **changes: str) -> Any:
    token = visitor.get("/surat/baru").field("token")
    return visitor.send("/surat/baru", [("token", token), *(LETTER | changes).items()], [("files", "a.pdf", pdf())])


def test_first_page_is_the_own_month(rina: Any) -> None:
    assert rina.get("/").headers["location"] == "/saya"
    page = rina.get("/saya?month=2026-03")
    assert page.status == 200
    assert "Rina Wulandari" in page.words
    assert "terlambat 12 menit" in page.words
    assert not {link for link in page.links.addresses if link.startswith(("/pegawai", "/harian", "/manual", "/kiosk"))}


def test_day_explains_itself(rina: Any) -> None:
    page = rina.get("/saya/2026-03-02")
    assert page.status == 200
    assert "07.12" in page.words
    assert rina.get("/saya/x").status == 404


def test_letter_is_handed_in_and_followed_up(rina: Any) -> None:
    sent = hand_in(rina)
    assert sent.status == 303
    place = sent.headers["location"].partition("?")[0]
    assert "Rina Wulandari" in rina.get(place).words
    assert place in rina.get("/surat").links.addresses
    assert place in rina.get("/saya").links.addresses


def test_letter_is_about_oneself_whoever_is_named(rina: Any, furnished: Any) -> None:
    place = hand_in(rina, person=furnished.hostile).headers["location"].partition("?")[0]
    assert "Rina Wulandari" in rina.get(place).words


def test_letter_is_handed_in_today_whatever_is_written(rina: Any, database: Database) -> None:
    place = hand_in(rina, handed_in="2026-02-20").headers["location"].partition("?")[0]
    assert 'name="handed_in"' not in rina.get("/surat/baru").text
    form = [*LETTER.items(), ("handed_in", "2026-02-20"), ("reason", "salah ketik"), ("letter_number", "440/7")]
    token = rina.get(f"{place}/perbaiki").field("token")
    assert rina.send(f"{place}/perbaiki", [("token", token), *form]).status == 303
    assert {line.handed_in for line in list_documents(database, on=NOW.date())} == {NOW.date()}


def test_letters_of_others_are_not_there(rina: Any, of_another: int) -> None:
    assert rina.get(f"/surat/{of_another}").status == 404
    assert rina.get(f"/surat/{of_another}/perbaiki").status == 404
    assert f"/surat/{of_another}" not in rina.get("/surat").links.addresses


def test_letter_that_was_verified_is_the_offices_to_correct(rina: Any, as_role: Any) -> None:
    place = hand_in(rina).headers["location"].partition("?")[0]
    assert rina.get(f"{place}/perbaiki").status == 200
    official = as_role(Role.OFFICIAL)
    assert official.post(f"{place}/verifikasi", token=official.get(place).field("token")).status == 303
    assert rina.get(f"{place}/perbaiki").status == 403
    token = rina.get("/surat/baru").field("token")
    assert rina.send(f"{place}/perbaiki", [("token", token), *LETTER.items(), ("reason", "x")]).status == 403
    assert rina.send(f"{place}/berkas", [("token", token)], [("files", "a.pdf", pdf())]).status == 403
    assert "Diverifikasi oleh official" in rina.get(place).words


def withdraw(visitor: Any, place: str, reason: str = "salah tanggal") -> Any:
    return visitor.post(f"{place}/tarik", token=visitor.get("/surat/baru").field("token"), reason=reason)


def test_letter_is_taken_back_while_nobody_has_verified_it(rina: Any, database: Database, told: Any) -> None:
    place = hand_in(rina).headers["location"].partition("?")[0]
    assert f"{place}#tarik" in rina.get("/saya").links.addresses
    assert f"{place}/tarik" in rina.get(place).links.addresses
    assert (withdraw(rina, place, "").status, told("letter.withdraw")[-1].status) == (409, 409)
    assert withdraw(rina, place).status == 303
    [line] = list_documents(database, on=NOW.date())
    assert (line.state, line.withdrawn_by, line.withdrawn_at) == ("withdrawn", "employee", NOW)
    assert line.withdrawn_because == "salah tanggal"
    assert "Ditarik oleh employee" in rina.get(place).words
    assert (told("letter.withdraw")[-1].status, told("letter.withdraw")[-1].actor) == (200, "employee")
    assert f"{place}#tarik" not in rina.get("/saya").links.addresses
    assert f"{place}/tarik" not in rina.get(place).links.addresses
    assert withdraw(rina, place).status == 409
    assert hand_in(rina).status == 303, "the same may be handed in again"


def test_letter_that_was_verified_is_the_offices_to_withdraw(rina: Any, as_role: Any, database: Database) -> None:
    place = hand_in(rina).headers["location"].partition("?")[0]
    official = as_role(Role.OFFICIAL)
    assert official.post(f"{place}/verifikasi", token=official.get(place).field("token")).status == 303
    page = withdraw(rina, place)
    assert (page.status, "sudah diproses; minta kantor menariknya" in page.words) == (409, True)
    assert f"{place}/tarik" not in rina.get(place).links.addresses
    assert [line.state for line in list_documents(database, on=NOW.date())] == ["verified"]


def test_letter_of_somebody_else_is_not_taken_back(
    rina: Any, of_another: int, database: Database, furnished: Any
) -> None:
    assert withdraw(rina, f"/surat/{of_another}").status == 404
    letter = Letter(type="Surat Dokter", covers=(parse_cover("2026-03-02"),), known_by="Atasan Langsung")
    about_her = submit(database, furnished.rina, letter, by="siti", now=NOW).id
    page = withdraw(rina, f"/surat/{about_her}")
    assert (page.status, "hanya yang menyerahkan dapat menariknya" in page.words) == (409, True)
    assert f"/surat/{about_her}/tarik" not in rina.get(f"/surat/{about_her}").links.addresses
    assert {line.state for line in list_documents(database, on=NOW.date())} == {"submitted"}


def test_nobody_in_particular_sees_nothing(as_role: Any, furnished: Any) -> None:
    visitor = as_role(Role.EMPLOYEE)
    for path in ("/saya", "/saya/2026-03-02", "/surat", "/surat/baru"):
        assert visitor.get(path).status == 403


def test_interface_for_programs_is_not_the_employees(rina: Any, furnished: Any) -> None:
    encoded = base64.b64encode(f"employee:{PASSWORD}".encode()).decode()
    for path in ("documents?month=2026-03", "employees", f"employees/{furnished.rina}", "recap/daily"):
        assert rina.get(f"/api/v1/{path}").status == 403
    body = json.dumps({"employee": furnished.hostile, "type": "Surat Dokter"})
    headers = {"Authorization": f"Basic {encoded}", "Idempotency-Key": "12345678"}
    rina.cookies.clear()
    assert rina.ask("POST", "/api/v1/documents", body, headers).status == 403


def test_account_without_an_employee_is_told_what_is_missing(as_role: Any, database: Database) -> None:
    page = as_role(Role.EMPLOYEE).get("/saya")
    assert page.status == 403
    assert "Akun ini belum ditautkan ke pegawai." in page.words
    assert "/keluar" in page.text, "they can still sign out"
