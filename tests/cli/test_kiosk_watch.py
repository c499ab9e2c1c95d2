"""A kiosk under a service manager, in a process of its own: what the manager hears, and how it ends."""

from __future__ import annotations

import os
import socket
import subprocess
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


def test_ends_that_a_manager_acts_on_have_codes_of_their_own() -> None:
    assert len({0, 1, 2, 3, EXIT_RESTART, EXIT_REBOOT}) == 6
