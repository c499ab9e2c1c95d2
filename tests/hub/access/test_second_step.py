"""Codes of a telephone and recovery codes: each counts once, for its account, within its time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pyotp
import pytest
from sqlalchemy import select

from hub.access.accounts import add_account, authenticate, list_accounts
from hub.access.models import RecoveryCode, SecondStep
from hub.access.roles import Role
from hub.access.second_step import (
    RECOVERY_CODES,
    SecondSteps,
    count_recovery_codes,
    drop_second_step,
    sealed_with_another,
)
from hub.db import Database
from hub.errors import AccountError, SecondStepKeyError

NOW = datetime(2026, 3, 2, 7, 0, 5, tzinfo=UTC)
PASSWORD = "kopi-tubruk-manis"
KEY = b"k" * 32


class Counter:
    """Second steps with a clock that a test moves, and the telephone."""

    def __init__(self, database: Database) -> None:
        self.at = NOW
        self.steps = SecondSteps(database, KEY, now=lambda: self.at)
        self.secret = ""

    def set_up(self, username: str) -> list[str]:
        self.steps.begin(username)
        offer = self.steps.offer(username)
        assert offer is not None
        assert offer.uri.startswith("otpauth://totp/Presensi:")
        self.secret = offer.secret
        codes = self.steps.confirm(username, self.code())
        assert codes is not None
        return codes

    def code(self, seconds: float = 0) -> str:
        """What the telephone shows then."""
        return pyotp.TOTP(self.secret).at(self.at + timedelta(seconds=seconds))

    def wait(self, seconds: float) -> None:
        self.at += timedelta(seconds=seconds)


@pytest.fixture
def counter(database: Database) -> Counter:
    for name in ("siti", "budi"):
        add_account(database, username=name, password=PASSWORD, role=Role.OPERATOR)
    return Counter(database)


def test_code_counts_once_and_a_telephone_may_be_half_a_minute_off(counter: Counter) -> None:
    counter.set_up("siti")
    assert not counter.steps.check("siti", counter.code())
    counter.wait(60)
    ahead = counter.code(30)
    assert counter.steps.check("siti", f" {ahead[:3]} {ahead[3:]} ")
    assert not counter.steps.check("siti", counter.code()), "an earlier code after a later one"
    counter.wait(120)
    assert not counter.steps.check("siti", counter.code(-60))
    assert not counter.steps.check("siti", counter.code(60))
    assert counter.steps.check("siti", counter.code(-30))
    assert not counter.steps.check("budi", counter.code())


def test_nothing_is_asked_for_before_a_first_code_was_right(counter: Counter, database: Database) -> None:
    counter.steps.begin("siti")
    assert counter.steps.confirm("siti", "000000") is None
    visitor = authenticate(database, "siti", PASSWORD)
    assert visitor is not None
    assert not visitor.second_step
    counter.set_up("siti")
    visitor = authenticate(database, "siti", PASSWORD)
    assert visitor is not None
    assert visitor.second_step
    assert counter.steps.offer("siti") is None
    with pytest.raises(AccountError, match="has a second step already"):
        counter.steps.begin("siti")
    assert {line.username: line.second_step for line in list_accounts(database)} == {"siti": True, "budi": False}


def test_recovery_codes_count_once_each_and_are_stored_as_hashes(counter: Counter, database: Database) -> None:
    codes = counter.set_up("siti")
    assert len(set(codes)) == RECOVERY_CODES == count_recovery_codes(database, "siti")
    assert not counter.steps.check("budi", codes[0])
    assert counter.steps.check("siti", codes[0].upper().replace("-", " "))
    assert not counter.steps.check("siti", codes[0])
    assert count_recovery_codes(database, "siti") == RECOVERY_CODES - 1
    others = counter.steps.replace_recovery_codes("siti")
    assert not counter.steps.check("siti", codes[1])
    assert counter.steps.check("siti", others[1])
    with database.read() as session:
        stored = " ".join(row.id for row in session.scalars(select(RecoveryCode)))
        sealed = session.scalars(select(SecondStep)).one().sealed_secret
    assert not any(code.replace("-", "") in stored for code in others)
    assert counter.secret not in sealed


@pytest.mark.parametrize("code", ["", "12345", "1234567", "\u0661\u0662\u0663\u0664\u0665\u0666", "x" * 5000, "\0"])
def test_what_is_no_code_is_refused(counter: Counter, code: str) -> None:
    counter.set_up("siti")
    counter.wait(60)
    assert not counter.steps.check("siti", code)
    assert not counter.steps.check("nobody", code)


def test_secret_that_waits_under_another_key_is_made_anew(counter: Counter, database: Database) -> None:
    SecondSteps(database, b"o" * 32, now=lambda: NOW).begin("siti")
    assert sealed_with_another(database, KEY) == [], "nobody is kept out by one that is not asked for yet"
    assert counter.steps.offer("siti") is None
    assert counter.steps.confirm("siti", "123456") is None
    assert len(counter.set_up("siti")) == RECOVERY_CODES


def test_recovery_code_counts_under_another_key(counter: Counter, database: Database) -> None:
    codes = counter.set_up("siti")
    other = SecondSteps(database, b"o" * 32, now=lambda: NOW)
    assert other.check("siti", codes[0])
    assert not other.check("siti", codes[0])


def test_secret_of_another_key_or_account_is_told_and_can_be_dropped(counter: Counter, database: Database) -> None:
    counter.set_up("siti")
    other = SecondSteps(database, b"o" * 32, now=lambda: NOW)
    with pytest.raises(SecondStepKeyError, match="reset-second-step siti"):
        other.check("siti", "123456")
    assert other.offer("siti") is None
    assert sealed_with_another(database, b"o" * 32) == sealed_with_another(database, None) == ["siti"]
    assert sealed_with_another(database, KEY) == []
    assert drop_second_step(database, "siti")
    assert not drop_second_step(database, "siti")
    assert count_recovery_codes(database, "siti") == 0
    visitor = authenticate(database, "siti", PASSWORD)
    assert visitor is not None
    assert not visitor.second_step
    with pytest.raises(AccountError, match="no account 'nobody'"):
        drop_second_step(database, "nobody")
