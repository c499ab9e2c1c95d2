"""Until when a letter can still be verified and entered so that it counts without reopening a month (Ps 11(5))."""

from __future__ import annotations

from datetime import date
from typing import Literal

import msgspec

from hub.attendance.document_rows import State
from hub.attendance.months import last_of

Urgency = Literal["over", "today", "soon", "later"]

SOON_DAYS = 3


class Deadline(msgspec.Struct, frozen=True, kw_only=True):
    """due: the last day, the month's end of the letter's first day. days_left: from today, negative when it is over."""

    due: date
    days_left: int

    @property
    def urgency(self) -> Urgency:
        if self.days_left < 0:
            return "over"
        if self.days_left == 0:
            return "today"
        return "soon" if self.days_left <= SOON_DAYS else "later"


def deadline_of(state: State, first_day: date | None, *, today: date) -> Deadline | None:
    """Of a letter that waits; None of one that is entered, refused or withdrawn.

    A letter that spans months is due by the end of its first: its days there would no longer count.
    """
    if state not in ("submitted", "verified") or first_day is None:
        return None
    due = last_of(first_day)
    return Deadline(due=due, days_left=(due - today).days)
