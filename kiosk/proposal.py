"""What a punch is taken for, by the timetable that the hub has sent: a proposal, for the screen alone.

What counts is decided at the hub, which knows letters, other kiosks and corrections. So nothing here is written down.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from contract.roster import SessionWindow, Way


@dataclass(frozen=True, slots=True)
class Proposal:
    """session: its name, empty where arrival and departure are all there is.

    late_minutes, early_minutes: whole minutes after or before `due`; 0: neither.
    """

    way: Way
    session: str = ""
    late_minutes: int = 0
    early_minutes: int = 0


def propose(sessions: Sequence[SessionWindow], taken_at: datetime, earlier: Sequence[datetime] = ()) -> Proposal | None:
    """Which session a punch fills; None: none is open at that moment.

    earlier: when this person punched here before. Of several that are open, the first which no earlier punch has
    filled; when all are filled, the last: whoever leaves twice has left the second time.
    """
    open_now = [each for each in sessions if each.opens <= taken_at <= each.closes]
    if not open_now:
        return None
    free = [each for each in open_now if not _filled(each, sessions, earlier)]
    return _fill(free[0] if free else open_now[-1], taken_at)


def _filled(window: SessionWindow, sessions: Sequence[SessionWindow], earlier: Sequence[datetime]) -> bool:
    """Whether an earlier punch is taken for this session: each fills the first open one that is still free."""
    filled: set[int] = set()
    for moment in sorted(earlier):
        for index, each in enumerate(sessions):
            if index not in filled and each.opens <= moment <= each.closes:
                filled.add(index)
                break
    return any(sessions[index] is window for index in filled)


def _fill(window: SessionWindow, taken_at: datetime) -> Proposal:
    late = early = 0
    if window.due is not None:
        minutes = int((taken_at - window.due).total_seconds() // 60)
        if window.way == "out":
            early = max(0, int(-((taken_at - window.due).total_seconds() // 60)))
        else:
            late = max(0, minutes)
    return Proposal(window.way, window.name, late, early)
