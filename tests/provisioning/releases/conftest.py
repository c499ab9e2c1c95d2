"""A kiosk of its own: folder of releases, data folder, program, and a clock that runs a hundred times as fast."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from contract.heartbeat import ReleaseProgress
from contract.signing import SigningKey
from kiosk.bulletin import ORDER, PROGRESS, ReleaseOrder, read_told, tell
from provisioning.releases.shelf import Shelf
from provisioning.releases.updater import Updater
from tests.factories.releases import SmallKiosk, lay_release, make_release_folder

FASTER = 100.0


@dataclass
class Site:
    """given: releases as the hub has them, by name."""

    folder: Path
    key: SigningKey
    shelf: Shelf
    kiosk: SmallKiosk

    @property
    def data(self) -> Path:
        return self.folder / "data"

    @property
    def given(self) -> Path:
        return self.folder / "given"

    @property
    def progress(self) -> ReleaseProgress | None:
        return read_told(self.data / PROGRESS, ReleaseProgress)

    def updater(self, gather: Callable[[str, Callable[[int], None]], Path] | None = None) -> Updater:
        began = time.monotonic()
        return Updater(
            self.shelf,
            data=self.data,
            key=self.key.verify_key,
            restart=self.kiosk.restart,
            gather=gather or (lambda release, _told: self.given / release),
            now=lambda: (time.monotonic() - began) * FASTER,
            sleep=lambda seconds: time.sleep(seconds / FASTER),
        )

    def give(self, version: str, *ills: str, days: int = 1) -> Path:
        make_release_folder(self.given / version, version, *ills, key=self.key, days=days)
        return self.given / version

    def order(self, release: str, command: int = 1) -> None:
        tell(self.data / ORDER, ReleaseOrder(release=release, command=command))


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    """Release 0.1.0 is in use and runs."""
    made = Site(
        folder=tmp_path,
        key=SigningKey.generate(),
        shelf=Shelf(tmp_path / "releases"),
        kiosk=SmallKiosk(tmp_path / "releases", tmp_path / "data"),
    )
    made.data.mkdir()
    lay_release(made.shelf, "0.1.0")
    made.shelf.adopt("0.1.0")
    made.kiosk.restart()
    yield made
    made.kiosk.stop()
