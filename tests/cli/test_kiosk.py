"""`presensi kiosk` on the command line: what cannot be is told in a sentence, and every end is a clean one."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest
from click.testing import CliRunner, Result

from cli import main
from cli.kiosk import EXIT_RESTART, camera_choice
from contract.errors import BadInputError
from contract.signing import SigningKey
from kiosk.journal import Journal
from tests.conftest import ROOT
from tests.factories.journals import anchor, refusal
from tests.factories.terminal import fill

DEADLINE_SECONDS = 180.0
DEVICE = "kiosk-1"
COMMAND = [sys.executable, "-c", "from cli import main; main()"]


def _run(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["kiosk", *arguments], catch_exceptions=False)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return tmp_path / "k1"


@pytest.fixture
def hub_key(tmp_path: Path) -> Path:
    (tmp_path / "hub.pub").write_text(SigningKey.generate().verify_key.text + "\n", encoding="ascii")
    return tmp_path / "hub.pub"


@pytest.fixture
def silent_broker() -> str:
    """An address where nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return f"mqtt://127.0.0.1:{probe.getsockname()[1]}"


# Bad input ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("choice", "naming"),
    [
        (["--clip", "a.mp4", "--webcam", "0"], "only one of"),
        (["--device", "Not A Device", "--webcam", "0"], "device"),
        (["--settings", "missing.toml"], "missing.toml"),
        (["--headless"], "hub key"),
    ],
)
def test_kiosk_that_cannot_be_is_told_in_a_sentence(choice: list[str], naming: str, data: Path) -> None:
    finished = _run("run", "--headless", "--data", str(data), *choice)
    assert finished.exit_code == 2
    assert finished.stdout == ""
    assert finished.stderr.startswith("presensi: ")
    assert finished.stderr.count("\n") == 1
    assert naming in finished.stderr


def test_window_without_a_display_is_told(data: Path, hub_key: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"):
        monkeypatch.delenv(name, raising=False)
    finished = _run("run", "--webcam", "0", "--data", str(data), "--hub-key", str(hub_key))
    assert finished.exit_code == 2
    assert "--headless" in finished.stderr


def test_folder_that_cannot_be_read_is_told(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_path: Path) -> bool:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "exists", refuse)
    finished = _run("journal", "rows", "--data", str(data))
    assert finished.exit_code == 2
    assert "Permission denied" in finished.stderr


def test_data_folder_that_is_a_file_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine", encoding="ascii")
    finished = _run("key", "--data", str(tmp_path / "file"))
    assert finished.exit_code == 2
    assert str(tmp_path / "file") in finished.stderr


def test_cameras_exclude_each_other() -> None:
    assert camera_choice(clip=None, photos=None, webcam=0) == {"camera_kind": "webcam", "camera_device": 0}
    assert camera_choice(clip=None, photos=None, webcam=None) == {}
    with pytest.raises(BadInputError):
        camera_choice(clip="a.mp4", photos="b", webcam=None)


# Key and journal ------------------------------------------------------------------------------------------------------


def test_key_is_made_once(data: Path) -> None:
    first = _run("key", "--data", str(data))
    assert first.exit_code == 0
    assert len(first.stdout.strip()) == 44
    assert _run("key", "--data", str(data)).stdout == first.stdout


def test_journal_lists_its_rows(data: Path) -> None:
    assert _run("journal", "rows", "--data", str(data)).exit_code == 2
    data.mkdir()
    with Journal(data / "journal.sqlite3", device=DEVICE) as journal:
        fill(journal, 3)
    shown = json.loads(_run("journal", "rows", "--json", "--data", str(data)).stdout)
    assert [row["seq"] for row in shown] == [1, 2, 3]
    assert set(shown[0]) == {"device", "epoch", "seq", "kind", "person", "taken_at", "hash"}
    assert _run("journal", "rows", "--data", str(data)).stdout.endswith("3 rows\n")


def test_journal_lists_rows_of_every_kind(data: Path) -> None:
    data.mkdir()
    with Journal(data / "journal.sqlite3", device=DEVICE) as journal:
        fill(journal, 1)
        journal.append(lambda key: anchor(device=key.device, epoch=key.epoch, seq=key.seq))
        journal.append(lambda key: refusal(device=key.device, epoch=key.epoch, seq=key.seq))
    shown = json.loads(_run("journal", "rows", "--json", "--data", str(data)).stdout)
    assert [(row["kind"], row["person"]) for row in shown] == [
        ("punch", "person-1"),
        ("clock", None),
        ("refusal", None),
    ]
    assert "  refusal " in _run("journal", "rows", "--data", str(data)).stdout


def test_journal_is_exported_to_a_new_file_only(data: Path, tmp_path: Path) -> None:
    data.mkdir()
    with Journal(data / "journal.sqlite3", device=DEVICE) as journal:
        fill(journal, 3)
    target = tmp_path / "stick.jsonl"
    assert _run("journal", "export", str(target), "--data", str(data)).exit_code == 0
    written = target.read_bytes()
    refused = _run("journal", "export", str(target), "--data", str(data))
    assert refused.exit_code != 0
    assert str(target) in refused.stderr
    assert target.read_bytes() == written


def test_journal_of_a_running_kiosk_is_left_alone(data: Path) -> None:
    data.mkdir()
    with Journal(data / "journal.sqlite3", device=DEVICE) as journal:
        fill(journal, 1)
        refused = _run("journal", "rows", "--data", str(data))
    assert refused.exit_code == 1
    assert refused.stdout == ""


# Ends -----------------------------------------------------------------------------------------------------------------


@pytest.fixture
def start(
    demo_photos: Path, data: Path, hub_key: Path, silent_broker: str
) -> Iterator[Callable[..., subprocess.Popen[str]]]:
    """Start `presensi kiosk run --headless` on photos, without a broker; what still runs after the test is killed."""
    started: list[subprocess.Popen[str]] = []

    def start(*arguments: str) -> subprocess.Popen[str]:
        running = subprocess.Popen(
            [
                *(*COMMAND, "kiosk", "run", "--headless", "--photos", str(demo_photos), "--data", str(data)),
                *("--device", DEVICE, "--hub-key", str(hub_key), "--broker", silent_broker, *arguments),
            ],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        started.append(running)
        return running

    yield start
    for running in started:
        running.kill()
        running.communicate()


def _await(what: Callable[[], bool]) -> None:
    deadline = time.monotonic() + DEADLINE_SECONDS
    while not what():
        assert time.monotonic() < deadline, "it took too long"
        time.sleep(0.05)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_signal_ends_a_kiosk_and_its_capture_process(number: int, start: Callable[..., subprocess.Popen[str]]) -> None:
    running = start("--loop", "--linger", "600")
    process = psutil.Process(running.pid)
    _await(lambda: bool(process.children()) or running.poll() is not None)
    children = process.children()
    running.send_signal(number)
    said, complained = running.communicate(timeout=DEADLINE_SECONDS)
    assert running.returncode == 0, complained
    assert said == ""
    assert "Traceback" not in complained
    _, alive = psutil.wait_procs(children, timeout=DEADLINE_SECONDS)
    assert not alive


def test_signal_before_the_kiosk_is_ready_ends_it_without_words(start: Callable[..., subprocess.Popen[str]]) -> None:
    running = start("--loop")
    # The handlers are there before anything heavy is imported.
    _await(lambda: _catches_sigterm(running.pid))
    running.send_signal(signal.SIGTERM)
    said, complained = running.communicate(timeout=DEADLINE_SECONDS)
    assert running.returncode in (0, 128 + signal.SIGTERM), complained
    assert said == ""
    assert "Traceback" not in complained


def _catches_sigterm(pid: int) -> bool:
    status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    caught = next(line for line in status.splitlines() if line.startswith("SigCgt:"))
    return bool(int(caught.split()[1], 16) & 1 << (signal.SIGTERM - 1))


def test_restart_has_an_exit_code_of_its_own() -> None:
    assert EXIT_RESTART not in (0, 1, 2, 3)
