"""kill -9 between commit and receipt, at every step there is, and a start afterwards."""

from __future__ import annotations

import random
import signal
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest

from tests.journeys.conftest import AddKiosk
from tests.journeys.kiosk_process import KioskStatus
from tests.journeys.steps import HUB_STEPS, KIOSK_STEPS
from tests.journeys.world import Broker, HubAtWork, assert_hub_holds_the_journal, wait_until

ROWS = 450


def _occurrences(step: str) -> list[int]:
    """Early, when little is under way, and in the middle, when punches, batches and receipts cross each other."""
    return [1, 333] if step.startswith("append") else [1, 3]


@pytest.mark.parametrize("step", KIOSK_STEPS)
def test_kiosk_killed_twice_at_a_step_loses_and_doubles_nothing(step: str, hub: HubAtWork, add_kiosk: AddKiosk) -> None:
    kiosk = add_kiosk(hub)
    for times, occurrence in enumerate(_occurrences(step), start=1):
        # New punches come slowly, so that there are several receipts however many batches one of them covers.
        process = kiosk.start(times * ROWS, "--pause-ms", "2", kill_at=f"{step}:{occurrence}")
        assert process.finish() == -signal.SIGKILL, f"the kiosk never came to {step}:{occurrence}"
    kiosk.start(2 * ROWS)
    kiosk.deliver_all()
    assert_hub_holds_the_journal(hub, kiosk, rows=2 * ROWS)


@pytest.fixture
def own_hub(broker: Broker, tmp_path: Path, lay_database: Callable[[Path], Path]) -> Iterator[HubAtWork]:
    """A hub that no other test needs; not started."""
    made = HubAtWork(tmp_path / "hub", broker.url)
    lay_database(made.folder)
    yield made
    made.end()


@pytest.mark.parametrize("step", HUB_STEPS)
def test_hub_killed_at_a_step_loses_and_doubles_nothing(step: str, own_hub: HubAtWork, add_kiosk: AddKiosk) -> None:
    kiosks = [add_kiosk(own_hub) for _ in range(2)]
    own_hub.start(kill_at=f"{step}:2")
    for kiosk in kiosks:
        kiosk.start(ROWS)
    assert own_hub.process is not None
    assert own_hub.process.finish() == -signal.SIGKILL, f"the hub never came to {step}"
    own_hub.start()
    for kiosk in kiosks:
        kiosk.deliver_all()
        assert_hub_holds_the_journal(own_hub, kiosk, rows=ROWS)


def _is_online_with(rows: int, status: KioskStatus) -> bool:
    return status.online and status.rows >= rows


def test_broker_killed_under_load_loses_and_doubles_nothing(tmp_path: Path, add_kiosk: AddKiosk) -> None:
    chance = random.Random(20261123)
    broker = Broker(tmp_path)
    broker.start()
    hub = HubAtWork(tmp_path / "hub", broker.url)
    hub.start()
    try:
        kiosks = [add_kiosk(hub) for _ in range(2)]
        for kiosk in kiosks:
            kiosk.start(1500, "--pause-ms", "3")
        for number in range(3):
            goal = 200 + number * 350 + chance.randrange(200)
            kiosks[0].await_status(partial(_is_online_with, goal), "it is online and has more rows")
            broker.kill()
            kiosks[0].await_status(lambda status: not status.online, "it notices that the broker is gone")
            broker.start()
        for kiosk in kiosks:
            kiosk.deliver_all()
            assert_hub_holds_the_journal(hub, kiosk, rows=1500)
    finally:
        hub.end()
        broker.end()


def test_all_three_killed_at_once_lose_and_double_nothing(tmp_path: Path, add_kiosk: AddKiosk) -> None:
    broker = Broker(tmp_path)
    broker.start()
    hub = HubAtWork(tmp_path / "hub", broker.url)
    hub.start()
    try:
        kiosk = add_kiosk(hub)
        process = kiosk.start(800, "--pause-ms", "1")
        wait_until(lambda: len(hub.rows(kiosk.device)) > 100, "the hub holds some rows")
        process.kill()
        assert hub.process is not None
        hub.process.kill()
        broker.kill()
        kiosk.start(800)
        kiosk.await_status(lambda status: status.rows == 800, "the rest is taken while nobody is there")
        assert kiosk.status is not None
        assert kiosk.status.queue > 0
        broker.start()
        hub.start()
        kiosk.deliver_all()
        assert_hub_holds_the_journal(hub, kiosk, rows=800)
    finally:
        hub.end()
        broker.end()


def test_one_of_two_hubs_killed_leaves_the_work_to_the_other(
    broker: Broker, tmp_path: Path, add_kiosk: AddKiosk
) -> None:
    """Two ingest workers share the punches of a broker; what one of them held when it died comes again."""
    hub = HubAtWork(tmp_path / "hub", broker.url, shares=True)
    hub.start()
    second = HubAtWork(tmp_path / "hub", broker.url, shares=True)
    second.start(kill_at="record.before_commit:2")
    try:
        kiosks = [add_kiosk(hub) for _ in range(2)]
        for kiosk in kiosks:
            kiosk.start(ROWS * 2)
        assert second.process is not None
        assert second.process.finish() == -signal.SIGKILL, "the second hub never got a share"
        for kiosk in kiosks:
            kiosk.deliver_all()
            assert_hub_holds_the_journal(hub, kiosk, rows=ROWS * 2)
    finally:
        second.end()
        hub.end()
