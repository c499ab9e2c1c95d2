"""`presensi kiosk run` against `presensi hub run`, registered and enrolled with the commands that a technician uses."""

from __future__ import annotations

import itertools
import json
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import cv2
import pytest

from contract.punch import Punch
from kiosk.journal import Journal
from tests.journeys.presensi import run_presensi
from tests.journeys.world import Broker, HubAtWork, wait_until

UNIT = "Kantor"
JAKARTA = ZoneInfo("Asia/Jakarta")

_numbers = itertools.count(1)


@dataclass
class Counter:
    """A kiosk with a camera in an office with people, and the hub that trusts it."""

    hub: HubAtWork
    device: str
    folder: Path

    def register(self) -> None:
        """What a technician does: make the key, carry its public half to the hub."""
        shown = run_presensi("kiosk", "key", "--data", str(self.folder), "--device", self.device)
        (self.folder / "carried.pub").write_text(shown.stdout, encoding="ascii")
        place = ["--key", str(self.folder / "carried.pub"), "--unit", UNIT]
        self.hub.run("kiosk", "add", self.device, "--demo", *place)

    def serve(self, *camera: str) -> list[Punch]:
        """Serve until the input ends and everything is delivered; the punches in the journal."""
        finished = run_presensi(
            *("kiosk", "run", "--headless", "--linger", "60", "--data", str(self.folder), "--device", self.device),
            *("--broker", self.hub.broker_url, "--hub-key", str(self.hub.folder / "hub.pub"), *camera),
        )
        assert finished.returncode == 0, finished.stderr
        with Journal(self.folder / "journal.sqlite3", device=self.device) as journal:
            assert journal.state.queue == 0
            return [row for row in journal.rows() if isinstance(row, Punch)]

    def held(self) -> list[tuple[str, int]]:
        """Epoch and seq of the punches that the hub holds of this kiosk."""
        rows = json.loads(self.hub.run("journal-rows", "--device", self.device, "--json").stdout)
        return [(row["epoch"], row["seq"]) for row in rows if row["kind"] == "punch"]

    def arrival_of(self, name: str, work_date: str) -> datetime | None:
        """When somebody came, as the recap has it."""
        lines = json.loads(self.hub.run("recap", "--date", work_date, "--json").stdout)["lines"]
        (arrival,) = [line["arrival"] for line in lines if line["person"]["name"] == name]
        return None if arrival is None else datetime.fromisoformat(arrival)


@pytest.fixture(scope="module")
def office(broker: Broker, gallery: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[HubAtWork]:
    """A hub that knows the gallery's people."""
    hub = HubAtWork(tmp_path_factory.mktemp("office"), broker.url)
    hub.run("unit", "add", UNIT, "--policy", "demo")
    hub.run("enrol", str(gallery), "--unit", UNIT, "--author", "siti")
    hub.run("enrolment", "approve", "--all", "--by", "budi")
    hub.start()
    yield hub
    hub.end()


@pytest.fixture
def counter(office: HubAtWork, tmp_path: Path) -> Counter:
    made = Counter(office, f"kiosk-depan-{next(_numbers)}", tmp_path / "kiosk")
    made.register()
    return made


def _assert_one_punch(counter: Counter, punches: list[Punch], name: str, source: str) -> None:
    assert [punch.source for punch in punches] == [source]
    taken_at = punches[0].taken_at
    assert counter.held() == [(punches[0].epoch, punches[0].seq)]
    work_date = f"{taken_at.astimezone(JAKARTA):%Y-%m-%d}"
    assert wait_until(lambda: counter.arrival_of(name, work_date), "the worker assesses the day") == taken_at


def test_person_who_comes_back_at_once_is_one_punch(counter: Counter, clip: Path, tmp_path: Path) -> None:
    twice = _with_a_pause(clip, tmp_path / "twice.mp4")
    _assert_one_punch(counter, counter.serve("--clip", str(twice)), "lestari", "clip")


def test_person_on_a_photo_walks_up_and_is_one_punch(counter: Counter, gallery: Path, tmp_path: Path) -> None:
    (tmp_path / "photos" / "obama").mkdir(parents=True)
    shutil.copy(next((gallery / "obama").iterdir()), tmp_path / "photos" / "obama")
    _assert_one_punch(counter, counter.serve("--photos", str(tmp_path / "photos")), "obama", "photo")


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
