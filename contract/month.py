"""What people may look up about their own month at a kiosk, as the hub has it.

Not part of the roster: it changes every day, and nobody is recognised by it. A kiosk that has none says so.
"""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from contract.punch import Instant, PersonId

Minutes = Annotated[int, Meta(ge=0, le=100_000)]
Day = Annotated[str, Meta(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}\Z")]
"""Local, YYYY-MM-DD."""


class MonthDay(msgspec.Struct, frozen=True, kw_only=True):
    """One day of one person. status: the word of the hub's rules. in_at, out_at: None: not known."""

    date: Day
    status: Annotated[str, Meta(max_length=40)]
    in_at: Instant | None = None
    out_at: Instant | None = None
    late_min: Minutes = 0
    early_min: Minutes = 0
    open: bool = False
    """Whether something is missing that the person can still see to."""


class Notice(msgspec.Struct, frozen=True, kw_only=True):
    """What is open for a person and most urgent, said after they were recognised; never why somebody was away.

    kind: `missed` (a past day lacks something), `letter` (one of theirs still waits), `month` (it closes, and days of
    it are open); a kiosk says nothing of a kind that it does not know.
    day: the day that lacks something, or the last one on which it can be seen to; until: the last one to say it on.
    lacks: of a missed day: `in`, `out` or a session's name; empty: more than one. nothing: neither punch nor letter.
    """

    kind: Annotated[str, Meta(max_length=20)]
    day: Day
    until: Day
    lacks: Annotated[str, Meta(max_length=60)] = ""
    nothing: bool = False


class PersonMonth(msgspec.Struct, frozen=True, kw_only=True):
    """A person's month so far. present: days attended; days: those up to `MonthPart.as_of`, oldest first.

    notice: what is to be said to them at the kiosk; None: nothing.
    """

    person: PersonId
    present: Annotated[int, Meta(ge=0, le=31)] = 0
    late_min: Minutes = 0
    early_min: Minutes = 0
    days: Annotated[tuple[MonthDay, ...], Meta(max_length=31)] = ()
    notice: Notice | None = None


class MonthPart(msgspec.Struct, frozen=True, kw_only=True):
    """One part of a version of the months; a whole version replaces the one before.

    month: YYYY-MM. part, parts: which part of how many this is, from 1.
    """

    v: Literal[1] = 1
    version: Annotated[int, Meta(ge=1, le=2**53)]
    part: Annotated[int, Meta(ge=1)]
    parts: Annotated[int, Meta(ge=1, le=100_000)]
    month: Annotated[str, Meta(pattern=r"^[0-9]{4}-[0-9]{2}\Z")]
    as_of: Instant
    people: tuple[PersonMonth, ...] = ()
