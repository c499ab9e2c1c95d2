"""Which sessions close for most people here, and when everybody is told so. Pure.

From the timetables that the kiosk holds for a fortnight: no network is needed, but a clock that can be trusted.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from contract.roster import Hours, SessionWindow, Way


@dataclass(frozen=True, slots=True, order=True)
class Closing:
    """A session that closes at `at`, told from `tell_from` on. session: its name, empty: arrival or departure.

    on_time: an arrival does not close, but whoever comes after `at` is late.
    """

    at: datetime
    tell_from: datetime
    way: Way
    session: str = ""
    on_time: bool = False


def closings_of(hours: Sequence[Hours], holders: Iterable[str]) -> tuple[Closing, ...]:
    """Those that concern at least half of the people who have hours; the earliest first.

    holders: for each person the id of their hours, empty for none.
    """
    members = Counter(name for name in holders if name)
    people: Counter[Closing] = Counter()
    for each in hours:
        for closing in {_closing(window) for window in each.sessions if window.before}:
            people[closing] += members[each.id]
    most = sum(members.values())
    return tuple(sorted(closing for closing, count in people.items() if count and 2 * count >= most))


def closing_now(closings: Sequence[Closing], now: datetime) -> Closing | None:
    """What everybody is told now; of several that close, the first. None: nothing closes soon."""
    return next((each for each in closings if each.tell_from <= now <= each.at), None)


def _closing(window: SessionWindow) -> Closing:
    on_time = window.way == "in" and window.due is not None and window.due <= window.closes
    at = window.due if on_time and window.due is not None else window.closes
    tell_from = max(window.opens, at.replace(second=0, microsecond=0) - timedelta(minutes=window.before))
    return Closing(at, tell_from, window.way, window.name.strip(), on_time)
