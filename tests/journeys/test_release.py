"""A release from the hub to a running kiosk, and one that does not work and is taken back; the hub sees each step.

Hub, broker, `presensi kiosk run`, pip and the virtual environments are real. Only what is in the wheel is small: it
starts this checkout's program under the version of its own.
"""

from __future__ import annotations

import site as python_site
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from contract.signing import SigningKey
from hub.db import open_database
from hub.fleet.overview import KioskStatus, kiosk_statuses
from hub.fleet.release_files import ReleaseFiles
from kiosk.connection import device_key
from provisioning.releases.fetching import Brake, ReleaseFetcher
from provisioning.releases.installing import install
from provisioning.releases.shelf import Shelf
from provisioning.releases.updater import Updater
from tests.factories.releases import make_release_folder
from tests.journeys.world import ROOT, Broker, HubAtWork, Process, wait_until

FASTER = 6.0
"""So much faster the trial's clock runs: five minutes are fifty seconds."""

PROGRAM = f"""
import importlib.metadata, sys
sys.path[:0] = {[str(ROOT), *python_site.getsitepackages()]!r}
VERSION, ILLS = {{version!r}}, {{ills!r}}
real = importlib.metadata.version
importlib.metadata.version = lambda name: VERSION if name == "presensi" else real(name)
def main():
    if "dead" in ILLS and "--version" not in sys.argv:
        sys.exit("This release does not start.")
    from cli import main as run
    run()
"""


class Office:
    """A kiosk under a service manager that does what `systemctl restart` does, and the one who switches releases."""

    def __init__(self, folder: Path, hub: HubAtWork, photos: Path) -> None:
        self.folder = folder
        self.hub = hub
        self.photos = photos
        self.key = SigningKey.generate()
        self.shelf = Shelf(folder / "releases")
        self.data = folder / "kiosk"
        self.data.mkdir()
        (self.data / "hub.pub").write_text(hub.key.verify_key.text, encoding="ascii")
        hub.add_kiosk("kiosk-1", device_key(self.data).verify_key.text, demo=True)
        self.settings = folder / "kiosk.toml"
        self.settings.write_text(
            f'device = "kiosk-1"\ndata = "{self.data}"\nbroker = "{hub.broker_url}"\nheartbeat_seconds = 0.5\n'
            f'[releases]\nfolder = "{self.shelf.folder}"\nkey = "{folder}/release.pub"\n',
            encoding="ascii",
        )
        self.process: Process | None = None
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._switch_releases, daemon=True)

    def start(self) -> None:
        self._thread.start()

    def end(self) -> None:
        self._stop.set()
        self._thread.join(120)
        if self.process is not None:
            self.process.end()

    def restart(self) -> None:
        if self.process is not None:
            self.process.end()
        program = self.shelf.folder / "current" / "bin" / "presensi"
        command = [str(program), "kiosk", "run", "--settings", str(self.settings), "--headless", "--loop"]
        self.process = Process([*command, "--photos", str(self.photos)], folder=self.folder, name="kiosk")

    def make(self, version: str, *ills: str, days: int = 0) -> Path:
        folder = self.folder / "made" / version
        make_release_folder(folder, version, *ills, key=self.key, days=days, program=PROGRAM)
        return folder

    def offer(self, version: str, *ills: str, days: int) -> None:
        """Bring a release to the hub, and order it."""
        ReleaseFiles(self.hub.folder).take(self.make(version, *ills, days=days))
        self.hub.run("release", "give", version, "--kiosk", "kiosk-1", "--by", "tri")

    def status(self) -> KioskStatus:
        with open_database(f"sqlite:///{self.hub.folder / 'hub.db'}") as database:
            [found] = kiosk_statuses(database)
        return found

    def await_step(self, release: str, step: str) -> KioskStatus:
        def reached() -> KioskStatus | None:
            status = self.status()
            told = status.release
            return status if told is not None and (told.release, told.step) == (release, step) else None

        return wait_until(reached, f"the hub hears that {release} is {step}")

    def _switch_releases(self) -> None:
        began = time.monotonic()
        updater = Updater(
            self.shelf,
            data=self.data,
            key=self.key.verify_key,
            restart=self.restart,
            gather=self._gather,
            now=lambda: (time.monotonic() - began) * FASTER,
            sleep=lambda seconds: time.sleep(seconds / FASTER),
        )
        while not self._stop.wait(0.2):
            with suppress(FileNotFoundError):
                updater.go_round()

    def _gather(self, release: str, told: Callable[[int], None]) -> Path:
        into = self.folder / "arriving"
        brake = Brake(1e9)
        return ReleaseFetcher(self.hub.url, into, self.key.verify_key, ca=None, brake=brake, told=told).fetch(release)


@pytest.fixture
def office(broker: Broker, hub: HubAtWork, demo_photos: Path, tmp_path: Path) -> Iterator[Office]:
    made = Office(tmp_path, hub, demo_photos)
    yield made
    made.end()


def test_release_proves_itself_and_one_that_does_not_start_is_taken_back(office: Office, demo_photos: Path) -> None:
    office.hub.run("enrol", str(demo_photos), "--author", "siti", "--approved-by", "budi")
    install(office.make("0.2.0"), office.shelf, office.key.verify_key)
    office.shelf.adopt("0.2.0")
    office.restart()
    office.start()
    wait_until(lambda: office.status().software == "0.2.0" and (office.status().roster or 0) > 0, "the kiosk is heard")

    office.offer("0.3.0", days=1)
    status = office.await_step("0.3.0", "done")
    assert status.software == "0.3.0"
    assert (office.shelf.current, office.shelf.good) == ("0.3.0", "0.3.0")

    office.offer("0.4.0", "dead", days=2)
    status = office.await_step("0.4.0", "rolled_back")
    assert "0.3.0 runs again" in (status.release.detail if status.release is not None else "")
    assert (office.shelf.current, office.shelf.good) == ("0.3.0", "0.3.0")
    wait_until(lambda: office.status().software == "0.3.0" and office.status().camera == "ok", "the kiosk serves again")
