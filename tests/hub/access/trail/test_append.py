"""The trail only grows, and never forks."""

from __future__ import annotations

import threading
from datetime import UTC, datetime

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from hub.access.trail.append import append, entries, record, to_entry
from hub.access.trail.chain import FIRST_PREVIOUS, MOST_EMPLOYEES, Deed, about_text, break_between, entry_hash
from hub.db import Database

AT = datetime(2026, 3, 2, 12, 0, 0, 123_456, tzinfo=UTC)


def deed(act: str = "day.read", **others: object) -> Deed:
    given = {"at": AT, "actor": "siti", "kind": "read", "act": act, "address": "GET /", "status": 200} | others
    return Deed(**given)  # type: ignore[arg-type]


def test_entries_follow_each_other_from_the_first(database: Database) -> None:
    first = record(database, deed())
    second = record(database, deed("letter.verify", kind="write", role="official", client="127.0.0.1"))
    assert (first.seq, first.previous) == (1, FIRST_PREVIOUS)
    assert (second.seq, second.previous) == (2, first.own)
    with database.read() as session:
        stored = [to_entry(row) for row in session.execute(select(entries).order_by(entries.c.seq))]
    assert stored == [first, second]
    assert stored[0].at == AT
    assert [entry_hash(entry) for entry in stored] == [first.own, second.own]
    assert break_between(None, stored[0]) is break_between(*stored) is None


def test_hash_is_what_an_auditor_computes_by_hand(database: Database) -> None:
    """With any SHA-256 over the documented bytes (docs/audit.md); a change of the encoding breaks every trail."""
    entry = record(database, deed(about=about_text(["b", "a"], unit=None, day=AT.date())))
    assert entry.about == '{"day":"2026-03-02","employees":["a","b"],"unit":null}'
    assert entry.own == "8f9702c98c5840031789a2648ba12262a2d3811c04243061f22fea44ddb653a5"


def test_entry_of_a_crowd_tells_how_many_they_are() -> None:
    told = about_text([f"p{number}" for number in range(MOST_EMPLOYEES + 1)])
    assert told.endswith(f'"people":{MOST_EMPLOYEES + 1}}}')
    assert told.count('"p1') == 1 + 10 + 100


def test_entry_stands_with_the_write_that_it_tells_of_or_not_at_all(database: Database) -> None:
    def write_and_fail() -> None:
        with database.write() as session:
            append(session, deed())
            raise RuntimeError

    with pytest.raises(RuntimeError):
        write_and_fail()
    assert record(database, deed()).seq == 1


def test_writers_at_once_make_one_chain(database: Database) -> None:
    def append_some(name: str) -> None:
        for _ in range(15):
            record(database, deed(actor=name))

    threads = [threading.Thread(target=append_some, args=(f"t{number}",)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    with database.read() as session:
        stored = [to_entry(row) for row in session.execute(select(entries).order_by(entries.c.seq))]
    assert len(stored) == 60
    assert [break_between(before, entry) for before, entry in zip([None, *stored], stored, strict=False)] == [None] * 60


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_entry SET actor = 'budi' WHERE seq = 1",
        "DELETE FROM audit_entry WHERE seq = 2",
        "TRUNCATE audit_entry",
        "INSERT OR REPLACE INTO audit_entry SELECT seq, at, 'budi', role, kind, act, about, address, client, status,"
        " previous, own FROM audit_entry WHERE seq = 1",
    ],
)
def test_database_refuses_to_change_or_remove_an_entry(database: Database, statement: str) -> None:
    only = "postgresql" if statement.startswith("TRUNCATE") else "sqlite" if "OR REPLACE" in statement else None
    if only not in (None, database.dialect):
        pytest.skip(f"{only} alone knows this")
    record(database, deed())
    record(database, deed())
    with pytest.raises(DBAPIError, match="never"), database.write() as session:
        session.execute(text(statement))
    with database.read() as session:
        assert session.execute(select(entries.c.actor)).all() == [("siti",), ("siti",)]
