"""How people were served, from heartbeats to the list of kiosks."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from contract.heartbeat import Service
from contract.signing import SigningKey
from hub.db import Database
from hub.fleet.overview import kiosk_statuses
from hub.fleet.service import list_service
from hub.ingest.heartbeats import HeartbeatRecorder, StateDelivery
from tests.factories.journals import KioskJournal, SettableClock, stamp
from tests.factories.people import add_kiosk_row, add_unit

MIDNIGHT = datetime(2026, 11, 1, 17, 0, tzinfo=UTC)
"""Of 2 November in Jakarta."""


class Kiosk:
    def __init__(self, database: Database, key: SigningKey, clock: SettableClock, **changes: Any) -> None:
        self.journal = KioskJournal()
        add_kiosk_row(database, "kiosk-1", self.journal.key.verify_key, **changes)
        self.recorder = HeartbeatRecorder(database=database, hub_key=key, now=clock)
        self.beats = 0

    def say(self, since: datetime = MIDNIGHT, **counts: Any) -> None:
        self.beats += 1
        payload = self.journal.heartbeat(service=Service(since=since, **counts), clock=stamp(self.beats))
        self.recorder.record([StateDelivery("kiosk-1", payload)])


@pytest.fixture
def kiosk(database: Database, hub_key: SigningKey, clock: SettableClock) -> Kiosk:
    return Kiosk(database, hub_key, clock)


def test_newer_figures_of_a_day_take_the_place_of_older_ones(database: Database, kiosk: Kiosk) -> None:
    kiosk.say(visits=10, recorded=8, first_try=6, seconds_median=1.5, seconds_p95=4.0)
    kiosk.say(
        visits=30, recorded=20, first_try=15, challenged=3, fallback=2, refused=1, disavowed=1, seconds_median=1.2
    )
    [line] = list_service(database)
    assert (line.day, line.visits, line.recorded, line.first_try_pct) == (date(2026, 11, 2), 30, 20, 75.0)
    assert (line.challenged, line.fallback, line.refused, line.disavowed) == (3, 2, 1, 1)
    assert (line.seconds_median, line.seconds_p95) == (1.2, None)
    [status] = kiosk_statuses(database)
    assert status.service == line


def test_program_that_was_started_again_loses_no_morning(database: Database, kiosk: Kiosk) -> None:
    kiosk.say(visits=10, recorded=10, first_try=10, seconds_median=1.0, seconds_p95=2.0)
    kiosk.say(MIDNIGHT + timedelta(hours=9), visits=30, recorded=30, first_try=15, seconds_median=2.0, seconds_p95=1.0)
    [line] = list_service(database)
    assert (line.visits, line.first_try, line.first_try_pct) == (40, 25, 62.5)
    assert (line.seconds_median, line.seconds_p95) == (1.75, 2.0)


def test_day_is_that_of_the_place(database: Database, hub_key: SigningKey, clock: SettableClock) -> None:
    unit = add_unit(database, "Timur", timezone="Asia/Jayapura")
    Kiosk(database, hub_key, clock, unit_id=unit).say(datetime(2026, 11, 1, 15, 0, tzinfo=UTC), visits=1)
    assert [line.day for line in list_service(database)] == [date(2026, 11, 2)]


def test_kiosk_where_nobody_came_has_no_percentage(database: Database, kiosk: Kiosk) -> None:
    kiosk.say()
    [line] = list_service(database)
    assert (line.first_try_pct, line.seconds_median) == (None, None)


@pytest.mark.parametrize("since", [datetime(1971, 1, 1, tzinfo=UTC), datetime(8999, 1, 1, tzinfo=UTC)])
def test_figures_of_a_wrong_clock_are_let_go(database: Database, kiosk: Kiosk, since: datetime) -> None:
    kiosk.say(since, visits=5)
    assert list_service(database) == []
    [status] = kiosk_statuses(database)
    assert (status.heard_at is not None, status.service) == (True, None)


def test_figures_as_large_as_can_be_are_kept(database: Database, kiosk: Kiosk) -> None:
    kiosk.say(visits=2**53, recorded=2**53, first_try=2**53, seconds_median=1e300)
    [line] = list_service(database)
    assert (line.visits, line.first_try_pct) == (2**53, 100.0)


def test_list_is_of_days_and_kiosks(database: Database, kiosk: Kiosk, clock: SettableClock) -> None:
    kiosk.say(visits=1)
    clock.advance(86_400)
    kiosk.say(MIDNIGHT + timedelta(days=1), visits=2)
    assert [line.visits for line in list_service(database)] == [2, 1]
    assert [line.visits for line in list_service(database, last=date(2026, 11, 2))] == [1]
    assert [line.visits for line in list_service(database, first=date(2026, 11, 3))] == [2]
    assert list_service(database, device="kiosk-9") == []
