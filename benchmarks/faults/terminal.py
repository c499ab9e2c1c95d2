"""One kiosk of the simulation: the product's journal, register and uplink on a simulated disk, clock and network."""

from __future__ import annotations

import random
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Final
from unittest import mock

import kiosk.journal
from benchmarks.faults.clocks import KioskClock, names
from benchmarks.faults.ledger import Ledger
from benchmarks.faults.network import End, Network
from benchmarks.faults.points import Disk, FaultyFile
from contract.punch import Liveness, Punch, Recognition, SourceKind
from contract.signing import SigningKey, VerifyKey
from kiosk.errors import JournalFullError
from kiosk.evidence_folder import EvidenceFolder
from kiosk.housekeeping import Housekeeping
from kiosk.journal import Journal, RowKey
from kiosk.refusals import RefusalBook
from kiosk.register import Register
from kiosk.roster import Roster
from kiosk.uplink import Uplink, UplinkSettings
from kiosk.vault import Vault

HEARTBEAT_SECONDS: Final = 60.0
"""Twice the default: half of a run's time would be heartbeats."""
RECOGNITION: Final = Recognition(pack="builtin", similarity=0.97, threshold=0.96, runner_up=0.7, frames=3, gallery=50)


@contextmanager
def simulated_disks(disks: dict[Path, Disk], chance: random.Random) -> Iterator[None]:
    """Let journals open their files on these disks (by folder), and name their epochs by the seed."""

    def open_file(path: Path, **keywords: Any) -> FaultyFile:
        return FaultyFile(path, disk=disks[path.parent], **keywords)

    seeded = SimpleNamespace(uuid4=names(chance.getrandbits))
    with mock.patch.object(kiosk.journal, "JournalFile", open_file), mock.patch.object(kiosk.journal, "uuid", seeded):
        yield


_VAULT: Final = Vault(bytes(range(32)))
"""The same after every start: pictures are not what these runs are about."""


class Terminal:
    """A kiosk that can be ended and started again. card: which card is in it; a new one after each re-imaging."""

    def __init__(
        self,
        *,
        device: str,
        card: str,
        folder: Path,
        disk: Disk,
        clock: KioskClock,
        key: SigningKey,
        hub_key: VerifyKey,
        network: Network,
        ledger: Ledger,
        chance: random.Random,
    ) -> None:
        self.device, self.card, self.folder, self.disk, self.clock = device, card, folder, disk, clock
        self._key, self._hub_key = key, hub_key
        self._network = network
        self._ledger = ledger
        self._chance = chance
        self.journal: Journal | None = None
        self.end: End | None = None
        self.reachable = True
        self.refused = 0
        folder.mkdir(parents=True, exist_ok=True)

    @property
    def running(self) -> bool:
        return self.journal is not None

    def start(self) -> None:
        """Begin from what is on the disk."""
        self.journal = Journal(
            self.folder / "journal.db", device=self.device, now=lambda: self.clock.read().wall, boot=self.clock.boot
        )
        self._ledger.observe(self.card, self.journal)
        self.clock.hold_floor(self.journal.last_taken_at)
        self.end = self._network.end_of(self.device)
        self.end.reachable = self.reachable
        self._register = Register(journal=self.journal, clock=self.clock)
        self.uplink = Uplink(
            device=self.device,
            journal=self.journal,
            transport=self.end,
            key=self._key,
            hub_key=self._hub_key,
            clock=self.clock,
            settings=UplinkSettings(heartbeat_every=HEARTBEAT_SECONDS),
            jitter=self._chance.random,
        )
        self.end.start()

    def end_suddenly(self) -> None:
        """Nothing is said to anybody; the file stays as it is."""
        if self.journal is not None:
            # What happens to the card before it is read again must not hide what was on it.
            self.observe()
            self.journal.close()
            self.journal = None
        if self.end is not None:
            self.end.stop()
            self.end = None

    def step(self) -> None:
        if self.journal is not None:
            self._register.keep_time()
            self.uplink.step()

    def punch(self, person: str, true_at: datetime, *, source: SourceKind = "picamera") -> bool:
        """Take a punch of somebody; whether it was accepted."""
        if self.journal is None:
            return False

        def build(key: RowKey) -> Punch:
            self._ledger.expect((key.device, key.epoch, key.seq), true_at)
            reading = self.clock.read()
            return Punch(
                device=key.device,
                epoch=key.epoch,
                seq=key.seq,
                person=person,
                taken_at=reading.wall,
                clock=reading.stamp,
                source=source,
                recognition=RECOGNITION,
                liveness=Liveness(policy="off"),
                roster=1,
            )

        try:
            self._register.keep_time()
            self.journal.append(build)
        except JournalFullError:
            self.refused += 1
            return False
        return True

    def observe(self) -> None:
        if self.journal is not None:
            self._ledger.observe(self.card, self.journal)

    def keep_house(self, rows_days: int) -> None:
        """What a kiosk does once in an hour."""
        if self.journal is not None:
            self.observe()
            refusals = RefusalBook(
                journal=self.journal,
                folder=EvidenceFolder(self.folder / "evidence", vault=_VAULT),
                clock=self.clock,
                roster=Roster,
            )
            Housekeeping(
                journal=self.journal,
                refusals=refusals,
                camera_working=lambda: False,
                clock_trusted=lambda: self.clock.read().stamp.source != "free",
                rows_days=rows_days,
                pictures_days=rows_days,
            ).go_round()

    def copy_card(self, folder: Path) -> None:
        """Copy everything that is on the disk; the program must have ended."""
        shutil.copytree(self.folder, folder, dirs_exist_ok=True, ignore=shutil.ignore_patterns("*.lock"))

    @property
    def queue(self) -> int:
        return self.journal.state.queue if self.journal is not None else 0
