"""Where a portable kiosk is: the newest fix of gpsd, and how old it is.

gpsd speaks lines of JSON over TCP (gpsd_json(5)); of its reports only TPV, time-position-velocity, is read.
"""

from __future__ import annotations

import logging
import math
import socket
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Protocol

import msgspec

from contract.punch import Place
from kiosk.errors import SettingsError

log = logging.getLogger(__name__)

WATCH: Final = b'?WATCH={"enable":true,"json":true}\n'
STALE_SECONDS: Final = 30.0
"""A fix that is older says where the kiosk was, and no longer where it is: walking, that is 40 m."""
QUIET_SECONDS: Final = 15.0
"""gpsd reports every second while a receiver is there; after so long without a word the connection is made anew."""
FIRST_PAUSE_SECONDS: Final = 0.5
LONGEST_PAUSE_SECONDS: Final = 15.0
MAX_LINE_BYTES: Final = 65_536
"""gpsd's own longest line is 10 kB; whoever sends more without an end is not gpsd."""

UNPLACED: Final = Place(fix=False)
NO_FIX: Final = "the receiver has no fix, it needs a view of the sky"


class Position(Protocol):
    """Says where the kiosk is; must provide `place`, which returns at once and may be called from any thread."""

    def place(self) -> Place | None:
        """Where the kiosk is now; fix=False when that is not known; None: the kiosk is not portable."""
        ...


class FixedPosition:
    """A kiosk that hangs on a wall: nobody asks where it is."""

    def place(self) -> Place | None:
        return None


class _Report(msgspec.Struct, frozen=True):
    """The part of a TPV that is used; mode: 0 and 1 no fix, 2 without height, 3 with. Errors in metres (eph: 2D)."""

    class_: str = msgspec.field(name="class", default="")
    mode: int = 0
    lat: float | None = None
    lon: float | None = None
    eph: float | None = None
    epx: float | None = None
    epy: float | None = None


@dataclass(frozen=True, slots=True)
class Fix:
    """A position as gpsd gave it: degrees; accuracy_m None: it did not say; taken_at: seconds on CLOCK_MONOTONIC."""

    latitude: float
    longitude: float
    accuracy_m: float | None
    taken_at: float


_decoder = msgspec.json.Decoder(_Report)


def read_report(line: bytes, *, now: float) -> Fix | None:
    """The fix in one line of gpsd's; None for every other report, one without a fix, and anything that is no report."""
    try:
        report = _decoder.decode(line)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    if report.class_ != "TPV" or report.mode < 2 or report.lat is None or report.lon is None:
        return None
    if not (-90 <= report.lat <= 90 and -180 <= report.lon <= 180):
        return None
    sides = [each for each in (report.epx, report.epy) if each is not None]
    accuracy_m = report.eph if report.eph is not None else math.hypot(*sides) if len(sides) == 2 else None
    if accuracy_m is not None and not 0 <= accuracy_m <= 1e6:
        accuracy_m = None
    return Fix(report.lat, report.lon, accuracy_m, now)


class GpsdPosition:
    """A Position that listens to gpsd in a thread of its own, while the with block lasts.

    address: "host:port". When gpsd is not there, goes away or sends something else, the thread tries again, later and
    later; meanwhile punches are unplaced and `trouble` says why. The age of a fix counts from its arrival here: the
    receiver's own time is no business of ours. Raises SettingsError for an address that is none.
    """

    def __init__(self, address: str, *, now: Callable[[], float] = time.monotonic) -> None:
        self._address = parse_address(address)
        self._now = now
        self._stop = threading.Event()
        self._lock = threading.Lock()
        self._fix: Fix | None = None
        self._trouble: str | None = "gpsd has not answered yet"
        self._thread: threading.Thread | None = None

    def __enter__(self) -> GpsdPosition:
        self._stop.clear()
        self._thread = threading.Thread(target=self._listen, name="gpsd", daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        if self._thread is not None:
            self._thread.join(5)
            self._thread = None

    @property
    def trouble(self) -> str | None:
        """Why no fix comes, in a few words; None since one has come from a gpsd that is still there."""
        with self._lock:
            return self._trouble

    def place(self) -> Place:
        with self._lock:
            fix = self._fix
        age_seconds = math.inf if fix is None else max(0.0, self._now() - fix.taken_at)
        if fix is None or age_seconds > STALE_SECONDS:
            return UNPLACED
        return Place(
            fix=True,
            latitude=round(fix.latitude, 6),
            longitude=round(fix.longitude, 6),
            accuracy_m=None if fix.accuracy_m is None else round(fix.accuracy_m, 1),
            age_s=round(age_seconds, 1),
        )

    def _listen(self) -> None:
        pause_seconds = FIRST_PAUSE_SECONDS
        while not self._stop.is_set():
            try:
                heard = self._hear_out()
                reason = "gpsd closed the connection"
            except OSError as error:
                heard, reason = False, f"gpsd cannot be reached ({error.strerror or error})"
            with self._lock:
                first, self._trouble = self._trouble != reason, reason
            if first and not self._stop.is_set():
                log.warning("%s; punches are unplaced after %g s", reason, STALE_SECONDS)
            pause_seconds = FIRST_PAUSE_SECONDS if heard else min(LONGEST_PAUSE_SECONDS, pause_seconds * 2)
            self._stop.wait(pause_seconds)

    def _hear_out(self) -> bool:
        """Follow one connection to its end; True when a fix came. Raises OSError, also when nothing more comes."""
        heard = False
        with socket.create_connection(self._address, timeout=5.0) as connection:
            connection.sendall(WATCH)
            connection.settimeout(0.5)
            rest, last_word_at = b"", time.monotonic()
            while not self._stop.is_set():
                try:
                    chunk = connection.recv(16_384)
                except TimeoutError:
                    if time.monotonic() - last_word_at > QUIET_SECONDS:
                        raise TimeoutError(f"no word for {QUIET_SECONDS:g} s") from None
                    continue
                if not chunk:
                    return heard
                last_word_at = time.monotonic()
                *lines, rest = (rest + chunk).split(b"\n")
                if len(rest) > MAX_LINE_BYTES:
                    raise OSError("it sends a line without an end")
                for line in lines:
                    heard = self._take(line) or heard
        return heard

    def _take(self, line: bytes) -> bool:
        fix = read_report(line, now=self._now())
        with self._lock:
            if fix is not None:
                self._fix, self._trouble = fix, None
            elif self._trouble is not None:
                self._trouble = NO_FIX
        return fix is not None


def parse_address(address: str) -> tuple[str, int]:
    """Host and port of "host:port"; SettingsError for anything else."""
    host, _, port = address.rpartition(":")
    if not host or not port.isdecimal() or not 0 < int(port) < 65_536:
        raise SettingsError(f"gpsd: {address!r} is no address, write host:port like 127.0.0.1:2947")
    return host.strip("[]"), int(port)
