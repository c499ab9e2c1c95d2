"""The administrator looks after accounts: new ones, roles with dates, shutting, passwords, and whose they are."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import msgspec
import pyotp
import pytest

from hub.access.accounts import add_account, find_account
from hub.access.assignments import list_assignments
from hub.access.models import SecondStep
from hub.access.roles import Role
from hub.access.trail.chain import Entry
from hub.db import Database
from hub.web.office import FrontOffice
from tests.hub.web.conftest import PASSWORD, Visitor

HEALTH = "Dinas Kesehatan"
LIST = "/akun/daftar"


@pytest.fixture
def unit(office: Any) -> int:
    number: int = office.unit(HEALTH)
    return number


@pytest.fixture
def siti(database: Database, unit: int, port: int) -> Visitor:
    """An operator, signed in."""
    add_account(database, username="siti", password=PASSWORD, role=Role.OPERATOR, unit=HEALTH)
    visitor = Visitor(port)
    assert visitor.sign_in("siti").status == 303
    return visitor


def post(visitor: Any, path: str, **form: str) -> Any:
    return visitor.post(path, token=visitor.get("/akun").field("token"), **form)


def once_of(page: Any) -> str:
    found = re.search(r'one-time">([a-z0-9-]+)<', page.text)
    assert found is not None
    return found[1]


def test_new_account_opens_once_and_its_owner_chooses_a_password(admin: Any, unit: int, port: int) -> None:
    page = post(admin, LIST, username="Ani", role="head", unit=str(unit))
    assert page.status == 200
    assert "ani" in admin.get(LIST).words
    ani, once = Visitor(port), once_of(page)
    assert ani.sign_in("ani", once).status == 303
    for path in ("/", "/surat", "/akun/daftar"):
        assert ani.get(path).headers["location"] == "/akun/sandi"
    assert ani.get("/api/v1/recap/daily").status == 403
    assert "hanya untuk masuk pertama kali" in ani.get("/akun/sandi").words
    token = ani.get("/akun/sandi").field("token")
    form = {"token": token, "password": once, "new": "teh-poci-hangat", "again": "teh-poci-hangat"}
    for changes, status in (
        ({"password": "x"}, 401),
        ({"again": "other"}, 409),
        ({"new": "short", "again": "short"}, 409),
        ({"new": once, "again": once}, 409),
        ({}, 303),
    ):
        assert ani.post("/akun/sandi", **(form | changes)).status == status
    assert ani.get("/").status == 200
    assert Visitor(port).sign_in("ani", once).status == 401
    assert "ani" not in ani.get("/akun/sandi").field("token")


def test_name_role_and_unit_are_checked(admin: Any, unit: int, siti: Any, database: Database) -> None:
    for form in ({"username": "siti", "role": "head"}, {"username": "A B", "role": "head"}, {"username": "ani"}):
        assert post(admin, LIST, **form).status == 409
    assert "Akun 'siti' sudah ada" in post(admin, LIST, username="siti", role="head").words.replace("&#39;", "'")
    assert post(admin, LIST, username="ani", role="integration").status == 409
    assert post(admin, LIST, username="ani", role="head", unit="99").status == 404
    assert find_account(database, "ani") is None


def test_acting_holder_is_granted_and_ended(admin: Any, siti: Any, unit: int, database: Database) -> None:
    page = f"{LIST}/siti"
    acting = {"role": "head", "unit": str(unit), "first": "2026-03-01", "last": "2026-03-31", "acting": "plh"}
    refused = post(admin, f"{page}/peran", **acting)
    assert (refused.status, "isi nomornya" in refused.words) == (409, True)
    assert post(admin, f"{page}/peran", **acting, letter="800/12/2026").status == 303
    for words in ("Plh pimpinan", "1 Maret 2026", "31 Maret 2026", "800/12/2026", "admin"):
        assert words in admin.get(page).words
    assert siti.get("/kiosk").status == 403
    head = next(line for line in list_assignments(database, "siti") if line.role == "head")
    assert post(admin, f"{page}/peran/{head.id}/akhiri").status == 303
    assert siti.get("/kiosk").status == 200
    assert "diakhiri admin" in admin.get(page).words
    assert post(admin, f"{page}/peran/{head.id}/akhiri").status == 409
    assert post(admin, f"{page}/peran", role="head", first="x").status == 409


def test_disabled_account_is_signed_out_at_once(admin: Any, siti: Any) -> None:
    assert siti.get("/").status == 200
    assert post(admin, f"{LIST}/siti/nonaktif").status == 303
    assert siti.get("/").headers["location"].startswith("/masuk")
    assert siti.sign_in("siti").status == 401
    assert "dinonaktifkan" in admin.get(f"{LIST}/siti").words
    assert post(admin, f"{LIST}/siti/aktif").status == 303
    siti.cookies.clear()
    assert siti.sign_in("siti").status == 303


def test_password_is_replaced(admin: Any, siti: Any) -> None:
    once = once_of(post(admin, f"{LIST}/siti/sandi"))
    assert siti.get("/").headers["location"].startswith("/masuk")
    assert siti.sign_in("siti").status == 401
    assert siti.sign_in("siti", once).status == 303
    assert siti.get("/").headers["location"] == "/akun/sandi"


def test_account_is_linked_to_an_employee(admin: Any, siti: Any, office: Any, unit: int, database: Database) -> None:
    office.employee("Siti Aminah", unit=unit, nip="198501012010011001")
    assert post(admin, f"{LIST}/siti/pegawai", person="Nobody").status == 409
    assert post(admin, f"{LIST}/siti/pegawai").status == 409
    assert post(admin, f"{LIST}/siti/pegawai", person="198501012010011001").status == 303
    assert "Siti Aminah" in admin.get(LIST + "?q=aminah").words
    assert post(admin, f"{LIST}/siti/pegawai", person="-").status == 303
    line = find_account(database, "siti")
    assert line is not None
    assert line.employee is None


def test_nobody_changes_their_own_account(admin: Any, database: Database) -> None:
    [own] = list_assignments(database, "admin")
    for step in ("peran", f"peran/{own.id}/akhiri", "nonaktif", "aktif", "sandi", "pegawai"):
        assert post(admin, f"{LIST}/admin/{step}", role="head").status == 403, step
    assert "Hanya dapat diubah administrator lain".casefold() in admin.get(f"{LIST}/admin").words.casefold()
    assert len(list_assignments(database, "admin", ended=True)) == 1


def test_administrator_of_a_unit_administers_no_accounts(as_role: Any, unit: int) -> None:
    visitor = as_role(Role.ADMINISTRATOR, HEALTH)
    assert visitor.get(LIST).status == 403
    assert post(visitor, LIST, username="ani", role="administrator").status == 403
    assert LIST not in visitor.get("/").links.addresses


def test_list_is_searched_and_speaks_english(admin: Any, siti: Any) -> None:
    rows = admin.get(LIST + "?q=siti").text
    assert f"{LIST}/siti" in rows
    assert f"{LIST}/admin" not in rows
    assert f"{LIST}/admin" in admin.get(LIST + "?role=administrator").text
    assert "Tidak ada akun seperti itu" in admin.get(LIST + "?q=zzz").words
    admin.get("/bahasa/en")
    assert "A further role" in admin.get(f"{LIST}/siti").words
    assert "is the last administrator" not in admin.get(LIST).words
    assert admin.get(f"{LIST}/nobody").status == 404


def test_trail_names_the_account_that_is_meant(
    admin: Any, siti: Any, office: Any, unit: int, told: Callable[..., list[Entry]]
) -> None:
    rina = office.employee("Rina Wulandari", unit=unit, nip="198501012010011001")
    grant = {"role": "head", "unit": str(unit)}
    refused = {"act": "role.grant", "status": 409}
    for step, form, said in (
        ("peran", grant, {"act": "role.grant"}),
        ("peran", grant | {"acting": "plh"}, refused),
        ("peran/1/akhiri", {}, {"act": "role.end", "status": 409}),
        ("pegawai", {"person": "198501012010011001"}, {"act": "account.link"}),
        ("nonaktif", {}, {"act": "account.disable"}),
        ("aktif", {}, {"act": "account.enable"}),
        ("sandi", {}, {"act": "account.reset_password"}),
    ):
        post(admin, f"{LIST}/siti/{step}", **form)
        entry = told()[-1]
        assert (entry.act, entry.status, entry.actor) == (said["act"], said.get("status", 200), "admin"), step
        about = msgspec.json.decode(entry.about)
        assert about["account"] == "siti", step
        assert about.get("employees") == ([rina] if step == "pegawai" else None)
    admin.get(f"{LIST}/siti")
    assert msgspec.json.decode(told("account.read")[-1].about)["account"] == "siti"
    assert post(admin, LIST, username="Ani", role="head", unit=str(unit)).status == 200
    assert msgspec.json.decode(told("account.add")[-1].about)["account"] == "ani"
    assert "akun siti" in admin.get("/jejak").words


def test_number_of_an_employee_is_no_name_and_gets_into_no_entry(admin: Any, unit: int, told: Any) -> None:
    number = "198501012010011001"
    page = post(admin, LIST, username=number, role="head", unit=str(unit))
    assert (page.status, "NIP tidak dapat menjadi nama akun" in page.words) == (409, True)
    assert post(admin, f"{LIST}/{number}/nonaktif").status == 404
    assert admin.get(f"{LIST}/{number}").status == 404
    assert number not in str(told())


def test_second_step_of_a_lost_telephone_is_reset_with_a_reason(
    admin: Any, siti: Any, database: Database, front: FrontOffice, told: Callable[..., list[Entry]]
) -> None:
    path = f"{LIST}/siti"
    assert "dua-langkah" not in admin.get(path).text, "there is none yet"
    assert post(admin, f"{path}/dua-langkah", reason="lost").status == 409
    steps = front.second_steps
    assert steps is not None
    steps.begin("siti")
    offer = steps.offer("siti")
    assert offer is not None
    assert steps.confirm("siti", pyotp.TOTP(offer.secret).at(front.now())) is not None
    assert siti.sign_in("siti").headers["location"].startswith("/masuk/kode")
    for reason in ("", "  ", "x" * 201):
        assert post(admin, f"{path}/dua-langkah", reason=reason).status == 409
    line = find_account(database, "siti")
    assert line is not None
    assert line.second_step
    page = post(admin, f"{path}/dua-langkah", reason="ponsel hilang, <b>KTP</b> dilihat")
    assert page.status == 303
    assert "semua sesinya berakhir" in admin.get(page.headers["location"]).words
    assert siti.sign_in("siti").headers["location"] == "/"
    *_, entry = told("account.reset_second_step")
    about = msgspec.json.decode(entry.about)
    assert (about["account"], about["reason"]) == ("siti", "ponsel hilang, <b>KTP</b> dilihat")
    assert "alasan: ponsel hilang" in admin.get("/jejak").words


def test_nobody_resets_their_own_second_step(admin: Any, siti: Any) -> None:
    assert post(admin, f"{LIST}/admin/dua-langkah", reason="lost").status == 403
    assert post(siti, f"{LIST}/admin/dua-langkah", reason="lost").status == 403
    assert siti.get("/").status == 200


def test_reset_ends_the_sessions_of_the_account(admin: Any, siti: Any, database: Database, front: FrontOffice) -> None:
    with database.write() as session:
        session.add(
            SecondStep(username="siti", sealed_secret="", made_at=front.now(), confirmed_at=front.now(), last_step=0)
        )
    assert siti.get("/").status == 200
    assert post(admin, f"{LIST}/siti/dua-langkah", reason="lost").status == 303
    assert siti.get("/").headers["location"].startswith("/masuk")
