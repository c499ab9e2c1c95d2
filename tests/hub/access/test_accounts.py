"""Accounts, and who gets in."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import get_args

import pytest
from sqlalchemy import update

from benchmarks.invented_office import InventedOffice
from hub.access.accounts import (
    add_account,
    authenticate,
    find_visitor,
    generate_password,
    list_accounts,
    set_password,
)
from hub.access.models import Account
from hub.access.roles import PAGE_ROLES, Right, Role, may
from hub.db import Database
from hub.errors import AccountError

PASSWORD = "kopi-tubruk-manis"


def test_account_lets_in_with_its_password_only(database: Database) -> None:
    add_account(database, username="siti", password=PASSWORD, role=Role.OPERATOR)
    visitor = authenticate(database, "siti", PASSWORD)
    assert visitor is not None
    assert (visitor.username, visitor.role, visitor.unit_id) == ("siti", Role.OPERATOR, None)
    assert authenticate(database, "siti", PASSWORD.upper()) is None
    assert authenticate(database, "siti", "") is None
    assert authenticate(database, "nobody", PASSWORD) is None
    assert authenticate(database, "siti", PASSWORD * 100) is None


def test_password_is_kept_as_argon2id_and_costs_what_rfc_9106_advises(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.undo()  # the cheap passwords of the other tests
    add_account(database, username="siti", password=PASSWORD, role=Role.OPERATOR)
    assert authenticate(database, "siti", PASSWORD) is not None
    with database.read() as session:
        stored = session.get_one(Account, "siti").password_hash
    assert stored.startswith("$argon2id$v=19$m=65536,t=3,p=4$")
    assert PASSWORD not in stored


def test_account_of_a_unit_is_bound_to_it(database: Database) -> None:
    office = InventedOffice(database, at=datetime(2026, 3, 1, tzinfo=UTC))
    unit = office.unit("Dinas Kesehatan")
    add_account(database, username="siti", password=PASSWORD, role=Role.HEAD, unit="Dinas Kesehatan")
    visitor = authenticate(database, "siti", PASSWORD)
    assert visitor is not None
    assert visitor.unit_id == unit
    assert list_accounts(database)[0].unit == "Dinas Kesehatan"
    with pytest.raises(AccountError, match="no unit 'Dinas Lain'"):
        add_account(database, username="budi", password=PASSWORD, role=Role.HEAD, unit="Dinas Lain")


def test_second_account_of_the_same_name_is_refused(database: Database) -> None:
    add_account(database, username="siti", password=PASSWORD, role=Role.OPERATOR)
    with pytest.raises(AccountError, match="already"):
        add_account(database, username="siti", password=PASSWORD, role=Role.OPERATOR)


@pytest.mark.parametrize("username", ["", "a", "Siti", "siti saja", "<script>", "-siti", "x" * 65, "siti\n"])
def test_name_that_cannot_be_an_account_is_refused(database: Database, username: str) -> None:
    with pytest.raises(AccountError, match="cannot be an account's name"):
        add_account(database, username=username, password=PASSWORD, role=Role.OPERATOR)


@pytest.mark.parametrize("password", ["", "short", "x" * 201, "aaaaaaaaaaaa", "siti-siti-siti"])
def test_weak_password_is_refused(database: Database, password: str) -> None:
    with pytest.raises(AccountError):
        add_account(database, username="siti-siti-siti", password=password, role=Role.OPERATOR)


def test_disabled_account_stays_out_and_is_signed_out(database: Database) -> None:
    add_account(database, username="siti", password=PASSWORD, role=Role.OPERATOR)
    visitor = authenticate(database, "siti", PASSWORD)
    assert visitor is not None
    assert find_visitor(database, "siti", visitor.fingerprint) == visitor
    with database.write() as session:
        session.execute(update(Account).values(disabled_at=datetime(2026, 3, 1, tzinfo=UTC)))
    assert authenticate(database, "siti", PASSWORD) is None
    assert find_visitor(database, "siti", visitor.fingerprint) is None


def test_new_password_signs_out_whoever_had_the_old_one(database: Database) -> None:
    add_account(database, username="siti", password=PASSWORD, role=Role.OPERATOR)
    visitor = authenticate(database, "siti", PASSWORD)
    assert visitor is not None
    set_password(database, username="siti", password="teh-botol-dingin")
    assert find_visitor(database, "siti", visitor.fingerprint) is None
    assert authenticate(database, "siti", "teh-botol-dingin") is not None
    with pytest.raises(AccountError, match="no account"):
        set_password(database, username="nobody", password="teh-botol-dingin")


def test_generated_passwords_differ_and_are_accepted(database: Database) -> None:
    passwords = {generate_password() for _ in range(50)}
    assert len(passwords) == 50
    add_account(database, username="siti", password=passwords.pop(), role=Role.ADMINISTRATOR)


def test_roles_see_what_they_need() -> None:
    assert may(Role.ADMINISTRATOR, "fleet")
    assert may(Role.TECHNICIAN, "fleet")
    assert not may(Role.TECHNICIAN, "recap")
    assert may(Role.HEAD, "recap")
    assert not may(Role.HEAD, "fleet")
    assert all(any(may(role, right) for right in ("recap", "enrolment", "fleet", "own")) for role in PAGE_ROLES)
    rights = [right for group in get_args(Right) for right in get_args(group)]
    assert not any(may(Role.INTEGRATION, right) for right in rights)
