"""Reminders reach a gateway once each, over apprise, whatever dies in between."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import update

from hub.attendance.day import Status
from hub.db import Database, table_of
from hub.errors import SettingsError
from hub.reminders.contacts import end_contact
from hub.reminders.models import Reminder
from hub.reminders.sending import Gateways, reminder_courier
from tests.factories.gateway import Gateway, open_gateway
from tests.factories.stored_days import day, store
from tests.hub.reminders.conftest import Desk

PATIENCE_SECONDS = 120.0


@pytest.fixture
def gateway() -> Iterator[Gateway]:
    with open_gateway() as opened:
        yield opened


def morning(desk: Desk, *people: str) -> None:
    """Reminders of these people's arrival, written at 06:46."""
    for person in people:
        desk.person(person)
    desk.now = datetime(2026, 11, 2, 23, 46, tzinfo=UTC)
    desk.planner().step()


def send(desk: Desk, gateway: Gateway) -> list[tuple[str, str | None]]:
    reminder_courier(desk.database, Gateways({"wa": gateway.address}), now=lambda: desk.now).step()
    return [(row.state, row.detail) for row in desk.rows()]


def test_reminder_arrives_with_its_words_and_its_key(desk: Desk, gateway: Gateway) -> None:
    morning(desk, "a")
    assert send(desk, gateway) == [("delivered", "")]
    [(key, message)] = gateway.got
    assert key == f"presensi-{desk.rows()[0].id}"
    assert message["path"] == "/6281234567890"
    assert message["title"] == "Presensi masuk sampai 07:00 WIB"
    assert "Please scan before 07:00 WIB" in message["message"]


def test_gateway_that_fails_is_tried_again_and_says_why(desk: Desk, gateway: Gateway) -> None:
    morning(desk, "a")
    gateway.status = 503
    [(state, detail)] = send(desk, gateway)
    assert (state, "error=503" in (detail or "")) == ("waiting", True)
    gateway.status = 200
    desk.now += timedelta(seconds=15)
    assert send(desk, gateway)[0][0] == "delivered"
    assert len(set(gateway.keys)) == 1


def test_punch_that_came_meanwhile_needs_no_reminder(desk: Desk, gateway: Gateway) -> None:
    morning(desk, "a", "b", "c")
    seen = desk.now
    store(desk.database, "a", None, day(seen.date() + timedelta(days=1), Status.BERJALAN, arrival=seen))
    store(desk.database, "b", None, day(seen.date() + timedelta(days=1), Status.S))
    send(desk, gateway)
    assert {row.employee_id: row.state for row in desk.rows()} == {"a": "moot", "b": "moot", "c": "delivered"}


def test_reminder_that_is_too_late_and_a_contact_that_ended_are_left(desk: Desk, gateway: Gateway) -> None:
    morning(desk, "a", "b")
    contact = next(row.contact_id for row in desk.rows() if row.employee_id == "b")
    end_contact(desk.database, contact, by="bkpp", now=desk.now)
    send(desk, gateway)
    assert {row.employee_id: row.state for row in desk.rows()} == {"a": "delivered", "b": "moot"}
    morning(desk, "c")
    desk.now = datetime(2026, 11, 3, 0, 1, tzinfo=UTC)
    send(desk, gateway)
    assert {row.employee_id: row.state for row in desk.rows()}["c"] == "moot"
    assert len(gateway.got) == 1


def test_gateway_that_was_taken_out_of_the_settings_waits_for_it(desk: Desk) -> None:
    morning(desk, "a")
    reminder_courier(desk.database, Gateways({}), now=lambda: desk.now).step()
    assert "not among the hub's settings" in (desk.rows()[0].detail or "")


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("json://localhost/all", "needs {to}"),
        ("json://localhost/{to}/{name}", "no other braces"),
        ("json://localhost/{to", "brace"),
        ("pigeon://{to}", "no address that apprise knows"),
    ],
)
def test_gateway_that_cannot_be_used_is_told_at_once(address: str, words: str) -> None:
    with pytest.raises(SettingsError, match=r"gateways\.wa") as caught:
        Gateways({"wa": address})
    assert words in str(caught.value)


WORKER = """
import sys, threading
from datetime import datetime
from hub.db import open_database
from hub.reminders.planner import SessionPlanner
from hub.reminders.sending import Gateways, reminder_courier
url, address, frozen = sys.argv[1:]
now = lambda: datetime.fromisoformat(frozen)
with open_database(url) as database:
    SessionPlanner(database, now=now).step()
    print("planned", flush=True)
    reminder_courier(database, Gateways({"wa": address}), now=now).step()
"""


def test_hub_that_is_killed_again_and_again_loses_no_reminder(
    desk: Desk, gateway: Gateway, database_url: str, database: Database
) -> None:
    """The clock stands still, so that nothing becomes too late; leases are let go of as if their time had passed."""
    people = [f"person-{number:02d}" for number in range(24)]
    for person in people:
        desk.person(person)
    gateway.slow = 0.02
    frozen = datetime(2026, 11, 2, 23, 46, tzinfo=UTC).isoformat()
    command = [sys.executable, "-c", WORKER, database_url, gateway.address, frozen]
    environment = os.environ | {"PYTHONPATH": str(Path(__file__).parents[3])}
    killed = 0
    give_up = time.monotonic() + PATIENCE_SECONDS
    while len(set(gateway.keys)) < len(people) and time.monotonic() < give_up:
        worker = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE)
        before = len(gateway.got)
        assert worker.stdout is not None
        worker.stdout.readline()
        while worker.poll() is None and len(gateway.got) < before + 5 and time.monotonic() < give_up:
            time.sleep(0.001)
        if worker.poll() is None and killed < 4:
            worker.send_signal(signal.SIGKILL)
            killed += 1
        worker.wait(60)
        worker.stdout.close()
        with database.writing_connection() as connection:
            connection.execute(update(table_of(Reminder)).values(claimed_until=desk.now - timedelta(days=1)))
    assert killed == 4
    states = {row.employee_id: row.state for row in desk.rows()}
    assert states == dict.fromkeys(people, "delivered")
    assert len(desk.rows()) == len(people)
    # Each kill may catch one reminder between the gateway's answer and the commit; it comes again under its key.
    assert len(gateway.got) - len(set(gateway.keys)) <= killed
