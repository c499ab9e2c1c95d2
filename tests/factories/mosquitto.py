"""A private Mosquitto on a free port of this machine, as a test wants it."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import pytest

MOSQUITTO: Final = shutil.which("mosquitto", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")
PATIENCE_SECONDS: Final = 60.0


@dataclass
class Mosquitto:
    """Started and killed by the test; the port stays the same. lines: of its configuration, beyond the listener."""

    folder: Path
    lines: list[str] = field(default_factory=lambda: ["allow_anonymous true"])

    def __post_init__(self) -> None:
        if MOSQUITTO is None:
            pytest.skip("Mosquitto is not installed here")
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = int(probe.getsockname()[1])
        self._process: subprocess.Popen[bytes] | None = None

    def configuration(self) -> str:
        """What it is told, but for the user that it runs as."""
        return f"listener {self.port} 127.0.0.1\npersistence false\n" + "\n".join(self.lines) + "\n"

    def start(self) -> None:
        """Returns when it takes connections."""
        assert MOSQUITTO is not None
        settings = self.folder / "mosquitto.conf"
        # Else it gives up being root, and cannot read what the test has written.
        user = "user root\n" if os.geteuid() == 0 else ""
        settings.write_text(user + self.configuration())
        with (self.folder / "mosquitto.log").open("ab") as log:
            self._process = subprocess.Popen([MOSQUITTO, "-c", str(settings)], stdout=log, stderr=log)
        deadline = time.monotonic() + PATIENCE_SECONDS
        while True:
            try:
                socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
                return
            except OSError:
                log_text = (self.folder / "mosquitto.log").read_text()
                assert self._process.poll() is None, f"Mosquitto did not start:\n{log_text}"
                assert time.monotonic() < deadline, f"Mosquitto does not answer:\n{log_text}"
                time.sleep(0.02)  # another process: there is no event to wait for

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    def reload(self) -> None:
        """Read certificates and revocation lists again; it says neither when nor whether it has."""
        assert self._process is not None
        self._process.send_signal(signal.SIGHUP)

    def kill(self) -> None:
        """As when the power goes."""
        if self._process is not None:
            self._process.send_signal(signal.SIGKILL)
            self._process.wait(PATIENCE_SECONDS)
            self._process = None
