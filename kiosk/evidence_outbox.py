"""Snapshots on their way to the hub: a few at a time, beside the punches and never in their way."""

from __future__ import annotations

import logging
import random
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final

from contract import codec, ranges
from contract.evidence import Evidence
from contract.ranges import Ranges
from contract.signing import SigningKey
from kiosk.errors import SnapshotError
from kiosk.evidence_folder import EvidenceFolder
from kiosk.journal import Journal

log = logging.getLogger(__name__)

WINDOW: Final = 2
"""Snapshots under way at once: together less than a batch of punches."""

RETRY_CAP_SECONDS: Final = 600.0
"""The longest pause between two tries; a hub that never answers for a snapshot costs this little."""


@dataclass(frozen=True, slots=True)
class _Try:
    """A snapshot that was sent and not receipted yet. Monotonic seconds: until when it counts as under way, and when
    it is sent again."""

    failures: int
    lost_at: float
    again_at: float


class EvidenceOutbox:
    """Sends each snapshot whose row the hub has settled, again and again until a receipt names it.

    A hub keeps no picture that no row announces, so one that goes ahead of its row would only go twice.
    receipt_timeout: seconds until the first repetition; each later one waits twice as long.
    """

    def __init__(
        self,
        *,
        device: str,
        key: SigningKey,
        journal: Journal,
        folder: EvidenceFolder,
        receipt_timeout: float = 5.0,
        jitter: Callable[[], float] = random.random,
    ) -> None:
        self._device = device
        self._key = key
        self._journal = journal
        self._folder = folder
        self._receipt_timeout = receipt_timeout
        self._jitter = jitter
        self._tries: dict[str, _Try] = {}

    def reset(self) -> None:
        """The connection is new: whatever was under way may be lost."""
        self._tries.clear()

    def send_due(self, now: float, publish: Callable[[bytes], bool]) -> None:
        """Publish what is due, as far as the window has room."""
        waiting = self._folder.waiting
        self._tries = {name: each for name, each in self._tries.items() if name in waiting}
        room = WINDOW - sum(now < each.lost_at for each in self._tries.values())
        settled: dict[str, Ranges] = {}
        for name, (epoch, seq) in waiting.items():
            if room <= 0:
                return
            before = self._tries.get(name)
            if before is not None and now < before.again_at:
                continue
            if epoch not in settled:
                settled[epoch] = self._journal.settled(epoch)
            if not ranges.contains(settled[epoch], seq):
                continue
            if not self._send(name, epoch, publish):
                return
            self._note_try(name, now)
            room -= 1

    def retire(self, names: Iterable[str]) -> None:
        """The hub holds these: delete them here."""
        self._folder.remove(names)

    def _send(self, name: str, epoch: str, publish: Callable[[bytes], bool]) -> bool:
        """Whether the network took it, or there is nothing left to send."""
        try:
            evidence = Evidence(epoch=epoch, sha256=name, jpeg=self._folder.read(name))
        except SnapshotError as error:
            log.error("%s", error)  # noqa: TRY400 (the sentence says all)
            return True
        return publish(codec.seal(evidence, key=self._key, purpose="evidence", device=self._device))

    def _note_try(self, name: str, now: float) -> None:
        before = self._tries.get(name)
        failures = before.failures + 1 if before is not None else 0
        # 2**30 is beyond any cap, and within any float.
        patience = min(self._receipt_timeout * 2.0 ** min(failures, 30), RETRY_CAP_SECONDS)
        again_at = now + patience * (0.75 + 0.5 * self._jitter())
        self._tries[name] = _Try(failures, min(again_at, now + self._receipt_timeout), again_at)
