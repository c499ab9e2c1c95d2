"""How either end sends and receives, so that a simulated network can take MQTT's place.

Nothing here promises delivery: what must arrive lives in the journal until a receipt has come.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Delivery:
    """A message that came in."""

    topic: str
    payload: bytes
    retained: bool = False


@dataclass(frozen=True, slots=True)
class Connected:
    """The connection stands and the subscriptions are made; whatever was in flight before may be lost."""


@dataclass(frozen=True, slots=True)
class Disconnected:
    """The connection is gone; the transport keeps trying by itself."""

    reason: str


Arrival = Delivery | Connected | Disconnected


class Transport(Protocol):
    """One connection to the broker.

    Must override: `connected`, `waiting`, `publish`, `receive`, `start`, `stop`. An implementation reconnects by
    itself, with growing pauses, and subscribes anew each time before it reports Connected.
    """

    @property
    def connected(self) -> bool:
        """Whether a publish has a chance now."""
        ...

    @property
    def waiting(self) -> int:
        """How many messages have come that were not received yet."""
        ...

    def start(self) -> None:
        """Begin to connect in the background; returns at once."""
        ...

    def stop(self) -> None:
        """Disconnect and release everything; calling it twice does no harm."""
        ...

    def publish(self, topic: str, payload: bytes, *, retain: bool = False) -> bool:
        """Hand one message to the network (QoS 1); False when there is no connection. Never waits, never queues."""
        ...

    def receive(self, timeout_seconds: float) -> Arrival | None:
        """Next arrival, in order; None when nothing came in time."""
        ...


class NullTransport:
    """A network that is never there: for benchmarks, and for kiosks that only collect."""

    @property
    def connected(self) -> bool:
        return False

    @property
    def waiting(self) -> int:
        return 0

    def start(self) -> None:
        """Nothing connects."""

    def stop(self) -> None:
        """Nothing to release."""

    def publish(self, topic: str, payload: bytes, *, retain: bool = False) -> bool:  # noqa: ARG002 (nobody hears it)
        return False

    def receive(self, timeout_seconds: float) -> Arrival | None:
        time.sleep(timeout_seconds)
        return None
