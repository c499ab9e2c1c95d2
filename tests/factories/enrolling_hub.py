"""A hub at the other end of a wire in memory, as far as enrolments go: it opens what is sealed, and answers for it."""

from __future__ import annotations

import itertools
import threading
from collections import deque
from dataclasses import dataclass, field

from contract import codec, topics
from contract.enrolment import EnrolmentPart, EnrolmentStanding, Outcome, SealedEnrolment, open_part
from contract.heartbeat import Heartbeat
from contract.receipt import Receipt
from contract.sealing import OpeningKey
from contract.signing import SigningKey, VerifyKey
from contract.transport import Arrival, Connected, Delivery


@dataclass
class EnrollingHub:
    """A Transport. answering False: it hears, and its receipts are lost. verdict: what the second person says.

    parts: what came and could be opened, by enrolment and number. sent: how many messages came.
    """

    device: str
    key: SigningKey = field(default_factory=SigningKey.generate)
    opening: OpeningKey = field(default_factory=OpeningKey.generate)
    trusted: VerifyKey | None = None
    answering: bool = True
    verdict: Outcome | None = None
    reason: str = ""
    parts: dict[str, dict[int, EnrolmentPart]] = field(default_factory=dict)
    sent: int = 0
    arrivals: deque[Arrival] = field(default_factory=lambda: deque([Connected()]))
    epoch: str = ""
    connected: bool = True

    def __post_init__(self) -> None:
        self._versions = itertools.count(1)
        self._lock = threading.Lock()

    @property
    def waiting(self) -> int:
        return len(self.arrivals)

    def start(self) -> None:
        """It is there."""

    def stop(self) -> None:
        """It stays."""

    def receive(self, timeout_seconds: float) -> Arrival | None:
        if self.arrivals:
            return self.arrivals.popleft()
        threading.Event().wait(min(timeout_seconds, 0.02))
        return None

    def publish(self, topic: str, payload: bytes, *, retain: bool = False) -> bool:
        if not self.connected:
            return False
        key = self.trusted
        assert key is not None
        match topics.read_up(topic).kind:
            case "enrol":
                message = codec.unseal(payload, SealedEnrolment, key=key, purpose="enrol", device=self.device)
                part = open_part(message, key=self.opening, device=self.device)
                self.sent += 1
                self.epoch = message.epoch
                self.parts.setdefault(part.id, {})[part.part] = part
                self.answer(part.id)
            case "state":
                heartbeat = codec.unseal(payload, Heartbeat, key=key, purpose="state", device=self.device)
                self.epoch = heartbeat.epoch
                for each in heartbeat.enrolments:
                    self.answer(each)
        return True

    def decide(self, verdict: Outcome, reason: str = "") -> None:
        """The second person has looked at everything that came."""
        self.verdict, self.reason = verdict, reason
        for each in self.parts:
            self.answer(each)

    def standing(self, enrolment: str) -> EnrolmentStanding:
        held = self.parts.get(enrolment, {})
        whole = bool(held) and len(held) == next(iter(held.values())).parts
        outcome: Outcome = (self.verdict or "waiting") if whole else "receiving"
        return EnrolmentStanding(id=enrolment, outcome=outcome, held=tuple(sorted(held)), reason=self.reason)

    def answer(self, enrolment: str) -> None:
        """Say what is held of it."""
        if not self.answering:
            return
        receipt = Receipt(
            version=next(self._versions), epoch=self.epoch, upto=0, enrolments=(self.standing(enrolment),)
        )
        sealed = codec.seal(receipt, key=self.key, purpose="receipt", device=self.device)
        self.arrivals.append(Delivery(topics.down(self.device, "receipt"), sealed))
