"""Whoever changes, removes, adds or moves entries behind the database's back is found."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import text

from contract.errors import BadInputError
from contract.signing import SigningKey
from hub.access.trail.append import record
from hub.access.trail.chain import Deed
from hub.access.trail.head import DailyHead, Head, encode_head, load_head, read_head
from hub.access.trail.verify import verify_chain
from hub.db import Database

AT = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


def deed(actor: str) -> Deed:
    return Deed(at=AT, actor=actor, kind="read", act="day.read", address="GET /", status=200)


@pytest.fixture
def tamper(database: Database) -> Callable[..., None]:
    """Ten entries, and a way to do to them what only the database's owner can: without its triggers."""
    for number in range(1, 11):
        record(database, deed(f"a{number}"))

    def execute(*statements: str) -> None:
        off = (
            ["ALTER TABLE audit_entry DISABLE TRIGGER USER"]
            if database.dialect == "postgresql"
            else [f"DROP TRIGGER audit_entry_no_{name}" for name in ("update", "delete", "replace")]
        )
        with database.write() as session:
            for statement in (*off, *statements):
                session.execute(text(statement))

    return execute


MOVE = "UPDATE audit_entry SET seq = {new} WHERE seq = {old}"
FORGE = (
    "INSERT INTO audit_entry (seq, at, actor, kind, act, about, address, status, previous, own)"
    " SELECT {new}, at, 'forged', kind, act, about, address, status, '{mark}', '{mark}' FROM audit_entry WHERE seq = 1"
)


def test_whole_trail_is_whole(database: Database, tamper: Callable[..., None]) -> None:
    walked = []
    verdict = verify_chain(database, [read_head(database, now=AT)], lambda *figures: walked.append(figures))
    assert (verdict.whole, verdict.entries, verdict.heads, verdict.broken_at) == (True, 10, 1, None)
    assert walked == [(10, 10)]


def test_empty_trail_is_whole(database: Database) -> None:
    assert verify_chain(database, [read_head(database, now=AT)]).whole


@pytest.mark.parametrize(
    ("statements", "broken_at", "why"),
    [
        (["UPDATE audit_entry SET actor = 'budi' WHERE seq = 4"], 4, "changed"),
        (["UPDATE audit_entry SET about = '[]' WHERE seq = 1"], 1, "changed"),
        (["UPDATE audit_entry SET role = 'head' WHERE seq = 10"], 10, "changed"),
        (["DELETE FROM audit_entry WHERE seq = 4"], 4, "missing"),
        (["DELETE FROM audit_entry WHERE seq = 1"], 1, "missing"),
        (["DELETE FROM audit_entry WHERE seq = 4", MOVE.format(new=4, old=10)], 4, "does not follow"),
        ([MOVE.format(new=99, old=4), MOVE.format(new=4, old=5), MOVE.format(new=5, old=99)], 4, "does not follow"),
        ([FORGE.format(new=11, mark="f" * 64)], 11, "does not follow"),
        ([FORGE.format(new=0, mark="f" * 64)], 1, "stands where"),
    ],
    ids=[
        "changed", "first changed", "last changed", "removed", "first removed", "closed up", "swapped", "added",
        "before",
    ],
)  # fmt: skip
def test_tampering_is_found_where_it_was_done(
    database: Database, tamper: Callable[..., None], statements: list[str], broken_at: int, why: str
) -> None:
    tamper(*statements)
    verdict = verify_chain(database)
    assert (verdict.whole, verdict.broken_at) == (False, broken_at)
    assert why in (verdict.why or "")
    assert verdict.entries == broken_at - 1


def test_end_that_was_cut_off_is_found_with_an_exported_head(database: Database, tamper: Callable[..., None]) -> None:
    head = read_head(database, now=AT)
    tamper("DELETE FROM audit_entry WHERE seq > 7")
    assert verify_chain(database).whole
    verdict = verify_chain(database, [head])
    assert (verdict.whole, verdict.broken_at) == (False, 8)
    assert verdict.why == "it ends there, but went on to entry 10 on 2026-03-02, when its hash was exported"


def test_end_that_was_written_anew_is_found_with_an_exported_head(
    database: Database, tamper: Callable[..., None]
) -> None:
    head = read_head(database, now=AT)
    tamper("DELETE FROM audit_entry WHERE seq > 7")
    for _ in range(5):
        record(database, deed("budi"))
    assert verify_chain(database).whole
    verdict = verify_chain(database, [head])
    assert (verdict.whole, verdict.broken_at) == (False, 10)


def test_head_is_signed(tmp_path: Path, hub_key: SigningKey) -> None:
    head = Head(seq=7, hash="a" * 64, at=AT, exported_at=AT + timedelta(microseconds=5))
    path = tmp_path / "head.json"
    path.write_bytes(encode_head(head, hub_key))
    assert load_head(path, hub_key.verify_key) == head
    with pytest.raises(BadInputError, match="not signed by this hub"):
        load_head(path, SigningKey.generate().verify_key)
    path.write_text(path.read_text().replace('"seq": 7', '"seq": 6'))
    with pytest.raises(BadInputError, match="changed since"):
        load_head(path, hub_key.verify_key)
    path.write_text("{}")
    with pytest.raises(BadInputError, match="holds no head"):
        load_head(path, hub_key.verify_key)


def test_head_is_exported_once_a_local_day(database: Database, tmp_path: Path, hub_key: SigningKey) -> None:
    now = datetime(2026, 3, 2, 16, 59, tzinfo=UTC)
    daily = DailyHead(database, tmp_path, hub_key, zone=ZoneInfo("Asia/Jakarta"), now=lambda: now)
    assert daily.step() is None
    record(database, deed("siti"))
    path = daily.step()
    assert path == tmp_path / "audit" / "head-2026-03-02.json"
    assert load_head(path, hub_key.verify_key).seq == 1
    assert daily.step() is None
    now += timedelta(minutes=1)
    record(database, deed("siti"))
    path = daily.step()
    assert path is not None
    assert path.name == "head-2026-03-03.json"
    assert load_head(path, hub_key.verify_key).seq == 2
