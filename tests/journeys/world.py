"""Brokers, hubs and kiosks as processes on free ports of this machine, and what a test compares afterwards."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Callable, Sequence
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import IO, Any, Final

import msgspec
import pytest
from sqlalchemy import select

from contract.punch import decode_row
from contract.signing import SigningKey
from hub.db import open_database
from hub.fleet.kiosks import add_kiosk
from hub.fleet.models import LatestHeartbeat
from hub.fleet.overview import held_rows
from hub.ingest.models import QuarantinedRow
from hub.keys import load_hub_key
from kiosk.journal import Journal
from tests.conftest import ROOT
from tests.journeys.kiosk_process import KioskStatus
from tests.journeys.steps import KILL_AT, NOW

MOSQUITTO: Final = shutil.which("mosquitto", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")
PATIENCE_SECONDS: Final = 300.0
"""Generous: these machines are shared. Nothing is asserted about how long anything takes."""

RowKey = tuple[str, str, int, str]
"""Device, epoch, seq and hash."""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_until(condition: Callable[[], Any], what: str, *, patience: float = PATIENCE_SECONDS) -> Any:
    """The first true answer of `condition`; fails with `what` was waited for."""
    deadline = time.monotonic() + patience
    while True:
        answer = condition()
        if answer:
            return answer
        if time.monotonic() > deadline:
            pytest.fail(f"waited {patience:.0f} s in vain: {what}")
        time.sleep(0.02)  # other processes tell us nothing to wait on: we look again and again


class Process:
    """A child of ours; its output goes to a file in `folder`, and it is gone when the test is."""

    def __init__(
        self,
        arguments: Sequence[str],
        *,
        folder: Path,
        name: str,
        kill_at: str | None = None,
        now: datetime | None = None,
    ) -> None:
        environment = os.environ | ({KILL_AT: kill_at} if kill_at else {})
        environment |= {NOW: now.isoformat()} if now else {}
        self.log = folder / f"{name}.log"
        self.folder = folder
        with self.log.open("ab") as log:
            self._child = subprocess.Popen(
                arguments, cwd=ROOT, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log
            )
        self.lines: list[bytes] = []
        self._reader = threading.Thread(target=self._read, args=(self._child.stdout,), daemon=True)
        self._reader.start()

    def _read(self, pipe: IO[bytes]) -> None:
        for line in pipe:
            self.lines.append(line)

    @property
    def pid(self) -> int:
        return self._child.pid

    @property
    def alive(self) -> bool:
        return self._child.poll() is None

    def finish(self, *, patience: float = PATIENCE_SECONDS) -> int:
        """Wait for its own end; the exit code, negative for a signal."""
        try:
            code = self._child.wait(patience)
        except subprocess.TimeoutExpired:
            pytest.fail(f"{self.log.name} did not end within {patience:.0f} s; last: {self.lines[-1:]}\n{self.tail}")
        self._reader.join(10)
        return code

    def kill(self) -> None:
        """As kill -9 does, or a power cut."""
        self._child.kill()
        self.finish()

    def send(self, number: signal.Signals) -> None:
        self._child.send_signal(number)

    def end(self) -> None:
        """Ask it to end, then make it."""
        if self.alive:
            self._child.send_signal(signal.SIGCONT)
            self._child.terminate()
            try:
                self._child.wait(20)
            except subprocess.TimeoutExpired:
                self._child.kill()
                self._child.wait(20)
        self._reader.join(10)
        for pipe in (self._child.stdin, self._child.stdout):
            if pipe is not None:
                pipe.close()

    def close_input(self) -> None:
        if self._child.stdin is not None:
            self._child.stdin.close()

    @property
    def tail(self) -> str:
        return self.log.read_text(encoding="utf-8", errors="replace")[-2000:]


class Broker:
    """Mosquitto with its defaults and without persistence: what it holds is gone when it dies."""

    def __init__(self, folder: Path, *, settings: str = "") -> None:
        if MOSQUITTO is None:
            pytest.skip("Mosquitto is not installed here")
        self.port = free_port()
        self.url = f"mqtt://127.0.0.1:{self.port}"
        self._folder = folder
        self._settings = folder / "mosquitto.conf"
        self._settings.write_text(
            f"listener {self.port} 127.0.0.1\nallow_anonymous true\npersistence false\n{settings}", encoding="ascii"
        )
        self._process: Process | None = None

    def start(self) -> None:
        assert MOSQUITTO is not None
        self._process = Process([MOSQUITTO, "-c", str(self._settings)], folder=self._folder, name="mosquitto")
        wait_until(self._listens, "the broker listens")

    def _listens(self) -> bool:
        with closing(socket.socket()) as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0

    def kill(self) -> None:
        assert self._process is not None
        self._process.kill()

    def end(self) -> None:
        if self._process is not None:
            self._process.end()


class HubAtWork:
    """`presensi hub run` in a process of its own, on SQLite; it can be killed and started anew on the same data."""

    def __init__(self, folder: Path, broker_url: str, *, shares: bool = False, port: int = 0) -> None:
        self.folder = folder
        self.port = port
        self.broker_url = broker_url
        folder.mkdir(parents=True, exist_ok=True)
        self._settings = folder / "hub.toml"
        self._settings.write_text(f"share = {str(shares).lower()}\n", encoding="ascii")
        self.key: SigningKey = load_hub_key(folder)
        self.process: Process | None = None

    @property
    def arguments(self) -> list[str]:
        return ["--data", str(self.folder), "--settings", str(self._settings)]

    def run(self, *arguments: str) -> subprocess.CompletedProcess[bytes]:
        """One command of `presensi hub`; it must succeed."""
        command = [sys.executable, "-m", "tests.journeys.hub_process", "hub", *arguments, *self.arguments]
        return subprocess.run(command, cwd=ROOT, check=True, capture_output=True, timeout=PATIENCE_SECONDS)

    def start(self, *, kill_at: str | None = None, now: datetime | None = None) -> None:
        """Returns when the hub answers. now: at which its clock stands still."""
        command = [sys.executable, "-m", "tests.journeys.hub_process", "hub", "run", *self.arguments]
        command += ["--broker", self.broker_url, "--http", f"127.0.0.1:{self.port}"]
        process = Process(command, folder=self.folder, name="hub", kill_at=kill_at, now=now)
        self.process = process
        wait_until(lambda: process.lines or not process.alive, "the hub answers")
        assert process.lines, f"the hub did not start:\n{process.tail}"

    @property
    def url(self) -> str:
        """Where its pages are."""
        assert self.process is not None
        return self.process.lines[0].decode().removeprefix("Hub:").strip()

    def readiness(self) -> dict[str, Any]:
        """What /readyz says of the hub's parts."""
        with urllib.request.urlopen(f"{self.url}/readyz", timeout=PATIENCE_SECONDS) as answer:
            return dict(json.load(answer))

    def end(self) -> None:
        if self.process is not None:
            self.process.end()

    def add_kiosk(self, device: str, key_text: str, *, demo: bool = False) -> None:
        with open_database(f"sqlite:///{self.folder / 'hub.db'}") as database:
            add_kiosk(database, device, key_text, demo=demo)

    def rows(self, device: str) -> list[RowKey]:
        """What it holds of a kiosk, in the order in which it was stored within each epoch."""
        with open_database(f"sqlite:///{self.folder / 'hub.db'}") as database:
            return [(row.device, row.epoch, row.seq, row.hash) for row in held_rows(database, device)]

    def heard_last_seq(self, device: str) -> int | None:
        """The newest row of its journal, as the kiosk's newest believed heartbeat has it; None: nothing was heard."""
        with open_database(f"sqlite:///{self.folder / 'hub.db'}") as database, database.read() as session:
            return session.scalar(select(LatestHeartbeat.last_seq).where(LatestHeartbeat.device == device))

    def quarantined(self, device: str) -> int:
        with open_database(f"sqlite:///{self.folder / 'hub.db'}") as database, database.read() as session:
            return len(session.scalars(select(QuarantinedRow.seq).where(QuarantinedRow.device == device)).all())


class KioskAtWork:
    """The terminal's journal and uplink in a process; it can be killed and started anew on the same card."""

    def __init__(self, folder: Path, device: str, hub: HubAtWork, *, broker_url: str | None = None) -> None:
        self.folder = folder
        self.device = device
        self._hub = hub
        self.broker_url = broker_url or hub.broker_url
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "hub.pub").write_text(hub.key.verify_key.text + "\n", encoding="ascii")
        self.key = SigningKey.load_or_create(folder / "device.key")
        self.process: Process | None = None

    def start(self, rows: int, *options: str, kill_at: str | None = None) -> Process:
        """Let it append until its journal holds `rows`, and deliver them."""
        command = [sys.executable, "-m", "tests.journeys.kiosk_process", "--data", str(self.folder)]
        command += ["--device", self.device, "--broker", self.broker_url, "--rows", str(rows), *options]
        self.process = Process(command, folder=self.folder, name="kiosk", kill_at=kill_at)
        return self.process

    @property
    def status(self) -> KioskStatus | None:
        """What it said last; None: nothing yet."""
        assert self.process is not None
        lines = self.process.lines
        return msgspec.json.decode(lines[-1], type=KioskStatus) if lines else None

    def await_status(self, condition: Callable[[KioskStatus], bool], what: str) -> KioskStatus:
        def met() -> KioskStatus | None:
            status = self.status
            if status is not None and condition(status):
                return status
            assert self.process is not None
            assert self.process.alive, f"the kiosk ended while we waited until {what}:\n{self.process.tail}"
            return None

        found = wait_until(met, f"{what}; last: {self.status}")
        assert isinstance(found, KioskStatus)
        return found

    def deliver_all(self) -> None:
        """Wait until the process ends by itself, because the hub has receipted everything."""
        assert self.process is not None
        assert self.process.finish() == 0, self.process.tail

    def end(self) -> None:
        if self.process is not None:
            self.process.end()

    def rows(self) -> list[RowKey]:
        """What the journal holds, in the order in which it was written; the process must have ended."""
        with Journal(self.folder / "journal.sqlite3", device=self.device) as journal:
            stored = [(own, decode_row(row)) for own, row in journal.stored_rows()]
        return [(row.device, row.epoch, row.seq, own.hex()) for own, row in stored]

    def accepted(self) -> list[tuple[str, int]]:
        """Epoch and seq of every punch that was accepted on the screen."""
        lines = (self.folder / "accepted").read_text(encoding="ascii").splitlines()
        return [(epoch, int(seq)) for epoch, seq in (line.split() for line in lines)]


def assert_hub_holds_the_journal(hub: HubAtWork, kiosk: KioskAtWork, *, rows: int) -> None:
    """The hub holds exactly the journal's rows, in order, none aside; nothing that was accepted is missing."""
    written = kiosk.rows()
    held = hub.rows(kiosk.device)
    assert len(written) == rows
    assert len(set(held)) == len(held)
    assert held == sorted(written)
    assert {(epoch, seq) for _, epoch, seq, _ in written} >= set(kiosk.accepted())
    assert hub.quarantined(kiosk.device) == 0
    by_epoch: dict[str, list[int]] = {}
    for _, epoch, seq, _ in written:
        by_epoch.setdefault(epoch, []).append(seq)
    assert all(seqs == list(range(1, len(seqs) + 1)) for seqs in by_epoch.values())
