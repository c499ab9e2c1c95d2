"""How often one address may ask for something that needs no sign-in; kept in memory, and forgotten with the process."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from typing import Final

MOST_ADDRESSES: Final = 10_000


class Pace:
    """A bucket of tokens for each address: `burst` at once, then `per_second`. May be used from any thread."""

    def __init__(
        self, *, per_second: float, burst: float, now: Callable[[], float] = time.monotonic, most: int = MOST_ADDRESSES
    ) -> None:
        self._per_second, self._burst, self._now, self._most = per_second, burst, now, most
        self._lock = threading.Lock()
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def allows(self, address: str) -> bool:
        """Take a token; False when there is none."""
        with self._lock:
            now = self._now()
            left, since = self._left.pop(address, (self._burst, now))
            left = min(self._burst, left + (now - since) * self._per_second)
            allowed = left >= 1
            self._left[address] = (left - 1 if allowed else left, now)
            if len(self._left) > self._most:
                # Who has not asked for the longest time has the fullest bucket.
                self._left.popitem(last=False)
            return allowed
