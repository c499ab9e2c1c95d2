"""A broker that exists only in memory, and what befalls the messages that pass it.

It acknowledges everything (`publish` gives True) and promises nothing, as the product expects of a broker.
"""

from __future__ import annotations

import heapq
import random
from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

from benchmarks.faults.points import Points
from contract.transport import Arrival, Connected, Delivery, Disconnected

REMEMBERED: Final = 300
"""Messages that can be played back."""


@dataclass(frozen=True, slots=True)
class Weather:
    """Chances from 0 to 1 for each message, and at most so many seconds under way (which reorders them)."""

    loss: float = 0.0
    duplication: float = 0.0
    delay_seconds: float = 0.0


class Network:
    """The broker. now: simulated seconds. Messages to an end that is not connected are forgotten (clean sessions)."""

    def __init__(self, *, now: Callable[[], float], chance: random.Random, points: Points) -> None:
        self._now = now
        self._chance = chance
        self._points = points
        self._under_way: list[tuple[float, int, Delivery]] = []
        self._count = 0
        self._retained: dict[str, Delivery] = {}
        self._ends: list[End] = []
        self.up = True
        self.weather = Weather()
        self.past: deque[Delivery] = deque(maxlen=REMEMBERED)
        self.befallen: Counter[str] = Counter()

    def end_of(self, device: str | None) -> End:
        """A new end: of a kiosk, or (None) of an ingest worker at the hub."""
        end = End(self, device, self._points)
        self._ends.append(end)
        return end

    def leave(self, end: End) -> None:
        if end in self._ends:
            self._ends.remove(end)

    @property
    def idle(self) -> bool:
        return not self._under_way

    def go_down(self) -> None:
        """The broker stops; what it had is gone, but for what is retained."""
        self.up = False
        self._under_way.clear()
        for end in self._ends:
            end.drop("the broker went down")

    def come_up(self) -> None:
        self.up = True
        for end in self._ends:
            end.reconnect()

    def welcome(self, end: End) -> None:
        """What a broker hands to a new subscriber."""
        if end.device is None:
            end.arrivals.extend(replace(each, retained=True) for each in self._retained.values())

    def send(self, message: Delivery) -> None:
        """Take a message from somebody who is connected."""
        self.past.append(message)
        if message.topic.endswith("/state"):
            self._retained[message.topic] = message
        if self._chance.random() < self.weather.loss:
            self.befallen["lost"] += 1
            return
        doubled = self._chance.random() < self.weather.duplication
        self.befallen["doubled"] += doubled
        for _ in range(2 if doubled else 1):
            self.inject(message, self._chance.uniform(0, self.weather.delay_seconds))

    def inject(self, message: Delivery, delay_seconds: float = 0.0) -> None:
        """Put a message under way, whoever made it."""
        self._count += 1
        heapq.heappush(self._under_way, (self._now() + delay_seconds, self._count, message))

    def carry(self) -> None:
        """Hand over what has arrived by now."""
        while self._under_way and self._under_way[0][0] <= self._now():
            message = replace(heapq.heappop(self._under_way)[2], retained=False)
            for end in self._hearing(message.topic):
                end.arrivals.append(message)

    def _hearing(self, topic: str) -> list[End]:
        """Punches are divided among the ingest workers; the rest goes to everybody whom it concerns."""
        parts = topic.split("/")
        if len(parts) != 5 or parts[2] not in {"up", "down"}:
            return []
        if parts[2] == "down":
            return [end for end in self._ends if end.hears and end.device == parts[3]]
        hub = [end for end in self._ends if end.hears and end.device is None]
        return [self._chance.choice(hub)] if hub and parts[4] == "punch" else hub


class End:
    """One connection, as the product sees it: see contract.transport.Transport.

    reachable: whether there is a way to the broker. half_open: it looks connected, and nothing passes.
    """

    def __init__(self, network: Network, device: str | None, points: Points) -> None:
        self._network = network
        self._points = points
        self.device = device
        self.arrivals: deque[Arrival] = deque()
        self.connected = False
        self.reachable = True
        self.half_open = False
        self._started = False

    @property
    def waiting(self) -> int:
        return sum(isinstance(each, Delivery) for each in self.arrivals)

    @property
    def hears(self) -> bool:
        return self.connected and not self.half_open

    def start(self) -> None:
        self._started = True
        self.reconnect()

    def stop(self) -> None:
        self._started = self.connected = False
        self._network.leave(self)

    def drop(self, reason: str) -> None:
        """The connection breaks; what was not read yet is lost with it."""
        if self.connected:
            self.connected = False
            self.arrivals.clear()
            self.arrivals.append(Disconnected(reason))

    def reconnect(self) -> None:
        if self._started and self.reachable and self._network.up and not self.connected:
            self.connected = True
            self.arrivals.append(Connected())
            self._network.welcome(self)

    def publish(self, topic: str, payload: bytes, *, retain: bool = False) -> bool:
        if not self.connected:
            return False
        point = {"punch": "kiosk.{}-publish", "receipt": "hub.{}-receipt"}.get(topic.rpartition("/")[2])
        if point is not None:
            self._points.passing(point.format("before"))
        if not self.half_open:
            self._network.send(Delivery(topic, payload, retain))
        if point is not None:
            self._points.passing(point.format("after"))
        return True

    def receive(self, timeout_seconds: float) -> Arrival | None:  # noqa: ARG002 (time does not pass while one waits)
        self._network.carry()
        return self.arrivals.popleft() if self.arrivals else None
