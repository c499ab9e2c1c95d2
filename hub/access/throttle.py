"""Slows down those who guess passwords: each failure beyond a few doubles the wait."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

FREE_FAILURES: Final = 5
FREE_FAILURES_OF_AN_ADDRESS: Final = 50
"""A whole office may stand behind one address."""
LONGEST_WAIT_SECONDS: Final = 900.0
FORGET_AFTER_SECONDS: Final = 3600.0
MAX_NAMES: Final = 10_000
"""More are forgotten, the oldest first: an attacker with many addresses shall not fill the memory."""


@dataclass(slots=True)
class _Record:
    failures: int
    last_at: float


class Throttle:
    """Counts failures per key (an address, an account's name at an address); kept in memory."""

    def __init__(self, *, free_failures: int = FREE_FAILURES, now: Callable[[], float] = time.monotonic) -> None:
        self._free_failures = free_failures
        self._now = now
        self._records: OrderedDict[str, _Record] = OrderedDict()
        self._lock = threading.Lock()

    def wait_seconds(self, *keys: str) -> float:
        """How long these keys still have to wait; 0 when they may try."""
        with self._lock:
            return max((self._wait(key) for key in keys), default=0.0)

    def fail(self, *keys: str) -> None:
        """Note a failed attempt."""
        with self._lock:
            for key in keys:
                record = self._records.pop(key, None)
                if record is None or self._now() - record.last_at > FORGET_AFTER_SECONDS:
                    record = _Record(0, 0.0)
                self._records[key] = _Record(record.failures + 1, self._now())
            while len(self._records) > MAX_NAMES:
                self._records.popitem(last=False)

    def succeed(self, *keys: str) -> None:
        """Forget the failures of keys that have shown the right password."""
        with self._lock:
            for key in keys:
                self._records.pop(key, None)

    def _wait(self, key: str) -> float:
        record = self._records.get(key)
        if record is None or record.failures < self._free_failures:
            return 0.0
        wait = min(LONGEST_WAIT_SECONDS, 2.0 ** min(record.failures - self._free_failures, 20))
        return max(0.0, record.last_at + wait - self._now())
