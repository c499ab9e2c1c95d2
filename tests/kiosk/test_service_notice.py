"""sd_notify's datagrams, to a real socket."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from kiosk.service_notice import ServiceNotice


class Manager:
    """A service manager's end of the socket."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind("\0" + address[1:] if address.startswith("@") else address)
        self.socket.setblocking(False)

    def heard(self) -> list[str]:
        """What has come since the last time, a datagram each."""
        words = []
        while True:
            try:
                words.append(self.socket.recv(4096).decode())
            except BlockingIOError:
                return words


@pytest.fixture(params=["path", "abstract"])
def manager(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Manager]:
    name = f"@presensi-{os.getpid()}-{request.node.name}" if request.param == "abstract" else str(tmp_path / "notify")
    manager = Manager(name[:100])
    yield manager
    manager.socket.close()


def test_words_arrive_as_assignments(manager: Manager) -> None:
    notice = ServiceNotice({"NOTIFY_SOCKET": manager.address})
    assert notice.say(READY=1, STATUS="serving")
    assert notice.say(WATCHDOG=1)
    assert manager.heard() == ["READY=1\nSTATUS=serving", "WATCHDOG=1"]


def test_value_cannot_smuggle_in_another_assignment(manager: Manager) -> None:
    ServiceNotice({"NOTIFY_SOCKET": manager.address}).say(STATUS="lens\nWATCHDOG=1")
    assert manager.heard() == ["STATUS=lens WATCHDOG=1"]


@pytest.mark.parametrize("environment", [{}, {"NOTIFY_SOCKET": ""}, {"NOTIFY_SOCKET": "vsock:2:1234"}])
def test_kiosk_without_a_manager_tells_nobody(environment: dict[str, str]) -> None:
    notice = ServiceNotice(environment)
    assert not notice.heard
    assert not notice.say(READY=1)


def test_manager_that_is_gone_is_complained_of_once(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    notice = ServiceNotice({"NOTIFY_SOCKET": str(tmp_path / "gone")})
    assert not notice.say(WATCHDOG=1)
    assert not notice.say(WATCHDOG=1)
    assert len(caplog.records) == 1


def test_manager_that_does_not_listen_holds_nobody_up(tmp_path: Path) -> None:
    deaf = Manager(str(tmp_path / "notify"))
    notice = ServiceNotice({"NOTIFY_SOCKET": deaf.address})
    assert not all(notice.say(WATCHDOG=1) for _ in range(5000)), "its buffer is full by then"
    deaf.heard()
    assert notice.say(WATCHDOG=1)
    deaf.socket.close()


@pytest.mark.parametrize(
    ("environment", "seconds"),
    [
        ({"WATCHDOG_USEC": "30000000"}, 30.0),
        ({"WATCHDOG_USEC": "30000000", "WATCHDOG_PID": str(os.getpid())}, 30.0),
        ({"WATCHDOG_USEC": "30000000", "WATCHDOG_PID": "1"}, None),
        ({"WATCHDOG_USEC": "soon"}, None),
        ({"WATCHDOG_USEC": "0"}, None),
        ({}, None),
    ],
)
def test_watchdog_is_fed_thrice_as_often_as_it_asks(environment: dict[str, str], seconds: float | None) -> None:
    notice = ServiceNotice(environment)
    assert notice.watchdog_seconds == seconds
    assert notice.every_seconds == 10.0
