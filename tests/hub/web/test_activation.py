"""The operator issues codes on a page, and the employee makes the account and signs in."""

from __future__ import annotations

import re
from typing import Any

import pytest
from sqlalchemy import select

from hub.access.models import Account, AccountActivation
from hub.access.roles import Role
from hub.access.throttle import FREE_FAILURES
from hub.db import Database

HEALTH, SCHOOL = "Dinas Kesehatan", "Dinas Pendidikan"
NIP = "198501012010011001"
NEW = "teh-poci-hangat"
PAGE = "/akun/aktivasi"


@pytest.fixture
def people(office: Any) -> dict[str, str]:
    health, school = office.unit(HEALTH), office.unit(SCHOOL)
    return {
        "rina": office.employee("Rina Wulandari", unit=health, nip=NIP),
        "joko": office.employee("Joko", unit=health),
        "budi": office.employee("Budi Santoso", unit=school, nip="198501012010011002"),
    }


@pytest.fixture
def operator(as_role: Any, people: Any) -> Any:
    return as_role(Role.OPERATOR, HEALTH)


def issue(visitor: Any, **form: str) -> Any:
    return visitor.post(PAGE, token=visitor.get(PAGE).field("token"), **form)


def code_of(page: Any) -> str:
    found = re.search(r'slip-code">([a-z0-9-]+)<', page.text)
    assert found is not None
    return found[1]


def activate(visitor: Any, code: str, number: str = NIP, password: str = NEW, again: str | None = None) -> Any:
    token, twice = visitor.get("/aktivasi").field("token"), password if again is None else again
    return visitor.post("/aktivasi", token=token, number=number, code=code, password=password, again=twice)


def test_code_on_a_slip_becomes_an_account(operator: Any, stranger: Any, people: dict[str, str]) -> None:
    slips = issue(operator, employee=people["rina"])
    assert slips.status == 200
    for words in (
        "Rina Wulandari",
        "19850101 201001 1 001",
        HEALTH,
        f"127.0.0.1:{operator.port}/aktivasi",
        "16 Maret 2026",
    ):
        assert words in slips.words
    assert "berlaku sampai 16 Maret 2026" in operator.get(PAGE).words
    made = activate(stranger, code_of(slips))
    assert made.status == 200
    assert "rina.wulandari" in made.words
    assert stranger.sign_in(NIP, NEW).status == 303
    assert stranger.get("/").headers["location"] == "/saya"
    assert "Rina Wulandari" in stranger.get("/saya").words
    assert "Rina" not in operator.get(PAGE).words


def test_everybody_of_the_unit_at_once(operator: Any, people: dict[str, str], database: Database) -> None:
    slips = issue(operator, semua="1")
    assert "Rina Wulandari" in slips.words
    assert "Joko" not in slips.words
    assert "Budi" not in slips.words
    assert issue(operator, semua="1").status == 409
    with database.read() as session:
        assert list(session.scalars(select(AccountActivation.employee_id))) == [people["rina"]]


def test_people_of_other_units_are_not_there(operator: Any, people: dict[str, str], database: Database) -> None:
    assert "Budi" not in operator.get(PAGE).words
    assert issue(operator, employee=people["budi"]).status == 404
    assert issue(operator, employee=people["budi"], unit="2").status == 403
    assert issue(operator, employee=people["joko"]).status == 409
    with database.read() as session:
        assert session.scalars(select(AccountActivation)).all() == []


def test_answer_does_not_tell_who_is_on_record(operator: Any, stranger: Any, people: dict[str, str]) -> None:
    issue(operator, employee=people["rina"])
    wrong = [activate(stranger, "aaaa-bbbb-cccc", number) for number in (NIP, "198501012010011099")]
    assert [page.status for page in wrong] == [401, 401]
    bare = [re.sub(r'(value|name="token" value)="[^"]*"', "", page.text) for page in wrong]
    assert bare[0] == bare[1]


def test_guessing_is_slowed_down(operator: Any, stranger: Any, people: dict[str, str], database: Database) -> None:
    code = code_of(issue(operator, employee=people["rina"]))
    statuses = [activate(stranger, f"aaaa-bbbb-ccc{number}").status for number in range(FREE_FAILURES + 1)]
    assert statuses == [401] * FREE_FAILURES + [429]
    assert activate(stranger, code).status == 429
    with database.read() as session:
        assert session.scalar(select(Account.username).where(Account.employee_id == people["rina"])) is None


def test_password_is_checked_and_the_code_stays(operator: Any, stranger: Any, people: dict[str, str]) -> None:
    code = code_of(issue(operator, employee=people["rina"]))
    assert activate(stranger, code, password="short").status == 409
    assert activate(stranger, code, again="something-else").status == 409
    assert stranger.post("/aktivasi", token="x", number=NIP, code=code, password=NEW, again=NEW).status == 400
    assert activate(stranger, code).status == 200
