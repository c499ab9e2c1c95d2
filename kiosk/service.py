"""How people are served at this kiosk today, for the heartbeat; pure: told of each change of the walk-up's state.

In ISO/IEC 19795's words, a visit is a transaction of one or more attempts.
"""

from __future__ import annotations

import statistics
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from contract.heartbeat import Service
from kiosk.states import Accepted, AlreadyRecorded, Challenge, CheckFace, Idle, Refused, State, Verify, Withdrawn

MOST_DURATIONS: Final = 20_000
"""Of one day; a kiosk that serves more is not one kiosk."""


@dataclass(slots=True)
class _Visit:
    began_at: float
    challenged: bool = False
    refused: bool = False


@dataclass(slots=True)
class _Day:
    since: datetime
    visits: int = 0
    recorded: int = 0
    first_try: int = 0
    challenged: int = 0
    fallback: int = 0
    refused: int = 0
    disavowed: int = 0
    seconds: list[float] = field(default_factory=list)


class ServiceTally:
    """Counts one kiosk's day; timezone: whose midnight begins a new one. now: aware; times `at` monotonic seconds."""

    def __init__(self, *, timezone: str, now: datetime) -> None:
        self._zone = ZoneInfo(timezone)
        self._visit: _Visit | None = None
        self._day = _Day(now)

    def note(self, state: State, *, at: float, now: datetime) -> None:
        """The walk-up is in this state since `at`."""
        if now.astimezone(self._zone).date() != self._day.since.astimezone(self._zone).date():
            self._day = _Day(now)
        day = self._day
        match state:
            case Verify() | CheckFace():
                self._begin(at)
            case Challenge():
                self._begin(at).challenged = True
            case Refused(reason=reason) if reason != "journal_full":
                self._begin(at).refused = True
            case Accepted(factor=factor):
                visit = self._begin(at)
                day.recorded += 1
                day.fallback += factor != "face"
                day.challenged += factor == "face" and visit.challenged
                day.first_try += factor == "face" and not visit.challenged and not visit.refused
                if len(day.seconds) < MOST_DURATIONS:
                    day.seconds.append(at - visit.began_at)
                self._visit = None
            case AlreadyRecorded():
                # Whoever lingers is no new visit.
                if self._visit is not None and not self._visit.refused:
                    day.visits -= 1
                self._visit = None
            case Withdrawn():
                day.disavowed += 1
            case Idle() if self._visit is not None:
                day.refused += self._visit.refused
                day.visits -= not self._visit.refused
                self._visit = None

    def _begin(self, at: float) -> _Visit:
        if self._visit is None:
            self._visit = _Visit(at)
            self._day.visits += 1
        return self._visit

    @property
    def today(self) -> Service:
        day = self._day
        return Service(
            since=day.since,
            visits=day.visits,
            recorded=day.recorded,
            first_try=day.first_try,
            challenged=day.challenged,
            fallback=day.fallback,
            refused=day.refused,
            disavowed=day.disavowed,
            seconds_median=round(statistics.median(day.seconds), 2) if day.seconds else None,
            seconds_p95=round(_p95(day.seconds), 2) if day.seconds else None,
        )


def _p95(values: list[float]) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, round(0.95 * (len(ordered) - 1)))]
