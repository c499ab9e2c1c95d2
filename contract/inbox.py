"""Where arrivals wait for their reader: messages may be dropped when it is slow, news of the connection never."""

from __future__ import annotations

import threading
from collections import deque

from contract.transport import Arrival, Delivery


class Inbox:
    """A queue between a network thread and one reader; putting never waits.

    capacity: messages held; further ones are dropped, since what matters is sent again without a receipt. Connected
    and Disconnected are always taken in: a reader that missed one would send into nothing, or never send again.
    """

    def __init__(self, capacity: int) -> None:
        self._capacity = capacity
        self._arrivals: deque[Arrival] = deque()
        self._messages = 0
        self._changed = threading.Condition()
        self.dropped = 0

    @property
    def waiting(self) -> int:
        """How many messages wait."""
        return self._messages

    def put(self, arrival: Arrival) -> None:
        with self._changed:
            if isinstance(arrival, Delivery):
                if self._messages >= self._capacity:
                    self.dropped += 1
                    return
                self._messages += 1
            self._arrivals.append(arrival)
            self._changed.notify()

    def take(self, timeout_seconds: float) -> Arrival | None:
        """The next arrival, in order; None when nothing came in time."""
        with self._changed:
            if not self._changed.wait_for(lambda: bool(self._arrivals), timeout=max(0.0, timeout_seconds)):
                return None
            arrival = self._arrivals.popleft()
            if isinstance(arrival, Delivery):
                self._messages -= 1
            return arrival
