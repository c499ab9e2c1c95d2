"""When work is due again: at a pace, or once a day at a local hour. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo


@dataclass(frozen=True, slots=True)
class Every:
    """At a steady pace, counted from when the work began."""

    pace: timedelta

    def after(self, moment: datetime) -> datetime:
        """The next time, aware UTC; work that was missed meanwhile is done once, not once for each time."""
        return moment + self.pace

    def first(self, now: datetime) -> datetime:
        """When work is due that was never done: at once."""
        return now


@dataclass(frozen=True, slots=True)
class Daily:
    """Once for each local day, at `at` or as soon after it as a hub runs."""

    at: time
    zone: ZoneInfo

    def after(self, moment: datetime) -> datetime:
        """The next time after a moment, aware UTC."""
        local = moment.astimezone(self.zone)
        due = self._on(local)
        if due <= moment:
            due = self._on(local + timedelta(days=1))
        return due.astimezone(UTC)

    def first(self, now: datetime) -> datetime:
        """Today's time, whether it has passed or not."""
        return self._on(now.astimezone(self.zone)).astimezone(UTC)

    def _on(self, local: datetime) -> datetime:
        return datetime.combine(local.date(), self.at, tzinfo=self.zone)


Rhythm = Every | Daily
