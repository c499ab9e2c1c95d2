"""The door as the kiosk sees it: a few bytes to the process that holds the pin."""

from __future__ import annotations

import contextlib
import logging
import os
import select
import subprocess
import sys
import threading
from collections.abc import Sequence
from typing import Final

import msgspec

from kiosk.errors import HardwareError
from kiosk.hardware.door_guard import READY, RELEASE, SHUT
from kiosk.hardware.wiring import RelayWiring

log = logging.getLogger(__name__)

GUARD: Final = (sys.executable, "-P", "-m", "kiosk.hardware.door_guard")
START_SECONDS: Final = 20.0
END_SECONDS: Final = 3.0


class GuardedDoor:
    """A Door whose pin is held by a process of its own; thread-safe.

    A guard that is gone is replaced in the background at the next release, which itself is lost. Raises HardwareError
    when the pin cannot be claimed. guard: the command that starts the process, for tests.
    """

    def __init__(self, wiring: RelayWiring, *, guard: Sequence[str] = GUARD) -> None:
        self._command = [*guard, msgspec.json.encode(wiring).decode()]
        self._lock = threading.Lock()
        self._closed = self._replacing = False
        self._trouble: str | None = None
        self._process = self._start()

    @property
    def trouble(self) -> str | None:
        with self._lock:
            return self._trouble

    @property
    def guard_pid(self) -> int:
        with self._lock:
            return self._process.pid

    def release(self) -> None:
        self._order(RELEASE)

    def shut(self) -> None:
        self._order(SHUT)

    def close(self) -> None:
        with self._lock:
            self._closed = True
            _end(self._process)

    def _order(self, order: bytes) -> None:
        with self._lock:
            if self._closed or self._process.stdin is None:
                return
            try:
                os.write(self._process.stdin.fileno(), order)
            except BlockingIOError:
                self._trouble = "The door's guard does not answer: restart the kiosk."
            except OSError:
                if not self._replacing:
                    log.warning("the door's guard is gone; another one is started")
                    threading.Thread(target=self._replace, name="door", daemon=True).start()
                self._replacing = True
                self._trouble = "The door's guard was killed; the door stays shut until there is another one."

    def _replace(self) -> None:
        try:
            process = self._start()
        except (HardwareError, OSError) as error:
            log.error("%s", error)  # noqa: TRY400 (the sentence says all)
            with self._lock:
                self._trouble, self._replacing = str(error), False
            return
        with self._lock:
            gone, self._process = self._process, process
            self._trouble, self._replacing = None, False
            if self._closed:
                _end(process)
        _end(gone)

    def _start(self) -> subprocess.Popen[bytes]:
        # Fixed arguments: our own interpreter, our own module, and numbers from the settings.
        process = subprocess.Popen(  # noqa: S603
            self._command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            start_new_session=True,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(path or os.getcwd() for path in sys.path)},
        )
        said = _first_line(process)
        if said != READY:
            _end(process)
            reason = said.decode(errors="replace").strip()
            raise HardwareError(reason or "the door's guard did not start: see its words above in the log")
        if process.stdin is not None:
            os.set_blocking(process.stdin.fileno(), False)
        return process


def _first_line(process: subprocess.Popen[bytes]) -> bytes:
    """What the guard says first; empty when it says nothing in time, or ends."""
    if process.stdout is None:
        return b""
    poll = select.poll()
    poll.register(process.stdout, select.POLLIN)
    return process.stdout.readline() if poll.poll(START_SECONDS * 1000) else b""


def _end(process: subprocess.Popen[bytes]) -> None:
    """Close the guard's input, which makes it shut the door and end; kill it when it does not."""
    for stream in (process.stdin, process.stdout):
        if stream is not None:
            with contextlib.suppress(OSError):
                stream.close()
    try:
        process.wait(END_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
