"""Whether a release that was switched to works: what it must show, and for how long. Pure: no files, no clock."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final, Literal

from kiosk.bulletin import Bulletin

TRIAL_SECONDS: Final = 300.0
"""A release that has not proved itself by then is taken back."""
STEADY_SECONDS: Final = 60.0
"""So long everything must hold: a program that dies after a minute has shown itself healthy, too."""

Need = Literal["running", "camera", "journal", "roster", "hub"]
Verdict = Literal["proved", "failed"]


def missing(bulletin: Bulletin | None, release: str) -> tuple[Need, ...]:
    """What the release does not show; empty: all of it."""
    if bulletin is None or bulletin.software != release:
        return ("running",)
    shown: dict[Need, bool] = {
        "camera": bulletin.camera == "ok",
        "journal": bulletin.journal != "full",
        "roster": bulletin.roster > 0,
        "hub": bulletin.connected,
    }
    return tuple(need for need, met in shown.items() if not met)


@dataclass(frozen=True, slots=True, kw_only=True)
class Gate:
    """began: when the release was started, in seconds of any clock that only goes forward. sound_since: since when all
    of it holds; None: it does not. lacking: what it did not show when last looked at."""

    began: float
    sound_since: float | None = None
    lacking: tuple[Need, ...] = ("running",)
    verdict: Verdict | None = None

    def look(self, lacking: tuple[Need, ...], now: float) -> Gate:
        """The gate after one more look; a verdict stands."""
        if self.verdict is not None:
            return self
        sound_since = None if lacking else self.sound_since if self.sound_since is not None else now
        gate = replace(self, sound_since=sound_since, lacking=lacking)
        if sound_since is not None and now - sound_since >= STEADY_SECONDS:
            return replace(gate, verdict="proved")
        # One that became sound late has its minute all the same.
        late = now - self.began >= TRIAL_SECONDS
        return replace(gate, verdict="failed") if late and sound_since is None else gate
