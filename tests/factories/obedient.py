"""A hub and the kiosk's own journal, orders and uplink, over a network that exists only in memory."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from contract.signing import SigningKey
from hub.db import Database
from hub.fleet.command_delivery import CommandDelivery
from hub.fleet.commands import Action, CommandLine, give_command, list_commands
from hub.ingest.heartbeats import HeartbeatRecorder
from hub.ingest.recorder import Recorder
from hub.ingest.subscriber import Subscriber
from kiosk.journal import Journal
from kiosk.orders import Orders
from kiosk.uplink import Bearing, Uplink
from tests.factories.people import add_kiosk_row
from tests.factories.simulation import SimulatedNetwork
from tests.factories.terminal import HandClock

DEVICE = "kiosk-1"


@dataclass
class Obedience:
    """One kiosk that obeys, one hub that orders, one clock. tells: whether its program knows of outcomes."""

    database: Database
    folder: Path
    tells: bool = True
    seed: int = 1
    clock: HandClock = field(default_factory=HandClock)
    done: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.network = SimulatedNetwork(now=self.clock.monotonic, seed=self.seed)
        self.key, self.hub_key = SigningKey.generate(), SigningKey.generate()
        add_kiosk_row(self.database, DEVICE, self.key.verify_key)
        self.line = self.network.end("presensi/v1/down/")
        self.hub_line = self.network.end("presensi/v1/up/")
        self.journal = Journal(self.folder / "journal.db", device=DEVICE, boot=self.clock.boot)
        self.start_kiosk()
        self.start_hub()
        self.hub_line.connect()

    def start_kiosk(self) -> None:
        """As after a start of the program, on the same journal."""
        self.orders = Orders(
            journal=self.journal,
            clock=self.clock,
            on_lock=lambda locked: self.done.append("lock" if locked else "unlock"),
            on_restart=lambda: self.done.append("restart"),
            on_news=self._speak,
        )
        self.uplink = Uplink(
            device=DEVICE,
            journal=self.journal,
            transport=self.line,
            key=self.key,
            hub_key=self.hub_key.verify_key,
            clock=self.clock,
            bearing=self._bearing,
            on_command=self.orders.obey,
        )

    def start_hub(self) -> None:
        now: Callable[[], datetime] = self.clock.now
        self.subscriber = Subscriber(
            transport=self.hub_line,
            recorder=Recorder(database=self.database, hub_key=self.hub_key, now=now),
            heartbeats=HeartbeatRecorder(database=self.database, hub_key=self.hub_key, now=now),
            commands=CommandDelivery(database=self.database, hub_key=self.hub_key, now=now),
            monotonic=self.clock.monotonic,
        )

    def give(self, action: Action, text: str = "", **others: object) -> CommandLine:
        return give_command(
            self.database,
            DEVICE,
            action,
            by="teknisi",
            now=self.clock.now(),
            text=text,
            **others,  # type: ignore[arg-type]
        )

    def states(self) -> list[tuple[str, str]]:
        """(action, state), as they were given."""
        return [(line.action, line.state) for line in reversed(list_commands(self.database, DEVICE))]

    def sent(self) -> int:
        """How often a command was published."""
        return sum(message.topic.endswith("/command") for message in self.network.published)

    def pass_seconds(self, seconds: float) -> None:
        end = self.clock.seconds + seconds
        while self.clock.seconds < end:
            self.uplink.step()
            while self.subscriber.step():
                pass
            self.uplink.step()
            self.clock.advance(0.5)

    def _speak(self) -> None:
        self.uplink.heartbeat_soon()

    def _bearing(self) -> Bearing:
        locked = "hub" if self.orders.locked_by_hub else ""
        if not self.tells:
            return Bearing(command=self.orders.newest)
        return Bearing(command=self.orders.newest, outcomes=self.orders.outcomes, locked=locked)  # type: ignore[arg-type]
