"""A network that exists only in memory: seeded faults, and time that passes when a test says so."""

from __future__ import annotations

import heapq
import random
from collections.abc import Callable
from dataclasses import dataclass, field

from contract.transport import Arrival, Connected, Delivery, Disconnected


@dataclass
class Weather:
    """What befalls each message: chances from 0 to 1, and at most so many seconds under way (which reorders them)."""

    loss: float = 0.0
    duplication: float = 0.0
    delay_seconds: float = 0.0


@dataclass
class SimulatedNetwork:
    """Carries messages between two ends by topic: `presensi/v1/up/…` to the hub, `presensi/v1/down/…` to the kiosk.

    now: seconds; seed: the same seed gives the same faults.
    """

    now: Callable[[], float]
    seed: int = 1
    weather: Weather = field(default_factory=Weather)
    published: list[Delivery] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._chance = random.Random(self.seed)
        self._under_way: list[tuple[float, int, Delivery]] = []
        self._count = 0
        self._ends: dict[str, SimulatedTransport] = {}

    def end(self, prefix: str) -> SimulatedTransport:
        """The end that hears the topics which begin so."""
        self._ends[prefix] = SimulatedTransport(self)
        return self._ends[prefix]

    def send(self, message: Delivery) -> None:
        self.published.append(message)
        if self._chance.random() < self.weather.loss:
            return
        for _ in range(2 if self._chance.random() < self.weather.duplication else 1):
            self._count += 1
            due = self.now() + self._chance.uniform(0, self.weather.delay_seconds)
            heapq.heappush(self._under_way, (due, self._count, message))

    def carry(self) -> None:
        """Hand over what has arrived by now; what comes to an end that is not connected is lost."""
        while self._under_way and self._under_way[0][0] <= self.now():
            message = heapq.heappop(self._under_way)[2]
            for prefix, end in self._ends.items():
                if message.topic.startswith(prefix) and end.connected:
                    end.arrivals.append(message)


class SimulatedTransport:
    """One end; see contract.transport.Transport."""

    def __init__(self, network: SimulatedNetwork) -> None:
        self._network = network
        self.arrivals: list[Arrival] = []
        self.connected = False

    @property
    def waiting(self) -> int:
        return sum(isinstance(each, Delivery) for each in self.arrivals)

    def start(self) -> None:
        self.connect()

    def stop(self) -> None:
        self.connected = False

    def connect(self) -> None:
        self.connected = True
        self.arrivals.append(Connected())

    def disconnect(self) -> None:
        """The connection breaks; what was not read yet is lost with it."""
        self.connected = False
        self.arrivals = [Disconnected("simulated")]

    def publish(self, topic: str, payload: bytes, *, retain: bool = False) -> bool:
        if not self.connected:
            return False
        self._network.send(Delivery(topic, payload, retain))
        return True

    def receive(self, timeout_seconds: float) -> Arrival | None:
        self._network.carry()
        return self.arrivals.pop(0) if self.arrivals else None
