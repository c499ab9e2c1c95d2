"""Enrolments on their way to the hub: a part at a time, again and again until a receipt says that the hub holds it."""

from __future__ import annotations

import logging
import random
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final

from contract import codec
from contract.enrolment import MAX_STANDINGS, EnrolmentStanding, SealedEnrolment
from contract.signing import SigningKey
from kiosk.errors import EnrolmentStoreError
from kiosk.operator.enrolment_folder import EnrolmentFolder
from kiosk.operator.parcel import Parcel
from kiosk.operator.screens import Standing

log = logging.getLogger(__name__)

WINDOW: Final = 2
"""Parts under way at once: punches go first."""
RETRY_CAP_SECONDS: Final = 600.0
MOST_REMEMBERED: Final = 200

Part = tuple[str, int]


@dataclass(frozen=True, slots=True)
class _Try:
    """A part that was sent. Monotonic seconds: until when it counts as under way, and when it is sent again."""

    failures: int
    lost_at: float
    again_at: float


class EnrolmentOutbox:
    """Sends what the folder keeps, and remembers what the hub says of it; thread-safe.

    What the hub has said is in memory only, with its reasons, which may hold names: after a restart the heartbeat asks
    again. name_of: of a person in the roster, None: not there. epoch: the journal's.
    """

    def __init__(
        self,
        *,
        device: str,
        key: SigningKey,
        folder: EnrolmentFolder,
        epoch: Callable[[], str],
        name_of: Callable[[str], str | None],
        receipt_timeout: float = 5.0,
        jitter: Callable[[], float] = random.random,
    ) -> None:
        self._device, self._key, self.folder = device, key, folder
        self._epoch, self._name_of = epoch, name_of
        self._receipt_timeout, self._jitter = receipt_timeout, jitter
        self._lock = threading.RLock()
        self._tries: dict[Part, _Try] = {}
        self._heard: dict[str, EnrolmentStanding] = {}
        self._names: dict[str, str] = {}
        self._parts: dict[str, int] = {}

    @property
    def open(self) -> tuple[str, ...]:
        """Those whose end is not known here, for the heartbeat."""
        with self._lock:
            ended = {each for each, standing in self._heard.items() if standing.outcome in ("approved", "refused")}
            left = [each for each in self.folder.kept if each not in ended]
            # Those of which nothing was heard come first: the hub says by itself what has changed.
            return tuple(sorted(left, key=lambda each: each in self._heard))[:MAX_STANDINGS]

    def keep(self, parcel: Parcel, name: str) -> None:
        """Bring it to the disk, and remember whose it is until the program ends. EnrolmentStoreError as the folder."""
        with self._lock:
            self.folder.keep(parcel)
            self._names[parcel.id] = name

    def standing(self, enrolment: str) -> Standing:
        """Where one is."""
        kept, heard = self.folder.kept.get(enrolment), self._heard.get(enrolment)
        known = kept.about.person if kept is not None else None
        name = self._names.get(enrolment) or (self._name_of(known) if known else None)
        parts = kept.about.parts if kept is not None else self._parts.get(enrolment, 0)
        if heard is None:
            return Standing(enrolment, name, None, 0, parts)
        outcome, held = heard.outcome, set(heard.held)
        sent = parts if outcome in ("waiting", "approved") else len(held)
        here = set(kept.left) if kept is not None else set()
        lost = outcome == "receiving" and not set(range(1, parts + 1)) <= held | here
        return Standing(enrolment, name, outcome, sent, parts, heard.reason, lost)

    @property
    def standings(self) -> tuple[Standing, ...]:
        """All that are kept or were heard of since the start, newest first."""
        with self._lock:
            ended = [each for each in self._heard if each not in self.folder.kept]
            return tuple(self.standing(each) for each in (*reversed(list(self.folder.kept)), *reversed(ended)))

    def dismiss_ended(self) -> None:
        """Somebody has read what became of those that will come to nothing, and of those that are in the roster."""
        with self._lock:
            for each in self.standings:
                if each.outcome in ("refused", "approved") or each.lost:
                    self.folder.forget(each.id)
                    self._heard.pop(each.id, None)

    # In the uplink's thread ------------------------------------------------------------------------------------------

    def reset(self) -> None:
        """The connection is new: whatever was under way may be lost."""
        with self._lock:
            self._tries.clear()

    def send_due(self, now: float, publish: Callable[[bytes], bool]) -> None:
        """Publish what is due, as far as the window has room."""
        with self._lock:
            kept = self.folder.kept
            waiting = [(enrolment, part) for enrolment, each in kept.items() for part in each.left]
            self._tries = {part: each for part, each in self._tries.items() if part in set(waiting)}
            room = WINDOW - sum(now < each.lost_at for each in self._tries.values())
            for enrolment, part in waiting:
                before = self._tries.get((enrolment, part))
                if room <= 0:
                    return
                if before is not None and now < before.again_at:
                    continue
                if not self._send(enrolment, part, kept[enrolment].about.parts, publish):
                    return
                self._note_try((enrolment, part), now)
                room -= 1

    def settle(self, standings: Iterable[EnrolmentStanding]) -> None:
        """What the hub has: it need be kept here no longer. Said twice, it changes nothing."""
        with self._lock:
            for each in standings:
                kept = self.folder.kept.get(each.id)
                if kept is None and each.id not in self._heard:
                    # Another life of this kiosk's, or forgotten since.
                    continue
                if kept is not None:
                    self._parts[each.id] = kept.about.parts
                self._heard[each.id] = each
                match each.outcome:
                    case "receiving":
                        self.folder.drop_parts(each.id, each.held)
                    case "waiting" | "refused":
                        self.folder.drop_parts(each.id, kept.left if kept is not None else ())
                    case "approved":
                        self.folder.forget(each.id)
            while len(self._heard) > MOST_REMEMBERED:
                del self._heard[next(iter(self._heard))]

    def _send(self, enrolment: str, part: int, parts: int, publish: Callable[[bytes], bool]) -> bool:
        """Whether the network took it, or there is nothing left to send."""
        try:
            sealed = self.folder.read(enrolment, part)
        except EnrolmentStoreError as error:
            log.error("%s", error)  # noqa: TRY400 (the sentence says all)
            return True
        message = SealedEnrolment(epoch=self._epoch(), id=enrolment, part=part, parts=parts, sealed=sealed)
        return publish(codec.seal(message, key=self._key, purpose="enrol", device=self._device))

    def _note_try(self, part: Part, now: float) -> None:
        before = self._tries.get(part)
        failures = before.failures + 1 if before is not None else 0
        patience = min(self._receipt_timeout * 2.0 ** min(failures, 30), RETRY_CAP_SECONDS)
        again_at = now + patience * (0.75 + 0.5 * self._jitter())
        self._tries[part] = _Try(failures, min(again_at, now + self._receipt_timeout), again_at)
