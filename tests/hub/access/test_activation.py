"""Codes on paper become accounts: once, in time, for the right number, and of the right unit."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from hub.access.accounts import add_account, authenticate, link_account
from hub.access.activation import VALID_FOR, activate, issue_codes, list_candidates
from hub.access.models import AccountActivation
from hub.access.roles import Role
from hub.db import Database
from hub.errors import AccountError
from tests.factories.people import add_employee, add_unit

NOW = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
TODAY = date(2026, 3, 2)
NIP = "198501012010011001"
PASSWORD = "kopi-tubruk-manis"


@pytest.fixture
def units(database: Database) -> tuple[int, int]:
    """Dinas Kesehatan with Rina (a NIP) and Joko (none), and Dinas Pendidikan with Budi."""
    health, school = add_unit(database, "Dinas Kesehatan"), add_unit(database, "Dinas Pendidikan")
    add_employee(database, "rina", unit=health, name="Rina Wulandari, S.Kom.", nip=NIP)
    add_employee(database, "joko", unit=health, name="Joko")
    add_employee(database, "budi", unit=school, name="Budi", nip="198501012010011002")
    return health, school


def issue(database: Database, *people: str, unit: int | None = None, now: datetime = NOW) -> str:
    return issue_codes(database, people, unit_id=unit, by="siti", today=TODAY, now=now)[0].code


def use(database: Database, code: str, **changes: Any) -> str | None:
    fields = {"number": NIP, "password": PASSWORD, "now": NOW} | changes
    number, password = fields.pop("number"), fields.pop("password")
    return activate(database, number, code, password, today=TODAY, **fields)


def test_code_and_number_make_an_account_of_the_employee(database: Database, units: tuple[int, int]) -> None:
    assert use(database, issue(database, "rina")) == "rina.wulandari"
    for name in ("rina.wulandari", NIP, "19850101 201001 1 001"):
        visitor = authenticate(database, name, PASSWORD)
        assert visitor is not None
        assert (visitor.username, visitor.role, visitor.employee_id) == ("rina.wulandari", Role.EMPLOYEE, "rina")
    assert [each.employee_id for each in list_candidates(database, unit_id=None, today=TODAY, now=NOW)] == [
        "joko", "budi",
    ]  # fmt: skip


def test_code_may_be_typed_as_people_type(database: Database, units: tuple[int, int]) -> None:
    code = issue(database, "rina").upper().replace("-", " ")
    assert use(database, code, number="19850101 201001 1 001") == "rina.wulandari"


@pytest.mark.parametrize(
    "changes",
    [{"number": "198501012010011002"}, {"number": "nobody"}, {"now": NOW + VALID_FOR}],
    ids=["number of another", "number of nobody", "too late"],
)
def test_anything_else_makes_no_account(database: Database, units: tuple[int, int], changes: dict[str, Any]) -> None:
    code = issue(database, "rina")
    assert use(database, code, **changes) is None
    assert use(database, "aaaa-aaaa-aaaa") is None
    assert authenticate(database, NIP, PASSWORD) is None


def test_code_counts_once(database: Database, units: tuple[int, int]) -> None:
    code = issue(database, "rina")
    assert use(database, code) is not None
    assert use(database, code, password="teh-poci-hangat") is None
    assert authenticate(database, NIP, "teh-poci-hangat") is None


def test_newer_code_replaces_an_older(database: Database, units: tuple[int, int]) -> None:
    older, newer = issue(database, "rina"), issue(database, "rina")
    assert use(database, older) is None
    assert use(database, newer) == "rina.wulandari"


def test_codes_are_not_kept(database: Database, units: tuple[int, int]) -> None:
    code = issue(database, "rina")
    with database.read() as session:
        row = session.scalars(select(AccountActivation)).one()
    assert code.replace("-", "") not in row.code_hash
    assert row.expires_at == NOW + timedelta(days=14)


def test_own_unit_only(database: Database, units: tuple[int, int]) -> None:
    health, school = units
    names = [each.name for each in list_candidates(database, unit_id=school, today=TODAY, now=NOW)]
    assert names == ["Budi"]
    with pytest.raises(AccountError, match="not of this unit"):
        issue(database, "rina", "budi", unit=health)
    with database.read() as session:
        assert session.scalars(select(AccountActivation)).all() == []


def test_who_has_an_account_or_no_number_gets_no_code(database: Database, units: tuple[int, int]) -> None:
    add_account(database, username="rina", password=PASSWORD, role=Role.OPERATOR)
    code = issue(database, "rina")
    link_account(database, "rina", "rina")
    with pytest.raises(AccountError, match="account already"):
        issue(database, "rina")
    assert use(database, code) is None
    with pytest.raises(AccountError, match="Joko has no NIP"):
        issue(database, "joko")


def test_weak_password_is_told_before_anything_else(database: Database, units: tuple[int, int]) -> None:
    code = issue(database, "rina")
    with pytest.raises(AccountError, match="characters"):
        use(database, code, password="short")
    with pytest.raises(AccountError, match="too easy"):
        use(database, code, password=NIP)
    assert use(database, code) is not None


def test_two_people_of_one_name_have_two_accounts(database: Database, units: tuple[int, int]) -> None:
    add_account(database, username="rina.wulandari", password=PASSWORD, role=Role.HEAD)
    assert use(database, issue(database, "rina")) == "rina.wulandari-2"
