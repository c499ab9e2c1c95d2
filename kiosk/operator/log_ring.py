"""The last lines of the log in memory, for whoever stands at the kiosk: without names and ids of people."""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Iterable
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from kiosk.roster import Roster

KEPT_LINES: Final = 60
OURS: Final = ("kiosk", "contract")
_HIDDEN: Final = "***"


class LogRing(logging.Handler):
    """Keeps the newest records of our own loggers; thread-safe, as handlers are."""

    def __init__(self) -> None:
        super().__init__(logging.INFO)
        self._lines: deque[tuple[float, str, str]] = deque(maxlen=KEPT_LINES)

    def emit(self, record: logging.LogRecord) -> None:
        if record.name.split(".")[0] in OURS:
            self._lines.append((record.created, record.levelname, record.getMessage()))

    def lines(self, count: int, *, roster: Roster, zone: ZoneInfo) -> tuple[str, ...]:
        """The newest lines, oldest first, local time before each; whoever is in the roster is not named."""
        people = [word for id_, each in roster.people.items() for word in (id_, each.name)]
        return tuple(
            f"{datetime.fromtimestamp(at, zone):%H:%M:%S} {level[0]} {without(text, people)}"
            for at, level, text in list(self._lines)[-count:]
        )


def without(text: str, people: Iterable[str]) -> str:
    """The text with ids and names of people hidden, the longest first."""
    for each in sorted((each for each in people if len(each) > 1), key=len, reverse=True):
        if each in text:
            text = text.replace(each, _HIDDEN)
    return text
