"""How often somebody was refused for want of liveness, and when to stop trying: pure, with the time as an argument."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class _Entry:
    attempts: int
    last_at: float
    barred_until: float | None


class RefusalTally:
    """Counts refusals of the same claimed person; times in seconds on one monotonic clock.

    Whoever holds up photographs gets most_attempts tries, not as many as there is patience for: the chance that a lucky
    one passes grows with each. An entry is forgotten when nothing happened for within_seconds.
    """

    def __init__(self, *, most_attempts: int = 3, within_seconds: float = 300.0, barred_seconds: float = 300.0) -> None:
        self._most = most_attempts
        self._within = within_seconds
        self._barred = barred_seconds
        self._entries: dict[str, _Entry] = {}

    def note(self, person: str, now: float) -> int:
        """One more refusal; how many there were. From most_attempts on the person is barred for a while."""
        self._forget(now)
        before = self._entries.get(person)
        attempts = 1 + (before.attempts if before is not None else 0)
        until = now + self._barred if attempts >= self._most else None
        self._entries[person] = _Entry(attempts, now, until)
        return attempts

    def barred(self, person: str, now: float) -> bool:
        """Whether this person is sent to an officer without another try."""
        self._forget(now)
        entry = self._entries.get(person)
        return entry is not None and entry.barred_until is not None and now < entry.barred_until

    def clear(self, person: str) -> None:
        """The person has proven to be live."""
        self._entries.pop(person, None)

    @property
    def most_attempts(self) -> int:
        return self._most

    def _forget(self, now: float) -> None:
        kept = max(self._within, self._barred)
        self._entries = {person: entry for person, entry in self._entries.items() if now - entry.last_at < kept}
