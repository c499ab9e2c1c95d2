"""A kiosk that is killed (kill -9) while somebody is enrolled: nothing half there, nothing readable, nothing lost."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

import msgspec
import pytest

pytest.importorskip("PySide6")

from benchmarks.walkup import gallery_roster
from contract.pin import hash_pin
from contract.punch import OperatorAct
from contract.roster import KioskPolicy, RosterPerson
from kiosk.connection import device_key
from kiosk.journal import Journal
from kiosk.operator.enrolment_folder import EnrolmentFolder
from kiosk.operator.enrolment_outbox import EnrolmentOutbox
from kiosk.recognizer.packs.pack import open_pack
from kiosk.roster import RosterCache
from kiosk.vault import open_vault
from provisioning.demo_photos import fetch
from provisioning.errors import DemoPhotosError
from tests.factories.enrolling_hub import EnrollingHub

ROOT: Final = Path(__file__).parents[2]
PATIENCE_SECONDS: Final = 120.0
PIN, OPERATOR, NEWCOMER = "402917", "biden", "obama"
JPEG: Final = b"\xff\xd8\xff"


class Kiosk:
    """A data folder with a roster, and the process that works in it."""

    def __init__(self, folder: Path, photos: Path) -> None:
        self.folder, self.photos = folder, photos
        self.hub = EnrollingHub("kiosk-1", trusted=device_key(folder).verify_key)
        (folder / "hub.pub").write_text(self.hub.key.verify_key.text, encoding="ascii")
        part = gallery_roster(photos, open_pack())
        people = [
            msgspec.structs.replace(each, pin=hash_pin(PIN), operator=True)
            for each in part.people
            if each.person == OPERATOR
        ]
        people.append(RosterPerson(person=NEWCOMER, name=NEWCOMER, count=0, embeddings=b""))
        policy = KioskPolicy(liveness="off", demo=True, enrol_key=self.hub.opening.seal_key.text)
        RosterCache(folder / "roster.msgpack", vault=open_vault(folder), pack="builtin", dimensions=128).take(
            msgspec.structs.replace(part, people=tuple(people), policy=policy)
        )
        self.screens: list[str] = []

    def kill_when(self, due: Callable[[], bool]) -> None:
        """Start it, and kill it as soon as that is so."""
        command = [sys.executable, "-m", "tests.journeys.operator_process", str(self.folder), str(self.photos)]
        running = subprocess.Popen(
            [*command, OPERATOR, NEWCOMER, PIN], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        output = running.stdout
        assert output is not None
        reader = threading.Thread(target=lambda: self.screens.extend(line.strip() for line in output), daemon=True)
        reader.start()
        give_up = time.monotonic() + PATIENCE_SECONDS
        try:
            while not due():
                assert running.poll() is None, running.communicate()[1]
                assert time.monotonic() < give_up, self.screens
                time.sleep(0.0005)
        finally:
            running.kill()
            running.wait()

    @property
    def kept(self) -> list[tuple[int, ...]]:
        """After a restart: which parts of each enrolment are there."""
        return [each.left for each in EnrolmentFolder(self.folder / "enrolments").kept.values()]

    def readable(self) -> list[str]:
        """Files beside the keys and the roster in which a face or the newcomer's name can be read."""
        found = []
        for path in self.folder.rglob("*"):
            if path.is_file() and path.name not in {"roster.msgpack", "device.key", "device.pub", "hub.pub"}:
                content = path.read_bytes()
                name = NEWCOMER.encode() in content and path.name != "about.json"
                if name or JPEG in content[:64] or b"JFIF" in content:
                    found.append(path.name)
        return found

    def deliver(self) -> None:
        """A new program sends what is there."""
        outbox = EnrolmentOutbox(
            device="kiosk-1",
            key=device_key(self.folder),
            folder=EnrolmentFolder(self.folder / "enrolments"),
            epoch=lambda: "00000000-0000-0000-0000-000000000001",
            name_of=lambda _person: None,
        )
        for turn in range(60):
            outbox.send_due(2.0 * turn, lambda sealed: self.hub.publish("presensi/v1/up/kiosk-1/enrol", sealed))


@pytest.fixture
def kiosk(tmp_path: Path) -> Kiosk:
    try:
        return Kiosk(tmp_path, fetch())
    except DemoPhotosError as error:
        pytest.skip(f"the demo's photos are not here: {error}")


def test_kill_while_photos_are_taken_leaves_nothing(kiosk: Kiosk) -> None:
    kiosk.kill_when(lambda: "Capturing" in kiosk.screens)
    assert not (kiosk.folder / "enrolments").exists()
    assert kiosk.readable() == []
    with Journal(kiosk.folder / "journal.sqlite3", device="kiosk-1") as journal:
        assert [row.act for row in journal.rows() if isinstance(row, OperatorAct)] == ["entered"]


def test_kill_while_it_is_sealed_leaves_all_parts_or_none(kiosk: Kiosk) -> None:
    kiosk.kill_when((kiosk.folder / "enrolments").exists)
    for path in (kiosk.folder / "enrolments").iterdir():
        assert path.name.endswith(".writing") or (path / "about.json").exists()
    kept = kiosk.kept
    assert kept == [] or kept[0] == tuple(range(1, len(kept[0]) + 1))
    assert len(list((kiosk.folder / "enrolments").iterdir())) == len(kept)
    assert kiosk.readable() == []


def test_kill_after_it_was_sealed_loses_nothing(kiosk: Kiosk) -> None:
    kiosk.kill_when(lambda: "Handed" in kiosk.screens)
    [parts] = kiosk.kept
    assert len(parts) >= 5
    assert kiosk.readable() == []
    kiosk.deliver()
    [received] = kiosk.hub.parts.values()
    assert tuple(sorted(received)) == parts
    assert {(each.person, each.name, each.operator) for each in received.values()} == {(NEWCOMER, NEWCOMER, OPERATOR)}
