"""Sessions end by time, by a sign-out, and all at once."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select

from hub.access.accounts import add_account
from hub.access.models import AccountSession
from hub.access.roles import Role
from hub.access.session_rows import (
    IDLE,
    LONGEST,
    SEEN_EVERY,
    begin_session,
    end_session,
    end_sessions,
    list_sessions,
    use_session,
)
from hub.access.sessions import Ticket
from hub.db import Database
from hub.errors import AccountError

BEGUN = datetime(2026, 3, 2, 0, 30, tzinfo=UTC)
SECOND = timedelta(seconds=1)
DESK = Ticket("siti", "fingerprint", "desk")
TELEPHONE = Ticket("siti", "fingerprint", "telephone")
BUDI = Ticket("budi", "fingerprint", "budi")


@pytest.fixture(autouse=True)
def _accounts(database: Database) -> None:
    for username in ("siti", "budi"):
        add_account(database, username=username, password="kopi-tubruk-manis", role=Role.OPERATOR)


def test_session_ends_when_nobody_used_it_for_a_while(database: Database) -> None:
    begin_session(database, DESK, now=BEGUN)
    assert use_session(database, DESK, now=BEGUN + IDLE - SECOND)
    assert use_session(database, DESK, now=BEGUN + IDLE - SECOND + IDLE - SECOND)
    assert not use_session(database, DESK, now=BEGUN + IDLE * 3)


def test_session_ends_after_a_working_day_however_busy(database: Database) -> None:
    begin_session(database, DESK, now=BEGUN)
    moment = BEGUN
    while moment < BEGUN + LONGEST - IDLE / 2:
        assert use_session(database, DESK, now=moment)
        moment += IDLE / 2
    assert use_session(database, DESK, now=BEGUN + LONGEST - SECOND)
    assert not use_session(database, DESK, now=BEGUN + LONGEST)


def test_use_is_written_now_and_then_only(database: Database) -> None:
    begin_session(database, DESK, now=BEGUN)
    seen = []
    for moment in (BEGUN + SEEN_EVERY - SECOND, BEGUN + SEEN_EVERY):
        assert use_session(database, DESK, now=moment)
        with database.read() as session:
            seen.append(session.scalar(select(AccountSession.seen_at)))
    assert seen == [BEGUN, BEGUN + SEEN_EVERY]


def test_session_that_nobody_began_or_of_somebody_else_holds_not(database: Database) -> None:
    assert not use_session(database, DESK, now=BEGUN)
    begin_session(database, DESK, now=BEGUN)
    assert not use_session(database, Ticket("budi", "fingerprint", "desk"), now=BEGUN)


def test_signing_out_ends_one_session_and_everywhere_all_of_the_account(database: Database) -> None:
    for ticket in (DESK, TELEPHONE, BUDI):
        begin_session(database, ticket, now=BEGUN)
    end_session(database, "desk")
    assert [use_session(database, ticket, now=BEGUN) for ticket in (DESK, TELEPHONE, BUDI)] == [False, True, True]
    begin_session(database, DESK, now=BEGUN)
    assert end_sessions(database, "siti") == 2
    assert [use_session(database, ticket, now=BEGUN) for ticket in (DESK, TELEPHONE, BUDI)] == [False, False, True]
    with pytest.raises(AccountError, match="no account 'tono'"):
        end_sessions(database, "tono")


def test_list_has_the_sessions_of_one_account_that_still_hold(database: Database) -> None:
    for ticket, moment in ((DESK, BEGUN), (TELEPHONE, BEGUN + SECOND), (BUDI, BEGUN)):
        begin_session(database, ticket, now=moment)
    found = list_sessions(database, "siti", now=BEGUN + IDLE - SECOND)
    assert [session.began_at for session in found] == [BEGUN + SECOND, BEGUN]
    assert [session.began_at for session in list_sessions(database, "siti", now=BEGUN + IDLE)] == [BEGUN + SECOND]


def test_next_sign_in_forgets_the_sessions_that_time_has_ended(database: Database) -> None:
    for ticket in (DESK, BUDI):
        begin_session(database, ticket, now=BEGUN)
    begin_session(database, TELEPHONE, now=BEGUN + IDLE)
    with database.read() as session:
        assert session.scalar(select(func.count()).select_from(AccountSession)) == 2
        assert "desk" not in session.scalars(select(AccountSession.id)).all()
