"""An uplink and its hub on one simulated line."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from contract import codec, ranges, topics
from contract.codec import seal
from contract.command import Command
from contract.heartbeat import Heartbeat
from contract.punch import decode_row, unpack_batch
from contract.ranges import Ranges
from contract.receipt import Receipt, Rejection
from contract.roster import RosterPart
from contract.signing import SigningKey
from contract.transport import Delivery, Transport
from kiosk.journal import Journal
from kiosk.uplink import Uplink
from tests.factories.simulation import SimulatedNetwork, Weather
from tests.factories.terminal import HandClock

DEVICE = "kiosk-1"


@dataclass
class Hub:
    """Stores what verifies, and says so with signed receipts; what it shall do besides is set by the tests."""

    transport: Transport
    key: SigningKey
    kiosk_key: SigningKey
    rows: dict[tuple[str, int], bytes] = field(default_factory=dict)
    order: list[tuple[str, int]] = field(default_factory=list)
    batches: list[tuple[str, int, int]] = field(default_factory=list)
    heartbeats: list[Heartbeat] = field(default_factory=list)
    rejecting: set[int] = field(default_factory=set)
    wanting: Ranges = ()
    pause_ms: int = 0
    silent: bool = False
    version: int = 0

    def step(self) -> None:
        while (arrival := self.transport.receive(0)) is not None:
            if not isinstance(arrival, Delivery):
                continue
            if topics.read_up(arrival.topic).kind == "punch":
                self.store(arrival.payload)
            else:
                verify = self.kiosk_key.verify_key
                heartbeat = codec.unseal(arrival.payload, Heartbeat, key=verify, purpose="state", device=DEVICE)
                self.heartbeats.append(heartbeat)
                self.answer(heartbeat.epoch)

    def store(self, payload: bytes) -> None:
        batch = unpack_batch(payload)
        batch.verify(self.kiosk_key.verify_key)
        self.batches.append((batch.epoch, batch.first_seq, batch.last_seq))
        for offset, text in enumerate(batch.rows):
            key = (batch.epoch, batch.first_seq + offset)
            assert decode_row(text.encode()).seq == key[1]
            assert self.rows.setdefault(key, text.encode()) == text.encode()
            self.order.append(key)
        self.answer(batch.epoch)

    def answer(self, epoch: str) -> None:
        if not self.silent:
            self.send(self.receipt(epoch))

    def receipt(self, epoch: str, **fields: Any) -> Receipt:
        self.version += 1
        held = ranges.union(((seq, seq) for each, seq in self.rows if each == epoch), ())
        upto = ranges.prefix(held)
        own = {
            "version": self.version,
            "epoch": epoch,
            "upto": upto,
            "also": tuple(each for each in held if each[0] > upto),
            "rejected": tuple(Rejection(seq=seq, reason="source") for seq in sorted(self.rejecting)),
            "missing": self.wanting,
            "pause_ms": self.pause_ms,
        }
        return Receipt(**(own | fields))

    def send(
        self, message: Receipt | RosterPart | Command, *, key: SigningKey | None = None, device: str = DEVICE
    ) -> None:
        kinds: dict[type, tuple[topics.DownKind, codec.Purpose]] = {
            Receipt: ("receipt", "receipt"),
            RosterPart: ("roster", "roster"),
            Command: ("command", "command"),
        }
        kind, purpose = kinds[type(message)]
        sealed = seal(message, key=key or self.key, purpose=purpose, device=device)
        self.transport.publish(topics.down(DEVICE, kind), sealed)


class Scene:
    """A kiosk's uplink and its hub on one simulated line."""

    def __init__(self, folder: Path, *, seed: int = 1, weather: Weather | None = None, **keywords: Any) -> None:
        self.clock = HandClock()
        self.network = SimulatedNetwork(self.clock.monotonic, seed, weather or Weather())
        self.line = self.network.end("presensi/v1/down/")
        hub_line = self.network.end("presensi/v1/up/")
        hub_line.connect()
        self.journal = Journal(folder / "journal.sqlite3", device=DEVICE, now=self.clock.now)
        key, hub_key = SigningKey.generate(), SigningKey.generate()
        self.hub = Hub(hub_line, hub_key, key)
        jitter = iter(range(10**9))
        self.uplink = Uplink(
            device=DEVICE,
            journal=self.journal,
            transport=self.line,
            key=key,
            hub_key=hub_key.verify_key,
            clock=self.clock,
            jitter=lambda: next(jitter) % 7 / 7,
            **keywords,
        )

    def pass_seconds(self, seconds: float, *, tick: float = 0.05) -> None:
        for _ in range(round(seconds / tick)):
            self.clock.advance(tick)
            self.uplink.step()
            self.hub.step()

    def deliver(self, *, within: float, tick: float = 0.05) -> None:
        """Let time pass until everything is delivered."""
        end = self.clock.seconds + within
        while self.journal.state.queue:
            assert self.clock.seconds < end, f"{self.journal.state.queue} rows left"
            self.pass_seconds(tick * 10, tick=tick)

    def sent(self, kind: str) -> list[Delivery]:
        return [each for each in self.network.published if each.topic == f"presensi/v1/up/{DEVICE}/{kind}"]


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    built = Scene(tmp_path)
    built.line.connect()
    with built.journal:
        yield built
