"""Each sees and changes where they are reminded themselves, of what and when; nobody somebody else's."""

from __future__ import annotations

from typing import Any

import pytest

from hub.access.accounts import add_account, link_account
from hub.access.roles import Role
from hub.db import Database
from hub.reminders.contacts import ContactLine, add_contact, list_contacts

from .conftest import HOSTILE, NOW, PASSWORD, Visitor

PAGE = "/akun/pengingat"


@pytest.fixture
def rina(as_role: Any, database: Database, furnished: Any) -> Any:
    """Rina Wulandari, signed in as an employee."""
    visitor = as_role(Role.EMPLOYEE)
    link_account(database, "employee", furnished.rina)
    return visitor


@pytest.fixture
def operator(as_role: Any, database: Database, furnished: Any) -> Any:
    """Rina Wulandari, signed in as an operator of every unit."""
    visitor = as_role(Role.OPERATOR)
    link_account(database, "operator", furnished.rina)
    return visitor


def send(visitor: Any, path: str = "", **fields: str) -> Any:
    return visitor.post(PAGE + path, token=visitor.get(PAGE).field("token"), **fields)


def add(visitor: Any, **fields: str) -> Any:
    return send(visitor, **({"gerbang": "wa", "alamat": "6281234567890"} | fields))


def only(database: Database) -> ContactLine:
    [found] = list_contacts(database, whole=True)
    return found


def test_employee_finds_the_page_and_is_told_that_nothing_comes_yet(rina: Any) -> None:
    assert PAGE in rina.get("/saya").links.addresses
    assert PAGE in rina.get("/akun").links.addresses
    page = rina.get(PAGE)
    assert page.status == 200
    for words in ("Anda belum dapat diingatkan", "Tambahkan surel", "Belum ada pengingat untuk Anda"):
        assert words in page.words


def test_employee_adds_changes_and_ends_an_address(rina: Any, furnished: Any, database: Database) -> None:
    assert add(rina, alamat=" 6281234567890 ").status == 303
    contact = only(database)
    assert (contact.employee_id, contact.account, contact.address) == (furnished.rina, None, "6281234567890")
    assert contact.added_by == "employee"
    assert "6281234567890" in rina.get(PAGE).words
    assert send(rina, f"/{contact.id}/ubah", jenis="closing", dari="19:30", sampai="06.00").status == 303
    contact = only(database)
    assert (contact.without, contact.quiet_from, contact.quiet_until) == (("missed",), "19:30", "06:00")
    page = rina.get(PAGE).text
    assert 'value="closing" checked' in page
    assert 'value="missed" checked' not in page
    assert 'value="letter"' not in page
    assert send(rina, f"/{contact.id}/ubah", dari="00:00", sampai="00:00").status == 303
    assert only(database).without == ("closing", "missed")
    assert send(rina, f"/{contact.id}/akhiri").status == 303
    assert list_contacts(database) == []
    assert send(rina, f"/{contact.id}/akhiri").status == 404


@pytest.mark.parametrize(
    ("language", "fields", "words"),
    [
        ("id", {"alamat": "081234567890"}, "bukan nomor telepon dengan kode negara"),
        ("en", {"alamat": "081234567890"}, "no telephone number with its country"),
        ("id", {"gerbang": "mail", "alamat": "rina"}, "bukan alamat surel"),
        ("en", {"gerbang": "mail", "alamat": "rina"}, "no e-mail address"),
        ("id", {"gerbang": "pos"}, "Tidak ada gerbang"),
        ("id", {"alamat": HOSTILE}, "bukan alamat"),
    ],
)
def test_wrong_address_is_refused_with_a_sentence(
    rina: Any, database: Database, language: str, fields: dict[str, str], words: str
) -> None:
    rina.get(f"/bahasa/{language}")
    page = add(rina, **fields)
    assert (page.status, words in page.words) == (409, True)
    assert "<script>" not in page.text
    assert list_contacts(database) == []


@pytest.mark.parametrize("quiet", [("", "05:00"), ("20:00", "nanti"), ("20:00+1", "05:00"), ("25:00", "05:00")])
def test_quiet_hours_that_are_none_are_refused(rina: Any, database: Database, quiet: tuple[str, str]) -> None:
    add(rina)
    page = send(rina, f"/{only(database).id}/ubah", jenis="missed", dari=quiet[0], sampai=quiet[1])
    assert (page.status, "Jam tenang ditulis sebagai jam" in page.words) == (409, True)
    assert only(database).quiet_from == "20:00"
    assert only(database).without == ()


def test_contact_of_somebody_else_is_neither_seen_nor_changed(rina: Any, furnished: Any, database: Database) -> None:
    other = add_contact(
        database,
        employee_id=furnished.hostile,
        gateway="wa",
        address="6289999999999",
        gateways=("wa",),
        by="admin",
        now=NOW,
    )
    assert "6289999999999" not in rina.get(PAGE).text
    assert send(rina, f"/{other}/akhiri").status == 404
    assert send(rina, f"/{other}/ubah", dari="00:00", sampai="00:00").status == 404
    assert only(database).quiet_from == "20:00"


def test_form_without_its_token_changes_nothing(rina: Any, database: Database) -> None:
    add(rina)
    number = only(database).id
    for path, fields in (
        ("", {"gerbang": "wa", "alamat": "6281111111111"}),
        (f"/{number}/ubah", {"dari": "00:00", "sampai": "00:00"}),
        (f"/{number}/akhiri", {}),
    ):
        assert rina.post(PAGE + path, token="x", **fields).status == 400
    assert (only(database).id, only(database).quiet_from) == (number, "20:00")


def test_trail_tells_whose_contact_and_which(rina: Any, furnished: Any, database: Database, told: Any) -> None:
    add(rina)
    number = only(database).id
    send(rina, f"/{number}/ubah", jenis="missed", dari="19:00", sampai="06:00")
    send(rina, f"/{number}/akhiri")
    for act in ("contact.add", "contact.wish", "contact.end"):
        [entry] = told(act)
        assert (entry.actor, furnished.rina in entry.about) == ("employee", True)
        assert "6281234567890" not in entry.about
    assert f'"number":{number}' in told("contact.wish")[0].about.replace(" ", "")


def test_operator_is_reminded_of_the_own_day_and_of_what_the_role_sees_to(
    operator: Any, furnished: Any, database: Database
) -> None:
    assert PAGE in operator.get("/").links.addresses
    assert add(operator).status == 303
    assert add(operator, untuk="duty", gerbang="mail", alamat="rina@dinkes.go.id").status == 303
    owners = {(line.employee_id, line.account, line.address) for line in list_contacts(database, whole=True)}
    assert owners == {(furnished.rina, None, "6281234567890"), (None, "operator", "rina@dinkes.go.id")}
    page = operator.get(PAGE)
    assert "Surat jatuh tempo" in page.words
    number = next(line.id for line in list_contacts(database) if line.account)
    assert send(operator, f"/{number}/ubah", jenis="letter", dari="00:00", sampai="00:00").status == 303
    assert next(line.without for line in list_contacts(database) if line.account) == ("month",)


def test_employee_cannot_ask_for_what_a_role_sees_to(rina: Any, furnished: Any, database: Database) -> None:
    assert add(rina, untuk="duty").status == 303
    assert only(database).employee_id == furnished.rina


def test_account_of_nobody_is_told_why(database: Database, port: int, furnished: Any) -> None:
    add_account(database, username="budi", password=PASSWORD, role=Role.EMPLOYEE)
    budi = Visitor(port)
    budi.sign_in("budi")
    assert "belum ditautkan ke pegawai" in budi.get(PAGE).words
    page = budi.post(PAGE, token=budi.get("/akun").field("token"), gerbang="wa", alamat="6281234567890")
    assert (page.status, "belum ditautkan ke pegawai" in page.words) == (409, True)
    assert list_contacts(database) == []


def test_nobody_adds_addresses_without_end(rina: Any, database: Database) -> None:
    for number in range(9):
        page = add(rina, alamat=f"628123456789{number}")
    assert (page.status, "Paling banyak 8 alamat" in page.words) == (409, True)
    assert len(list_contacts(database)) == 8
