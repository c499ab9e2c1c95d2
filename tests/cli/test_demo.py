"""`presensi demo` in this process: a newcomer at a webcam, a folder that is kept, a port that is taken, bad folders."""

from __future__ import annotations

import json
import shutil
import socket
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from click.testing import CliRunner, Result
from sqlalchemy import select

from cli import demo_parts, main
from cli.demo_enrolment import WebcamEnrolment
from contract.errors import BadInputError
from hub.attendance.models import StoredDay
from hub.db import open_database
from kiosk.camera.frame import Frame, SourceKind
from kiosk.camera.photo_source import PhotoSource
from kiosk.camera.source import SourceSettings
from kiosk.camera.supervisor import CameraHealth, CaptureSupervisor
from kiosk.clerk import TakenPunch

ONCE = ("demo", "--once", "--headless", "--json")


def _run(*arguments: str) -> Result:
    return CliRunner().invoke(main, arguments, catch_exceptions=False)


def _outcome(finished: Result) -> dict[str, object]:
    assert finished.exit_code == 0, finished.stderr
    outcome: dict[str, object] = json.loads(finished.stdout)
    assert finished.stdout.count("\n") == 1
    return outcome


@pytest.fixture
def biden(demo_photos: Path, tmp_path: Path) -> Path:
    """A gallery of one."""
    shutil.copytree(demo_photos / "biden", tmp_path / "gallery" / "biden")
    return tmp_path / "gallery"


class NewcomerAtWebcam(PhotoSource):
    """A webcam that somebody stands before, again and again; stands in for the supervised one."""

    kind: SourceKind = "webcam"
    health = CameraHealth(working=True, reason="", restarts=0)
    photos: Path

    def __init__(self, _settings: SourceSettings, **_ladder: object) -> None:
        super().__init__(SourceSettings(kind="photo", path=str(self.photos), loop=True))

    def read(self, timeout_seconds: float) -> Frame | None:
        frame = super().read(timeout_seconds)
        return None if frame is None else replace(frame, source="webcam")


@pytest.fixture
def newcomer(demo_photos: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody who is in no gallery stands before the webcam."""
    monkeypatch.setattr(NewcomerAtWebcam, "photos", demo_photos / "obama", raising=False)
    monkeypatch.setattr("kiosk.equipment.CaptureSupervisor", NewcomerAtWebcam)
    monkeypatch.setattr(demo_parts, "_try_webcam", lambda _number: None)


@pytest.mark.usefixtures("newcomer")
def test_newcomer_at_a_webcam_is_enrolled_and_recognised(biden: Path, tmp_path: Path) -> None:
    finished = _run(
        *(*ONCE, "--webcam", "0", "--enrol-me", "Siti Aminah", "--gallery", str(biden)),
        *("--data", str(tmp_path / "data")),
    )
    outcome = _outcome(finished)
    assert outcome["employee"] == "Siti Aminah"
    assert outcome["day"]["arrival"] == _local(outcome["punch"]["taken_at"], like=outcome["day"]["arrival"])


def _local(moment: str, *, like: str) -> str:
    return datetime.fromisoformat(moment).astimezone(datetime.fromisoformat(like).tzinfo).isoformat()


def test_enrolment_without_a_webcam_is_told_before_anything_is_fetched(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(demo_parts, "fetch", lambda **_: pytest.fail("fetched"))
    finished = _run(*ONCE, "--enrol-me", "Siti", "--clip", "walk.mp4")
    assert finished.exit_code == 2
    assert "--enrol-me" in finished.stderr
    assert finished.stdout == ""


def test_folder_that_is_kept_serves_again_and_tells_of_the_day_of_the_punch(biden: Path, tmp_path: Path) -> None:
    arguments = (*ONCE, "--photos", str(biden), "--gallery", str(biden), "--data", str(tmp_path / "data"))
    first = _outcome(_run(*arguments))
    assert first["employee"] == "biden"
    _let_days_pass(tmp_path / "data")
    later = _outcome(_run(*arguments))
    assert later["punch"]["device"] == first["punch"]["device"]
    assert later["punch"]["epoch"] != first["punch"]["epoch"]
    assert later["day"]["work_date"] >= first["day"]["work_date"]


def _let_days_pass(folder: Path) -> None:
    """As if the person had been here three days ago as well, and the kiosk's card had been replaced since."""
    with open_database(f"sqlite:///{folder / 'hub' / 'hub.db'}") as database, database.write() as session:
        today = session.scalars(select(StoredDay)).one()
        before = today.work_date - timedelta(days=3)
        session.add(
            StoredDay(
                employee_id=today.employee_id,
                work_date=before,
                unit_id=today.unit_id,
                status=today.status,
                day=today.day | {"work_date": before.isoformat()},
                assessed_at=today.assessed_at,
            )
        )
    for file in folder.glob("kiosk/journal.sqlite3*"):
        file.unlink()


@pytest.fixture
def taken_port() -> Iterator[int]:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        yield int(taken.getsockname()[1])


def test_pages_move_when_the_usual_port_is_taken(
    taken_port: int, biden: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(demo_parts, "DEFAULT_ADDRESS", ("127.0.0.1", taken_port))
    said: list[str] = []

    def stop_at_once(demo: demo_parts.Demo, taken: TakenPunch) -> None:
        said.append(demo._hub.url)
        demo._station.stop()

    monkeypatch.setattr(demo_parts.Demo, "_note_punch", stop_at_once)
    finished = _run(
        *("demo", "--headless", "--photos", str(biden), "--gallery", str(biden), "--data", str(tmp_path / "data"))
    )
    assert finished.exit_code == 0, finished.stderr
    assert said
    assert f":{taken_port}" not in said[0]
    assert said[0] in finished.stdout


def test_port_that_was_asked_for_and_is_taken_is_told(taken_port: int, biden: Path, tmp_path: Path) -> None:
    finished = _run(
        *("demo", "--headless", "--photos", str(biden), "--gallery", str(biden), "--data", str(tmp_path / "data")),
        *("--http", f"127.0.0.1:{taken_port}"),
    )
    assert finished.exit_code in (1, 2)
    assert str(taken_port) in finished.stderr
    assert "--http" in finished.stderr


def test_data_folder_that_is_a_file_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine", encoding="ascii")
    finished = _run(*ONCE, "--data", str(tmp_path / "file"))
    assert finished.exit_code == 2
    assert str(tmp_path / "file") in finished.stderr
    assert (tmp_path / "file").read_text(encoding="ascii") == "mine"


def test_temporary_folder_that_cannot_be_made_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(**_keywords: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("cli.demo.tempfile.TemporaryDirectory", refuse)
    finished = _run(*ONCE)
    assert finished.exit_code == 2
    assert "No space left on device" in finished.stderr
    assert "--data" in finished.stderr


# The enrolment by itself ----------------------------------------------------------------------------------------------


class ScriptedStation:
    """Shows a served frame for each look at it."""

    def __init__(self, frames: list[Frame | None]) -> None:
        self._frames = frames

    @property
    def served_frame(self) -> Frame | None:
        return self._frames.pop(0) if len(self._frames) > 1 else self._frames[0]


def _frame(index: int) -> Frame:
    return Frame(np.zeros((4, 4, 3), np.uint8), np.zeros((4, 4), np.uint8), float(index), index, "webcam")


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cli.demo_enrolment.SPACING_SECONDS", 0.001)


@pytest.mark.usefixtures("quick")
def test_enrolment_takes_each_picture_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cli.demo_enrolment.PATIENCE_SECONDS", 0.5)
    enrolled: list[int] = []
    said: list[str] = []

    def enrol_frames(_name: str, frames: list[object], *, most: int) -> SimpleNamespace:
        enrolled.append(len(frames))
        return SimpleNamespace(added=len(frames), people=[])

    station = ScriptedStation([None, _frame(1), _frame(1), None, _frame(2)])
    with WebcamEnrolment(station, SimpleNamespace(enrol_frames=enrol_frames), say=said.append) as enrolment:
        enrolment.begin("Siti")
        enrolment._thread.join(20)
    assert enrolled == [2]
    assert said[-1].startswith("Enrolled Siti")


@pytest.mark.usefixtures("quick")
def test_enrolment_that_is_broken_off_enrols_nobody() -> None:
    enroller = SimpleNamespace(enrol_frames=lambda *_, **__: pytest.fail("enrolled"))
    with WebcamEnrolment(ScriptedStation([None]), enroller, say=lambda _: None) as enrolment:
        enrolment.begin("Siti")
    assert not enrolment._thread.is_alive()


@pytest.mark.usefixtures("quick")
def test_enrolment_that_fails_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cli.demo_enrolment.PATIENCE_SECONDS", 0.05)
    said: list[str] = []

    def refuse(_name: str, _frames: list[object], **_options: object) -> None:
        raise BadInputError("Nobody was seen.")

    with WebcamEnrolment(ScriptedStation([None]), SimpleNamespace(enrol_frames=refuse), say=said.append) as enrolment:
        enrolment.begin("Siti")
        enrolment._thread.join(20)
    assert said[-1] == "Siti was not enrolled: Nobody was seen."


def test_supervised_camera_is_what_the_stand_in_stands_for() -> None:
    for name in ("read", "start", "stop", "ask", "health"):
        assert hasattr(CaptureSupervisor, name)
        assert hasattr(NewcomerAtWebcam, name)
