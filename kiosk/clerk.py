"""Writes down what the walk-up asks to have written, and answers with what became of it.

Use it from the attendant's thread. A full disk is an answer, too: nothing counts as written before the journal says so.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass

from contract.punch import Punch
from kiosk.clock import Clock, Reading
from kiosk.desk import REMEMBERED, Desk
from kiosk.errors import JournalFullError
from kiosk.events import CommitFailed, Committed, Disavowed
from kiosk.journal import Journal, RowKey
from kiosk.recognizer.consensus import Identity
from kiosk.register import Register, Sight
from kiosk.remembered import LastPunch
from kiosk.states import Disavow, Record

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class TakenPunch:
    """A punch that is on disk, since `committed_at` (seconds, CLOCK_MONOTONIC).

    committed_ms: from the capture of the first frame in which this face was detected to the journal's commit.
    """

    punch: Punch
    identity: Identity
    committed_at: float
    committed_ms: float


class Clerk:
    """Writes through the register, and lets the desk know what was taken. on_punch: called after each commit."""

    def __init__(
        self,
        *,
        register: Register,
        desk: Desk,
        journal: Journal,
        clock: Clock,
        on_punch: Callable[[TakenPunch], None] = lambda _taken: None,
    ) -> None:
        self._register = register
        self._desk = desk
        self._journal = journal
        self._clock = clock
        self._on_punch = on_punch

    def record(self, record: Record, sight: Sight) -> Committed | CommitFailed:
        """Write a punch of whoever was recognised by this sight."""
        identity = record.identity
        try:
            punch = self._register.punch(record, sight)
        except JournalFullError as error:
            log.error("%s", error)  # noqa: TRY400 (the sentence says all)
            return CommitFailed(identity.person)
        committed_at = self._clock.monotonic()
        taken = TakenPunch(punch, identity, committed_at, (committed_at - identity.first_seen_at) * 1000)
        self._on_punch(taken)
        proposal = self._desk.propose(punch.person, punch.taken_at)
        self._desk.note(punch.person, punch.taken_at)
        row = RowKey(punch.device, punch.epoch, punch.seq)
        beyond = punch.place.beyond_m if punch.place is not None else None
        return Committed(punch.person, punch.taken_at, row, proposal, record.factor, beyond)

    def disavow(self, disavow: Disavow, last: LastPunch | None) -> Disavowed | CommitFailed:
        """Write that a punch is not theirs who stood here. last: the newest of that person; None: forgotten."""
        try:
            self._register.disavow(disavow)
        except JournalFullError as error:
            log.error("%s", error)  # noqa: TRY400 (the sentence says all)
            return CommitFailed(disavow.person)
        if last is not None:
            self._desk.forget(disavow.person, last.taken_at)
        return Disavowed(disavow.person)

    def recent_punches(self, repeat_window: float) -> dict[str, LastPunch]:
        """Who punched so few seconds before a restart, placed on the monotonic clock; the desk hears of all today's."""
        reading, now = self._clock.read(), self._clock.monotonic()
        recent = {}
        for punch in self._journal.punches_since(reading.wall - REMEMBERED):
            self._desk.note(punch.person, punch.taken_at)
            seconds_ago = _seconds_between(punch, reading)
            if seconds_ago is not None and 0 <= seconds_ago < repeat_window:
                recent[punch.person] = LastPunch(punch.taken_at, now - seconds_ago)
        return recent


def _seconds_between(punch: Punch, reading: Reading) -> float | None:
    """How long ago a punch was taken; None when nobody can know: another boot, and a clock that was not set since.

    A kiosk without a battery wakes up at its last punch; the next morning's first people must not be sent away.
    """
    if punch.clock.boot == reading.stamp.boot:
        return (reading.stamp.monotonic_ms - punch.clock.monotonic_ms) / 1000
    if reading.stamp.source == "free":
        return None
    return (reading.wall - punch.taken_at).total_seconds()
