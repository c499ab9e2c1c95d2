"""Shutting accounts, passwords that count once, and an administrator who is always left."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from hub.access.accounts import add_account, authenticate, set_password
from hub.access.administration import disable_account, enable_account, end_assignment, reset_password
from hub.access.assignments import grant_role, list_assignments
from hub.access.roles import Role
from hub.access.session_rows import begin_session, list_sessions
from hub.access.sessions import new_ticket
from hub.db import Database
from hub.errors import AccountError
from tests.factories.people import add_unit

NOW = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
PASSWORD = "kopi-tubruk-manis"


@pytest.fixture(autouse=True)
def _accounts(database: Database) -> None:
    add_unit(database, "Dinas Kesehatan")
    add_account(database, username="admin", password=PASSWORD, role=Role.ADMINISTRATOR)
    add_account(database, username="siti", password=PASSWORD, role=Role.OPERATOR, unit="Dinas Kesehatan")


def test_disabled_account_lets_nobody_in_and_its_sessions_end(database: Database) -> None:
    visitor = authenticate(database, "siti", PASSWORD)
    assert visitor is not None
    begin_session(database, new_ticket(visitor), now=NOW)
    disable_account(database, "siti", now=NOW)
    assert authenticate(database, "siti", PASSWORD) is None
    assert list_sessions(database, "siti", now=NOW) == []
    with pytest.raises(AccountError, match="disabled already"):
        disable_account(database, "siti", now=NOW)
    enable_account(database, "siti")
    assert authenticate(database, "siti", PASSWORD) is not None
    with pytest.raises(AccountError, match="not disabled"):
        enable_account(database, "siti")


def test_last_administrator_stays(database: Database) -> None:
    with pytest.raises(AccountError, match="last administrator"):
        disable_account(database, "admin", now=NOW)
    [line] = list_assignments(database, "admin")
    with pytest.raises(AccountError, match="last administrator"):
        end_assignment(database, "admin", line.id, by="siti", now=NOW)
    grant_role(database, "siti", Role.ADMINISTRATOR, unit_id=1, first=date(2026, 1, 1), by="admin", now=NOW)
    with pytest.raises(AccountError, match="last administrator"):
        disable_account(database, "admin", now=NOW)
    grant_role(database, "siti", Role.ADMINISTRATOR, unit_id=None, first=date(2026, 3, 9), by="admin", now=NOW)
    with pytest.raises(AccountError, match="last administrator"):
        disable_account(database, "admin", now=NOW)


def test_one_of_two_administrators_may_go(database: Database) -> None:
    add_account(database, username="ani", password=PASSWORD, role=Role.ADMINISTRATOR)
    disable_account(database, "admin", now=NOW)
    with pytest.raises(AccountError, match="last administrator"):
        disable_account(database, "ani", now=NOW)


def test_reset_password_counts_until_another_is_chosen(database: Database) -> None:
    once = reset_password(database, "siti")
    assert authenticate(database, "siti", PASSWORD) is None
    visitor = authenticate(database, "siti", once)
    assert visitor is not None
    assert visitor.must_change
    set_password(database, username="siti", password="teh-poci-hangat")
    visitor = authenticate(database, "siti", "teh-poci-hangat")
    assert visitor is not None
    assert not visitor.must_change


def test_role_of_another_account_is_not_ended(database: Database) -> None:
    [line] = list_assignments(database, "siti")
    with pytest.raises(AccountError, match="no such role"):
        end_assignment(database, "admin", line.id, by="ani", now=NOW)
    end_assignment(database, "siti", line.id, by="ani", now=NOW)
    assert authenticate(database, "siti", PASSWORD) is None
    with pytest.raises(AccountError, match="no such role"):
        end_assignment(database, "siti", line.id, by="ani", now=NOW)


@pytest.mark.parametrize("act", [enable_account, reset_password])
def test_unknown_account_is_said_to_be_unknown(database: Database, act: object) -> None:
    with pytest.raises(AccountError, match="no account 'joko'"):
        act(database, "joko")  # type: ignore[operator]
