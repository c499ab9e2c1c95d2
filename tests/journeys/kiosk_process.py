"""The terminal's real journal, uplink and connection in a process of its own, without a camera.

It appends punches until the journal holds so many, delivers them, and ends when the hub has receipted all (or goes on
until its standard input is closed). Every punch whose append has returned is noted in `accepted`, as the screen would
have said it. A line of JSON on standard output tells how it stands whenever that changes.
"""

from __future__ import annotations

import argparse
import sys
import threading
from pathlib import Path
from typing import Any, TextIO

import msgspec

from contract import topics
from contract.heartbeat import OFFLINE_PAYLOAD, ONLINE_PAYLOAD, Health
from contract.mqtt import BrokerAddress, MqttTransport, Will
from contract.punch import JournalRow
from contract.signing import SigningKey, VerifyKey
from kiosk.clock import SystemClock
from kiosk.errors import JournalFullError
from kiosk.journal import Journal, RowKey
from kiosk.uplink import Bearing, Uplink, UplinkSettings
from tests.factories.journals import punch
from tests.journeys.steps import arm_kiosk


class KioskStatus(msgspec.Struct, frozen=True, kw_only=True):
    """How the process stands. rows: in the journal; refused_punches: that the disk did not take."""

    epoch: str
    rows: int
    queue: int
    online: bool
    refused_messages: int
    refused_punches: int
    receipt_version: int
    alarms: tuple[str, ...]


class Terminal:
    """One run of the kiosk."""

    def __init__(self, options: argparse.Namespace, accepted: TextIO) -> None:
        self._options = options
        self._accepted = accepted
        self._clock = SystemClock()
        self._refused_punches = 0
        self.wanted = int(options.rows)
        self.journal = Journal(options.data / "journal.sqlite3", device=options.device)
        self.rows = len(self.journal.stored_rows())
        self.uplink = Uplink(
            device=options.device,
            journal=self.journal,
            transport=MqttTransport(
                address=BrokerAddress.parse(options.broker),
                client_id=options.device,
                subscriptions=[topics.everything_for(options.device)],
                will=Will(topics.up(options.device, "online"), gone=OFFLINE_PAYLOAD, present=ONLINE_PAYLOAD),
            ),
            key=SigningKey.load_or_create(options.data / "device.key"),
            hub_key=VerifyKey.from_file(options.data / "hub.pub"),
            clock=self._clock,
            settings=UplinkSettings(
                window=options.window, receipt_timeout=options.receipt_timeout, retry_cap=4.0, heartbeat_every=2.0
            ),
            bearing=lambda: Bearing(health=Health(journal="salvaged" if self.journal.alarms else "ok")),
        )

    def append_all(self, stop: threading.Event) -> None:
        """Take punches until there are enough; one that the disk refuses is taken again a moment later."""
        while self.rows < self.wanted and not stop.is_set():
            try:
                row = self.journal.append(self._build)
            except JournalFullError:
                self._refused_punches += 1
                stop.wait(0.05)
                continue
            self.rows += 1
            self._accepted.write(f"{row.epoch} {row.seq}\n")
            self._accepted.flush()
            if self._options.pause_ms:
                stop.wait(self._options.pause_ms / 1000)

    def _build(self, key: RowKey) -> JournalRow:
        reading = self._clock.read()
        return punch(
            device=key.device,
            epoch=key.epoch,
            seq=key.seq,
            person=f"person-{key.seq % 50}",
            taken_at=reading.wall,
            clock=reading.stamp,
        )

    def status(self) -> KioskStatus:
        state = self.journal.state
        return KioskStatus(
            epoch=state.epoch,
            rows=self.rows,
            queue=state.queue,
            online=self.uplink.online,
            refused_messages=self.uplink.refused_messages,
            refused_punches=self._refused_punches,
            receipt_version=state.receipt_version,
            alarms=tuple(self.journal.alarms),
        )


def main() -> int:
    options = _parse()
    stop, closed = threading.Event(), threading.Event()
    arm_kiosk()
    with (options.data / "accepted").open("a", encoding="ascii") as accepted:
        terminal = Terminal(options, accepted)
        threads = [
            threading.Thread(target=terminal.append_all, args=(stop,)),
            threading.Thread(target=terminal.uplink.run, args=(stop,)),
        ]
        for thread in threads:
            thread.start()
        threading.Thread(target=_wait_for_end_of_input, args=(closed,), daemon=True).start()
        _watch(terminal, closed, stay=options.stay)
        stop.set()
        for thread in threads:
            thread.join()
        _tell(terminal.status())
        terminal.journal.close()
    return 0


def _watch(terminal: Terminal, closed: threading.Event, *, stay: bool) -> None:
    told: Any = None
    while not closed.wait(0.02):
        status = terminal.status()
        if status != told:
            _tell(status)
            told = status
        if not stay and status.rows >= terminal.wanted and not status.queue:
            return


def _wait_for_end_of_input(closed: threading.Event) -> None:
    sys.stdin.read()
    closed.set()


def _tell(status: KioskStatus) -> None:
    sys.stdout.write(msgspec.json.encode(status).decode() + "\n")
    sys.stdout.flush()


def _parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="with hub.pub")
    parser.add_argument("--device", required=True)
    parser.add_argument("--broker", required=True)
    parser.add_argument("--rows", type=int, required=True, help="append until the journal holds so many")
    parser.add_argument("--pause-ms", type=float, default=0.0, help="between two punches")
    parser.add_argument("--window", type=int, default=4)
    parser.add_argument("--receipt-timeout", type=float, default=1.0)
    parser.add_argument("--stay", action="store_true", help="deliver until standard input is closed")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
