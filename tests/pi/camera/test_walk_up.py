"""From the virtual camera to a row in the journal, with everything of a kiosk that lies between."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from benchmarks.walkup import gallery_roster
from contract.punch import Punch
from contract.signing import SigningKey
from contract.transport import NullTransport
from kiosk.camera.source import SourceSettings
from kiosk.camera.supervisor import CaptureSupervisor
from kiosk.clerk import TakenPunch
from kiosk.display import NullDisplay
from kiosk.journal import Journal
from kiosk.recognizer.packs.pack import open_pack
from kiosk.settings import read_settings
from kiosk.station import Station
from tests.pi.camera.virtual_camera import OPENER, SIZE

PATIENT_SECONDS = 180.0


@pytest.mark.usefixtures("virtual_camera")
def test_person_before_the_virtual_camera_becomes_a_journal_row(gallery: Path, tmp_path: Path) -> None:
    (tmp_path / "hub.pub").write_text(SigningKey.generate().verify_key.text, encoding="ascii")
    settings = read_settings(None, data=str(tmp_path), camera_kind="picamera")
    source = CaptureSupervisor(SourceSettings(kind="picamera", size=SIZE), opener=OPENER)
    taken: list[TakenPunch] = []
    came = threading.Event()

    def note(punch: TakenPunch) -> None:
        taken.append(punch)
        came.set()

    with Station(settings, source=source, transport=NullTransport(), on_punch=note) as station:
        station.roster.take(gallery_roster(gallery, open_pack()))
        serving = threading.Thread(target=station.run, args=(NullDisplay(),))
        serving.start()
        arrived = came.wait(PATIENT_SECONDS)
        health = source.health
        station.stop()
        serving.join(PATIENT_SECONDS)
    assert arrived, f"nobody was recognised; the camera: {health}"
    assert taken[0].punch.person == "obama"
    with Journal(tmp_path / "journal.sqlite3", device=settings.device) as journal:
        punches = [row for row in journal.rows() if isinstance(row, Punch)]
    assert [(punch.person, punch.source) for punch in punches][:1] == [("obama", "picamera")]
