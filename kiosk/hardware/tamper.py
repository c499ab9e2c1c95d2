"""The loop around the housing: closed while nobody opens it, and an alarm that is not forgotten when it was opened."""

from __future__ import annotations

import contextlib
import logging
import os
import threading
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Final

import msgspec

from kiosk.hardware.pins import claiming
from kiosk.hardware.wiring import TamperWiring

log = logging.getLogger(__name__)

BOUNCE_SECONDS: Final = 0.05
"""A switch that trembles when a door slams has not been opened."""


class Opening(msgspec.Struct, frozen=True, kw_only=True):
    """When the housing was first opened since somebody looked at it last, and how often since then."""

    first_at: datetime
    times: int


class TamperMemory:
    """What is remembered of openings, in a file of its own, so that it can be cleared beside a running kiosk.

    Thread-safe. A disk that refuses it leaves the alarm in memory, until the program ends.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._unsaved: Opening | None = None

    @property
    def opening(self) -> Opening | None:
        """None: the housing was not opened since it was cleared; a file that cannot be read counts as an opening."""
        with self._lock:
            return self._recall()

    def remember(self, moment: datetime) -> None:
        """Note an opening at this moment (aware)."""
        with self._lock:
            before = self._recall()
            noted = Opening(first_at=before.first_at if before else moment, times=before.times + 1 if before else 1)
            try:
                _write(self._path, msgspec.json.encode(noted))
                self._unsaved = None
            except OSError as error:
                self._unsaved = noted
                log.error("The opening of the housing cannot be kept: %s", error)  # noqa: TRY400 (says all)

    def clear(self) -> Opening | None:
        """Forget what was noted, and return it. Raises OSError when the file cannot be removed."""
        with self._lock:
            found = self._recall()
            self._path.unlink(missing_ok=True)
            self._unsaved = None
            return found

    def _recall(self) -> Opening | None:
        if self._unsaved is not None:
            return self._unsaved
        try:
            return msgspec.json.decode(self._path.read_bytes(), type=Opening)
        except FileNotFoundError:
            return None
        except (OSError, msgspec.DecodeError, UnicodeDecodeError):
            # Cut by a power failure or by somebody: whichever it was, nobody shall take it for "never opened".
            return Opening(first_at=datetime.fromtimestamp(0).astimezone(), times=1)


class TamperLoop:
    """Watches the loop and remembers its openings. Raises HardwareError when the pin cannot be claimed.

    The pin is pulled up inside and the closed loop holds it at ground, so that a cut wire is an opening, too.
    on_open: called in a thread of gpiozero's when the loop opens, and at the start when it is open already.
    """

    def __init__(
        self,
        wiring: TamperWiring,
        *,
        memory: TamperMemory,
        now: Callable[[], datetime],
        on_open: Callable[[], None] = lambda: None,
    ) -> None:
        self._memory = memory
        self._now = now
        self._on_open = on_open
        with claiming("the tamper loop", wiring.pin) as gpiozero:
            self._loop = gpiozero.DigitalInputDevice(wiring.pin, pull_up=True, bounce_time=BOUNCE_SECONDS)
        self._loop.when_deactivated = self._open
        if not self.closed:
            self._open()

    @property
    def closed(self) -> bool:
        """Whether the loop is whole at this moment."""
        return bool(self._loop.value)

    @property
    def alarms(self) -> tuple[str, ...]:
        """A sentence while the loop is open, and until somebody has cleared what is remembered of it."""
        opening = self._memory.opening
        if opening is None and self.closed:
            return ()
        since = f"{opening.first_at:%Y-%m-%d %H:%M}" if opening else "just now"
        if not self.closed:
            return (f"The housing is open, since {since}: close it, then look for what was changed.",)
        times = opening.times if opening else 1
        return (
            f"The housing was opened at {since} ({times}x) and is closed again: "
            "look at it, then run `presensi kiosk hardware tamper --clear`.",
        )

    def close(self) -> None:
        """Let go of the pin."""
        self._loop.close()

    def _open(self) -> None:
        self._memory.remember(self._now())
        log.warning("the housing was opened")
        self._on_open()


def _write(path: Path, content: bytes) -> None:
    """Replace a file so that a power failure leaves the old one or the new one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_suffix(".new")
    with beside.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    beside.replace(path)
    with contextlib.suppress(OSError):
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
