"""`presensi kiosk run` against `presensi hub run`, registered and enrolled with the commands that a technician uses."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo

import cv2
import pytest

from contract.punch import Punch
from kiosk.journal import Journal
from tests.journeys.presensi import run_presensi
from tests.journeys.world import Broker, HubAtWork

DEVICE = "kiosk-depan"
JAKARTA = ZoneInfo("Asia/Jakarta")


@dataclass
class Office:
    """A hub with people and one trusted kiosk."""

    hub: HubAtWork
    kiosk_folder: Path

    def run_kiosk(self, *camera: str) -> list[Punch]:
        """Let the kiosk serve until the input ends and everything is delivered; the punches in its journal."""
        finished = run_presensi(
            *("kiosk", "run", "--headless", "--linger", "60", "--data", str(self.kiosk_folder), "--device", DEVICE),
            *("--broker", self.hub.broker_url, "--hub-key", str(self.hub.folder / "hub.pub"), *camera),
        )
        assert finished.returncode == 0, finished.stderr
        with Journal(self.kiosk_folder / "journal.sqlite3", device=DEVICE) as journal:
            assert journal.state.queue == 0
            return [row for row in journal.rows() if isinstance(row, Punch)]

    def arrivals(self, work_date: str) -> list[str]:
        """Names of those who have arrived, as the recap has it."""
        lines = json.loads(self.hub.run("recap", "--date", work_date, "--json").stdout)["lines"]
        return [line["person"]["name"] for line in lines if line["arrival"] is not None]

    def punches_held(self) -> list[tuple[str, int]]:
        rows = json.loads(self.hub.run("journal-rows", "--device", DEVICE, "--json").stdout)
        return [(row["epoch"], row["seq"]) for row in rows if row["kind"] == "punch"]


@pytest.fixture
def office(broker: Broker, gallery: Path, tmp_path: Path) -> Iterator[Office]:
    hub = HubAtWork(tmp_path / "hub", broker.url)
    hub.run("unit", "add", "Kantor", "--policy", "demo")
    hub.run("enrol", str(gallery), "--unit", "Kantor", "--author", "siti")
    folder = tmp_path / "kiosk"
    shown = run_presensi("kiosk", "key", "--data", str(folder), "--device", DEVICE)
    (tmp_path / "kiosk.pub").write_text(shown.stdout, encoding="ascii")
    hub.run("kiosk", "add", DEVICE, "--key", str(tmp_path / "kiosk.pub"), "--demo", "--unit", "Kantor")
    hub.start()
    yield Office(hub, folder)
    hub.end()


def test_person_who_comes_back_at_once_is_one_punch(office: Office, clip: Path, tmp_path: Path) -> None:
    twice = _with_a_pause(clip, tmp_path / "twice.mp4")
    punches = office.run_kiosk("--clip", str(twice))
    assert len(punches) == 1
    assert punches[0].source == "clip"
    assert office.arrivals(f"{punches[0].taken_at.astimezone(JAKARTA):%Y-%m-%d}") == ["lestari"]
    assert office.punches_held() == [(punches[0].epoch, punches[0].seq)]


def test_person_on_a_photo_walks_up_and_is_one_punch(office: Office, gallery: Path, tmp_path: Path) -> None:
    (tmp_path / "photos" / "obama").mkdir(parents=True)
    shutil.copy(next((gallery / "obama").iterdir()), tmp_path / "photos" / "obama")
    punches = office.run_kiosk("--photos", str(tmp_path / "photos"))
    assert [punch.source for punch in punches] == ["photo"]
    assert office.arrivals(f"{punches[0].taken_at.astimezone(JAKARTA):%Y-%m-%d}") == ["obama"]
    assert office.punches_held() == [(punches[0].epoch, punches[0].seq)]


def _with_a_pause(clip: Path, to: Path) -> Path:
    """The clip, a second of nobody, and the clip again."""
    capture = cv2.VideoCapture(str(clip))
    frames = []
    while (read := capture.read())[0]:
        frames.append(cv2.resize(read[1], (720, 480)))
    capture.release()
    nobody = frames[0] * 0 + 127
    writer = cv2.VideoWriter(str(to), cv2.VideoWriter.fourcc(*"mp4v"), 30.0, (720, 480))
    for frame in [*frames, *[nobody] * 30, *frames]:
        writer.write(frame)
    writer.release()
    return to
