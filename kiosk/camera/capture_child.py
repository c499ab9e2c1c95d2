"""The capture process as the station sees it: started, talked to, and ended for certain."""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import sys

from kiosk.camera.capture_link import Begin, Finish, Link, LinkClosedError, Order, Report
from kiosk.camera.ring import FrameRing
from kiosk.camera.source import SourceSettings

REAP_SECONDS = 2.0
"""A killed process that is not gone by then hangs inside the kernel; it is left to itself, with memory of its own."""


class CaptureChild:
    """One run of the capture process with its ring, its link and its lifeline.

    A fresh interpreter is started instead of a multiprocessing "spawn", which would import the caller's main module
    again, and with it Qt and the recogniser. It gets our import path, and a session of its own, so that Ctrl-C in a
    terminal reaches the station alone.
    """

    def __init__(self, *, settings: SourceSettings, opener: str) -> None:
        self.ring = FrameRing.create()
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        lifeline_end, self._lifeline = os.pipe()
        self._link = Link(ours)
        inherited = (self.ring.fd, theirs.fileno(), lifeline_end)
        try:
            # Fixed arguments: our own interpreter, our own module, and three numbers.
            self._process = subprocess.Popen(  # noqa: S603
                [sys.executable, "-P", "-m", "kiosk.camera.capture_process", *map(str, inherited)],
                pass_fds=inherited,
                stdin=subprocess.DEVNULL,
                start_new_session=True,
                env={**os.environ, "PYTHONPATH": os.pathsep.join(path or os.getcwd() for path in sys.path)},
            )
        except BaseException:
            self._let_go()
            raise
        finally:
            theirs.close()
            os.close(lifeline_end)
        # If it died at once, whoever listens for reports is told so.
        with contextlib.suppress(LinkClosedError):
            self._link.send(Begin(settings, opener))

    @property
    def pid(self) -> int:
        return self._process.pid

    def order(self, order: Order) -> None:
        """Send an order; one that comes too late for a process that is gone is dropped."""
        try:
            self._link.send(order, droppable=True)
        except LinkClosedError:
            return

    def receive_report(self, timeout_seconds: float) -> Report | None:
        """Wait for the next report; None when none came in time. Raises LinkClosedError when the process is gone."""
        return self._link.receive_report(timeout_seconds)

    def finish(self) -> None:
        """Ask the process to stop its source and exit."""
        self.order(Finish())

    def kill(self) -> None:
        """End the process now; its end of the link closes, which wakes whoever listens for reports."""
        self._process.kill()

    def describe_exit(self) -> str:
        """Say how the process ended, for health reasons; it must have ended or be about to."""
        try:
            status = self._process.wait(REAP_SECONDS)
        except subprocess.TimeoutExpired:
            return "it closed its link"
        return f"signal {-status}" if status < 0 else f"exit status {status}"

    def bury(self) -> None:
        """Kill the process if it still runs, reap it, and close everything, the ring too."""
        self._process.kill()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(REAP_SECONDS)
        self._let_go()

    def _let_go(self) -> None:
        self._link.close()
        if self._lifeline >= 0:
            os.close(self._lifeline)
            self._lifeline = -1
        self.ring.close()
