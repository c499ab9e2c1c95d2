"""How often a person's PIN may still be tried: remembered across restarts, or a power switch would give five more."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

import msgspec

from contract.pin import pin_matches
from kiosk.errors import JournalError
from kiosk.journal import Journal

MOST_TRIES: Final = 5
"""Wrong PINs in a row; with six digits a chance of 1 in 200,000."""
BARRED_FOR: Final = timedelta(hours=24)
"""Afterwards, or when the hub sends another PIN, there are tries again: else a joker could shut colleagues out."""
_FACT: Final = "pin_tries"


class _Wrong(msgspec.Struct, frozen=True):
    """count: of wrong PINs in a row; pin: which PIN they were held against; last_at: the last of them."""

    count: int
    pin: str
    last_at: datetime


class PinTries:
    """Counts wrong PINs by person; use it from one thread. now: wall time, aware."""

    def __init__(self, journal: Journal, *, now: Callable[[], datetime]) -> None:
        self._journal = journal
        self._now = now

    def left(self, person: str, hashed: str) -> int:
        """How many tries this person has; 0: barred."""
        return max(0, MOST_TRIES - self._count(person, hashed))

    def check(self, person: str, pin: str, hashed: str) -> bool:
        """Whether the PIN is right; a wrong one is counted, and with no tries left none is right.

        The try is on disk before the PIN is looked at: pulling the plug gives nobody another one. Where the disk takes
        nothing, no PIN is right. MalformedMessageError when `hashed` is no hash.
        """
        count = self._count(person, hashed)
        if count >= MOST_TRIES:
            return False
        wrong = self._load()
        try:
            self._store({**wrong, person: _Wrong(count + 1, _mark(hashed), self._now())})
            if not pin_matches(pin, hashed):
                return False
            self._store({who: each for who, each in wrong.items() if who != person})
        except JournalError:
            return False
        return True

    def _count(self, person: str, hashed: str) -> int:
        wrong = self._load().get(person)
        if wrong is None or wrong.pin != _mark(hashed):
            return 0
        # A clock that was set back keeps people barred no longer than it was to be.
        passed = abs(self._now() - wrong.last_at)
        return 0 if passed >= BARRED_FOR else wrong.count

    def _load(self) -> dict[str, _Wrong]:
        stored = self._journal.fact(_FACT)
        return msgspec.json.decode(stored, type=dict[str, _Wrong]) if stored else {}

    def _store(self, wrong: dict[str, _Wrong]) -> None:
        kept = {who: each for who, each in wrong.items() if abs(self._now() - each.last_at) < BARRED_FOR}
        self._journal.set_fact(_FACT, msgspec.json.encode(kept).decode())


def _mark(hashed: str) -> str:
    """Tells one PIN's hash from another without being one."""
    return hashlib.sha256(hashed.encode()).hexdigest()[:16]
