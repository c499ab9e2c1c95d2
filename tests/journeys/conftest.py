"""Real brokers, hubs and kiosks; a module shares its broker and its hub, and each test has a kiosk of its own."""

from __future__ import annotations

import itertools
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Final

import cv2
import pytest

from provisioning.demo_photos import fetch
from provisioning.errors import DemoPhotosError
from tests.journeys.world import Broker, HubAtWork, KioskAtWork

if TYPE_CHECKING:
    from tests.factories.theatre import Theatre

FRAMES: Final = 6
"""How many of a clip's frames are enrolled; five or more recognise better."""

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

    def make(hub: HubAtWork, *, broker_url: str | None = None, folder: Path | None = None) -> KioskAtWork:
        device = f"kiosk-{next(_numbers)}"
        kiosk = KioskAtWork((folder or tmp_path) / device, device, hub, broker_url=broker_url)
        hub.add_kiosk(device, kiosk.key.verify_key.text)
        made.append(kiosk)
        return kiosk

    yield make
    for kiosk in made:
        kiosk.end()


@pytest.fixture(scope="session")
def clip(shared: Path) -> Path:
    return shared / "data" / "clips" / "live" / "lestari_live.mp4"


@pytest.fixture(scope="session")
def demo_photos() -> Path:
    """The demo's photos (biden, obama), fetched where they are not here yet."""
    try:
        return fetch()
    except DemoPhotosError as error:
        pytest.skip(f"the demo's photos are not here: {error}")


@pytest.fixture(scope="session")
def strangers(shared: Path) -> Path:
    """Photos of people who are not in the clip."""
    return shared / "data" / "faces" / "demo"


@pytest.fixture(scope="session")
def gallery(clip: Path, strangers: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The people of the demo, and a few frames of the clip as `lestari`."""
    folder = tmp_path_factory.mktemp("gallery") / "photos"
    shutil.copytree(strangers, folder)
    (folder / "lestari").mkdir()
    capture = cv2.VideoCapture(str(clip))
    length = int(capture.get(cv2.CAP_PROP_FRAME_COUNT))
    for number in range(FRAMES):
        capture.set(cv2.CAP_PROP_POS_FRAMES, int(length * (number + 0.5) / FRAMES))
        shown, frame = capture.read()
        assert shown
        assert cv2.imwrite(str(folder / "lestari" / f"{number}.jpg"), frame)
    capture.release()
    return folder


@pytest.fixture(scope="module")
def theatre(demo_photos: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Theatre]:
    """One kiosk at work for all tests of a file."""
    from tests.factories.theatre import open_theatre

    with open_theatre(tmp_path_factory.mktemp("kiosk"), demo_photos) as made:
        yield made


@pytest.fixture
def left_empty(theatre: Theatre) -> Iterator[None]:
    """Each test leaves the place before the camera empty."""
    yield
    theatre.clear()
