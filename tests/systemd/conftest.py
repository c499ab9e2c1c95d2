"""An office whose broker runs as shipped."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from provisioning.demo_photos import PHOTOS, cache_folder
from tests.factories.shipped_broker import Office


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    made = Office(tmp_path_factory.mktemp("office"))
    made.broker.start()
    yield made
    made.broker.kill()


@pytest.fixture(scope="session")
def demo_photos() -> Path:
    """The demo's photos (biden, obama) as set-up has fetched them; skips where it has not."""
    folder = cache_folder() / "demo-photos"
    if not all((folder / photo.person / photo.file).is_file() for photo in PHOTOS):
        pytest.skip("the demo's photos are not here: presensi provision demo-photos")
    return folder
