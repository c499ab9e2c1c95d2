"""A copied card is told apart from one that went back in time."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from hub.fleet.commands import list_commands
from tests.factories.journals import NOON, KioskJournal, SettableClock, stamp

FORK = ("kiosk-1", "fork")


def locks(desk: Any) -> list[tuple[str, str]]:
    return [(each.action, each.author) for each in list_commands(desk.database, "kiosk-1")]


@pytest.fixture
def clone(journal: KioskJournal) -> KioskJournal:
    """The card as it was after five of ten rows, and five further ones of its own."""
    journal.punches(10)
    return journal.copy(5).punches(5, person="person-2")


@pytest.mark.parametrize("first", ["original", "copy"])
def test_two_that_carry_on_one_journal_are_locked(
    desk: Any, journal: KioskJournal, clone: KioskJournal, clock: SettableClock, first: str
) -> None:
    one, other = (journal, clone) if first == "original" else (clone, journal)
    desk.record(one.delivery())
    clock.advance(60)
    desk.record(other.delivery())
    assert locks(desk) == []
    one.punches(2)
    clock.advance(60)
    desk.record(one.delivery(11, 12))
    assert locks(desk) == [("lock", "hub")]
    clock.advance(60)
    assert FORK in desk.alarms()
    # It is said once, and again only when both go on after that.
    one.punches(1)
    desk.record(one.delivery(13, 13))
    assert len(locks(desk)) == 1
    other.punches(3)
    clock.advance(60)
    desk.record(other.delivery(11, 13))
    one.punches(1)
    clock.advance(60)
    desk.record(one.delivery(14, 14))
    assert len(locks(desk)) == 2


def test_card_that_went_back_and_begins_anew_is_not_locked(
    desk: Any, journal: KioskJournal, clone: KioskJournal, clock: SettableClock
) -> None:
    desk.record(journal.delivery())
    clock.advance(60)
    desk.record(clone.delivery())
    anew = KioskJournal(journal.device, journal.key).punches(5)
    clock.advance(60)
    desk.record(anew.delivery())
    desk.hear(anew)
    assert locks(desk) == []
    assert FORK not in desk.alarms()


def test_rows_before_the_parting_say_nothing(
    desk: Any, journal: KioskJournal, clone: KioskJournal, clock: SettableClock
) -> None:
    desk.record(journal.delivery(1, 2), journal.delivery(5, 10))
    clock.advance(60)
    desk.record(clone.delivery(5, 10))
    clock.advance(60)
    # Common to both: who sends them now is not known.
    desk.record(journal.delivery(3, 4))
    assert locks(desk) == []


def test_what_lies_long_ago_is_no_second_reporter(
    desk: Any, journal: KioskJournal, clone: KioskJournal, clock: SettableClock
) -> None:
    desk.record(journal.delivery())
    desk.record(clone.delivery())
    journal.punches(1)
    clock.advance(2 * 86_400)
    desk.record(journal.delivery(11, 11))
    assert locks(desk) == []


def test_rows_set_aside_for_their_content_lock_nobody(desk: Any, journal: KioskJournal, clock: SettableClock) -> None:
    journal.punches(3).punches(1, source="clip")
    desk.record(journal.delivery())
    journal.punches(2)
    clock.advance(60)
    desk.record(journal.delivery(5, 6))
    assert locks(desk) == []


def said(after: timedelta, boot: str) -> dict[str, Any]:
    at: datetime = NOON + timedelta(hours=1) + after
    return {"sent_at": at, "as_of": at, "clock": stamp(int(after.total_seconds() * 1000) + 1, boot=boot)}


def test_two_journals_that_report_in_turn_ring_and_lock_nobody(
    desk: Any, journal: KioskJournal, clock: SettableClock
) -> None:
    journal.punches(3)
    copy = KioskJournal(journal.device, journal.key).punches(2)
    minute = timedelta(minutes=1)
    desk.hear(journal, **said(minute, "boot-1"))
    clock.advance(60)
    desk.hear(copy, **said(2 * minute, "boot-2"))
    assert FORK not in desk.alarms()
    clock.advance(60)
    desk.hear(journal, **said(3 * minute, "boot-1"))
    clock.advance(60)
    assert FORK in desk.alarms()
    assert locks(desk) == []
