"""An office changes its recognition pack while it works: `presensi hub pack set`, and kiosks that follow."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from contract.punch import Punch
from hub.db import open_database
from hub.roster.deployment import show_deployment
from kiosk.camera.frame import Frame
from kiosk.journal import Journal
from kiosk.settings import KioskSettings
from kiosk.station import Station
from tests.journeys.presensi import run_presensi
from tests.journeys.world import Broker, HubAtWork, wait_until

UNIT = "Kantor"


class EmptyRoom:
    """A camera that nobody walks up to."""

    kind = "webcam"

    def __init__(self) -> None:
        self._over = threading.Event()

    def read(self, timeout_seconds: float) -> Frame | None:
        picture = np.zeros((480, 640, 3), np.uint8)
        return None if self._over.wait(0.05) else Frame(picture, picture[..., 0], 0.0, 0, "webcam")

    def ask(self, step: object) -> None:
        """There is nobody to turn the head."""

    def compensate(self, ev: float) -> None:
        """There is nothing to expose."""

    def __enter__(self) -> EmptyRoom:
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()


@pytest.fixture
def office(broker: Broker, gallery: Path, tmp_path: Path, models: Path) -> Iterator[HubAtWork]:
    """A hub at work that knows the gallery's people by the builtin pack."""
    hub = HubAtWork(tmp_path / "office", broker.url)
    hub.run("unit", "add", UNIT, "--policy", "demo")
    hub.run("enrol", str(gallery), "--unit", UNIT, "--author", "siti", "--approved-by", "budi")
    hub.start()
    yield hub
    hub.end()


def register(hub: HubAtWork, folder: Path, device: str) -> None:
    shown = run_presensi("kiosk", "key", "--data", str(folder), "--device", device)
    (folder / "carried.pub").write_text(shown.stdout, encoding="ascii")
    hub.run("kiosk", "add", device, "--demo", "--key", str(folder / "carried.pub"), "--unit", UNIT)


def serve(hub: HubAtWork, folder: Path, device: str, clip: Path) -> list[Punch]:
    """Let the person of the clip walk up; the punches in the journal."""
    finished = run_presensi(
        *("kiosk", "run", "--headless", "--linger", "60", "--data", str(folder), "--device", device),
        *("--broker", hub.broker_url, "--hub-key", str(hub.folder / "hub.pub"), "--clip", str(clip)),
    )
    assert finished.returncode == 0, finished.stderr
    with Journal(folder / "journal.sqlite3", device=device) as journal:
        return [row for row in journal.rows() if isinstance(row, Punch)]


def pack_of(hub: HubAtWork, device: str) -> str | None:
    """What the kiosk's last heartbeat said that it recognises with."""
    with open_database(f"sqlite:///{hub.folder / 'hub.db'}") as database:
        return next(kiosk.pack for kiosk in show_deployment(database, "builtin").kiosks if kiosk.device == device)


def test_office_changes_its_pack_and_kiosks_follow(office: HubAtWork, clip: Path, tmp_path: Path) -> None:
    old, new = tmp_path / "kiosk-lama", tmp_path / "kiosk-baru"
    register(office, old, "kiosk-lama")
    register(office, new, "kiosk-baru")
    [punch] = serve(office, old, "kiosk-lama", clip)
    assert punch.recognition.pack == "builtin"

    outcome = json.loads(office.run("pack", "set", "evaluation", "--by", "admin", "--json").stdout)
    assert (outcome["switched"], outcome["previous"], outcome["without"]) == (True, "builtin", [])
    assert outcome["done"] + outcome["failed"] == outcome["total"]

    # The kiosk that was at work opens the pack and switches, without anybody at it.
    settings = KioskSettings(
        data=str(old), device="kiosk-lama", broker=office.broker_url, hub_key=str(office.folder / "hub.pub")
    )
    with Station(settings, source=EmptyRoom()) as station:
        people = set(station.roster.current.people)
        assert station.roster.current.pack == "builtin"
        station.deliver()
        wait_until(lambda: station.roster.current.pack == "evaluation", "the new pack's roster is whole")
        assert set(station.roster.current.people) == people
        wait_until(lambda: pack_of(office, "kiosk-lama") == "evaluation", "the kiosk says so")

    # Another one has the new pack from its first roster on, and knows the person by it.
    [punch] = serve(office, new, "kiosk-baru", clip)
    assert punch.recognition.pack == "evaluation"
    employees = json.loads(office.run("employees", "--json").stdout)
    assert next(line["name"] for line in employees if line["id"] == punch.person) == "lestari"

    # And back again: nothing has to be embedded for it.
    outcome = json.loads(office.run("pack", "set", "builtin", "--json").stdout)
    assert (outcome["switched"], outcome["previous"]) == (True, "evaluation")
    with Station(settings, source=EmptyRoom()) as station:
        assert station.roster.current.pack == "evaluation", "a restart opens what was in force"
        station.deliver()
        wait_until(lambda: station.roster.current.pack == "builtin", "the old pack's roster is whole")
