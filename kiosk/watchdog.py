"""Whether the kiosk is alive: camera, journal and screen each, or the service manager is not told so.

A kiosk whose picture stands still looks alive and is not. systemd restarts a service from which WATCHDOG=1 has not come
for WatchdogSec; so it is sent only while everything that a person needs has shown signs of life.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Literal

from kiosk.errors import JournalError
from kiosk.service_notice import ServiceNotice

log = logging.getLogger(__name__)

Organ = Literal["attendant", "frames", "journal", "screen"]

PROBE_SECONDS: Final = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Signs:
    """When each organ last showed that it is alive, in monotonic seconds; None: never yet.

    attendant: went round its loop. frames: a frame was looked at. journal: was read, and could be written.
    screen: the window's loop turned. expects_screen: False for a kiosk without a window.
    recovering: the camera is known to be away and is being brought back; frames are not expected then.
    """

    attendant: float | None = None
    frames: float | None = None
    journal: float | None = None
    screen: float | None = None
    expects_screen: bool = False
    recovering: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """After how many seconds without a sign an organ counts as dead."""

    attendant: float = 15.0
    frames: float = 10.0
    journal: float = 20.0
    screen: float = 10.0


def missing(signs: Signs, now: float, limits: Limits) -> tuple[Organ, ...]:
    """The organs that show no life; empty: the kiosk is alive."""
    seen: list[tuple[Organ, float | None, float]] = [("attendant", signs.attendant, limits.attendant)]
    if not signs.recovering:
        seen.append(("frames", signs.frames, limits.frames))
    seen.append(("journal", signs.journal, limits.journal))
    if signs.expects_screen:
        seen.append(("screen", signs.screen, limits.screen))
    return tuple(organ for organ, at, limit in seen if at is None or now - at > limit)


class Vitals:
    """Where the organs show that they are alive; thread-safe. recovering: asked when the signs are read."""

    def __init__(
        self, *, now: Callable[[], float] = time.monotonic, recovering: Callable[[], bool] = lambda: False
    ) -> None:
        self._now = now
        self._recovering = recovering
        self._lock = threading.Lock()
        self._beats: dict[Organ, float] = {}
        self._expects_screen = False

    def beat(self, organ: Organ) -> None:
        """This organ is alive now. Cheap: called with every frame."""
        moment = self._now()
        with self._lock:
            self._beats[organ] = moment

    def expect_screen(self) -> None:
        """There is a window, whose loop must turn from now on."""
        with self._lock:
            self._expects_screen = True

    @property
    def signs(self) -> Signs:
        recovering = self._recovering()
        with self._lock:
            seen = self._beats.get
            return Signs(
                attendant=seen("attendant"),
                frames=seen("frames"),
                journal=seen("journal"),
                screen=seen("screen"),
                expects_screen=self._expects_screen,
                recovering=recovering,
            )


class Watchdog:
    """Tells the service manager, again and again, that the kiosk is alive; silent while an organ is not.

    probe: reads the journal and tries whether it can be written; in a thread of its own, so that a disk that hangs is
    noticed and does not hang the watchdog. READY=1 is said when everything was alive for the first time.
    """

    def __init__(
        self,
        vitals: Vitals,
        *,
        probe: Callable[[], None],
        notice: ServiceNotice,
        limits: Limits | None = None,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._vitals, self._probe, self._notice = vitals, probe, notice
        self._limits = limits or Limits()
        self._now = now
        self._ready = False
        self._missed: tuple[Organ, ...] = ()

    def run(self, stop: threading.Event) -> None:
        """Watch until `stop` is set; returns at once where no service manager listens."""
        if not self._notice.heard:
            return
        prober = threading.Thread(target=self._probe_again, args=(stop,), name="journal-probe", daemon=True)
        prober.start()
        while not stop.is_set():
            self.look()
            # Soon at first: whoever waits for READY waits with everything that comes after it.
            stop.wait(self._notice.every_seconds if self._ready else 0.2)
        self._notice.say(STOPPING=1, STATUS="ending")

    def look(self) -> tuple[Organ, ...]:
        """Tell the service manager how it is now; return what shows no life."""
        signs = self._vitals.signs
        missed = missing(signs, self._now(), self._limits)
        if missed:
            self._notice.say(STATUS=f"{'no life in' if self._ready else 'waiting for'}: {', '.join(missed)}")
            if self._ready and missed != self._missed:
                log.error("no sign of life from %s: the service manager will restart the kiosk", ", ".join(missed))
        else:
            first = {} if self._ready else {"READY": 1}
            status = "the camera is being brought back" if signs.recovering else "serving"
            self._notice.say(**first, WATCHDOG=1, STATUS=status)
            self._ready = True
        self._missed = missed
        return missed

    def _probe_again(self, stop: threading.Event) -> None:
        troubled = False
        while not stop.is_set():
            try:
                self._probe()
            except JournalError as error:
                if not troubled:
                    log.error("%s", error)  # noqa: TRY400 (the sentence says all)
                troubled = True
            else:
                troubled = False
                self._vitals.beat("journal")
            stop.wait(min(PROBE_SECONDS, self._limits.journal / 3))
