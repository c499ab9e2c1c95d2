"""Session cookies, form tokens and the brake on guessing."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract.errors import BadInputError
from hub.access.accounts import Visitor
from hub.access.roles import Role
from hub.access.sessions import MAX_AGE_SECONDS, Sessions, load_or_create_secret

SITI = Visitor("siti", Role.OPERATOR, None, "fingerprint")
SECRET = b"s" * 32


def test_cookie_is_read_back_by_the_same_secret_only() -> None:
    cookie = Sessions(SECRET).begin(SITI)
    ticket = Sessions(SECRET).read(cookie)
    assert ticket is not None
    assert (ticket.username, ticket.fingerprint) == ("siti", "fingerprint")
    assert Sessions(b"t" * 32).read(cookie) is None


def test_two_sessions_of_one_visitor_have_different_form_tokens() -> None:
    sessions = Sessions(SECRET)
    one, other = (sessions.read(sessions.begin(SITI)) for _ in range(2))
    assert one is not None
    assert other is not None
    assert sessions.is_form_token(sessions.form_token(one.nonce), one.nonce)
    assert not sessions.is_form_token(sessions.form_token(one.nonce), other.nonce)
    assert not sessions.is_form_token("ä", one.nonce)


def test_cookie_of_yesterday_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    import time

    sessions = Sessions(SECRET)
    cookie = sessions.begin(SITI)
    now = time.time()
    monkeypatch.setattr("itsdangerous.timed.time.time", lambda: now + MAX_AGE_SECONDS + 5)
    assert sessions.read(cookie) is None


@given(st.text(max_size=200), st.integers(0, 400))
def test_changed_cookie_is_refused(noise: str, place: int) -> None:
    sessions = Sessions(SECRET)
    cookie = sessions.begin(SITI)
    assert sessions.read(noise) is None
    changed = cookie[: place % len(cookie)] + "!" + cookie[place % len(cookie) + 1 :]
    assert sessions.read(changed) is None


def test_secret_is_made_once_and_only_for_its_owner(tmp_path: Path) -> None:
    path = tmp_path / "hub" / "session.key"
    secret = load_or_create_secret(path)
    assert len(secret) == 32
    assert load_or_create_secret(path) == secret
    assert path.stat().st_mode & 0o077 == 0
    assert [file.name for file in path.parent.iterdir()] == ["session.key"]


def test_damaged_secret_is_told(tmp_path: Path) -> None:
    path = tmp_path / "session.key"
    path.write_bytes(b"short")
    with pytest.raises(BadInputError, match="is damaged"):
        load_or_create_secret(path)
