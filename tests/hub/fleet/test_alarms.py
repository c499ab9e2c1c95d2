"""Alarms are few rows, whatever rings."""

from __future__ import annotations

from sqlalchemy import select

from hub.db import Database
from hub.fleet.alarms import AlarmBook
from hub.fleet.models import Alarm
from tests.factories.journals import SettableClock


def write(database: Database, book: AlarmBook) -> list[Alarm]:
    with database.writing_connection() as connection:
        book.write(connection)
    with database.read() as session:
        return list(session.scalars(select(Alarm).order_by(Alarm.device, Alarm.kind)))


def test_alarm_that_rings_again_is_counted_up(database: Database, clock: SettableClock) -> None:
    book = AlarmBook(now=clock)
    began = clock.now
    book.ring("kiosk-1", "conflict", "first")
    write(database, book)
    clock.advance(60)
    book.ring("kiosk-1", "conflict", "second")
    [alarm] = write(database, book)
    assert (alarm.count, alarm.detail, alarm.first_at, alarm.last_at) == (2, "second", began, clock.now)


def test_alarm_that_was_settled_opens_again_from_one(database: Database, clock: SettableClock) -> None:
    book = AlarmBook(now=clock)
    book.ring("kiosk-1", "conflict", "first")
    write(database, book)
    with database.write() as session:
        session.query(Alarm).update({"settled_at": clock.now, "settled_by": "bkpp"})
    clock.advance(60)
    book.ring("kiosk-1", "conflict", "again")
    [alarm] = write(database, book)
    assert (alarm.count, alarm.settled_at, alarm.settled_by, alarm.first_at) == (1, None, None, clock.now)


def test_two_workers_ring_the_same_alarm_once(database: Database, clock: SettableClock) -> None:
    for _ in range(2):
        book = AlarmBook(now=clock)
        book.ring("kiosk-1", "fork", "x")
        alarms = write(database, book)
    assert [(alarm.kind, alarm.count) for alarm in alarms] == [("fork", 2)]


def test_alarm_after_the_clock_was_set_back_is_written(database: Database, clock: SettableClock) -> None:
    book = AlarmBook(now=clock)
    book.ring("kiosk-1", "fork", "x")
    write(database, book)
    clock.advance(-86_400)
    book.ring("kiosk-1", "fork", "y")
    assert book.due


def test_detail_of_any_length_and_content_is_stored(database: Database, clock: SettableClock) -> None:
    book = AlarmBook(now=clock)
    book.ring("kiosk-1", "malformed", "\0" * 3 + "x" * 9_000)
    [alarm] = write(database, book)
    assert len(alarm.detail) == 500
