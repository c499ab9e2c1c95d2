"""One run: a fleet, its hub, and a plan of what happens to them."""

from __future__ import annotations

import heapq
import random
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Final, Self
from unittest import mock
from zoneinfo import ZoneInfo

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

import hub.attendance.due
from benchmarks.faults.clocks import BEGIN, KioskClock, TrueTime
from benchmarks.faults.ledger import Ledger
from benchmarks.faults.mischief import Mischief
from benchmarks.faults.network import Network, Weather
from benchmarks.faults.office import Office, SqliteStore
from benchmarks.faults.plan import DAY, Fault, Plan, PlannedPunch
from benchmarks.faults.points import Disk, Killed, Points
from benchmarks.faults.terminal import Terminal, simulated_disks
from contract.signing import SigningKey
from hub.fleet.kiosks import add_kiosk

JAKARTA: Final = ZoneInfo("Asia/Jakarta")
HOUR: Final = 3600.0
KEPT_DAYS: Final = 7
"""The kiosks' 90 days: longer than a kiosk is out of touch and the hub's copy is old, together, as in the product."""
BACKFILL_DAYS: Final = 10
"""The hub's 62 days of people who never punched: no run is longer."""
QUIET_ROUNDS: Final = 400
WATCHED_SECONDS: Final = 60.0
"""So long after a hub was killed it is looked at every step whether kiosks believe what it never committed."""


@dataclass(frozen=True, slots=True)
class Restart:
    """A process begins again. terminal: its place in the list; None: the hub."""

    terminal: int | None


@dataclass(frozen=True, slots=True)
class Healed:
    """A fault is over."""

    fault: Fault


Happening = PlannedPunch | Fault | Restart | Healed


class World:
    """Everything there is, and how time passes. gone: cards that nobody can read any more."""

    def __init__(self, plan: Plan, folder: Path, template: Path) -> None:
        self.plan = plan
        self.folder = folder
        self.chance = random.Random(plan.seed + 1)
        self.time = TrueTime()
        self.points = Points()
        self.ledger = Ledger()
        self.network = Network(now=lambda: self.time.seconds, chance=random.Random(plan.seed + 2), points=self.points)
        self.network.weather = plan.weather
        self._hub_key = key_of("hub")
        self.office = Office(
            store=SqliteStore(folder / "hub", template),
            key=self._hub_key,
            time=self.time,
            network=self.network,
            points=self.points,
            workers=plan.workers,
        )
        self.mischief = Mischief(self.network, self.chance, key_of("stranger"), lambda: self.time.now)
        self._disks: dict[Path, Disk] = {}
        self.terminals: list[Terminal] = []
        self.agenda: list[tuple[float, int, Happening]] = []
        self._count = 0
        self._watched_until = 0.0
        self._house_kept_at = 0.0
        self.gone: set[str] = set()
        self._stack = ExitStack()

    def __enter__(self) -> Self:
        self._stack.enter_context(simulated_disks(self._disks, self.chance))
        self._stack.enter_context(mock.patch.object(hub.attendance.due, "BACKFILL_DAYS", BACKFILL_DAYS))
        self._stack.callback(self._end_all)
        self.office.start()
        for number in range(self.plan.kiosks):
            device = f"kiosk-{number + 1}"
            database = self.office.database
            assert database is not None
            add_kiosk(database, device, key_of(device).verify_key.text, now=lambda: self.time.now)
            self.add_terminal(device, device)
        for punch in self.plan.punches:
            self.schedule(punch.at, punch)
        for fault in self.plan.faults:
            self.schedule(fault.at, fault)
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def _end_all(self) -> None:
        for terminal in self.terminals:
            terminal.end_suddenly()
        self.office.end_suddenly()

    def add_terminal(self, device: str, card: str) -> Terminal:
        folder = self.folder / card
        disk = self._disks[folder] = Disk(self.points)
        terminal = Terminal(
            device=device,
            card=card,
            folder=folder,
            disk=disk,
            clock=KioskClock(self.time, card),
            key=key_of(device),
            hub_key=self._hub_key.verify_key,
            network=self.network,
            ledger=self.ledger,
            chance=self.chance,
        )
        self.terminals.append(terminal)
        self.start_terminal(len(self.terminals) - 1)
        return terminal

    # Driving --------------------------------------------------------------------------------------------------------

    def quiet(self) -> bool:
        """Everything works again, and time goes on until nothing moves; False when it moved for too long."""
        self.points.disarm()
        self.network.weather = Weather()
        self.office.lock(locked=False)
        self.network.come_up()
        if not self.office.running:
            self.start_hub()
        for number, terminal in enumerate(self.terminals):
            terminal.disk.full = False
            terminal.reachable = True
            if not terminal.running:
                self.start_terminal(number)
            terminal.clock.set_by_network()
            assert terminal.end is not None
            terminal.end.reachable, terminal.end.half_open = True, False
            terminal.end.reconnect()
        # Some night after the working days, far from any midnight.
        self.time.seconds = ((max(self.time.seconds, self.plan.days * DAY) + 6 * HOUR) // DAY + 1) * DAY + 2 * HOUR
        settled = self._settle_down()
        self.look()
        self._assess_all()
        return settled

    def take_as_of(self, device: str, person: str, true_at: datetime) -> None:
        """Let a kiosk have taken a punch then: its clock is put back meanwhile."""
        now = self.time.seconds
        self.time.seconds = (true_at - BEGIN).total_seconds()
        terminal = next(each for each in self.terminals if each.device == device)
        terminal.punch(person, true_at)
        self.time.seconds = now

    def quiet_from(self, seconds: float) -> None:
        """Deliver everything, then assess at this time as `quiet` does."""
        self._settle_down()
        self.time.seconds = seconds
        for _ in range(5):
            self.time.seconds += 10
            self._step()
        self._assess_all()

    def _assess_all(self) -> None:
        """Also what a worker that died had claimed."""
        for _ in range(2):
            self.time.seconds += 600
            self.assess()

    def _settle_down(self) -> bool:
        calm = 0
        for _ in range(QUIET_ROUNDS):
            self.time.seconds += 10
            self._step()
            moving = not self.network.idle or any(each.queue for each in self.terminals)
            calm = 0 if moving else calm + 1
            # Long enough for a heartbeat, what it makes the hub ask for, and the answer.
            if calm > 12:
                return True
        return False

    def let_pass(self, until: float) -> None:
        """Steps are short at first, when there is something to do, and longer while there is not."""
        for pause in (1.0, 6.0, 40.0):
            if self.time.seconds + pause >= until:
                break
            self.time.seconds += pause
            self._step()
        self.time.seconds = max(self.time.seconds, until)
        self._step()
        if self.time.seconds >= self._house_kept_at + HOUR:
            self._house_kept_at = self.time.seconds
            self._keep_house()

    def _step(self) -> None:
        self._step_terminals()
        try:
            self.office.step()
        except Killed:
            self.end_hub(restart_after=self.pause())
            self._watched_until = self.time.seconds + WATCHED_SECONDS
        self._step_terminals()
        if self.time.seconds < self._watched_until:
            self.look()

    def _step_terminals(self) -> None:
        for number, terminal in enumerate(self.terminals):
            try:
                terminal.step()
            except Killed:
                self.end_terminal(number, restart_after=self.pause())

    def sweep(self) -> None:
        """What happens every night."""
        self.assess()
        self.look()

    def _keep_house(self) -> None:
        for number, terminal in enumerate(self.terminals):
            try:
                terminal.keep_house(KEPT_DAYS)
            except Killed:
                self.end_terminal(number, restart_after=self.pause())

    def assess(self) -> None:
        try:
            self.office.assess(due=True)
        except Killed:
            self.end_hub(restart_after=self.pause())

    def look(self) -> None:
        """Hold what kiosks count as delivered against what the hub has committed."""
        self.ledger.held |= self.office.places()
        for terminal in self.terminals:
            terminal.observe()
            if terminal.journal is not None:
                self.ledger.watch_retired(terminal.journal, terminal.device)

    def pause(self) -> float:
        return self.chance.choice((0.0, 4.0, 70.0))

    def schedule(self, at: float, what: Happening) -> None:
        self._count += 1
        heapq.heappush(self.agenda, (at, self._count, what))

    # Ends and beginnings --------------------------------------------------------------------------------------------

    def end_terminal(self, number: int, *, restart_after: float | None) -> None:
        self.terminals[number].end_suddenly()
        if restart_after is not None:
            self.schedule(self.time.seconds + restart_after, Restart(number))

    def start_terminal(self, number: int) -> None:
        terminal = self.terminals[number]
        while not terminal.running:
            try:
                terminal.start()
            except Killed:
                terminal.end_suddenly()

    def end_hub(self, *, restart_after: float | None) -> None:
        self.office.end_suddenly()
        if restart_after is not None:
            self.schedule(self.time.seconds + restart_after, Restart(None))

    def start_hub(self) -> None:
        if not self.office.running:
            self.office.start()


def key_of(name: str) -> SigningKey:
    """A key that is the same in every run."""
    return SigningKey(Ed25519PrivateKey.from_private_bytes(sha256(name.encode()).digest()))


def calm(plan: Plan) -> Plan:
    """The same people and kiosks, and nothing goes wrong."""
    return replace(plan, workers=1, weather=Weather(), faults=(), punches=())
