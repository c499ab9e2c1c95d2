"""A whole hub that is killed at any step of a reminder, and started again: none is lost, and none comes twice.

The clock stands still. A hub that died leaves claims which run out: the next one starts some minutes later.
"""

from __future__ import annotations

import signal
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import select

from hub.db import open_database, upgrade
from hub.reminders.contacts import add_contact, set_wish
from hub.reminders.models import Reminder
from hub.scheduler.models import ScheduledJob
from tests.factories.gateway import Gateway, open_gateway
from tests.factories.people import add_employee, add_unit
from tests.journeys.steps import REMINDER_STEPS
from tests.journeys.world import Broker, HubAtWork, free_port, wait_until

CLOSES_SOON = datetime(2026, 11, 2, 23, 46, tzinfo=UTC)
"""06:46 on a Tuesday in Jakarta; arrival is until 07:00."""
LATER = timedelta(minutes=3)
PEOPLE = tuple(f"person-{number}" for number in range(1, 7))


@pytest.fixture
def gateway() -> Iterator[Gateway]:
    with open_gateway() as opened:
        yield opened


@pytest.fixture
def hub(broker: Broker, gateway: Gateway, tmp_path: Path) -> Iterator[HubAtWork]:
    made = HubAtWork(tmp_path / "hub", broker.url, port=free_port())
    with (made.folder / "hub.toml").open("a", encoding="ascii") as settings:
        settings.write(f'[gateways]\nwa = "{gateway.address}"\n')
    with open_database(f"sqlite:///{made.folder / 'hub.db'}") as database:
        upgrade(database)
        unit = add_unit(database, "Dinas Kesehatan", timezone="Asia/Jakarta")
        for number, person in enumerate(PEOPLE):
            add_employee(database, person, unit=unit, valid_from=date(2026, 11, 3), frames=0)
            contact = add_contact(
                database, employee_id=person, gateway="wa", address=f"628123456789{number}", gateways=("wa",),
                by="bkpp", now=CLOSES_SOON,
            )  # fmt: skip
            set_wish(database, contact, quiet=(0, 0), by="bkpp", now=CLOSES_SOON)
    yield made
    made.end()


def states(hub: HubAtWork) -> dict[str, str]:
    with open_database(f"sqlite:///{hub.folder / 'hub.db'}") as database, database.read() as session:
        return {row.employee_id: row.state for row in session.scalars(select(Reminder))}


def has_looked(hub: HubAtWork, now: datetime) -> bool:
    with open_database(f"sqlite:///{hub.folder / 'hub.db'}") as database, database.read() as session:
        return session.scalar(select(ScheduledJob.looked_at).where(ScheduledJob.name == "reminders")) == now


@pytest.mark.parametrize("step", REMINDER_STEPS)
def test_hub_killed_at_a_step_of_a_reminder_loses_none_and_repeats_none(
    step: str, hub: HubAtWork, gateway: Gateway
) -> None:
    occurrence = 3 if step.startswith("send.") else 1
    hub.start(kill_at=f"{step}:{occurrence}", now=CLOSES_SOON)
    assert hub.process is not None
    assert hub.process.finish() == -signal.SIGKILL, f"the hub never came to {step}:\n{hub.process.tail}"
    for now in (CLOSES_SOON + LATER, CLOSES_SOON + 2 * LATER):
        hub.start(now=now)
        wait_until(lambda: states(hub) == dict.fromkeys(PEOPLE, "delivered"), "all reminders are delivered")
        wait_until(partial(has_looked, hub, now), "the planner has looked again")
        hub.end()
    assert len(set(gateway.keys)) == len(PEOPLE)
    # Only between the gateway's answer and the commit nobody can know; it comes again under its own key.
    assert len(gateway.got) - len(PEOPLE) == (1 if step == "send.answered" else 0)
