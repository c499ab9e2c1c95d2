"""What tests of the commands share."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from cli import main
from hub.db import Database, open_database
from provisioning.demo_photos import PHOTOS, cache_folder


@pytest.fixture(scope="session")
def demo_photos() -> Path:
    """The demo's photos (biden, obama) as set-up has fetched them; skips where it has not."""
    folder = cache_folder() / "demo-photos"
    if not all((folder / photo.person / photo.file).is_file() for photo in PHOTOS):
        pytest.skip("the demo's photos are not here: presensi provision demo-photos")
    return folder


@pytest.fixture(autouse=True)
def _cheap(cheap_passwords: None, quick_face_detector: None) -> None:
    """For every test of the commands."""


@pytest.fixture
def hub_folder(tmp_path: Path) -> Path:
    return tmp_path / "hub"


@pytest.fixture
def hub_database(hub_folder: Path, lay_database: Callable[[Path], Path]) -> Iterator[Database]:
    """The database of a hub of the test's own."""
    with open_database(f"sqlite:///{lay_database(hub_folder)}") as opened:
        yield opened


@pytest.fixture
def presensi_hub(hub_folder: Path, hub_database: Database) -> Callable[..., Result]:
    """Call `presensi hub …` on that hub."""

    def call(*arguments: str) -> Result:
        environment = {"PRESENSI_HUB_DATA": str(hub_folder), "PRESENSI_HUB_DB": None}
        return CliRunner().invoke(main, ["hub", *arguments], env=environment)

    return call
