"""A broker in memory: what a test puts in arrives, what was published is kept."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field

from contract.transport import Arrival, Delivery


@dataclass
class ScriptedTransport:
    """A Transport whose arrivals are given beforehand. connected False: publishing fails."""

    connected: bool = True
    arrivals: deque[Arrival] = field(default_factory=deque)
    published: list[tuple[str, bytes]] = field(default_factory=list)
    started: int = 0
    stopped: int = 0

    @property
    def waiting(self) -> int:
        return sum(isinstance(each, Delivery) for each in self.arrivals)

    def start(self) -> None:
        self.started += 1

    def stop(self) -> None:
        self.stopped += 1

    def deliver(self, topic: str, payload: bytes, *, retained: bool = False) -> None:
        self.arrivals.append(Delivery(topic, payload, retained))

    def publish(self, topic: str, payload: bytes, *, retain: bool = False) -> bool:
        if self.connected:
            self.published.append((topic, payload))
        return self.connected

    def receive(self, timeout_seconds: float) -> Arrival | None:
        return self.arrivals.popleft() if self.arrivals else None
