"""Real brokers, hubs and kiosks; a module shares its broker and its hub, and each test has a kiosk of its own."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.journeys.world import Broker, HubAtWork, KioskAtWork

_numbers = itertools.count(1)

AddKiosk = Callable[..., KioskAtWork]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.journey)


@pytest.fixture(scope="module")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Broker]:
    running = Broker(tmp_path_factory.mktemp("broker"))
    running.start()
    yield running
    running.end()


@pytest.fixture(scope="module")
def hub(broker: Broker, tmp_path_factory: pytest.TempPathFactory) -> Iterator[HubAtWork]:
    """A hub at work; a test that ends it starts it again."""
    running = HubAtWork(tmp_path_factory.mktemp("hub"), broker.url)
    running.start()
    yield running
    running.end()


@pytest.fixture
def add_kiosk(tmp_path: Path) -> Iterator[AddKiosk]:
    """Make a kiosk that a hub trusts; all of them have ended when the test has."""
    made: list[KioskAtWork] = []

    def make(hub: HubAtWork, *, broker_url: str | None = None) -> KioskAtWork:
        device = f"kiosk-{next(_numbers)}"
        kiosk = KioskAtWork(tmp_path / device, device, hub, broker_url=broker_url)
        hub.add_kiosk(device, kiosk.key.verify_key.text)
        made.append(kiosk)
        return kiosk

    yield make
    for kiosk in made:
        kiosk.end()
