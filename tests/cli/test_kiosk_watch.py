"""A kiosk under a service manager, in a process of its own: what the manager hears, and how it ends."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from cli.kiosk import EXIT_REBOOT, EXIT_RESTART
from contract.signing import SigningKey
from kiosk.equipment import REBOOTS
from kiosk.journal import Journal
from tests.conftest import ROOT
from tests.journeys.presensi import COMMAND
from tests.kiosk.test_position import until
from tests.kiosk.test_service_notice import Manager

DEADLINE_SECONDS = 180.0

SETTINGS = """
device = "kiosk-1"
data = "{data}"
hub_key = "{hub_key}"
broker = "mqtt://127.0.0.1:{port}"
[camera]
kind = "webcam"
device = 63
reboot_after = 3
reset_command = "touch {data}/reset"
"""


@pytest.fixture
def settings(tmp_path: Path) -> Path:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    data, hub_key, path = tmp_path / "k1", tmp_path / "hub.pub", tmp_path / "kiosk.toml"
    hub_key.write_text(SigningKey.generate().verify_key.text + "\n", encoding="ascii")
    path.write_text(SETTINGS.format(data=data, hub_key=hub_key, port=port), encoding="utf-8")
    return path


def test_kiosk_whose_camera_never_comes_is_alive_and_asks_for_a_reboot(settings: Path, tmp_path: Path) -> None:
    manager = Manager(str(tmp_path / "notify"))
    running = subprocess.Popen(
        [*COMMAND, "kiosk", "run", "--headless", "--settings", str(settings)],
        cwd=ROOT,
        env={**os.environ, "NOTIFY_SOCKET": manager.address, "WATCHDOG_USEC": "600000"},
        stderr=subprocess.PIPE,
        text=True,
    )
    heard: list[str] = []
    try:
        # Its ear holds a few words only, and has to be emptied all the while.
        until(lambda: heard.extend(manager.heard()) or running.poll() is not None, seconds=DEADLINE_SECONDS)
    finally:
        running.kill()
        _, complained = running.communicate()
    heard += manager.heard()
    manager.socket.close()
    assert running.returncode == EXIT_REBOOT, complained
    assert "Traceback" not in complained
    assert "READY=1\nWATCHDOG=1\nSTATUS=the camera is being brought back" in heard
    assert heard[-1] == "STOPPING=1\nSTATUS=ending"
    with Journal(tmp_path / "k1" / "journal.sqlite3", device="kiosk-1") as journal:
        assert journal.fact(REBOOTS) == "1"


WINDOW_THAT_HANGS = """
import sys, time
from functools import partial
from pathlib import Path
from PySide6.QtCore import QTimer
from kiosk import station
from kiosk.ui import pulse
from kiosk.watchdog import Limits, Watchdog
station.Watchdog = partial(Watchdog, limits=Limits(attendant=60, frames=60, journal=60, screen=3))
beat = pulse.keep_pulse

def keep_pulse_until_told(vitals, window):
    beat(vitals, window)
    timer = QTimer(window)
    timer.timeout.connect(lambda: time.sleep(600) if Path(sys.argv[-1]).exists() else None)
    timer.start(20)

pulse.keep_pulse = keep_pulse_until_told
from cli import main
main(sys.argv[1:-1])
"""


def test_window_that_stands_still_silences_the_watchdog(settings: Path, tmp_path: Path) -> None:
    pytest.importorskip("PySide6")
    settings.write_text(settings.read_text().replace("reboot_after = 3", "reboot_after = 0"), encoding="utf-8")
    manager = Manager(str(tmp_path / "notify"))
    flag = tmp_path / "hang"
    running = subprocess.Popen(
        [sys.executable, "-c", WINDOW_THAT_HANGS, "kiosk", "run", "--windowed", "--settings", str(settings), str(flag)],
        cwd=ROOT,
        env={
            **os.environ,
            "NOTIFY_SOCKET": manager.address,
            "WATCHDOG_USEC": "600000",
            "QT_QPA_PLATFORM": "offscreen",
            "QT_QUICK_BACKEND": "software",
        },
        stderr=subprocess.PIPE,
        text=True,
    )
    heard: list[str] = []

    def hears(words: str, times: int) -> bool:
        heard.extend(manager.heard())
        return sum(words in each for each in heard) >= times or running.poll() is not None

    try:
        until(lambda: hears("WATCHDOG=1", 3), seconds=DEADLINE_SECONDS)
        assert any("READY=1" in each for each in heard)
        flag.touch()
        until(lambda: hears("no life in: screen", 1), seconds=DEADLINE_SECONDS)
        heard.clear()
        until(lambda: hears("no life in: screen", 5), seconds=DEADLINE_SECONDS)
        assert set(heard) == {"STATUS=no life in: screen"}, "not one word that all is well"
        assert running.poll() is None
    finally:
        running.kill()
        _, complained = running.communicate()
        manager.socket.close()
    assert "Traceback" not in complained
    assert "no sign of life from screen" in complained


def test_ends_that_a_manager_acts_on_have_codes_of_their_own() -> None:
    assert len({0, 1, 2, 3, EXIT_RESTART, EXIT_REBOOT}) == 6
