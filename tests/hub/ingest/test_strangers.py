"""Punches of people whom the hub does not know."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from hub.ingest.strangers import days_with_punches, punches_of_strangers
from tests.factories.journals import NOON, KioskJournal
from tests.factories.people import add_employee


def test_punches_of_strangers_are_kept_and_found_until_they_are_known(desk: Any, journal: KioskJournal) -> None:
    add_employee(desk.database, "person-1")
    journal.punch(person="person-1")
    journal.punch(person="stranger")
    journal.anchor()
    journal.punch(person="stranger", taken_at=NOON + timedelta(days=1))
    desk.record(journal.delivery())
    with desk.database.read() as session:
        found = punches_of_strangers(session.connection())
        assert [(punch.person, punch.seq) for punch in found] == [("stranger", 4), ("stranger", 2)]
        assert days_with_punches(session.connection(), "stranger") == set()
    add_employee(desk.database, "stranger")
    with desk.database.read() as session:
        assert punches_of_strangers(session.connection()) == []
        days = days_with_punches(session.connection(), "stranger")
    assert days == {("stranger", date(2026, 11, 2)), ("stranger", date(2026, 11, 3))}
